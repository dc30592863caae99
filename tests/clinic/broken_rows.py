"""What breaks each constraint of each table once, for whoever has to notice."""

from datetime import date, time, timedelta
from decimal import Decimal

from clinic.constraints import Agrees
from clinic.enums import MessageKind
from clinic.messaging.services import queue
from clinic.models import (
    Addendum,
    Appointment,
    BusyCalendar,
    BusyTime,
    CalendarFeed,
    Change,
    Charge,
    Clinic,
    Closure,
    Consultation,
    DayClosing,
    DocumentNumber,
    ExtraHours,
    FollowUp,
    HeldSlot,
    Invoice,
    InvoiceLine,
    Job,
    Leave,
    Message,
    MessageTemplate,
    Offer,
    Operation,
    Organisation,
    Package,
    PackageItem,
    PackagePurchase,
    Patient,
    Payment,
    Policy,
    Provider,
    PurchaseItem,
    Rebooking,
    RebookingItem,
    RefundRequest,
    Room,
    Service,
    SessionEntry,
    Sweep,
    User,
    Visit,
    WaitlistEntry,
    WorkingHours,
)
from tests.clinic.full_world import HALF_HOUR, HOUR, LATER, TWO, WITHOUT_PACKAGE, constraints
from tests.factories import (
    MONDAY,
    NINE,
    make_appointment,
    make_invoice,
    make_payment,
    make_provider,
    make_series,
    make_service,
    make_visit,
    make_waitlist_entry,
)
from tests.outpatients import close_day

