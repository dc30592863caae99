"""The waiting list: what is held for an offer, and what is offered.

A time that nobody can accept any more is no fault: the clock hands it on to the next in line within a minute.
"""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import HeldSlotStatus, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Offer, WaitlistEntry

HOLD = Invariant(
    name="time_is_held_for_an_offer",
    rule=_("A time is kept from others only while it is offered to somebody."),
    says=_("Is kept, and is offered to nobody."),
    remedy=_("Withdraw the offer on the waiting list; booking the time clears it once it has run out."),
    model=Appointment,
    question="""
SELECT held.id AS key, held.organisation_id AS organisation
  FROM clinic_appointment held
  LEFT JOIN clinic_heldslot slot ON slot.hold_id = held.id AND slot.status = 'open'
 WHERE held.status = {HELD} AND held.held_until > %(now)s AND slot.id IS NULL
""",
)

KEPT = Invariant(
    name="offered_time_is_kept",
    rule=_("What is offered to a waiting patient is kept from everybody else."),
    says=_("Is offered, and anybody could book it."),
    remedy=_("Withdraw the offer and offer the time again."),
    model=HeldSlot,
    question="""
SELECT slot.id AS key, slot.organisation_id AS organisation
  FROM clinic_heldslot slot
  LEFT JOIN clinic_appointment held ON held.id = slot.hold_id AND held.status = {HELD}
   AND held.provider_id = slot.provider_id AND held.starts_at = slot.starts_at AND held.ends_at = slot.ends_at
 WHERE slot.status = 'open' AND slot.held_until > %(now)s AND held.id IS NULL
""",
)

STILL_OPEN = Invariant(
    name="offer_ends_with_its_time",
    rule=_("An offer waits for an answer only while its time is on offer."),
    says=_("Waits for an answer, but the time (number %(slot)s) is “%(status)s”."),
    remedy=_("Withdraw the offer."),
    model=Offer,
    words={"status": HeldSlotStatus},
    question="""
SELECT made.id AS key, made.organisation_id AS organisation, slot.id AS slot, slot.status AS status
  FROM clinic_offer made JOIN clinic_heldslot slot ON slot.id = made.slot_id
 WHERE made.answer = 'open' AND slot.status NOT IN ('planned', 'open')
""",
)

WAITS = Invariant(
    name="offer_waits_for_somebody_who_waits",
    rule=_("A time is on offer only to somebody who still waits."),
    says=_("Is offered to somebody who waits no longer: “%(status)s” (number %(entry)s)."),
    remedy=_("Withdraw the offer."),
    model=Offer,
    words={"status": WaitlistStatus},
    question="""
SELECT made.id AS key, made.organisation_id AS organisation, entry.id AS entry, entry.status AS status
  FROM clinic_offer made JOIN clinic_waitlistentry entry ON entry.id = made.entry_id
 WHERE made.answer = 'open' AND entry.status <> 'waiting'
""",
)

ACCEPTED = Invariant(
    name="accepted_time_is_booked",
    rule=_("A time that was accepted is taken, by the one who accepted it."),
    says=_("Was accepted, but the time (number %(slot)s) is “%(status)s” or somebody else's."),
    remedy=_("Look who has the time, and offer the other one another time."),
    model=Offer,
    words={"status": HeldSlotStatus},
    question="""
SELECT made.id AS key, made.organisation_id AS organisation, slot.id AS slot, slot.status AS status
  FROM clinic_offer made
  JOIN clinic_heldslot slot ON slot.id = made.slot_id
  JOIN clinic_waitlistentry entry ON entry.id = made.entry_id
  LEFT JOIN clinic_appointment booked ON booked.id = slot.appointment_id AND booked.patient_id = entry.patient_id
 WHERE made.answer = 'accepted' AND (slot.status <> 'taken' OR booked.id IS NULL)
""",
)

BOOKED = Invariant(
    name="waiting_ends_with_an_appointment",
    rule=_("Who no longer waits because of an appointment has one of the service."),
    says=_("Is booked as number %(appointment)s, which is for another service."),
    remedy=_("Put the patient back on the waiting list."),
    model=WaitlistEntry,
    question="""
SELECT entry.id AS key, entry.organisation_id AS organisation, booked.id AS appointment
  FROM clinic_waitlistentry entry JOIN clinic_appointment booked ON booked.id = entry.appointment_id
 WHERE entry.status = 'booked' AND booked.service_id <> entry.service_id
""",
)

RULES = [HOLD, KEPT, STILL_OPEN, WAITS, ACCEPTED, BOOKED]
