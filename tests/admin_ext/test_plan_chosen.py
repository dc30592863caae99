"""A time taken instead of the planned one: kept while the question changes, or dropped with a word."""

import re
from datetime import datetime
from urllib.parse import unquote

import pytest

from admin_ext.package_desk.chosen import chosen_times
from tests.admin_ext.schedule import others, signed
from tests.factories import make_appointment, make_patient, make_provider, make_week

pytestmark = pytest.mark.usefixtures("a_week_before")


def chosen(page: str) -> list[str]:
    """What the form of the question sends along."""
    return re.findall(r'<input type="hidden" name="chosen" value="([^"]+)" form="question">', page)


@pytest.fixture
def swapped(desk) -> tuple[str, datetime]:
    """The plan with another time for its first session, and that time."""
    page = desk.ask().text
    number, to = others(page)[0]
    return desk.swap(signed(page), number, to).text, datetime.fromisoformat(to.split("@")[0])


def starts(answer) -> list[datetime]:
    return [session.starts_at for session in answer.context_data["proposal"].plan.placed]


def test_time_that_was_taken_is_kept_when_a_preference_changes(desk, swapped):
    page, taken = swapped

    answer = desk.ask(chosen=chosen(page), keep_provider=None)

    assert taken in starts(answer)
    assert "4 of 4 sessions" in answer.text
    assert "is not kept" not in answer.text
    assert chosen(answer.text) == chosen(page)
    assert ">Chosen</span>" in answer.text


def test_time_that_was_kept_is_booked(desk, swapped):
    page, taken = swapped

    desk.book(signed(desk.ask(chosen=chosen(page), per_week=3).text))

    assert taken in [row.starts_at for row in desk.booked()]
    assert len(desk.booked()) == 4


def test_time_given_up_for_a_third_is_not_remembered(desk, swapped):
    page, _taken = swapped
    number, to = next(other for other in others(page) if other[0] == 0)

    again = desk.swap(signed(page), number, to).text

    assert len(chosen(again)) == 1
    assert chosen(again) != chosen(page)


def test_ways_out_keep_the_time_that_was_taken(desk):
    page = desk.ask(last_day="2030-01-08").text

    answer = desk.swap(signed(page), *others(page)[0]).text

    way = re.search(r'<a class="button-plain" href="([^"]+)">[^<]*<span class="gain">', answer)[1]
    assert f"chosen={chosen(answer)[0]}" in unquote(way)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"earliest": "19:00"}, "it falls outside the chosen days and times."),
        ({"first_day": "2030-01-20"}, "it lies outside the chosen days."),
    ],
)
def test_time_that_breaks_the_new_wishes_is_dropped_with_the_reason(desk, swapped, changes, why):
    page, taken = swapped

    answer = desk.ask(chosen=chosen(page), **changes)

    assert taken not in starts(answer)
    assert f"with Ours provider is not kept: {why}" in answer.text
    assert chosen(answer.text) == []
    assert "4 of 4 sessions" in answer.text


def test_time_with_a_provider_who_is_no_longer_chosen_is_dropped_with_the_reason(desk, swapped):
    other = make_provider(desk.ours.clinic, name="Other")
    desk.ours.service.providers.add(other)
    make_week(other, desk.ours.clinic)

    answer = desk.ask(chosen=chosen(swapped[0]), provider=other.pk)

    assert "is not kept: the provider or the clinic is not among those chosen." in answer.text


def test_time_that_somebody_else_took_is_dropped_with_the_reason(desk, swapped):
    page, taken = swapped
    quick = make_patient(desk.ours.organisation, "Quick")
    make_appointment(quick, desk.ours.service, desk.ours.provider, desk.ours.clinic, taken)

    assert "is not kept: it is no longer free." in desk.ask(chosen=chosen(page)).text


def test_times_that_stand_in_each_others_way_are_kept_as_far_as_they_can_be(desk, swapped):
    page, taken = swapped
    item, _moment, provider, clinic = chosen(page)[0].split("@")
    same_day = f"{item}@20300107T1400Z@{provider}@{clinic}"

    answer = desk.ask(chosen=[*chosen(page), same_day])

    assert taken in starts(answer)
    assert "is not kept: it does not fit beside the other sessions with the chosen limits." in answer.text


def test_choice_of_another_organisation_is_not_named(desk, theirs, swapped):
    item, moment, _provider, _clinic = chosen(swapped[0])[0].split("@")

    answer = desk.ask(chosen=f"{item}@{moment}@{theirs.provider.pk}@{theirs.clinic.pk}").text

    assert "A time that was chosen is not kept" in answer
    assert "Theirs" not in answer


@pytest.mark.parametrize(
    "text", ["", "x", "1@2@3", "1@20301301T0000Z@1@1", "-1@20300107T1400Z@1@1", "1@x@1@1", "1@@1@1"]
)
def test_choice_that_makes_no_sense_says_nothing(text):
    assert chosen_times([text]) == []
