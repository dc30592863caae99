"""When providers work and when they are away."""
