"""Boring rows for tests: fixed names and dates, every value a test relies on is given by the test.

The world they make is one organisation in Riyadh whose Monday is 7 January 2030.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from clinic.enums import (
    BillTiming,
    ConsultationStatus,
    DocumentKind,
    LeaveStatus,
    MessageStatus,
    PaymentMethod,
    PurchaseStatus,
    Weekday,
)
from clinic.models import (
    Appointment,
    BusyCalendar,
    BusyTime,
    Clinic,
    Closure,
    Consultation,
    DocumentNumber,
    ExtraHours,
    Invoice,
    InvoiceLine,
    Leave,
    Organisation,
    Package,
    PackageItem,
    Patient,
    Payment,
    Policy,
    Provider,
    Room,
    Series,
    Service,
    User,
    Visit,
    WaitlistEntry,
    WorkingHours,
)

RIYADH = ZoneInfo("Asia/Riyadh")
MONDAY = date(2030, 1, 7)
NINE = datetime(2030, 1, 7, 9, tzinfo=RIYADH)
BEFORE = datetime(2030, 1, 1, tzinfo=UTC)  # when tests book, a week ahead

SENT = {"status": MessageStatus.SENT, "sent_at": BEFORE}  # of a message that has left

numbers = count(1)


def make_organisation(name="Noor Group", **fields) -> Organisation:
    organisation = Organisation.objects.create(name_en=name, **{"slug": f"org-{next(numbers)}", **fields})
    Policy.objects.create(organisation=organisation)
    return organisation


def make_user(organisation, username=None, **fields) -> User:
    return User.objects.create(organisation=organisation, username=username or f"user-{next(numbers)}", **fields)


def make_clinic(organisation, name="Olaya", **fields) -> Clinic:
    return Clinic.objects.create(
        organisation=organisation, name_en=name, **{"code": f"C{next(numbers)}", "time_zone": "Asia/Riyadh", **fields}
    )


def make_room(clinic, *services, name="Room 1", **fields) -> Room:
    room = Room.objects.create(
        organisation=clinic.organisation, clinic=clinic, name_en=name, **{"code": f"R{next(numbers)}", **fields}
    )
    room.services.set(services)
    return room


def make_provider(*clinics, name="Sara", organisation=None, **fields) -> Provider:
    provider = Provider.objects.create(
        organisation=organisation or clinics[0].organisation, name_en=name, **{"code": f"P{next(numbers)}", **fields}
    )
    provider.clinics.set(clinics)
    return provider


def make_service(*providers, clinics=(), name="Speech therapy", minutes=30, organisation=None, **fields) -> Service:
    """A service given by `providers`, in `clinics` or else in every clinic the providers work in."""
    clinics = clinics or {clinic for provider in providers for clinic in provider.clinics.all()}
    service = Service.objects.create(
        organisation=organisation or providers[0].organisation,
        name_en=name,
        duration=timedelta(minutes=minutes),
        **{"code": f"S{next(numbers)}", "price": Decimal("150.00"), **fields},
    )
    service.providers.set(providers)
    service.clinics.set(clinics)
    return service


def make_patient(organisation, name="Huda", **fields) -> Patient:
    return Patient.objects.create(
        organisation=organisation,
        name_en=name,
        **{"file_number": f"F{next(numbers)}", "phone": "+966501234567", **fields},
    )


def make_package(*items, name="10 sessions", **fields) -> Package:
    """A package of (service, sessions) or (service, sessions, step) items."""
    organisation = items[0][0].organisation
    package = Package.objects.create(
        organisation=organisation,
        name_en=name,
        **{"code": f"K{next(numbers)}", "price": Decimal("1200.00"), "validity_days": 90, **fields},
    )
    for service, sessions, *step in items:
        PackageItem.objects.create(
            organisation=organisation, package=package, service=service, sessions=sessions, step=step[0] if step else 1
        )
    return package


def in_status(status: PurchaseStatus) -> dict:
    """The fields of a purchase that has this status."""
    return {"status": status, "frozen_on": MONDAY if status == PurchaseStatus.FROZEN else None}


def make_hours(provider, clinic, weekday=Weekday.MONDAY, start=time(9), end=time(17), **fields) -> WorkingHours:
    return WorkingHours.objects.create(
        organisation=provider.organisation, provider=provider, clinic=clinic, weekday=weekday, start=start, end=end,
        **{"slot_minutes": 30, **fields},
    )  # fmt: skip


def make_week(provider, clinic, **fields) -> list[WorkingHours]:
    """The same hours from Monday to Sunday."""
    return [make_hours(provider, clinic, weekday=weekday, **fields) for weekday in Weekday]


def make_extra_hours(provider, clinic, day=MONDAY, start=time(9), end=time(17), **fields) -> ExtraHours:
    return ExtraHours.objects.create(
        organisation=provider.organisation, provider=provider, clinic=clinic, date=day, start=start, end=end,
        **{"slot_minutes": 30, **fields},
    )  # fmt: skip


def make_leave(provider, starts_at, ends_at, status=LeaveStatus.APPROVED, **fields) -> Leave:
    return Leave.objects.create(
        organisation=provider.organisation, provider=provider, starts_at=starts_at, ends_at=ends_at, status=status,
        **fields,
    )  # fmt: skip


def make_busy_time(provider, starts_at, ends_at, calendar="Hospital", **fields) -> BusyTime:
    """Time in a calendar elsewhere, of this name; further fields are those of the calendar, where it is new."""
    own = {"organisation": provider.organisation, "provider": provider}
    followed, _ = BusyCalendar.objects.get_or_create(**own, name=calendar, defaults=fields)
    return BusyTime.objects.create(**own, calendar=followed, starts_at=starts_at, ends_at=ends_at)


def make_closure(organisation, first_on=MONDAY, last_on=None, clinic=None, name="Holiday") -> Closure:
    return Closure.objects.create(
        organisation=organisation, clinic=clinic, first_on=first_on, last_on=last_on or first_on, name_en=name
    )


def make_appointment(patient, service, provider, clinic, starts_at=NINE, **fields) -> Appointment:
    """A row as it stands in the table, past every rule but the database's own."""
    ends_at = starts_at + service.duration
    return Appointment.objects.create(
        organisation=patient.organisation, patient=patient, service=service, provider=provider, clinic=clinic,
        starts_at=starts_at, ends_at=ends_at,
        **{
            "busy_from": starts_at - service.buffer_before, "busy_until": ends_at + service.buffer_after,
            "booked_at": BEFORE, **fields,
        },
    )  # fmt: skip


