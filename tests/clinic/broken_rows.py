"""What breaks each constraint of each table once, for whoever has to notice."""

from datetime import date, time, timedelta
from decimal import Decimal

from clinic.constraints import Agrees
from clinic.models import (
    Appointment,
    Change,
    Charge,
    Clinic,
    Closure,
    ExtraHours,
    HeldSlot,
    Job,
    Leave,
    Message,
    Offer,
    Operation,
    Organisation,
    Package,
    PackageItem,
    PackagePurchase,
    Patient,
    Policy,
    Provider,
    PurchaseItem,
    Rebooking,
    RebookingItem,
    Room,
    Service,
    SessionEntry,
    User,
    WaitlistEntry,
    WorkingHours,
)
from tests.clinic.full_world import HALF_HOUR, HOUR, LATER, WITHOUT_PACKAGE, constraints
from tests.factories import (
    MONDAY,
    NINE,
    make_appointment,
    make_series,
    make_service,
    make_waitlist_entry,
)

# What breaks each constraint, as a change of the row that the world has …
BY_CHANGING = {
    "appointment_is_busy_while_it_lasts": (Appointment, {"busy_from": NINE + HALF_HOUR / 2}),
    "appointment_is_held_until_a_moment": (Appointment, {"held_until": NINE}),
    "appointment_kind_is_known": (Appointment, {"kind": "visit"}),
    "appointment_numbers_its_session": (Appointment, {"session_number": None}),
    "appointment_of_a_series_has_its_day": (Appointment, {"series_on": MONDAY}),
    "appointment_starts_before_it_ends": (Appointment, {"starts_at": NINE + HALF_HOUR}),
    "appointment_status_is_known": (Appointment, {"status": "booked"}),
    "change_is_of_one_row": (Change, {"appointment": None}),
    "change_kind_is_known": (Change, {"kind": "lost"}),
    "charge_is_an_amount": (Charge, {"amount": Decimal(0)}),
    "charge_is_open_or_settled": (Charge, {"status": "paid"}),
    "charge_kind_is_known": (Charge, {"kind": "fine"}),
    "charge_status_is_known": (Charge, {"status": "lost", "settled_at": NINE}),
    "closure_starts_before_it_ends": (Closure, {"last_on": date(2030, 1, 6)}),
    "extrahours_have_a_grid": (ExtraHours, {"slot_minutes": 4}),
    "extrahours_start_before_they_end": (ExtraHours, {"end": time(9)}),
    "heldslot_starts_before_it_ends": (HeldSlot, {"ends_at": NINE}),
    "heldslot_status_is_known": (HeldSlot, {"status": "lost"}),
    "job_kind_is_known": (Job, {"kind": "sweep"}),
    "job_progress_within_total": (Job, {"done": 2}),
    "job_status_is_known": (Job, {"status": "lost"}),
    "leave_starts_before_it_ends": (Leave, {"ends_at": NINE}),
    "leave_status_is_known": (Leave, {"status": "maybe"}),
    "message_channel_is_known": (Message, {"channel": "fax"}),
    "message_kind_is_known": (Message, {"kind": "greeting"}),
    "message_language_is_known": (Message, {"language": "fr"}),
    "message_status_is_known": (Message, {"status": "lost"}),
    "offer_answer_is_known": (Offer, {"answer": "maybe"}),
    "operation_kind_is_known": (Operation, {"kind": "sweep"}),
    "organisation_language_is_known": (Organisation, {"language": "fr"}),
    "organisation_week_start_is_known": (Organisation, {"week_start": 8}),
    "package_is_valid_for_a_day": (Package, {"validity_days": 0}),
    "package_price_is_not_negative": (Package, {"price": Decimal("-0.01")}),
    "packageitem_has_a_session": (PackageItem, {"sessions": 0}),
    "packagepurchase_status_is_known": (PackagePurchase, {"status": "lost"}),
    "patient_language_is_known": (Patient, {"language": "fr"}),
    "patient_preferred_channel_is_known": (Patient, {"preferred_channel": "fax"}),
    "patient_sex_is_known": (Patient, {"sex": "f"}),
    "policy_fees_are_not_negative": (Policy, {"no_show_fee": Decimal("-0.01")}),
    "policy_no_show_consequence_is_known": (Policy, {"no_show_consequence": "shout"}),
    "purchase_expires_after_it_starts": (PackagePurchase, {"expires_on": date(2030, 1, 6)}),
    "purchase_is_frozen_since_a_day": (PackagePurchase, {"status": "frozen"}),
    "purchase_never_overused": (PackagePurchase, {"sessions_used": 11}),
    "purchase_price_is_not_negative": (PackagePurchase, {"price": Decimal("-0.01")}),
    "rebooking_cause_is_known": (Rebooking, {"cause": "rain"}),
    "rebooking_status_is_known": (Rebooking, {"status": "lost"}),
    "rebookingitem_status_is_known": (RebookingItem, {"status": "lost"}),
    "rebookingitem_way_is_known": (RebookingItem, {"way": "by_foot"}),
    "room_has_a_place": (Room, {"capacity": 0}),
    "service_bill_timing_is_known": (Service, {"bill_timing": "never"}),
    "service_buffers_are_not_negative": (Service, {"buffer_after": timedelta(minutes=-1)}),
    "service_has_a_place": (Service, {"capacity": 0}),
    "service_price_is_not_negative": (Service, {"price": Decimal("-0.01")}),
    "service_takes_time": (Service, {"duration": timedelta(0)}),
    "service_workflow_type_is_known": (Service, {"workflow_type": "walk_in"}),
    "sessionentry_kind_is_known": (SessionEntry, {"kind": "lost"}),
    "sessionentry_moves_something": (SessionEntry, {"sessions": 0}),
    "user_language_is_known": (User, {"language": "fr"}),
    "waitlistentry_days_in_order": (WaitlistEntry, {"last_on": date(2030, 1, 6)}),
    "waitlistentry_is_booked_as_something": (WaitlistEntry, {"status": "booked"}),
    "waitlistentry_status_is_known": (WaitlistEntry, {"status": "lost"}),
    "waitlistentry_urgency_is_known": (WaitlistEntry, {"urgency": 0}),
    "workinghours_have_a_grid": (WorkingHours, {"capacity": 0}),
    "workinghours_recur": (WorkingHours, {"every_n_weeks": 0}),
    "workinghours_start_before_they_end": (WorkingHours, {"start": time(17)}),
    "workinghours_validity_in_order": (WorkingHours, {"valid_until": date(2020, 1, 5)}),
    "workinghours_weekday_is_known": (WorkingHours, {"weekday": 0}),
}


