"""The only way an appointment comes to be, changes its time or status, or is called off.

What is scarce: a provider's lane, a room's place, a patient's time, a purchase's sessions. The pattern of every verb:

1. lock the provider and the patient, then the purchase, then the appointment, always in this order;
2. read again, and ask every rule of the engine and of the package;
3. write the appointment with its history, its ledger entry and its message, in the same transaction.

Several appointments at once (`several`) follow the same pattern in one transaction: everybody is locked in one call.

A refusal raises before anything is written. The constraints of the table are the last line: what slips past the rules
meets them, and their IntegrityError is renamed to the refusal it stands for. Do not write an appointment anywhere else.
"""

from clinic.scheduling.booking.asked import NewTime, SomeRefused, Wanted
from clinic.scheduling.booking.flow import cancel, check_in, complete, confirm, mark_no_show, start, take_back
from clinic.scheduling.booking.move_back import undo_move
from clinic.scheduling.booking.series import book_series, cancel_series, move_series
from clinic.scheduling.booking.several import book_all, cancel_all, move_all
from clinic.scheduling.booking.undo import can_be_undone, undo_status
from clinic.scheduling.booking.waiver import waive
from clinic.scheduling.booking.write import book, move

__all__ = [
    "NewTime",
    "SomeRefused",
    "Wanted",
    "book",
    "book_all",
    "book_series",
    "can_be_undone",
    "cancel",
    "cancel_all",
    "cancel_series",
    "check_in",
    "complete",
    "confirm",
    "mark_no_show",
    "move",
    "move_all",
    "move_series",
    "start",
    "take_back",
    "undo_move",
    "undo_status",
    "waive",
]
