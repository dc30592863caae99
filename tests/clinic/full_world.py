"""An organisation with a row in every table, to be written to past every service and form."""

import uuid
from copy import copy
from datetime import timedelta
from functools import cached_property

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from clinic.constraints import Frozen
from clinic.enums import (
    HELD,
    AppointmentStatus,
    ChangeKind,
    ChargeKind,
    JobKind,
    Language,
    MessageKind,
    OperationKind,
)
from clinic.messaging.services import queue
from clinic.models import (
    BusyCalendar,
    BusyTime,
    CalendarFeed,
    Certificate,
    Change,
    Charge,
    HeldSlot,
    Job,
    Message,
    MessageTemplate,
    Offer,
    Operation,
    Organisation,
    Sweep,
)
from clinic.packages.services import assign
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
)
from tests.outpatients import make_outpatient

HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
LATER = {"starts_at": NINE + HOUR, "ends_at": NINE + 2 * HOUR, "busy_from": NINE + HOUR, "busy_until": NINE + 2 * HOUR}
TWO = NINE + 5 * HOUR
SOON = BEFORE + HALF_HOUR  # when an offer ends
WITHOUT_PACKAGE = {"package_purchase": None, "session_number": None}


class World:
    """An organisation with one row in every table that belongs to it, and a second clinic, patient and purchase."""

    def __init__(self):
        self.organisation = make_organisation()
        self.by = make_user(self.organisation)
        self.clinic, self.second_clinic = make_clinic(self.organisation), make_clinic(self.organisation)
        self.provider = make_provider(self.clinic)
        self.service = make_service(self.provider)
        self.room, self.room_elsewhere = make_room(self.clinic, self.service), make_room(self.second_clinic)
        self.patient, self.second_patient = make_patient(self.organisation), make_patient(self.organisation)
        self.package = make_package((self.service, 10))
        self.purchase, self.second_purchase, self.purchase_of_second_patient = (
            assign(self.package, patient, by=self.by, on=MONDAY)
            for patient in (self.patient, self.patient, self.second_patient)
        )
        self.appointment = make_appointment(
            self.patient, self.service, self.provider, self.clinic,
            room=self.room, package_purchase=self.purchase, session_number=1,
        )  # fmt: skip
        queue(MessageKind.BOOKED, self.patient, appointment=self.appointment, by=self.by)
        make_hours(self.provider, self.clinic)
        make_extra_hours(self.provider, self.clinic)
        make_leave(self.provider, NINE, NINE + HOUR)  # opens the re-booking of the appointment
        make_closure(self.organisation, clinic=self.clinic)
        self.series = make_series(self.patient, self.service, self.provider, self.clinic)
        mine = {"organisation": self.organisation}
        Job.objects.create(**mine, kind=JobKind.BULK_PLAN, requested_by=self.by, created_at=BEFORE, total=1)
        self.operation = Operation.objects.create(**mine, kind=OperationKind.AUTO_SCHEDULE, by=self.by, at=BEFORE)
        Change.objects.create(**mine, operation=self.operation, kind=ChangeKind.MOVED, appointment=self.appointment)
        self.offer_a_time(**mine)
        MessageTemplate.objects.create(**mine, kind=MessageKind.REMINDER, language=Language.ENGLISH, body="See you.")
        Sweep.objects.create(**mine, rule="reminder:email:1440", swept_until=BEFORE)
        CalendarFeed.objects.create(**mine, provider=self.provider, secret=str(uuid.uuid4()), renewed_at=BEFORE)
        self.calendar = BusyCalendar.objects.create(**mine, provider=self.provider, name="Hospital")
        times = {"starts_at": TWO + HOUR, "ends_at": TWO + 2 * HOUR}
        BusyTime.objects.create(**mine, calendar=self.calendar, provider=self.provider, **times)
        Certificate.objects.create(**mine, checked_at=BEFORE, seconds=1.5, rows_checked=20)
        vars(self).update(
            make_outpatient(
                self.patient, self.service, self.provider, self.clinic, by=self.by, follow_up=self.appointment
            )
        )

    def offer_a_time(self, **mine):
        """In the afternoon, to the patient, who waits for it."""
        where = {"service": self.service, "provider": self.provider, "clinic": self.clinic}
        self.entry = make_waitlist_entry(self.patient, self.service)
        self.hold = make_appointment(self.patient, **where, starts_at=TWO, status=HELD, held_until=SOON)
        self.slot = HeldSlot.objects.create(
            **mine, **where, starts_at=TWO, ends_at=TWO + HALF_HOUR, opens_at=BEFORE, held_until=SOON, hold=self.hold
        )
        Offer.objects.create(**mine, slot=self.slot, entry=self.entry, offered_at=BEFORE)

    @cached_property
    def charge(self):
        """For a second appointment, made only where it is asked for: the other tests count on a single one."""
        missed = make_appointment(
            self.patient, self.service, self.provider, self.clinic, status=AppointmentStatus.NO_SHOW
        )
        return Charge.objects.create(
            organisation=self.organisation, patient=self.patient, appointment=missed, kind=ChargeKind.NO_SHOW,
            amount=50, raised_at=BEFORE,
        )  # fmt: skip

    def row(self, model):
        """The first row of this model: an appointment's purchase is the first, its message the one about it."""
        if model is Organisation:
            return self.organisation
        if model is Charge:
            return self.charge
        rows = model.objects.filter(organisation=self.organisation).order_by("pk")
        return rows.get(appointment=self.appointment) if model is Message else rows.first()

    def write(self, model, changes):
        """Change the row of this model as no service would: without looking."""
        assert model.objects.filter(pk=self.row(model).pk).update(**changes) == 1

    def insert(self, model, changes):
        """Write a second row like the first but for the changes."""
        twin = copy(self.row(model))
        twin.pk, twin._state.adding = None, True
        for field, value in {**unique_fields(model), **changes}.items():
            setattr(twin, field, value)
        model.objects.bulk_create([twin])

    def put(self, model, changes):
        """Change the row of this model or, where the table never changes these columns, write a second one."""
        (self.insert if is_final(model, changes) else self.write)(model, changes)


def is_final(model, fields) -> bool:
    """Whether the table never changes one of these fields, whatever the row."""
    rules = [rule for rule in model._meta.constraints if isinstance(rule, Frozen) and not rule.where]
    return any(rule.freezes(field) for rule in rules for field in fields)


def unique_fields(model) -> dict[str, object]:
    return {
        field.name: uuid.uuid4() if isinstance(field, models.UUIDField) else str(uuid.uuid4())
        for field in model._meta.local_fields
        if field.unique and not field.primary_key and not field.is_relation
    }


def constraints(*kinds):
    tables = apps.get_app_config("clinic").get_models()
    return [(model, rule) for model in tables for rule in model._meta.constraints if isinstance(rule, kinds or object)]


def refused(rule: str, model=None):
    """The write must break this rule and no other. SQLite names a unique index by its columns."""
    names = rule
    if connection.vendor == "sqlite" and model is not None:
        (constraint,) = (each for each in model._meta.constraints if each.name == rule)
        if isinstance(constraint, models.UniqueConstraint):
            columns = (model._meta.get_field(field).column for field in constraint.fields)
            names = ", ".join(rf"{model._meta.db_table}\.{column}" for column in columns)
    return pytest.raises(IntegrityError, match=names)
