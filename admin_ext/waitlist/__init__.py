"""Who waits for a time, and the times that are offered to them."""
