"""Who is where when, beyond what the constraints on overlaps say."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import AppointmentStatus
from clinic.models import Appointment

PLACE_OF_PROVIDER = Invariant(
    name="appointment_keeps_the_providers_limit",
    rule=_("Beyond a provider's limit patients are booked only for a reason."),
    says=_("Takes place %(place)s of %(places)s, and no reason for overbooking is given."),
    remedy=_("Move the appointment, or book it anew with a reason."),
    model=Appointment,
    question="""
SELECT taken.id AS key, taken.organisation_id AS organisation, lane + 1 AS place, COALESCE(hours.most, 1) AS places
  FROM clinic_appointment taken
  LEFT JOIN (SELECT provider_id, clinic_id, MAX(capacity) AS most
               FROM (SELECT provider_id, clinic_id, capacity FROM clinic_workinghours
                     UNION SELECT provider_id, clinic_id, capacity FROM clinic_extrahours
                     UNION SELECT provider_id, clinic_id, capacity FROM clinic_historicalworkinghours
                     UNION SELECT provider_id, clinic_id, capacity FROM clinic_historicalextrahours) ever
              GROUP BY provider_id, clinic_id) hours
    ON hours.provider_id = taken.provider_id AND hours.clinic_id = taken.clinic_id
 WHERE lane > 0 AND status IN {LIVE} AND overbook_reason = '' AND lane >= COALESCE(hours.most, 1)
""",
)

PLACE_OF_ROOM = Invariant(
    name="appointment_keeps_the_rooms_limit",
    rule=_("No room holds more appointments than it has places."),
    says=_("Takes place %(place)s of a room with %(places)s."),
    remedy=_("Move the appointment, or give it another room."),
    model=Appointment,
    question="""
SELECT taken.id AS key, taken.organisation_id AS organisation, room_place + 1 AS place, room.most AS places
  FROM clinic_appointment taken
  JOIN (SELECT id, MAX(capacity) AS most
          FROM (SELECT id, capacity FROM clinic_room UNION SELECT id, capacity FROM clinic_historicalroom) ever
         GROUP BY id) room ON room.id = taken.room_id
 WHERE room_place > 0 AND room_place >= room.most AND status IN {LIVE}
""",
)

MOMENTS = Invariant(
    name="appointment_status_fits_its_moments",
    rule=_("What an appointment records of its steps fits its status."),
    says=_("The status is “%(status)s”, and yet “%(field)s” says otherwise."),
    remedy=_("Look at its history and undo the last step."),
    model=Appointment,
    words={"status": AppointmentStatus},
    question="""
SELECT * FROM (
  SELECT id AS key, organisation_id AS organisation, status, CASE
         WHEN (cancelled_at IS NOT NULL) <> (status IN {CANCELLED}) THEN 'cancelled_at'
         WHEN (completed_at IS NOT NULL) <> (status = 'completed') THEN 'completed_at'
         WHEN cancelled_late AND status <> 'cancelled_by_patient' THEN 'cancelled_late'
         WHEN waived_at IS NOT NULL AND status <> 'no_show' AND NOT cancelled_late THEN 'waived_at'
         END AS field
    FROM clinic_appointment
) looked_at WHERE field IS NOT NULL
""",
)

# To be settled in a re-booking, or kept on purpose, or booked beyond the rules for a reason.
KNOWN = """
overbook_reason = '' AND NOT EXISTS (
  SELECT 1 FROM clinic_rebookingitem item
   WHERE item.appointment_id = booked.id AND item.status IN ('open', 'kept'))
"""

IN_LEAVE = Invariant(
    name="appointment_is_not_in_leave",
    rule=_("An appointment ahead that meets approved leave waits in a re-booking, or was kept on purpose."),
    says=_("The provider is on leave (number %(leave)s) at that time."),
    remedy=_("Open a re-booking for the leave, or move the appointment."),
    model=Appointment,
    question=f"""
SELECT booked.id AS key, booked.organisation_id AS organisation, MIN(away.id) AS leave
  FROM clinic_leave away
  JOIN clinic_appointment booked ON booked.provider_id = away.provider_id
   AND booked.starts_at < away.ends_at AND booked.ends_at > away.starts_at
 WHERE away.status = 'approved' AND away.ends_at > %(now)s AND booked.starts_at > %(now)s
   AND booked.status IN {{LIVE}} AND {KNOWN}
 GROUP BY booked.id, booked.organisation_id
""",
)

ON_CLOSED_DAY = Invariant(
    name="appointment_is_not_on_a_closed_day",
    rule=_("An appointment ahead on a closed day waits in a re-booking, or was kept on purpose."),
    says=_("The clinic is closed (number %(closure)s) on that day."),
    remedy=_("Open a re-booking for the closure, or move the appointment."),
    model=Appointment,
    question=f"""
SELECT booked.id AS key, booked.organisation_id AS organisation, MIN(closed.id) AS closure
  FROM clinic_closure closed
  JOIN clinic_clinic place ON place.organisation_id = closed.organisation_id
   AND (closed.clinic_id IS NULL OR closed.clinic_id = place.id)
  JOIN clinic_appointment booked ON booked.clinic_id = place.id
   AND booked.starts_at >= LATER(closed.first_on, -1) AND booked.starts_at < LATER(closed.last_on, 2)
 WHERE LATER(closed.last_on, 2) > %(now)s AND booked.status IN {{LIVE}} AND {KNOWN}
   AND CASE WHEN booked.starts_at > %(now)s
            THEN LOCAL_DAY(booked.starts_at, place.time_zone) BETWEEN closed.first_on AND closed.last_on
            ELSE 1 = 0 END
 GROUP BY booked.id, booked.organisation_id
""",
)

RULES = [PLACE_OF_PROVIDER, PLACE_OF_ROOM, MOMENTS, IN_LEAVE, ON_CLOSED_DAY]
