"""The only way a purchase comes to be and changes. Every verb locks the purchase, and reads again, before it writes."""

from clinic.packages.services.adjusting import adjust
from clinic.packages.services.assigning import assign
from clinic.packages.services.covering import coverable
from clinic.packages.services.expiring import expire_due, expire_everywhere
from clinic.packages.services.lifecycle import (
    cancel_remaining,
    extend,
    extend_within,
    freeze,
    unfreeze,
)
from clinic.packages.services.reminding import expiring_days, remind_expiring, remind_expiring_due
from clinic.packages.services.sale import Sale, sale_of, sale_to_undo, sell
from clinic.packages.services.sessions import (
    check_usable,
    give_back_session,
    lock,
    lock_all,
    next_session_numbers,
    use_session,
)
from clinic.packages.services.taking_back import take_change_back
from clinic.packages.services.transferring import transfer

__all__ = [
    "Sale",
    "adjust",
    "assign",
    "cancel_remaining",
    "check_usable",
    "coverable",
    "expire_due",
    "expire_everywhere",
    "expiring_days",
    "extend",
    "extend_within",
    "freeze",
    "give_back_session",
    "lock",
    "lock_all",
    "next_session_numbers",
    "remind_expiring",
    "remind_expiring_due",
    "sale_of",
    "sale_to_undo",
    "sell",
    "take_change_back",
    "transfer",
    "unfreeze",
    "use_session",
]
