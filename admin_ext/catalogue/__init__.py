"""What the organisation offers, where."""
