"""How long what is told waits, so that a slip of the hand that is corrected at once tells nobody."""

from datetime import timedelta

from clinic.enums import MessageKind
from clinic.messaging.overtaken import TOGETHER

SLIP = timedelta(minutes=3)  # within which a slip of the hand is corrected: nobody need hear of it

#: By kind, how long after its cause a message leaves; at once where it is not here.
GRACE = dict.fromkeys((MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CANCELLED, *TOGETHER), SLIP)
GRACE[MessageKind.NO_SHOW] = timedelta(minutes=15)  # who is only late may still come through the door
