"""The waiting list: who takes an earlier or a rarer time, and the free times that are offered to them.

An entry says what a patient waits for. A free time is matched with the entries that it fits (`matching`), held for
minutes under the same constraint as an appointment, and offered to the best of them; the first to accept is booked in
the same transaction that ends the hold, everybody else keeps the place in the list (`services`).

Accepting books a further appointment. Whether an appointment that the patient has already is given up for it is for
people to decide.
"""
