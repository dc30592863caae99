"""One row in every table of an organisation, with a word of its own in every text, so that it is found in any page."""

from datetime import date, time, timedelta
from types import SimpleNamespace

from clinic.enums import (
    Channel,
    ChargeKind,
    JobKind,
    Language,
    MessageKind,
    OperationKind,
    RebookingCause,
    SessionEntryKind,
)
from clinic.models import (
    BusyCalendar,
    BusyTime,
    CalendarFeed,
    Certificate,
    Charge,
    HeldSlot,
    Job,
    Message,
    Offer,
    Operation,
    PackagePurchase,
    PurchaseItem,
    Rebooking,
    SessionEntry,
)
from tests.factories import (
    BEFORE,
    MONDAY,
    NINE,
    make_appointment,
    make_clinic,
    make_closure,
    make_extra_hours,
    make_hours,
    make_leave,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_room,
    make_series,
    make_service,
    make_user,
    make_waitlist_entry,
    numbers,
)
from tests.outpatients import make_outpatient


def make_world(word: str) -> SimpleNamespace:
    """An organisation whose every text contains `word`, as a namespace of its rows."""
    organisation = make_organisation(f"{word} group", name_ar=f"{word} ar", slug=word.lower())
    rows = fill(organisation, word)
    rows.organisation, rows.policy = organisation, organisation.policy
    return rows


def fill(organisation, word: str, starts_at=NINE) -> SimpleNamespace:
    """One row more in every table of an organisation, apart from its own and its policy's."""
    user = make_user(
        organisation, f"{word}-user", first_name=f"{word} first", last_name=f"{word} last", is_staff=True,
        email=f"{word}@example.com",
    )  # fmt: skip
    clinic = make_clinic(organisation, f"{word} clinic", code=f"{word}C", address=f"{word} street")
    provider = make_provider(clinic, name=f"{word} provider", code=f"{word}P", specialty=f"{word} field")
    service = make_service(provider, name=f"{word} service", code=f"{word}S")
    room = make_room(clinic, service, name=f"{word} room", code=f"{word}R")
    package = make_package((service, 4), name=f"{word} package", code=f"{word}K")
    patient = make_patient(
        organisation, f"{word} patient", file_number=f"{word}F", email=f"{word}@example.org", notes=f"{word} notes"
    )
    purchase = buy(package, patient, user)
    appointment = make_appointment(
        patient, service, provider, clinic, starts_at, package_purchase=purchase, session_number=1, booked_by=user,
        room=room, reason=f"{word} reason", notes=f"{word} appointment notes", overbook_reason=f"{word} overbook",
    )  # fmt: skip
    series = make_series(patient, service, provider, clinic, booked_by=user)
    return SimpleNamespace(
        user=user, clinic=clinic, provider=provider, service=service, room=room, package=package, patient=patient,
        series=series, purchase=purchase, entry=purchase.entries.get(), appointment=appointment,
        message=make_message(appointment, f"{word} text"), charge=make_charge(appointment, f"{word} charge"),
        rebooking=make_rebooking(appointment, f"{word} lost times"), **rota(provider, clinic, word),
        **long_work(user, word),
        **wait(patient, service, provider, clinic, word),
        **elsewhere(provider, patient, word),
        **make_outpatient(patient, service, provider, clinic, by=user, follow_up=appointment, word=word),
    )  # fmt: skip


def make_rebooking(appointment, title) -> Rebooking:
    """A list on which the appointment waits."""
    batch = Rebooking.objects.create(
        organisation=appointment.organisation, cause=RebookingCause.HOURS, provider=appointment.provider, title=title,
        opened_at=BEFORE, opened_by=appointment.booked_by,
    )  # fmt: skip
    batch.items.create(organisation=batch.organisation, appointment=appointment, note=title)
    return batch


def rota(provider, clinic, word: str) -> dict[str, object]:
    return {
        "hours": make_hours(provider, clinic),
        "extra": make_extra_hours(provider, clinic, day=MONDAY + timedelta(days=1), start=time(18), end=time(20)),
        "leave": make_leave(provider, NINE + timedelta(days=9), NINE + timedelta(days=10), reason=f"{word} away"),
        "closure": make_closure(
            provider.organisation, clinic=clinic, first_on=date(2030, 3, 1), name=f"{word} holiday"
        ),
    }


