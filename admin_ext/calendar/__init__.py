"""The days of the clinic, side by side."""
