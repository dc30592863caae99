"""Questions that make no sense, and rows that are not the asker's, are refused before anything is planned."""

from datetime import date, time

import pytest

from clinic.enums import PurchaseStatus, RefusalCode
from clinic.errors import PlanRefused
from clinic.models import Clinic, PackagePurchase, Provider
from clinic.scheduling.planning import Preferences, answer, plan
from clinic.scheduling.planning.question import request_of
from tests.clinic.scheduling.planning.conftest import PlanningDesk
from tests.factories import BEFORE, MONDAY, in_status


def refusal(desk, purchases, **asked):
    with pytest.raises(PlanRefused) as refused:
        desk.plan(purchases, **asked)
    return [(reason.code, reason.message) for reason in refused.value.reasons]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"providers": []}, "No provider is chosen."),
        ({"clinics": []}, "No clinic is chosen."),
        ({"last_day": date(2030, 1, 6)}, "The last day is before the first."),
        ({"weekdays": frozenset()}, "No weekday is chosen."),
        ({"weekdays": frozenset({1, 8})}, "Weekdays are numbered from 1, Monday, to 7, Sunday."),
        ({"earliest": time(12), "latest": time(12)}, "The latest time is not after the earliest."),
        ({"sessions_per_day": 0}, "At least one session a day and a week must be allowed."),
        ({"sessions_per_week": 0}, "At least one session a day and a week must be allowed."),
        ({"min_gap_days": -1}, "The gap between sessions cannot be negative."),
    ],
)
def test_question_that_makes_no_sense_is_refused_with_a_sentence(desk, asked, sentence):
    assert refusal(desk, desk.sell(3), **asked) == [(RefusalCode.INVALID, sentence)]


def test_question_about_no_purchase_is_refused(desk):
    assert refusal(desk, []) == [(RefusalCode.INVALID, "There is no package to plan.")]


def test_question_names_everything_that_is_wrong_at_once(desk):
    reasons = refusal(desk, desk.sell(3), providers=[], weekdays=frozenset(), last_day=date(2030, 1, 1))

    assert len(reasons) == 3


def test_purchase_that_expired_before_the_first_day_is_refused(desk):
    purchase = desk.sell(3, on=date(2029, 12, 1), days=30)

    assert [code for code, _ in refusal(desk, purchase)] == [RefusalCode.EXPIRY]


@pytest.mark.parametrize("status", [PurchaseStatus.FROZEN, PurchaseStatus.CANCELLED, PurchaseStatus.TRANSFERRED])
def test_purchase_that_cannot_be_used_is_refused(desk, status):
    purchase = desk.sell(3)
    PackagePurchase.objects.filter(pk=purchase.pk).update(**in_status(status))

    assert [code for code, _ in refusal(desk, purchase)] == [RefusalCode.PURCHASE_STATUS]


def test_purchase_of_a_closed_file_is_refused(desk):
    purchase = desk.sell(3)
    desk.huda.active = False
    desk.huda.save()

    assert refusal(desk, purchase) == [(RefusalCode.INACTIVE, "The file of Huda is closed.")]


def test_question_asked_again_is_checked_again(desk):
    purchase = desk.sell(3)
    request = request_of(purchase, providers=None, first_day=MONDAY, last_day=date(2030, 1, 20))
    request.purchases[0].status = PurchaseStatus.FROZEN

    with pytest.raises(PlanRefused, match="frozen"):
        answer(request, at=BEFORE)


def test_rows_of_two_organisations_never_meet_in_one_plan(desk):
    other = PlanningDesk()
    mine = desk.sell(3)

    with pytest.raises(PackagePurchase.DoesNotExist):
        desk.plan([mine, other.sell(3)])
    with pytest.raises(Provider.DoesNotExist):
        desk.plan(mine, providers=[desk.sara, other.sara])
    with pytest.raises(Clinic.DoesNotExist):
        desk.plan(mine, clinics=[other.olaya])


def test_purchase_that_is_not_there_does_not_exist(desk):
    gone = PackagePurchase(pk=987654, organisation=desk.organisation)

    with pytest.raises(PackagePurchase.DoesNotExist):
        plan(gone, providers=None, first_day=MONDAY, last_day=MONDAY, preferences=Preferences())
