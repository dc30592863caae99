from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction

from clinic.management.commands.seed_demo import moment
from clinic.management.demo import seed
from clinic.models import (
    Appointment,
    Closure,
    Consultation,
    Message,
    Organisation,
    PackagePurchase,
    Patient,
    Payment,
    SessionEntry,
    User,
    Visit,
)

SUNDAY, NATIONAL_DAY = date(2026, 11, 22), date(2026, 9, 23)
RIYADH = ZoneInfo("Asia/Riyadh")


def everything():
    """All that the seed writes, told without database keys and password hashes."""
    appointments = Appointment.objects.order_by("pk")
    return [
        list(
            Patient.objects.order_by("pk").values_list("file_number", "name_en", "name_ar", "phone", "email", "born_on")
        ),
        list(appointments.values_list("public_id", "starts_at", "provider__code", "patient__file_number", "status")),
        list(appointments.values_list("room__code", "lane", "session_number", "arrived_at", "completed_at", "notes")),
        list(
            Appointment.history.order_by("history_id").values_list(
                "public_id", "status", "history_date", "history_type", "history_user__username"
            )
        ),
        list(PackagePurchase.objects.order_by("pk").values_list("patient__file_number", "package__code", "status")),
        list(SessionEntry.objects.order_by("pk").values_list("kind", "sessions", "at", "appointment__public_id")),
        list(Message.objects.order_by("pk").values_list("kind", "status", "subject", "body", "queued_at")),
        list(
            Visit.objects.order_by("pk").values_list("patient__file_number", "opened_at", "payment_status", "complaint")
        ),
        list(Consultation.objects.order_by("pk").values_list("doctor__code", "status", "closed_at", "plan", "pulse")),
        list(Payment.objects.order_by("pk").values_list("receipt_number", "method", "amount", "taken_at", "reference")),
        list(User.objects.order_by("pk").values_list("username", "first_name", "date_joined", "provider__code")),
    ]


def rows_of_a_fresh_seed():
    with transaction.atomic():
        seed(today=SUNDAY, patients=20)
        rows = everything()
        transaction.set_rollback(True)
    return rows


@pytest.mark.django_db
def test_seed_when_repeated_for_the_same_day_writes_the_same_rows():
    assert rows_of_a_fresh_seed() == rows_of_a_fresh_seed()


@pytest.mark.django_db
def test_seed_demo_when_run_again_changes_nothing(capsys):
    call_command("seed_demo", patients=12, today=SUNDAY)
    before = everything()

    call_command("seed_demo", patients=30, today=date(2027, 3, 1))

    assert everything() == before
    assert "Loaded Noor Therapy Group with 12 patients." in capsys.readouterr().out


@pytest.mark.django_db
def test_seed_demo_beside_other_organisations_leaves_them_alone():
    other = Organisation.objects.create(name_en="Palm Clinic", slug="palm")

    call_command("seed_demo", patients=12, today=SUNDAY, verbosity=0)

    assert set(Organisation.objects.values_list("slug", flat=True)) == {"noor", "cedar", "palm"}
    assert not Patient.objects.of(other).exists()


@pytest.mark.django_db
def test_no_holiday_closes_the_house_today():
    seed(today=NATIONAL_DAY, patients=12)

    assert not Closure.objects.filter(first_on__lte=NATIONAL_DAY, last_on__gte=NATIONAL_DAY).exists()
    assert Closure.objects.filter(first_on=NATIONAL_DAY.replace(year=2027)).exists()


def test_moment_today_is_the_present_minute():
    now = datetime.combine(SUNDAY, time(7, 5, 9), RIYADH)

    assert moment(None, now) == {"today": SUNDAY, "at": time(7, 5)}


def test_moment_of_a_chosen_day_is_mid_morning():
    now = datetime(2026, 11, 22, 15, 0, tzinfo=RIYADH)

    assert moment(date(2027, 1, 3), now) == {"today": date(2027, 1, 3), "at": time(11, 20)}
