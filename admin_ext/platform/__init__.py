"""The machinery that serves every organisation; for people of the platform only."""