def second_of_its_day(ours) -> dict[str, object]:
    day = {"series": ours.series, "series_on": MONDAY}
    ours.write(Appointment, day)
    return {**LATER, **day, "session_number": 2}


def second_acceptance(ours) -> dict[str, object]:
    ours.write(Offer, {"answer": "accepted"})
    return {"answer": "accepted", "entry": make_waitlist_entry(ours.second_patient, ours.service)}


# … or as a second row that is like the first but for what is said.
BY_A_TWIN = {
    "appointment_is_rebooked_in_one_batch": (RebookingItem, lambda ours: {}),
    "clinic_code_is_unique": (Clinic, lambda ours: {}),
    "package_code_is_unique": (Package, lambda ours: {}),
    "package_names_a_service_once": (PackageItem, lambda ours: {}),
    "patient_file_number_is_unique": (Patient, lambda ours: {}),
    "patient_is_never_in_two_places": (Appointment, lambda ours: {**WITHOUT_PACKAGE, "lane": 1, "room": None}),
    "patient_waits_once_for_a_service": (WaitlistEntry, lambda ours: {}),
    "provider_code_is_unique": (Provider, lambda ours: {}),
    "provider_is_never_double_booked": (
        Appointment, lambda ours: {**WITHOUT_PACKAGE, "patient": ours.second_patient, "room": None},
    ),
    "purchase_names_a_service_once": (PurchaseItem, lambda ours: {}),
    "room_code_is_unique": (Room, lambda ours: {}),
    "room_is_never_double_booked": (
        Appointment, lambda ours: {**WITHOUT_PACKAGE, "patient": ours.second_patient, "lane": 1},
    ),
    "series_day_is_booked_once": (Appointment, second_of_its_day),
    "service_code_is_unique": (Service, lambda ours: {}),
    "session_number_is_given_once": (Appointment, lambda ours: LATER),
    "time_is_accepted_once": (Offer, second_acceptance),
    "time_is_offered_once_to_each": (Offer, lambda ours: {}),
}  # fmt: skip

# Links to rows of the own organisation that are wrong for another reason.
BY_ANOTHERS_ROW = {
    ("appointment_agrees", "room", "clinic"): lambda ours: {"room": ours.room_elsewhere},
    ("appointment_agrees", "package_purchase", "patient"): lambda ours: {
        "package_purchase": ours.purchase_of_second_patient
    },
    ("appointment_agrees", "follow_up_of", "patient"): lambda ours: {
        "follow_up_of": make_appointment(
            ours.second_patient, ours.service, ours.provider, ours.clinic, NINE + HALF_HOUR
        )
    },
    ("appointment_agrees", "series", "patient"): lambda ours: {
        "series": make_series(ours.second_patient, ours.service, ours.provider, ours.clinic),
        "series_on": MONDAY,
    },
    ("charge_agrees", "appointment", "patient"): lambda ours: {"patient": ours.second_patient},
    ("heldslot_agrees", "room", "clinic"): lambda ours: {"room": ours.room_elsewhere},
    ("message_agrees", "appointment", "patient"): lambda ours: {"patient": ours.second_patient},
    ("series_agrees", "package_purchase", "patient"): lambda ours: {
        "package_purchase": ours.purchase_of_second_patient
    },
    ("sessionentry_agrees", "item", "purchase"): lambda ours: {"item": ours.second_purchase.items.get()},
    ("waitlistentry_agrees", "appointment", "patient"): lambda ours: {
        "appointment": make_appointment(ours.second_patient, ours.service, ours.provider, ours.clinic, NINE + HOUR)
    },
    ("waitlistentry_agrees", "package_purchase", "patient"): lambda ours: {
        "package_purchase": ours.purchase_of_second_patient
    },
}


LINKS = [
    (model, rule.name, relation, field)
    for model, rule in constraints(Agrees)
    for relation, fields in rule.links.items()
    for field in fields
]


def pointing(model, relation, row) -> dict[str, object]:
    """The link to this row, with what the table wants beside it."""
    beside = {
        (Appointment, "series"): {"series_on": MONDAY},
        (Change, "purchase"): {"appointment": None},
    }
    return {relation: row, **beside.get((model, relation), {})}


def unmet(model, ours) -> dict[str, object]:
    """What keeps the row written clear of every other rule."""
    clear = {
        Appointment: {**LATER, "session_number": 2},
        Charge: {"appointment": ours.appointment},
        HeldSlot: {"hold": None},
        Offer: {"entry": make_waitlist_entry(ours.second_patient, ours.service)},
        PackageItem: {"service": make_service(ours.provider)},
        PurchaseItem: {"service": make_service(ours.provider)},
        RebookingItem: {"status": "kept"},
        Room: {"code": "R-new"},
        Service: {"code": "S-new"},
        WaitlistEntry: {"status": "withdrawn"},
    }
    return clear.get(model, {})