# What breaks each constraint, as a change of the row that the world has (where rows are final: as a second one) …
BY_CHANGING = {
    "appointment_is_busy_while_it_lasts": (Appointment, {"busy_from": NINE + HALF_HOUR / 2}),
    "appointment_is_held_until_a_moment": (Appointment, {"held_until": NINE}),
    "appointment_kind_is_known": (Appointment, {"kind": "visit"}),
    "appointment_numbers_its_session": (Appointment, {"session_number": None}),
    "appointment_of_a_series_has_its_day": (Appointment, {"series_on": MONDAY}),
    "appointment_starts_before_it_ends": (Appointment, {"starts_at": NINE + HALF_HOUR}),
    "appointment_status_is_known": (Appointment, {"status": "booked"}),
    "busytime_starts_before_it_ends": (BusyTime, {"ends_at": NINE}),
    "calendarfeed_is_of_one_person": (CalendarFeed, {"provider": None}),
    "change_is_of_one_row": (Change, {"appointment": None}),
    "change_kind_is_known": (Change, {"kind": "lost"}),
    "addendum_says_something": (Addendum, {"text": ""}),
    "charge_is_an_amount": (Charge, {"amount": Decimal(0)}),
    "charge_is_open_or_settled": (Charge, {"status": "paid"}),
    "charge_kind_is_known": (Charge, {"kind": "fine"}),
    "charge_status_is_known": (Charge, {"status": "lost", "settled_at": NINE}),
    "closure_starts_before_it_ends": (Closure, {"last_on": date(2030, 1, 6)}),
    "closing_counts_no_less_than_nothing": (DayClosing, {"cash_counted": Decimal("-0.01")}),
    "consultation_bill_timing_is_known": (Consultation, {"bill_timing": "never"}),
    "consultation_diastolic_is_possible": (Consultation, {"diastolic": 19}),
    "consultation_has_the_moments_of_its_status": (Consultation, {"closed_at": NINE}),
    "consultation_height_is_possible": (Consultation, {"height": Decimal("260.1")}),
    "consultation_pulse_is_possible": (Consultation, {"pulse": 301}),
    "consultation_respiration_is_possible": (Consultation, {"respiration": 3}),
    "consultation_saturation_is_possible": (Consultation, {"saturation": 101}),
    "consultation_status_is_known": (Consultation, {"status": "lost"}),
    "consultation_systolic_is_possible": (Consultation, {"systolic": 39}),
    "consultation_temperature_is_possible": (Consultation, {"temperature": Decimal("24.9")}),
    "consultation_weight_is_possible": (Consultation, {"weight": Decimal("500.1")}),
    "documentnumber_kind_is_known": (DocumentNumber, {"kind": "letter"}),
    "extrahours_have_a_grid": (ExtraHours, {"slot_minutes": 4}),
    "extrahours_start_before_they_end": (ExtraHours, {"end": time(9)}),
    "heldslot_starts_before_it_ends": (HeldSlot, {"ends_at": NINE}),
    "heldslot_status_is_known": (HeldSlot, {"status": "lost"}),
    "invoice_is_numbered_from_one": (Invoice, {"number": 0}),
    "invoice_is_void_since_a_moment": (Invoice, {"voided_at": NINE}),
    "invoice_is_waived_since_a_moment": (Invoice, {"status": "waived"}),
    "invoice_status_is_known": (Invoice, {"status": "lost"}),
    "job_kind_is_known": (Job, {"kind": "sweep"}),
    "job_progress_within_total": (Job, {"done": 2}),
    "job_status_is_known": (Job, {"status": "lost"}),
    "leave_starts_before_it_ends": (Leave, {"ends_at": NINE}),
    "leave_status_is_known": (Leave, {"status": "maybe"}),
    "line_amount_is_price_times_quantity": (InvoiceLine, {"amount": Decimal("149.99")}),
    "line_has_a_quantity": (InvoiceLine, {"quantity": 0, "amount": 0}),
    "line_price_is_not_negative": (InvoiceLine, {"unit_price": Decimal("-0.01"), "amount": Decimal("-0.01")}),
    "message_called_off_by_hand_stays_so": (Message, {"called_off_by": lambda ours: ours.by}),
    "message_channel_is_known": (Message, {"channel": "fax"}),
    "message_is_leased_while_it_is_sent": (Message, {"status": "sending"}),
    "message_kind_is_known": (Message, {"kind": "greeting"}),
    "message_language_is_known": (Message, {"language": "fr"}),
    "message_status_is_known": (Message, {"status": "lost"}),
    "message_was_sent_at_a_moment": (Message, {"status": "sent"}),
    "messagetemplate_channel_is_known": (MessageTemplate, {"channel": "fax"}),
    "messagetemplate_kind_is_known": (MessageTemplate, {"kind": "greeting"}),
    "messagetemplate_language_is_known": (MessageTemplate, {"language": "fr"}),
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
    "payment_kind_is_known": (Payment, {"kind": "gift"}),
    "payment_method_is_known": (Payment, {"method": "gold"}),
    "payment_takes_and_refund_gives": (Payment, {"amount": Decimal(0)}),
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
    "receipt_is_numbered_from_one": (Payment, {"receipt_number": 0}),
    "refund_is_approved_by_another": (Payment, {"approved_by": lambda ours: ours.payment.taken_by}),
    "refundrequest_is_answered_by_another": (
        RefundRequest,
        {"status": "refused", "answered_at": NINE, "answered_by": lambda ours: ours.refund_request.asked_by},
    ),
    "refundrequest_is_an_amount": (RefundRequest, {"amount": 0}),
    "refundrequest_is_asked_or_answered": (RefundRequest, {"status": "approved"}),
    "refundrequest_method_is_known": (RefundRequest, {"method": "gold"}),
    "refundrequest_status_is_known": (RefundRequest, {"status": "lost"}),
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
    "visit_is_closed_since_a_moment": (Visit, {"status": "closed"}),
    "visit_payment_status_is_known": (Visit, {"payment_status": "void"}),
    "visit_status_is_known": (Visit, {"status": "lost"}),
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


def breaking(name, ours) -> tuple[type, dict[str, object]]:
    """The model and the change of its row that breaks this constraint."""
    model, changes = BY_CHANGING[name]
    return model, {field: value(ours) if callable(value) else value for field, value in changes.items()}


# Another rule that such a row cannot but break as well; which one speaks first is the database's own affair.
ALSO_BROKEN = {
    "consultation_status_is_known": "consultation_goes_one_way",
    "refundrequest_status_is_known": "refundrequest_is_asked_or_answered",
    "visit_status_is_known": "visit_is_closed_since_a_moment",
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
    "a_kind_has_one_template": (MessageTemplate, lambda ours: {}),
    "a_rule_is_swept_once": (Sweep, lambda ours: {}),
    "appointment_is_rebooked_in_one_batch": (RebookingItem, lambda ours: {}),
    "documents_are_numbered_once": (DocumentNumber, lambda ours: {}),
    "invoice_number_is_given_once": (Invoice, lambda ours: {}),
    "busy_calendar_name_is_unique": (BusyCalendar, lambda ours: {}),
    "clinic_code_is_unique": (Clinic, lambda ours: {}),
    "package_code_is_unique": (Package, lambda ours: {}),
    "package_names_a_service_once": (PackageItem, lambda ours: {}),
    "patient_file_number_is_unique": (Patient, lambda ours: {}),
    "patient_has_one_open_visit": (Visit, lambda ours: {}),
    "patient_is_never_in_two_places": (Appointment, lambda ours: {**WITHOUT_PACKAGE, "lane": 1, "room": None}),
    "patient_waits_once_for_a_service": (WaitlistEntry, lambda ours: {}),
    "provider_code_is_unique": (Provider, lambda ours: {}),
    "provider_is_never_double_booked": (
        Appointment, lambda ours: {**WITHOUT_PACKAGE, "patient": ours.second_patient, "room": None},
    ),
    "purchase_names_a_service_once": (PurchaseItem, lambda ours: {}),
    "receipt_number_is_given_once": (Payment, lambda ours: {}),
    "refund_is_asked_for_once": (RefundRequest, lambda ours: {}),
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
    ("busytime_agrees", "calendar", "provider"): lambda ours: {"provider": make_provider(ours.clinic)},
    ("charge_agrees", "invoice", "patient"): lambda ours: {"invoice": make_invoice(ours.second_patient, ours.clinic)},
    ("consultation_agrees", "line", "service"): lambda ours: {
        "line": make_invoice(ours.patient, ours.clinic).lines.get()
    },
    ("consultation_agrees", "visit", "clinic"): lambda ours: {
        "visit": make_visit(ours.patient, ours.second_clinic),
        "line": None,
        "status": "pending",
        "activated_at": None,
    },
    ("consultation_agrees", "visit", "patient"): lambda ours: {
        "visit": make_visit(ours.second_patient, ours.clinic),
        "line": None,
        "status": "pending",
        "activated_at": None,
    },
    ("charge_agrees", "appointment", "patient"): lambda ours: {"patient": ours.second_patient},
    ("heldslot_agrees", "room", "clinic"): lambda ours: {"room": ours.room_elsewhere},
    ("invoice_agrees", "visit", "clinic"): lambda ours: {"visit": make_visit(ours.patient, ours.second_clinic)},
    ("invoice_agrees", "visit", "patient"): lambda ours: {"visit": make_visit(ours.second_patient, ours.clinic)},
    ("message_agrees", "appointment", "patient"): lambda ours: {"patient": ours.second_patient},
    ("message_agrees", "purchase", "patient"): lambda ours: {"purchase": ours.purchase_of_second_patient},
    ("message_agrees", "resend_of", "patient"): lambda ours: {
        "resend_of": queue(
            MessageKind.ASSIGNED, ours.second_patient, purchase=ours.purchase_of_second_patient, by=ours.by
        )
    },
    ("payment_agrees", "closing", "clinic"): lambda ours: {
        "closing": close_day(ours.second_clinic, "", by=ours.by, at=NINE)
    },
    ("payment_agrees", "refund_of", "invoice"): lambda ours: {
        "refund_of": make_payment(make_invoice(ours.patient, ours.clinic)),
        "kind": "refund",
        "amount": -1,
        "receipt_number": 99,
    },
    ("series_agrees", "package_purchase", "patient"): lambda ours: {
        "package_purchase": ours.purchase_of_second_patient
    },
    ("sessionentry_agrees", "item", "purchase"): lambda ours: {"item": ours.second_purchase.items.get()},
    ("visit_agrees", "appointment", "clinic"): lambda ours: {
        "appointment": make_appointment(ours.patient, ours.service, ours.provider, ours.second_clinic, NINE + HOUR)
    },
    ("visit_agrees", "appointment", "patient"): lambda ours: {
        "appointment": make_appointment(ours.second_patient, ours.service, ours.provider, ours.clinic, NINE + HOUR)
    },
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
        (CalendarFeed, "patient"): {"provider": None},
        (Change, "purchase"): {"appointment": None},
        (Payment, "refund_of"): {"kind": "refund", "amount": -1},
        (RefundRequest, "refund"): {"status": "approved", "answered_at": NINE},
    }
    return {relation: row, **beside.get((model, relation), {})}


def target(model, relation, world):
    """A row to point to: the world's, or one that nobody points to yet where only one may."""
    if (model, relation) == (CalendarFeed, "provider"):
        return make_provider(world.clinic)
    if (model, relation) == (Consultation, "line"):
        return make_invoice(world.patient, world.clinic).lines.get()
    if (model, relation) == (FollowUp, "appointment"):
        return make_appointment(world.second_patient, world.service, world.provider, world.clinic, TWO + HOUR)
    if (model, relation) == (RefundRequest, "payment"):
        return make_payment(make_invoice(world.patient, world.clinic))
    return world.row(model._meta.get_field(relation).related_model)


def unmet(model, ours) -> dict[str, object]:
    """What keeps the row written clear of every other rule."""
    clear = {
        Appointment: {**LATER, "session_number": 2},
        BusyCalendar: {"name": "Another"},
        Charge: {"appointment": ours.appointment},
        Consultation: {"line": None},
        FollowUp: {
            "appointment": make_appointment(ours.second_patient, ours.service, ours.provider, ours.clinic, TWO + HOUR)
        },
        HeldSlot: {"hold": None},
        Invoice: {"number": 99},
        MessageTemplate: {"language": "ar"},
        Offer: {"entry": make_waitlist_entry(ours.second_patient, ours.service)},
        PackageItem: {"service": make_service(ours.provider)},
        Payment: {"receipt_number": 99},
        PurchaseItem: {"service": make_service(ours.provider)},
        RebookingItem: {"status": "kept"},
        RefundRequest: {"payment": make_payment(make_invoice(ours.patient, ours.clinic))},
        Room: {"code": "R-new"},
        Service: {"code": "S-new"},
        Sweep: {"rule": "reminder:sms:120"},
        Visit: {"status": "closed", "closed_at": NINE},
        WaitlistEntry: {"status": "withdrawn"},
    }
    return clear.get(model, {})
