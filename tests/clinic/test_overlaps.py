"""Nobody is in two places: what counts as an overlap, who says so, and how the rule outlives a migration."""

import re
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate

from clinic.constraints import Agrees, NoOverlap
from clinic.constraints.triggers import EXISTING_TRIGGERS
from clinic.enums import AppointmentStatus
from clinic.models import Appointment, Consultation, Payment
from tests.clinic.full_world import HALF_HOUR, HOUR, LATER, TWO, WITHOUT_PACKAGE, World, constraints, refused
from tests.factories import NINE, make_provider


@pytest.mark.parametrize(
    "changes",
    [
        lambda ours: {**LATER, "session_number": 2},
        lambda ours: {
            "starts_at": NINE + HALF_HOUR, "ends_at": NINE + HOUR, "busy_from": NINE + HALF_HOUR,
            "busy_until": NINE + HOUR, "session_number": 2,
        },
        lambda ours: {**WITHOUT_PACKAGE, "patient": ours.second_patient, "lane": 1, "room": None},
        lambda ours: {**WITHOUT_PACKAGE, "patient": ours.second_patient, "lane": 1, "room_place": 1},
        lambda ours: {
            **WITHOUT_PACKAGE, "patient": ours.second_patient, "provider": make_provider(ours.clinic), "room": None,
        },
        lambda ours: {"status": AppointmentStatus.CANCELLED_BY_PATIENT},
        lambda ours: {"status": AppointmentStatus.NO_SHOW},
        lambda ours: {**LATER, "package_purchase": ours.second_purchase},
    ],
    ids=[
        "later", "straight after", "other lane without a room", "other place of the room", "other provider",
        "cancelled", "no-show", "same number of another purchase",
    ],
)  # fmt: skip
def test_table_accepts_a_neighbour(ours, changes):
    ours.insert(Appointment, changes(ours))

    assert Appointment.objects.count() == 2


@pytest.mark.parametrize(
    ("start", "end", "is_taken"),
    [
        (0, 10, False), (0, 15, True), (0, 90, True), (12, 18, True), (15, 25, True), (20, 30, False), (25, 40, False),
        (25, 45, True), (25, 90, True), (55, 60, True), (60, 70, False),
    ],
)  # fmt: skip
def test_a_time_is_taken_by_whatever_it_touches(ours, start, end, is_taken):
    """Taken are the minutes from 10 to 20 and from 40 to 60; the appointment from 20 to 40 has been cancelled."""
    apart = {**WITHOUT_PACKAGE, "room": None, "lane": 1}
    ours.insert(Appointment, {**apart, **lasting(40, 60)})
    ours.insert(Appointment, {**apart, **lasting(20, 40), "status": AppointmentStatus.CANCELLED_BY_PATIENT})
    ours.insert(Appointment, {**apart, **lasting(10, 20)})

    with refused("provider_is_never_double_booked") if is_taken else nullcontext(), transaction.atomic():
        ours.insert(Appointment, {**apart, **lasting(start, end), "patient": ours.second_patient})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's constraints bring their own indexes")
@pytest.mark.parametrize(("rule", "index"), [
    ("provider_is_never_double_booked", "time_of_provider (provider_id=? AND busy_until>?)"),
    ("patient_is_never_in_two_places", "time_of_patient (patient_id=? AND ends_at>?)"),
    ("room_is_never_double_booked", "time_of_room (room_id=? AND busy_until>?)"),
])  # fmt: skip
@pytest.mark.django_db
def test_a_new_row_is_compared_with_what_comes_next_not_with_all_history(rule, index):
    (rule,) = (each for each in Appointment._meta.constraints if each.name == rule)

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + re.sub(r"NEW\.\w+", "1", rule.next_start_sql(Appointment)))

        assert [step for *_numbers, step in cursor.fetchall()] == [f"SEARCH other USING INDEX {index}"]


def test_buffers_keep_the_provider_but_not_the_patient(ours):
    tidying = {"busy_until": NINE + HOUR}
    ours.write(Appointment, tidying)
    at_half_past = {"starts_at": NINE + HALF_HOUR, "ends_at": NINE + HOUR, "busy_from": NINE + HALF_HOUR, **tidying}

    with refused("provider_is_never_double_booked"), transaction.atomic():
        ours.insert(Appointment, {**WITHOUT_PACKAGE, "room": None, **at_half_past})
    ours.insert(Appointment, {**WITHOUT_PACKAGE, "room": None, "lane": 1, **at_half_past})


def test_a_cancelled_appointment_cannot_come_back_when_its_time_is_taken(ours):
    ours.insert(Appointment, {"status": AppointmentStatus.CANCELLED_BY_CLINIC, **WITHOUT_PACKAGE})
    cancelled = Appointment.objects.filter(status=AppointmentStatus.CANCELLED_BY_CLINIC)

    with pytest.raises(IntegrityError), transaction.atomic():
        cancelled.update(status=AppointmentStatus.SCHEDULED)

    cancelled.update(status=AppointmentStatus.CANCELLED_BY_PATIENT)


def test_a_used_session_keeps_its_number_after_a_no_show(ours):
    ours.write(Appointment, {"status": AppointmentStatus.NO_SHOW, "session_used": True})

    with refused("session_number_is_given_once", Appointment), transaction.atomic():
        ours.insert(Appointment, {**LATER, "status": AppointmentStatus.SCHEDULED, "session_used": False})

    ours.write(Appointment, {"session_used": False})
    ours.insert(Appointment, {**LATER, "status": AppointmentStatus.SCHEDULED, "session_used": False})


