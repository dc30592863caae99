"""Book an appointment: who, what, when, in one dialog."""
