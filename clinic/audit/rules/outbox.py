"""Messages that would tell a patient what is not true."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.models import Message

# The key of a message about one appointment ends with the time that it tells and the number of the change, and
# perhaps with the bulk action.
TIME = Invariant(
    name="message_tells_the_time_that_stands",
    rule=_("A message that waits to be sent tells the time and the state that the appointment has."),
    says=_("Tells what appointment number %(appointment)s is no longer."),
    remedy=_("Call the message off; book or move the appointment again if the patient has to be told."),
    model=Message,
    question="""
SELECT told.id AS key, told.organisation_id AS organisation, booked.id AS appointment
  FROM clinic_message told JOIN clinic_appointment booked ON booked.id = told.appointment_id
 WHERE told.status = 'queued' AND told.kind IN ('booked', 'moved', 'cancelled')
   AND ((told.kind = 'cancelled') <> (booked.status IN {CANCELLED})
        OR told.dedupe_key || ':' NOT LIKE '%%:' || STAMP(booked.starts_at) || ':' || booked.calendar_sequence || ':%%')
""",
)

TOGETHER = Invariant(
    name="message_of_several_tells_of_something",
    rule=_("A message about several sessions waits only while one of them stands."),
    says=_("None of the sessions that it tells of is booked any more."),
    remedy=_("Call the message off."),
    model=Message,
    question="""
SELECT told.id AS key, told.organisation_id AS organisation
  FROM clinic_message told
 WHERE told.status = 'queued' AND told.kind IN ('planned', 'sessions_moved') AND told.operation_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM clinic_appointment booked
                    WHERE booked.operation_id = told.operation_id AND booked.patient_id = told.patient_id
                      AND booked.status NOT IN {CANCELLED})
   AND NOT EXISTS (SELECT 1 FROM clinic_change change
                     JOIN clinic_appointment booked ON booked.id = change.appointment_id
                    WHERE change.operation_id = told.operation_id AND booked.patient_id = told.patient_id
                      AND booked.status NOT IN {CANCELLED})
""",
)

RULES = [TIME, TOGETHER]
