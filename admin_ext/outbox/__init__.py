"""Messages that left or wait."""
