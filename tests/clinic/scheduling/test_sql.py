"""The words that stand in the engine's SQL are those of the clinic."""

import re

from clinic.enums import HELD, LIVE_STATUSES, HeldSlotStatus, LeaveStatus
from clinic.scheduling.openings import ANY_WEEKDAY
from clinic.scheduling.situation import UNLIMITED
from clinic.scheduling.sql import ABSENCES, HELD_TIMES, HOURS, LIVE, TAKEN, TAKES_TIME


def test_live_appointments_are_those_of_the_statuses_that_are_live():
    assert re.findall(r"'(\w+)'", LIVE) == [str(status) for status in LIVE_STATUSES]


def test_held_times_are_those_of_the_status_that_holds():
    assert re.findall(r"'(\w+)'", TAKES_TIME) == [*(str(status) for status in LIVE_STATUSES), HELD]
    assert f"status = '{HeldSlotStatus.OPEN}'" in HELD_TIMES


def test_leave_counts_once_approved():
    assert f"status = '{LeaveStatus.APPROVED}'" in ABSENCES


def test_extra_hours_hold_on_any_weekday_and_no_limit_is_unlimited():
    assert f"SELECT 'hours', provider_id, clinic_id, {ANY_WEEKDAY}, CLOCK(start)" in HOURS
    assert f"COALESCE(service.capacity, {UNLIMITED})" in TAKEN
