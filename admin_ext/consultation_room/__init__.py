"""Where doctors stand: their queue, and the room in which a consultation is written, closed and printed."""
