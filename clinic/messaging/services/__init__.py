"""Put messages into the outbox, call them off again, and send what is due."""

from clinic.messaging.by_hand import call_off, resend, resend_failed
from clinic.messaging.destinations import Destination, destination_of
from clinic.messaging.grace import GRACE
from clinic.messaging.heard import TELL_OF_A_TIME, TELL_OF_ITS_END, heard_of, known_times, owed_times, who_hears_of
from clinic.messaging.sending.sender import send_due
from clinic.messaging.services.calling_off import cancel_for, cancel_of
from clinic.messaging.services.queueing import dedupe_key, queue, written_once

__all__ = [
    "GRACE",
    "TELL_OF_A_TIME",
    "TELL_OF_ITS_END",
    "Destination",
    "call_off",
    "cancel_for",
    "cancel_of",
    "dedupe_key",
    "destination_of",
    "heard_of",
    "known_times",
    "owed_times",
    "queue",
    "resend",
    "resend_failed",
    "send_due",
    "who_hears_of",
    "written_once",
]
