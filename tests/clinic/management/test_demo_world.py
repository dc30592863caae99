"""The rules that the demo's rows keep, checked on one small world that all tests read."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import F, Q, Sum

from clinic.enums import (
    CANCELLED_STATUSES,
    LIVE_STATUSES,
    AppointmentStatus,
    Channel,
    MessageStatus,
    PurchaseStatus,
)
from clinic.messaging.texts.segments import segments
from clinic.messaging.texts.words import MOST_SEGMENTS
from clinic.models import (
    Appointment,
    Closure,
    FileNumber,
    Leave,
    Message,
    Organisation,
    PackagePurchase,
    Patient,
    Provider,
    SessionEntry,
    User,
    WaitlistEntry,
)
from clinic.packages.selectors import items_with_balances, with_balances
from clinic.scheduling import refusals

pytestmark = [pytest.mark.any_engine, pytest.mark.django_db, pytest.mark.usefixtures("noor")]

SUNDAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)  # 11:20 in Riyadh
USED_OR_LIVE = Q(status__in=LIVE_STATUSES) | Q(session_used=True)


def taking_place():
    return Appointment.objects.exclude(status__in=CANCELLED_STATUSES)


def test_ledger_of_every_purchase_sums_to_its_counters():
    granted = SessionEntry.objects.filter(kind="grant").values("purchase").annotate(n=Sum("sessions"))
    used = SessionEntry.objects.filter(kind="use").values("purchase").annotate(n=Sum("sessions"))

    ledger = {row["purchase"]: [row["n"], 0] for row in granted}
    for row in used:
        ledger[row["purchase"]][1] = -row["n"]

    counters = PackagePurchase.objects.values_list("pk", "total_sessions", "sessions_used")
    assert ledger == {pk: [total, used] for pk, total, used in counters}
    assert len(ledger) > 50


def test_every_use_in_the_ledger_belongs_to_one_held_session():
    uses = SessionEntry.objects.filter(kind="use").order_by("appointment").values_list("appointment", flat=True)

    held = Appointment.objects.filter(session_used=True).order_by("pk").values_list("pk", flat=True)
    assert list(uses) == list(held)


def test_no_item_of_a_purchase_is_used_or_reserved_beyond_what_was_bought():
    for item in items_with_balances():
        assert item.granted == item.sessions
        assert item.used + item.reserved <= item.granted


def test_session_numbers_of_every_purchase_count_from_one_in_order_of_time():
    numbers = defaultdict(list)
    sessions = Appointment.objects.filter(USED_OR_LIVE, package_purchase__isnull=False)
    for purchase, number in sessions.order_by("starts_at").values_list("package_purchase", "session_number"):
        numbers[purchase].append(number)

    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_no_session_lies_after_the_last_day_of_its_purchase():
    late = Appointment.objects.filter(starts_at__date__gt=F("package_purchase__expires_on"))

    assert not late.exists()


def test_purchases_have_the_status_their_sessions_and_dates_say():
    for purchase in PackagePurchase.objects.all():
        is_used_up = purchase.sessions_used == purchase.total_sessions
        assert (purchase.status == PurchaseStatus.COMPLETED) == is_used_up
        assert (purchase.status == PurchaseStatus.EXPIRED) == (purchase.expires_on < SUNDAY and not is_used_up)
        assert (purchase.status == PurchaseStatus.FROZEN) == (purchase.frozen_on is not None)


def test_only_active_purchases_have_sessions_ahead():
    live = Appointment.objects.filter(status__in=LIVE_STATUSES, package_purchase__isnull=False)

    assert set(live.values_list("package_purchase__status", flat=True)) == {PurchaseStatus.ACTIVE}


def test_first_session_of_a_mixed_package_is_an_assessment(noor):
    sessions = taking_place().filter(package_purchase__package__code="START12").order_by("starts_at")

    steps = defaultdict(list)
    for session in sessions.select_related("service"):
        steps[session.package_purchase_id].append(session.service.code)
    assert steps
    assert all(set(codes[:2]) <= {"SLP-A", "OT-A"} for codes in steps.values())
    assert all(not {"SLP-A", "OT-A"} & set(codes[2:]) for codes in steps.values())


@pytest.mark.parametrize(
    ("owner", "start", "end"),
    [
        (("provider", "lane"), "busy_from", "busy_until"),
        (("room", "room_place"), "busy_from", "busy_until"),
        (("patient",), "starts_at", "ends_at"),
    ],
    ids=["provider", "room", "patient"],
)
def test_nobody_and_nothing_was_ever_in_two_appointments_at_once(owner, start, end):
    rows = taking_place().filter(**{f"{owner[0]}__isnull": False}).order_by(*owner, start)

    for (*one, _, until), (*other, begins, _) in pairwise(rows.values_list(*owner, start, end)):
        assert one != other or until <= begins


def test_every_appointment_ahead_could_be_booked_again_by_the_engine():
    loaded = Appointment.objects.select_related("service", "provider", "clinic", "patient")

    for row in loaded.filter(status__in=LIVE_STATUSES, starts_at__gt=NOW):
        question = refusals.ask(
            row.service, row.provider, row.clinic, row.starts_at, patient=row.patient, at=NOW, without=row
        )
        assert refusals.refusals(question) == []
        assert row.lane in question.free_lanes()
        assert not question.needs_room() or (row.room_id, row.room_place) in question.free_room_places()


def test_past_appointments_lay_in_working_hours_on_open_days():
    loaded = Appointment.objects.select_related("service", "provider", "clinic")
    past = loaded.filter(starts_at__date__lt=SUNDAY).order_by("public_id")[:60]

    for row in past:
        at = row.starts_at - timedelta(days=1)
        question = refusals.ask(row.service, row.provider, row.clinic, row.starts_at, at=at, without=row)
        assert refusals.refusals(question) == []


def test_moments_of_every_appointment_follow_each_other_and_none_lies_ahead():
    moments = ("booked_at", "confirmed_at", "arrived_at", "started_at", "completed_at")

    for values in Appointment.objects.values_list(*moments):
        passed = [moment for moment in values if moment is not None]
        assert passed == sorted(passed)
        assert passed[-1] <= NOW
    assert not Appointment.objects.filter(booked_at__gte=F("starts_at")).exists()


def test_every_appointment_was_booked_after_patient_and_package_were_known(noor):
    early = Appointment.objects.filter(
        package_purchase__isnull=False, booked_at__date__lt=F("package_purchase__purchased_on")
    )

    assert not early.exists()
    assert Patient.history.filter(history_type="+").count() == Patient.objects.count()


def test_history_of_every_appointment_begins_with_its_booking_and_ends_with_what_it_is():
    versions = defaultdict(list)
    for version in Appointment.history.order_by("history_date", "history_id"):
        versions[version.id].append(version)

    for row in Appointment.objects.all():
        first, last = versions[row.pk][0], versions[row.pk][-1]
        assert (first.history_type, first.status, first.history_date) == ("+", "scheduled", row.booked_at)
        assert (last.status, last.starts_at, last.session_used) == (row.status, row.starts_at, row.session_used)


def test_purchases_come_in_every_stage(noor):
    purchases = with_balances(PackagePurchase.objects.of(noor))
    active = purchases.filter(status=PurchaseStatus.ACTIVE)

    assert set(purchases.values_list("status", flat=True)) >= {"active", "completed", "expired", "frozen"}
    assert active.filter(used=0, reserved=0).exists()
    assert active.filter(used__gt=0, reserved__gt=0, free__gt=0).exists()
    assert active.filter(free__gt=0, expires_on__lte=SUNDAY + timedelta(days=30)).exists()
    assert active.filter(free__gte=7, expires_on__lte=SUNDAY + timedelta(days=10)).exists()


def test_rota_names_the_public_holidays_of_this_and_next_year(noor):
    for year in (2026, 2027):
        assert Closure.objects.of(noor).filter(first_on=date(year, 9, 23), name_ar="اليوم الوطني").exists()


def test_a_provider_is_on_leave_next_week(noor):
    leave = Leave.objects.of(noor).get(status="approved", starts_at__range=(NOW, NOW + timedelta(days=8)))

    assert leave.provider.code == "DALAL"
    assert (
        not taking_place()
        .filter(provider=leave.provider, starts_at__lt=leave.ends_at, ends_at__gt=leave.starts_at)
        .exists()
    )


def test_every_phone_number_can_be_called():
    with_phone = Patient.objects.exclude(phone="")

    assert all(patient.phone.is_valid() for patient in with_phone)
    assert with_phone.count() < Patient.objects.count()


def test_messages_that_could_not_go_out_say_why():
    assert not Message.objects.filter(status=MessageStatus.SKIPPED, error="").exists()
    assert not Message.objects.filter(status=MessageStatus.SENT, sent_at=None).exists()
    assert Message.objects.filter(status=MessageStatus.SENT).count() > 10


def test_text_messages_are_as_short_as_those_that_really_leave():
    bodies = Message.objects.filter(channel=Channel.SMS).values_list("body", flat=True)

    assert len(bodies) > 10
    assert [body for body in bodies if segments(body).count > MOST_SEGMENTS] == []


@pytest.mark.parametrize(
    ("username", "group", "organisation"),
    [
        ("frontdesk", "Front desk", "noor"),
        ("provider", "Provider", "noor"),
        ("cashier", "Cashier", "noor"),
        ("manager", "Manager", "noor"),
        ("admin", "Administrator", "noor"),
        ("cedar", "Administrator", "cedar"),
    ],
)
def test_each_role_has_a_login_of_its_organisation(username, group, organisation):
    user = User.objects.get(username=username)

    assert check_password("demo", user.password)
    assert list(user.groups.values_list("name", flat=True)) == [group]
    assert user.organisation.slug == organisation
    assert (user.is_staff, user.is_superuser) == (True, False)


def test_provider_login_belongs_to_a_provider_and_platform_login_to_no_organisation():
    assert Provider.objects.get(user__username="provider").code == "REEM"
    platform = User.objects.get(username="platform")
    assert (platform.organisation, platform.is_superuser) == (None, True)


def test_the_neighbour_has_file_numbers_of_its_own_that_look_the_same(noor):
    cedar = Organisation.objects.get(slug="cedar")

    ours, theirs = (set(Patient.objects.of(o).values_list("file_number", flat=True)) for o in (noor, cedar))
    assert theirs <= ours
    assert FileNumber.objects.get(organisation=cedar).last == 10000 + len(theirs)
    assert FileNumber.objects.get(organisation=noor).last == 10080


def test_statuses_ahead_are_those_of_appointments_not_yet_held():
    ahead = Appointment.objects.filter(starts_at__gt=NOW + timedelta(hours=1))

    waiting = {AppointmentStatus.SCHEDULED, AppointmentStatus.RESCHEDULED, AppointmentStatus.CONFIRMED}
    assert set(ahead.values_list("status", flat=True)) <= waiting | set(CANCELLED_STATUSES)


def test_patients_wait_for_what_is_offered_at_their_clinic(noor):
    entries = WaitlistEntry.objects.of(noor).select_related("service", "clinic")

    assert len(entries) >= 2
    assert all(entry.service.clinics.filter(pk=entry.clinic_id).exists() for entry in entries)