def wait(patient, service, provider, clinic, word: str) -> dict[str, object]:
    """Who waits, and a time far from all others that is offered."""
    starts_at, mine = NINE + timedelta(days=40), {"organisation": patient.organisation}
    entry = make_waitlist_entry(patient, service, note=f"{word} waits")
    slot = HeldSlot.objects.create(
        **mine, service=service, provider=provider, clinic=clinic, starts_at=starts_at,
        ends_at=starts_at + service.duration, opens_at=BEFORE, held_until=BEFORE + timedelta(minutes=30),
    )  # fmt: skip
    offer = Offer.objects.create(**mine, slot=slot, entry=entry, offered_at=BEFORE)
    return {"waiting": entry, "held": slot, "offer": offer}


def elsewhere(provider, patient, word: str) -> dict[str, object]:
    """A file of a provider's busy time, long after all other rows, and the feeds of provider and patient."""
    mine = {"organisation": provider.organisation, "provider": provider}
    calendar = BusyCalendar.objects.create(**mine, name=f"{word} hospital", read_at=BEFORE)
    starts_at = NINE + timedelta(days=60)
    BusyTime.objects.create(**mine, calendar=calendar, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    CalendarFeed.objects.create(**mine, secret=f"{word}-{next(numbers)}", renewed_at=BEFORE)
    feed = CalendarFeed.objects.create(
        organisation=provider.organisation, patient=patient, secret=f"{word}-{next(numbers)}", renewed_at=BEFORE
    )
    return {"calendar": calendar, "feed": feed}


def long_work(user, word: str) -> dict[str, object]:
    job = Job.objects.create(
        organisation=user.organisation, kind=JobKind.BULK_PLAN, requested_by=user, stage=f"{word} stage",
        error=f"{word} error", created_at=BEFORE, arguments={"text": word}, result={"text": word},
    )  # fmt: skip
    operation = Operation.objects.create(
        organisation=user.organisation, kind=OperationKind.AUTO_SCHEDULE, by=user, at=BEFORE, reason=f"{word} bulk",
        rows={"text": word},
    )  # fmt: skip
    certificate = Certificate.objects.create(
        organisation=user.organisation, checked_at=BEFORE, seconds=1, rows_checked=12,
        findings=[{"invariant": f"{word} rule", "count": 1, "rows": [{"key": 1}]}],
    )  # fmt: skip
    return {"job": job, "operation": operation, "certificate": certificate}


def buy(package, patient, by, **fields) -> PackagePurchase:
    """A purchase as it stands in the tables, with its snapshot and the grant of its sessions."""
    item = package.items.get()
    purchase = PackagePurchase.objects.create(
        organisation=package.organisation, package=package, patient=patient, assigned_by=by, price=package.price,
        purchased_on=date(2030, 1, 1), total_sessions=item.sessions, **{"expires_on": date(2030, 3, 31), **fields},
    )  # fmt: skip
    bought = PurchaseItem.objects.create(
        organisation=package.organisation, purchase=purchase, service=item.service, sessions=item.sessions
    )
    SessionEntry.objects.create(
        organisation=package.organisation, purchase=purchase, item=bought, kind=SessionEntryKind.GRANT,
        sessions=item.sessions, by=by, at=BEFORE, reason=f"{package.name_en} bought",
    )  # fmt: skip
    return purchase


def make_charge(appointment, reason) -> Charge:
    return Charge.objects.create(
        organisation=appointment.organisation, patient=appointment.patient, appointment=appointment,
        kind=ChargeKind.NO_SHOW, amount=50, raised_at=BEFORE, reason=reason,
    )  # fmt: skip


def make_message(appointment, text) -> Message:
    return Message.objects.create(
        organisation=appointment.organisation, patient=appointment.patient, appointment=appointment,
        kind=MessageKind.BOOKED, channel=Channel.EMAIL, address=appointment.patient.email, language=Language.ENGLISH,
        subject=text, body=text, due_at=BEFORE, queued_at=BEFORE, dedupe_key=f"key-{next(numbers)}",
        provider_reference=text, error=text,
    )  # fmt: skip
