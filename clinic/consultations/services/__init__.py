"""The only way a consultation comes to be, begins, is written and ends."""

from clinic.consultations.access import can_access
from clinic.consultations.services.follow_ups import book_follow_up, note_follow_up
from clinic.consultations.services.handing_over import hand_over
from clinic.consultations.services.opening import activate, open_after_payment
from clinic.consultations.services.starting import start_gopd
from clinic.consultations.services.visits import ask_cashier, close_visit
from clinic.consultations.services.writing import add_addendum, close, write

__all__ = [
    "activate",
    "add_addendum",
    "ask_cashier",
    "book_follow_up",
    "can_access",
    "close",
    "close_visit",
    "hand_over",
    "note_follow_up",
    "open_after_payment",
    "start_gopd",
    "write",
]
