"""Who comes to the clinic: patients are registered, found and kept up to date.

A name is kept as it was given. A patient is found by any part of a name, phone or file number, without accents,
Arabic letter variants or blanks mattering. Two patients may share a phone (a mother and her child), so an equal
number is a question to the desk, never a refusal.
"""
