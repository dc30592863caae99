"""What long work did, and the machinery behind it."""