def make_series(patient, service, provider, clinic, rule="FREQ=WEEKLY;COUNT=4", **fields) -> Series:
    return Series.objects.create(
        organisation=patient.organisation, patient=patient, service=service, provider=provider, clinic=clinic,
        rule=rule, **{"first_on": MONDAY, "start": time(9), "booked_at": BEFORE, **fields},
    )  # fmt: skip


def make_waitlist_entry(patient, service, **fields) -> WaitlistEntry:
    return WaitlistEntry.objects.create(
        organisation=patient.organisation, patient=patient, service=service,
        **{"first_on": MONDAY, "last_on": MONDAY + timedelta(days=30), "joined_at": BEFORE, **fields},
    )  # fmt: skip


def make_visit(patient, clinic, **fields) -> Visit:
    return Visit.objects.create(
        organisation=patient.organisation, patient=patient, clinic=clinic, **{"opened_at": NINE, **fields}
    )


def make_invoice(patient, clinic, *amounts, visit=None, **fields) -> Invoice:
    """An unpaid invoice with a line for each amount, of 150.00 if none is given; as it stands, past every rule."""
    organisation = patient.organisation
    invoice = Invoice.objects.create(
        organisation=organisation, patient=patient, clinic=clinic, visit=visit,
        **{"number": next_number(organisation, DocumentKind.INVOICE), "currency": "SAR", "issued_at": NINE, **fields},
    )  # fmt: skip
    for amount in map(Decimal, amounts or ["150.00"]):
        InvoiceLine.objects.create(
            organisation=organisation, invoice=invoice, description_en="Treatment", unit_price=amount, amount=amount
        )
    return invoice


def make_payment(invoice, amount="150.00", method=PaymentMethod.CASH, **fields) -> Payment:
    """A payment as it stands in the table: the statuses of its invoice and visit stay as they are."""
    organisation = invoice.organisation
    return Payment.objects.create(
        organisation=organisation, invoice=invoice, amount=Decimal(amount), method=method,
        **{
            "receipt_number": next_number(organisation, DocumentKind.RECEIPT), "clinic": invoice.clinic,
            "taken_at": NINE, **fields,
        },
    )  # fmt: skip


def make_consultation(visit, service, doctor=None, status=ConsultationStatus.ACTIVE, **fields) -> Consultation:
    """A consultation as it stands in the table, billed after it if nothing else is given."""
    pending, closed = status == ConsultationStatus.PENDING, status == ConsultationStatus.CLOSED
    row = Consultation.objects.create(
        organisation=visit.organisation, visit=visit, patient=visit.patient, clinic=visit.clinic, service=service,
        doctor=doctor, status=ConsultationStatus.ACTIVE if closed else status,
        **{
            "bill_timing": BillTiming.AFTER, "requested_at": NINE, "activated_at": None if pending else NINE, **fields,
        },
    )  # fmt: skip
    if closed:  # no row begins like this
        row.status, row.closed_at = status, NINE
        row.save()
    return row


def next_number(organisation, kind: DocumentKind) -> int:
    given, _ = DocumentNumber.objects.get_or_create(organisation=organisation, kind=kind)
    given.last += 1
    given.save()
    return given.last
