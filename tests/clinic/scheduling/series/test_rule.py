"""Weekly rules: their days, and how RFC 5545 writes them."""

from datetime import date

import pytest

from clinic.scheduling.series.rule import MOST, Rule

SUNDAY, MONDAY, TUESDAY = 7, 1, 2
FIRST = date(2030, 1, 7)  # a Monday


def days(rule, first_on=FIRST, **options) -> list[str]:
    return [f"{day:%a %d %b}" for day in rule.days(first_on, **options)]


def test_every_week_counts_from_the_first_day():
    assert days(Rule((MONDAY,), count=3)) == ["Mon 07 Jan", "Mon 14 Jan", "Mon 21 Jan"]


def test_a_first_day_that_is_none_of_the_weekdays_is_not_one_of_the_series():
    assert days(Rule((TUESDAY,), count=2)) == ["Tue 08 Jan", "Tue 15 Jan"]


def test_several_weekdays_come_in_order_of_time():
    assert days(Rule((TUESDAY, SUNDAY), count=3)) == ["Tue 08 Jan", "Sun 13 Jan", "Tue 15 Jan"]


def test_the_last_day_is_included():
    assert days(Rule((MONDAY,), until=date(2030, 1, 21))) == ["Mon 07 Jan", "Mon 14 Jan", "Mon 21 Jan"]
    assert days(Rule((MONDAY,), until=date(2030, 1, 20))) == ["Mon 07 Jan", "Mon 14 Jan"]


@pytest.mark.parametrize(
    ("week_start", "expected"),
    [
        (MONDAY, ["Mon 07 Jan", "Sun 13 Jan", "Mon 21 Jan"]),
        (SUNDAY, ["Mon 07 Jan", "Sun 20 Jan", "Mon 21 Jan"]),
    ],
)
def test_every_other_week_depends_on_when_the_week_starts(week_start, expected):
    assert days(Rule((SUNDAY, MONDAY), every_n_weeks=2, count=3, week_start=week_start)) == expected


def test_exceptions_are_left_out_and_still_counted():
    assert days(Rule((MONDAY,), count=3), exceptions=[date(2030, 1, 14)]) == ["Mon 07 Jan", "Mon 21 Jan"]


def test_a_rule_without_near_end_stops_at_the_most():
    assert len(Rule((MONDAY,), until=date(2099, 1, 1)).days(FIRST)) == MOST


@pytest.mark.parametrize(
    "rule",
    [
        Rule((SUNDAY, TUESDAY), count=9),
        Rule((MONDAY,), every_n_weeks=4, until=date(2030, 6, 30), week_start=SUNDAY),
    ],
)
def test_a_rule_reads_as_it_was_written(rule):
    assert Rule.parse(rule.text, first_on=FIRST) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("FREQ=WEEKLY;COUNT=10", Rule((MONDAY,), count=10)),
        ("RRULE:FREQ=WEEKLY;BYDAY=SU,TU;COUNT=9", Rule((TUESDAY, SUNDAY), count=9)),
        ("freq=weekly;byday=mo;until=20300301T235959Z", Rule((MONDAY,), until=date(2030, 3, 1))),
    ],
)
def test_rules_of_others_are_understood(text, rule):
    assert Rule.parse(text, first_on=FIRST) == rule


@pytest.mark.parametrize(
    "text",
    [
        "", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=0", "FREQ=WEEKLY;COUNT=105",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20300301", "FREQ=WEEKLY;BYDAY=XX;COUNT=3", "FREQ=WEEKLY;BYDAY=1MO;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=0;COUNT=3", "FREQ=WEEKLY;COUNT=3;BYHOUR=9", "FREQ=WEEKLY;UNTIL=tomorrow",
    ],
)  # fmt: skip
def test_what_is_no_weekly_rule_with_an_end_is_refused(text):
    with pytest.raises(ValueError, match=r"rule|index|literal|isoformat|not in"):
        Rule.parse(text, first_on=FIRST)
