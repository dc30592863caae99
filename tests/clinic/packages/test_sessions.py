"""Sessions are used, given back, numbered, and refused where none is left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.enums import AppointmentStatus, PurchaseStatus, RefusalCode, SessionEntryKind
from clinic.errors import PackageRefused
from clinic.models import Appointment, PackagePurchase
from clinic.packages.balance import Balance
from clinic.packages.selectors import balance_of, item_balances, with_balances
from clinic.packages.services import (
    assign,
    check_usable,
    give_back_session,
    lock_all,
    next_session_numbers,
    use_session,
)
from tests.factories import (
    NINE,
    in_status,
    make_appointment,
    make_clinic,
    make_organisation,
    make_package,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

AT = datetime(2030, 1, 7, 7, tzinfo=UTC)
MONDAY = date(2030, 1, 7)


class Desk:
    """A patient with three sessions of speech therapy and one assessment, valid until 7 April 2030."""

    def __init__(self):
        self.organisation = make_organisation()
        self.sara = make_user(self.organisation, "sara")
        self.clinic = make_clinic(self.organisation)
        self.provider = make_provider(self.clinic)
        self.speech = make_service(self.provider, name="Speech therapy")
        self.assessment = make_service(self.provider, name="Assessment")
        self.patient = make_patient(self.organisation)
        package = make_package((self.speech, 3), (self.assessment, 1), name="Mixed", validity_days=90)
        self.purchase = assign(package, self.patient, by=self.sara, on=MONDAY)
        self.booked = 0

    def book(self, service=None, **fields) -> Appointment:
        self.booked += 1
        return make_appointment(
            self.patient,
            service or self.speech,
            self.provider,
            self.clinic,
            NINE + timedelta(days=self.booked),
            package_purchase=self.purchase,
            **{"session_number": self.booked, **fields},
        )

    def hold(self, appointment: Appointment) -> None:
        use_session(appointment, by=self.sara, at=AT)
        appointment.record("session_used", by=self.sara)
        Appointment.objects.filter(pk=appointment.pk).update(status=AppointmentStatus.COMPLETED)

    def reload(self) -> PackagePurchase:
        self.purchase.refresh_from_db()
        return self.purchase

    def refusals(self, service=None, *, patient=None, on=MONDAY, **options):
        return check_usable(self.reload(), patient or self.patient, service or self.speech, on, **options)


@pytest.fixture
def desk():
    return Desk()


def test_balance_counts_used_reserved_and_free(desk):
    desk.hold(desk.book())
    desk.book()
    desk.book(status=AppointmentStatus.CANCELLED_BY_PATIENT)

    balance = balance_of(desk.purchase)

    assert balance == Balance(used=1, reserved=1, free=2)
    assert balance.total == 4


def test_item_balances_count_each_service_by_itself(desk):
    desk.hold(desk.book())
    desk.book()
    desk.book(desk.assessment)

    balances = {str(item.service): balance for item, balance in item_balances(desk.purchase).items()}

    assert balances == {
        "Speech therapy": Balance(used=1, reserved=1, free=1),
        "Assessment": Balance(used=0, reserved=1, free=0),
    }


def test_balances_ignore_appointments_of_other_purchases(desk):
    other = assign(desk.purchase.package, desk.patient, by=desk.sara, on=MONDAY)
    desk.hold(desk.book())

    assert balance_of(other) == Balance(used=0, reserved=0, free=4)
    assert {balance.used for balance in item_balances(other).values()} == {0}


@pytest.mark.parametrize("number", [1, 3])
def test_with_balances_asks_once_for_the_whole_list(desk, number, django_assert_num_queries):
    desk.hold(desk.book())
    desk.book()
    for _ in range(number - 1):
        assign(desk.purchase.package, desk.patient, by=desk.sara, on=MONDAY)

    with django_assert_num_queries(1):
        rows = list(with_balances(PackagePurchase.objects.order_by("pk")))

    assert [(row.used, row.reserved, row.free) for row in rows] == [(1, 1, 2), *[(0, 0, 4)] * (number - 1)]


def test_use_session_writes_the_ledger_and_the_purchase(desk):
    appointment = desk.book()

    purchase = use_session(appointment, by=desk.sara, at=AT, reason="Held")

    assert purchase == desk.purchase
    assert desk.reload().sessions_used == 1
    entry = desk.purchase.entries.last()
    assert (entry.kind, entry.sessions, entry.appointment) == (SessionEntryKind.USE, -1, appointment)
    assert (entry.item.service, entry.by, entry.at, entry.reason) == (desk.speech, desk.sara, AT, "Held")
    history = desk.purchase.history.first()
    assert (history.sessions_used, history.history_user, history.history_change_reason) == (1, desk.sara, "Held")


def test_use_session_leaves_the_appointment_for_the_caller_to_save(desk):
    appointment = desk.book()

    use_session(appointment, by=desk.sara, at=AT)

    assert appointment.session_used
    assert not Appointment.objects.get().session_used


def test_use_session_called_twice_writes_once(desk):
    appointment = desk.book()
    use_session(appointment, by=desk.sara, at=AT)

    use_session(Appointment.objects.get(), by=desk.sara, at=AT)

    assert desk.reload().sessions_used == 1
    assert desk.purchase.entries.filter(kind=SessionEntryKind.USE).count() == 1


def test_use_session_completes_the_purchase_with_the_last_one(desk):
    for service in (desk.speech, desk.speech, desk.speech, desk.assessment):
        desk.hold(desk.book(service))

    assert desk.reload().status == PurchaseStatus.COMPLETED


def test_use_session_refuses_more_than_was_bought(desk):
    appointments = [desk.book() for _ in range(5)]
    for appointment in appointments[:4]:
        desk.hold(appointment)

    with pytest.raises(PackageRefused) as refused:
        use_session(appointments[4], by=desk.sara, at=AT)

    assert refused.value.reasons[0].code == RefusalCode.NO_SESSION_LEFT
    assert str(refused.value) == "All 4 sessions of this package have been used. Assign a new package."
    assert desk.reload().sessions_used == 4
    assert desk.purchase.entries.filter(kind=SessionEntryKind.USE).count() == 4
    assert not appointments[4].session_used


def test_use_session_of_an_appointment_without_a_package_writes_nothing(desk):
    appointment = make_appointment(desk.patient, desk.speech, desk.provider, desk.clinic)

    assert use_session(appointment, by=desk.sara, at=AT) is None
    assert not appointment.session_used


def test_give_back_session_undoes_the_use(desk):
    appointment = desk.book()
    use_session(appointment, by=desk.sara, at=AT)

    give_back_session(appointment, by=desk.sara, at=AT)
    give_back_session(appointment, by=desk.sara, at=AT)

    assert not appointment.session_used
    assert desk.reload().sessions_used == 0
    entries = desk.purchase.entries.exclude(kind=SessionEntryKind.GRANT).values_list("kind", "sessions")
    assert list(entries) == [(SessionEntryKind.USE, -1), (SessionEntryKind.GIVE_BACK, 1)]


def test_use_and_give_back_fifty_times_ends_where_it_began(desk):
    appointment = desk.book()
    for _ in range(50):
        use_session(appointment, by=desk.sara, at=AT)
        give_back_session(appointment, by=desk.sara, at=AT)

    assert desk.reload().sessions_used == 0
    assert sum(desk.purchase.entries.values_list("sessions", flat=True)) == 4


def test_give_back_session_opens_a_completed_purchase_again(desk):
    appointments = [desk.book(service) for service in (desk.speech, desk.speech, desk.speech, desk.assessment)]
    for appointment in appointments:
        desk.hold(appointment)

    give_back_session(appointments[0], by=desk.sara, at=AT)

    assert desk.reload().status == PurchaseStatus.ACTIVE


@pytest.mark.parametrize("status", [PurchaseStatus.FROZEN, PurchaseStatus.EXPIRED])
def test_use_and_give_back_keep_a_status_that_somebody_set(desk, status):
    appointment = desk.book()
    PackagePurchase.objects.update(**in_status(status))

    use_session(appointment, by=desk.sara, at=AT)
    assert desk.reload().status == status
    give_back_session(appointment, by=desk.sara, at=AT)
    assert desk.reload().status == status


@pytest.mark.parametrize("service", [use_session, give_back_session])
def test_sessions_of_another_organisation_are_not_there(desk, service):
    appointment = desk.book()

    with pytest.raises(Appointment.DoesNotExist):
        service(appointment, by=make_user(make_organisation("Other")), at=AT)

    assert desk.reload().sessions_used == 0


def test_session_numbers_are_the_smallest_free_ones(desk):
    desk.book(session_number=1)
    desk.book(session_number=2, status=AppointmentStatus.CANCELLED_BY_CLINIC)
    desk.book(session_number=3, status=AppointmentStatus.NO_SHOW, session_used=True)

    assert next_session_numbers(desk.purchase, 3) == [2, 4, 5]


def test_check_usable_says_nothing_where_all_is_well(desk):
    assert desk.refusals(count=3) == []


def test_check_usable_judges_the_last_day_as_still_good(desk):
    assert desk.refusals(on=date(2030, 4, 7)) == []
    assert [reason.code for reason in desk.refusals(on=date(2030, 4, 8))] == [RefusalCode.EXPIRY]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (PurchaseStatus.FROZEN, "The package is frozen. Unfreeze it first."),
        (PurchaseStatus.CANCELLED, "The package has been cancelled. Assign a new package."),
        (PurchaseStatus.TRANSFERRED, "The package has been transferred to somebody else. Assign a new package."),
        (
            PurchaseStatus.EXPIRED,
            "The package has been closed because it expired. Extend it or assign a new package.",
        ),
    ],
)
def test_check_usable_refuses_a_purchase_that_is_not_active(desk, status, sentence):
    PackagePurchase.objects.update(**in_status(status))

    (refusal,) = desk.refusals()

    assert (refusal.code, str(refusal)) == (RefusalCode.PURCHASE_STATUS, sentence)


def test_check_usable_says_once_that_an_expired_purchase_has_expired(desk):
    PackagePurchase.objects.update(status=PurchaseStatus.EXPIRED)

    (refusal,) = desk.refusals(on=date(2030, 4, 8))

    assert refusal.code == RefusalCode.EXPIRY
    assert refusal.message == "The last day of this package is 7 Apr 2030."


def test_check_usable_counts_each_service_by_itself(desk):
    desk.book(desk.assessment)

    (refusal,) = desk.refusals(desk.assessment)

    assert refusal.code == RefusalCode.NO_SESSION_LEFT
    assert refusal.message == "No session of Assessment is left: 0 used, 1 reserved, 0 free."
    assert desk.refusals(desk.speech) == []


def test_check_usable_refuses_more_than_are_free(desk):
    desk.hold(desk.book())

    (refusal,) = desk.refusals(count=3)

    assert refusal.message == "3 sessions of Speech therapy are not left: 1 used, 0 reserved, 2 free."


def test_check_usable_lets_a_reserved_session_move(desk):
    desk.book(desk.assessment)

    assert desk.refusals(desk.assessment, count=0) == []


def test_check_usable_refuses_a_completed_purchase_for_want_of_sessions(desk):
    for service in (desk.speech, desk.speech, desk.speech, desk.assessment):
        desk.hold(desk.book(service))

    assert [reason.code for reason in desk.refusals()] == [RefusalCode.NO_SESSION_LEFT]


def test_check_usable_refuses_a_service_that_the_package_has_not(desk):
    swimming = make_service(desk.provider, name="Swimming")

    (refusal,) = desk.refusals(swimming)

    assert refusal.code == RefusalCode.NOT_OFFERED
    assert str(refusal) == (
        "The package “Mixed” has no sessions of Swimming. It has sessions of Speech therapy and Assessment."
    )


def test_check_usable_tells_a_wrong_patient_nothing_else(desk):
    PackagePurchase.objects.update(**in_status(PurchaseStatus.FROZEN))

    (refusal,) = desk.refusals(patient=make_patient(desk.organisation, name="Other"))

    assert refusal.code == RefusalCode.WRONG_PATIENT
    assert "Mixed" not in str(refusal)


def test_check_usable_asks_one_question(desk, django_assert_num_queries):
    with django_assert_num_queries(1):
        check_usable(desk.purchase, desk.patient, desk.speech, MONDAY)


def test_lock_all_takes_the_rows_in_the_order_of_their_keys(desk, django_assert_num_queries):
    other = assign(desk.purchase.package, desk.patient, by=desk.sara, on=MONDAY)

    with django_assert_num_queries(1):
        rows = lock_all([other, desk.purchase])

    assert list(rows) == [desk.purchase.pk, other.pk]
