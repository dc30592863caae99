"""What patients owe, and taking their money."""
