"""How languages write dates and numbers, where Django does it differently from the clinics."""
