"""Series: appointments repeated by a rule, previewed, booked, and changed or called off as a whole."""
