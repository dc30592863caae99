"""The few changes that doors are there for: who makes them, and in which state of the row. Nothing else may change."""

from admin_ext.roles import ADMINISTRATOR, CASHIER, FRONT_DESK, MANAGER, PROVIDER
from tests.doors.subjects import FOREIGN, STATES

OURS = frozenset(STATES)
PAID = OURS - {"unpaid", "void"}
DESK = (FRONT_DESK, MANAGER, ADMINISTRATOR)
HEADS = (MANAGER, ADMINISTRATOR)

# door: (who, in which states)
CHANGES = {
    "walk_in": (DESK, OURS),
    "close_visit": (DESK, {"closed"}),
    "take_payment": ((CASHIER,), {"unpaid"}),
    "refund": ((CASHIER,), {"paid"}),
    "sell_package": ((CASHIER,), OURS),
    "waive_invoice": (HEADS, {"unpaid"}),
    "void_invoice": (HEADS, {"unpaid"}),
    "answer_refund approve": (HEADS, PAID),
    "answer_refund refuse": (HEADS, PAID),
    "ask_cashier": ((PROVIDER,), {"unpaid", "void"}),
    "consultation_step activate": ((PROVIDER,), {"paid"}),
    "consultation_save": ((PROVIDER,), {"mine"}),
    "consultation_step close": ((PROVIDER,), {"mine"}),
    "clinic_consultation_begin": ((PROVIDER,), {"paid"}),
    "clinic_consultation_close": ((PROVIDER,), {"mine"}),
    "consultation_addendum": ((PROVIDER,), {"closed"}),
    "consultation_hand_over": (HEADS, {"mine", "other doctor's"}),
}

# (door, role): in which states besides
ALSO = {("consultation_hand_over", PROVIDER): {"mine"}}

# Answered kindly although nothing happens: the second of two clicks.
REPEATED = {("consultation_step activate", PROVIDER, "mine")}

# Who reads the words of a consultation, or asks for its paper: the doctor, in the room; a colleague never.
READS = {"consultation": {"paid", "mine", "closed"}, "consultation_summary": {"closed"}}


def may_change(cell) -> bool:
    who, states = CHANGES.get(cell.knock.door, ((), frozenset()))
    is_open = (cell.role in who and cell.state in states) or cell.state in ALSO.get((cell.knock.door, cell.role), ())
    return cell.knock.method == "POST" and is_open


def may_read(cell) -> bool:
    return cell.role == PROVIDER and cell.state in READS.get(cell.knock.door, OURS) and cell.state != FOREIGN
