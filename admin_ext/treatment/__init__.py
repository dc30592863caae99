"""What providers do: their day, and the notes of their sessions."""
