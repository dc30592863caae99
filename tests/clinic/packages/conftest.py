"""A desk with a patient whose ten sessions are valid until 1 April 2030, and a provider who works every day."""

from datetime import date, datetime, time, timedelta

import pytest

from clinic.enums import AppointmentStatus
from clinic.models import Appointment, Change, Message, Operation, PackagePurchase, SessionEntry
from clinic.packages.balance import Balance
from clinic.packages.selectors import USES, balance_of
from clinic.packages.services import assign, take_change_back
from clinic.scheduling import booking
from tests.factories import (
    NINE,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
    make_week,
)
from tests.standing import standing

BOUGHT = date(2030, 1, 1)
LAST_DAY = date(2030, 4, 1)  # ninety days later
AT = NINE - timedelta(hours=1)  # Monday, 7 January 2030, at eight


class PackageDesk:
    def __init__(self):
        self.organisation = make_organisation()
        self.user = make_user(self.organisation, "mona")
        self.clinic = make_clinic(self.organisation)
        self.sara = make_provider(self.clinic, name="Sara")
        self.lama = make_provider(self.clinic, name="Lama")
        for provider in (self.sara, self.lama):
            make_week(provider, self.clinic, start=time(9), end=time(12))
        self.speech = make_service(self.sara, self.lama)
        self.huda = make_patient(self.organisation, "Huda")
        self.omar = make_patient(self.organisation, "Omar", phone="+966509999999")
        self.purchase = self.sell(10)

    def sell(self, sessions, *others, patient=None, **fields) -> PackagePurchase:
        package = make_package((self.speech, sessions), *others, name="Speech course", **fields)
        return assign(package, patient or self.huda, by=self.user, on=BOUGHT, at=AT - timedelta(days=6))

    def book(self, *days, purchase=None, provider=None, hour=9, patient=None) -> list[Appointment]:
        """One session on each of these days from Monday on, at nine by Sara unless said otherwise."""
        return [
            booking.book(
                patient=patient or self.huda, service=self.speech, provider=provider or self.sara, clinic=self.clinic,
                starts_at=NINE.replace(hour=hour) + timedelta(days=day), by=self.user,
                purchase=purchase or self.purchase, at=AT - timedelta(days=1),
            )
            for day in days
        ]  # fmt: skip

    def hold(self, *appointments, at=None) -> None:
        for row in appointments:
            moment = at or row.starts_at
            booking.complete(booking.check_in(row, by=self.user, at=moment), by=self.user, at=moment)

    def reload(self) -> PackagePurchase:
        return PackagePurchase.objects.select_related("package").get(pk=self.purchase.pk)

    def balance(self, purchase=None) -> Balance:
        return balance_of(purchase or self.purchase)


counter = standing(PackageDesk)


def changes_of(operation: Operation) -> list[Change]:
    """The newest first, as an undo goes through them."""
    return list(operation.changes.order_by("-pk"))


def take_back(counter, operation=None, *, at=AT):
    """Undo what the newest operation, or this one, did to purchases."""
    operation = operation or Operation.objects.latest("pk")
    for change in changes_of(operation):
        if change.purchase_id:
            take_change_back(change, by=counter.user, at=at, reason="Undone")


def check_ledger() -> None:
    """What the rows say is what the ledger and the appointments add up to."""
    for purchase in PackagePurchase.objects.all():
        entries = list(SessionEntry.objects.filter(purchase=purchase))
        bought = sum(entry.sessions for entry in entries if entry.kind not in USES)
        used = -sum(entry.sessions for entry in entries if entry.kind in USES)
        spent = Appointment.objects.filter(package_purchase=purchase, session_used=True).count()
        assert (purchase.total_sessions, purchase.sessions_used, spent) == (bought, used, used)
        numbers = [row.session_number for row in live(purchase)]
        assert len(numbers) == len(set(numbers)) <= bought - used


def live(purchase) -> list[Appointment]:
    gone = (AppointmentStatus.CANCELLED_BY_CLINIC, AppointmentStatus.CANCELLED_BY_PATIENT, AppointmentStatus.COMPLETED)
    return list(Appointment.objects.filter(package_purchase=purchase).exclude(status__in=gone).order_by("starts_at"))


def row_values(purchase) -> dict:
    return PackagePurchase.objects.filter(pk=purchase.pk).values().get()


TABLES = (Appointment, PackagePurchase, SessionEntry, Message, Operation, Change)


def everything() -> list:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def nothing_written(counter):
    """Look at the end whether every table is as it was when this was called."""
    was = []
    yield lambda: was.append(everything())
    assert was == [everything()]


def moment(day: int, hour: int = 9) -> datetime:
    return NINE.replace(hour=hour) + timedelta(days=day)
