"""Who can wait, for what, and how long."""

from datetime import date, time, timedelta

import pytest

from clinic.enums import RefusalCode, Urgency, WaitlistStatus
from clinic.errors import WaitlistRefused, WrongStatus
from clinic.models import WaitlistEntry
from clinic.waitlist import services
from tests.clinic.scheduling.conftest import codes
from tests.factories import BEFORE, MONDAY, make_clinic, make_patient, make_provider, make_service


def messages(refused) -> list[str]:
    return [str(reason.message) for reason in refused.value.reasons]


def test_joining_keeps_every_wish_and_who_entered_it(desk):
    purchase = desk.purchase()

    entry = services.join(
        desk.patient, desk.service, by=desk.user, clinic=desk.clinic, provider=desk.provider, purchase=purchase,
        first_on=MONDAY, last_on=date(2030, 1, 20), weekdays=(3, 1, 3), earliest=time(9), latest=time(12),
        urgency=Urgency.URGENT, note="  Mornings suit best ", at=BEFORE,
    )  # fmt: skip

    row = WaitlistEntry.objects.get()
    assert row == entry
    assert (row.clinic, row.provider, row.package_purchase) == (desk.clinic, desk.provider, purchase)
    assert (row.weekdays, row.earliest, row.latest) == ([1, 3], time(9), time(12))
    assert (row.urgency, row.note, row.joined_at, row.joined_by) == (3, "Mornings suit best", BEFORE, desk.user)
    assert row.history.get().history_user == desk.user


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"first_on": MONDAY, "last_on": MONDAY - timedelta(days=1)}, "The last day is before the first."),
        ({"first_on": date(2029, 1, 1), "last_on": date(2029, 1, 2)}, "The last day has passed."),
        ({"last_on": date(2032, 1, 1)}, "Nobody waits longer than a year."),
        ({"weekdays": [8]}, "Weekdays are numbers from 1 (Monday) to 7 (Sunday)."),
        (
            {"earliest": time(9), "latest": time(9, 15)},
            "Speech therapy takes 30 minutes: it does not fit between 09:00 and 09:15.",
        ),
        ({"urgency": 9}, "This is no urgency."),
        ({"note": "x" * 251}, "The note is longer than 250 letters."),
    ],
)
def test_joining_with_a_wish_that_cannot_be_met_is_refused(desk, nothing_written, wishes, message):
    nothing_written()

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(**wishes)

    assert messages(refused) == [message]
    assert not WaitlistEntry.objects.exists()


def test_joining_for_a_service_that_the_provider_does_not_give_is_refused(desk):
    other = make_provider(desk.clinic, name="Lina")

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(provider=other)

    assert messages(refused) == ["Lina does not offer Speech therapy there."]


def test_joining_for_a_clinic_in_which_nobody_gives_the_service_is_refused(desk):
    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(clinic=make_clinic(desk.organisation, name="Malaz"))

    assert messages(refused) == ["Nobody offers Speech therapy there."]


def test_joining_twice_for_a_service_names_the_entry_that_stands(desk):
    desk.waits(patient=desk.patient)

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(patient=desk.patient)

    assert messages(refused) == ["Huda already waits for Speech therapy, from 7 Jan 2030 to 7 Jan 2030."]
    assert WaitlistEntry.objects.count() == 1


def test_joining_for_two_services_gives_two_entries(desk):
    desk.waits(patient=desk.patient)

    desk.waits(patient=desk.patient, service=make_service(desk.provider, name="Hearing test"))

    assert WaitlistEntry.objects.count() == 2


def test_joining_on_somebody_elses_package_is_refused(desk):
    purchase = desk.purchase(patient=make_patient(desk.organisation))

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(patient=desk.patient, purchase=purchase)

    assert codes(refused) == [RefusalCode.WRONG_PATIENT]


def test_joining_on_a_package_that_expires_before_the_first_day_is_refused(desk):
    purchase = desk.purchase(on=date(2029, 1, 1), days=30)

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(patient=desk.patient, purchase=purchase)

    assert RefusalCode.EXPIRY in codes(refused)


def test_a_patient_whose_file_is_closed_cannot_wait(desk):
    desk.change(desk.patient, active=False)

    with pytest.raises(WaitlistRefused) as refused:
        desk.waits(patient=desk.patient)

    assert codes(refused) == [RefusalCode.INACTIVE]


def test_rows_of_another_organisation_are_not_there(desk):
    stranger = make_patient(make_clinic(type(desk)().organisation).organisation)

    with pytest.raises(stranger.DoesNotExist):
        desk.waits(patient=stranger)


def test_changing_wishes_keeps_the_place_in_the_list(desk):
    entry = desk.waits()

    services.change(entry, by=desk.user, weekdays=[2], urgency=Urgency.SOON, at=BEFORE + timedelta(hours=1))

    row = WaitlistEntry.objects.get()
    assert (row.weekdays, row.urgency, row.joined_at) == ([2], 2, BEFORE)
    assert row.history.count() == 2


def test_changing_to_what_cannot_be_is_refused_and_nothing_is_written(desk):
    entry = desk.waits()

    with pytest.raises(WaitlistRefused):
        services.change(entry, by=desk.user, last_on=MONDAY - timedelta(days=1), at=BEFORE)

    assert WaitlistEntry.objects.get().last_on == MONDAY


def test_the_patient_and_the_service_of_an_entry_cannot_be_changed(desk):
    entry = desk.waits()

    with pytest.raises(TypeError, match="patient"):
        services.change(entry, by=desk.user, patient=desk.patient)


def test_withdrawing_closes_the_entry_with_its_reason(desk):
    entry = desk.waits()

    services.withdraw(entry, by=desk.user, reason="Moved away", at=BEFORE)

    row = WaitlistEntry.objects.get()
    assert (row.status, row.closed_at) == (WaitlistStatus.WITHDRAWN, BEFORE)
    assert row.history.first().history_change_reason == "Moved away"


def test_withdrawing_twice_is_refused(desk):
    entry = desk.waits()
    services.withdraw(entry, by=desk.user, at=BEFORE)

    with pytest.raises(WrongStatus) as refused:
        services.withdraw(entry, by=desk.user, at=BEFORE)

    assert messages(refused) == ["Omar waits no longer: Withdrawn."]
