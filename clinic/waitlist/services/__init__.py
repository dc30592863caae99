"""The only way anybody comes to wait, is offered a time, and takes it.

Locks are taken in the order of booking: the provider and the patient, then the offered time, its offer and the entry,
then what `booking.book` locks. Holding, accepting and ending an offer of one time therefore wait for each other.
"""

from clinic.waitlist.services.answering import accept, decline
from clinic.waitlist.services.cancelling import cancel_and_offer
from clinic.waitlist.services.ending import expire_offers, withdraw_offer
from clinic.waitlist.services.entries import change, join, withdraw
from clinic.waitlist.services.offering import offer_released, offer_slot
from clinic.waitlist.services.releasing import open_planned, plan_offer

__all__ = [
    "accept",
    "cancel_and_offer",
    "change",
    "decline",
    "expire_offers",
    "join",
    "offer_released",
    "offer_slot",
    "open_planned",
    "plan_offer",
    "withdraw",
    "withdraw_offer",
]