def test_moving_a_row_that_touches_nobody_is_accepted(ours):
    ours.write(Appointment, LATER)

    assert Appointment.objects.get().starts_at == NINE + HOUR


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (lambda ours: {"patient": ours.second_patient}, "The provider already has an appointment at this time."),
        (lambda ours: {"lane": 1}, "The patient already has an appointment at this time."),
        (lambda ours: {"lane": 1, "patient": ours.second_patient, "room": ours.room}, "The room is already taken"),
    ],
)
def test_full_clean_says_what_the_table_would(ours, changes, sentence):
    fields = {"room": None, **WITHOUT_PACKAGE, **changes(ours)}
    row = ours.appointment
    twin = Appointment(**{field.name: fields.get(field.name, getattr(row, field.name)) for field in row._meta.fields})
    twin.pk, twin.public_id = None, uuid.uuid4()

    with pytest.raises(ValidationError, match=sentence):
        twin.validate_constraints()

    twin.validate_constraints(exclude={"busy_from", "starts_at"})
    twin.status = AppointmentStatus.NO_SHOW
    twin.validate_constraints()


def test_full_clean_sees_a_link_over_the_wall(ours, theirs):
    row = ours.appointment
    row.validate_constraints()
    row.patient = theirs.second_patient

    with pytest.raises(ValidationError) as wrong:
        row.validate_constraints()

    assert [error.code for error in wrong.value.error_dict["__all__"]] == ["agrees"]
    row.validate_constraints(exclude={"patient", "package_purchase"})


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        (NoOverlap(name="a", start="s", end="e", equal=["p"], where={"status": ["x"]}), {"end": "f"}),
        (Agrees(name="a", links={"patient": ["organisation"]}), {"links": {"room": ["organisation"]}}),
    ],
    ids=["NoOverlap", "Agrees"],
)
def test_a_migration_can_write_a_rule_down_and_compare_it(rule, other):
    path, arguments, keywords = rule.deconstruct()

    assert path == f"clinic.constraints.{type(rule).__name__}"
    assert type(rule)(*arguments, **keywords) == rule
    assert hash(type(rule)(*arguments, **keywords)) is not None
    assert type(rule)(*arguments, **{**keywords, **other}) != rule


def lasting(start: int, end: int) -> dict[str, datetime]:
    """From one minute of the early afternoon to another, without buffers."""
    begin, finish = TWO + timedelta(minutes=start), TWO + timedelta(minutes=end)
    return {"starts_at": begin, "ends_at": finish, "busy_from": begin, "busy_until": finish}


def trigger_names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_TRIGGERS[connection.vendor])
        return {name for name, _table, _place in cursor.fetchall()}


def rebuild_tables() -> None:
    """What a migration may do: SQLite copies a whole table to change it, PostgreSQL gives columns a type."""
    tables = MigrationLoader(connection).project_state().apps
    with connection.schema_editor() as editor:
        for name in ("Patient", "Appointment", "Visit", "Consultation", "Payment"):
            model = tables.get_model("clinic", name)
            if connection.vendor == "sqlite":
                editor._remake_table(model)
            else:
                editor.execute(f"ALTER TABLE {model._meta.db_table} ALTER COLUMN organisation_id TYPE bigint")


@pytest.mark.django_db(transaction=True)
def test_triggers_make_way_for_a_migration_and_come_back():
    app = apps.get_app_config("clinic")
    before = trigger_names()

    pre_migrate.send(app, using="default", plan=["something to do"])
    assert trigger_names() == set()
    rebuild_tables()
    call_command("migrate", verbosity=0)

    assert trigger_names() == before
    ours, theirs = World(), World()
    with refused("appointment_agrees"), transaction.atomic():
        ours.write(Appointment, {"patient": theirs.patient})
    with refused("provider_is_never_double_booked"), transaction.atomic():
        ours.insert(Appointment, {**WITHOUT_PACKAGE, "patient": ours.second_patient, "room": None})
    with refused("closed_consultation_is_final"), transaction.atomic():
        Consultation.objects.filter(pk=ours.closed_consultation.pk).update(findings="other words")
    with refused("payment_is_final"), transaction.atomic():
        ours.write(Payment, {"method": "card"})


@pytest.mark.django_db
def test_triggers_stay_where_there_is_nothing_to_migrate():
    before = trigger_names()

    pre_migrate.send(apps.get_app_config("clinic"), using="default", plan=[])

    assert before
    assert trigger_names() == before


def test_every_overlap_counts_moments_half_open():
    assert {(rule.start, rule.end) for _, rule in constraints(NoOverlap)} == {
        ("busy_from", "busy_until"), ("starts_at", "ends_at"),
    }  # fmt: skip


def test_moments_are_compared_across_zones(ours):
    """SQLite keeps moments as text: the same moment written in another zone must still clash."""
    quarter_past = datetime.fromisoformat("2030-01-07T06:15:00+00:00")
    span = {"starts_at": quarter_past, "ends_at": quarter_past + HOUR}
    busy = {"busy_from": quarter_past, "busy_until": quarter_past + HOUR}

    with refused("patient_is_never_in_two_places"), transaction.atomic():
        ours.insert(Appointment, {**WITHOUT_PACKAGE, **span, **busy, "lane": 1, "room": None})
