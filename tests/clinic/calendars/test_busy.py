"""Providers' calendars elsewhere: added, read again by themselves, kept when they cannot be read, and removed."""

from datetime import UTC, datetime, timedelta

import pytest
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ
from django_q.timeout import TimeoutHandler

from clinic import tasks
from clinic.calendars.services import add_calendar, refresh, refresh_by_itself, refresh_due, remove, to_refresh
from clinic.errors import InvalidEntry
from clinic.models import BusyCalendar, BusyTime, Clinic, Provider
from tests.clinic.calendars.files import GOOGLE, calendar, crlf
from tests.clinic.calendars.server import Publisher
from tests.factories import BEFORE, NINE, make_clinic, make_organisation, make_provider, make_user

MEETING = "DTSTART:20300107T060000Z\nDTEND:20300107T070000Z"
MEETINGS = [f"DTSTART:203001{day:02}T060000Z\nDTEND:203001{day:02}T070000Z" for day in range(7, 13)]
LATER = BEFORE + timedelta(minutes=15)


@pytest.fixture
def publisher(settings):
    settings.TRUSTED_CALENDAR_HOSTS = ["127.0.0.1"]
    with Publisher() as machine:
        machine.body, machine.headers = calendar(MEETING), {"ETag": '"1"'}
        yield machine


def add(desk, publisher, **kwargs):
    return add_calendar(desk.provider, by=desk.user, at=BEFORE, **{"name": "Hospital", "url": publisher.url, **kwargs})


def times(row) -> list[datetime]:
    return list(BusyTime.objects.filter(calendar=row).values_list("starts_at", flat=True))


def test_a_calendar_is_read_when_it_is_added(desk, publisher):
    row = add(desk, publisher)

    assert times(row) == [NINE]
    assert (row.read_at, row.failed_at, row.error, row.etag) == (BEFORE, None, "", '"1"')
    assert row.history.get().history_user == desk.user


def test_a_file_is_taken_without_an_address(desk):
    row = add_calendar(desk.provider, name="Clinic B", file=crlf(GOOGLE), by=desk.user, at=BEFORE)

    assert len(times(row)) == 5
    assert to_refresh(at=LATER) == []


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        ({"url": ""}, "url", "Give the address of the calendar, or choose its file."),
        ({"url": "", "file": b"<html>"}, "file", "This is not a calendar. It must begin with BEGIN:VCALENDAR."),
        ({"url": "", "file": b"X" * 5_000_001}, "file", "The calendar is larger than 5 MB."),
        ({"url": "http://localhost:8000/c/x.ics"}, "url",
         "This is a calendar of this clinic: its appointments take time anyway."),
        ({"url": "https://10.0.0.1/"}, "url", "The address is inside a private network."),
        ({"url": "https://a.example/" + "x" * 1000}, "url", "The address is too long."),
        ({"name": " "}, "name", "This field cannot be blank."),
        ({"name": "Taken"}, "name", "The provider has a calendar of this name. Choose another name."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_added(desk, publisher, entered, field, sentence):
    add(desk, publisher, name="Taken")

    with pytest.raises(InvalidEntry) as refused:
        add(desk, publisher, **entered)

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert BusyCalendar.objects.count() == 1


def test_a_calendar_read_again_says_what_it_says_now(desk, publisher):
    row = add(desk, publisher)
    stays = BusyTime.objects.get().pk
    publisher.body, publisher.headers = calendar(MEETING, "DTSTART;VALUE=DATE:20300109"), {"ETag": '"2"'}

    refresh(row, at=LATER)

    row.refresh_from_db()
    assert times(row) == [NINE, datetime(2030, 1, 8, 21, tzinfo=UTC)]
    assert BusyTime.objects.filter(pk=stays).exists()
    assert (row.read_at, row.etag) == (LATER, '"2"')
    assert publisher.requests[1]["if-none-match"] == '"1"'
    assert row.history.count() == 1


def test_a_calendar_that_has_not_changed_is_read_as_a_whole_once_a_week(desk, publisher):
    publisher.body = calendar(f"{MEETING}\nRRULE:FREQ=DAILY")
    row = add(desk, publisher)
    publisher.status = 304

    refresh(row, at=LATER)
    kept, read_at = times(row), row.read_at
    publisher.status = 200
    row = refresh(row, at=BEFORE + timedelta(days=7))

    assert (len(kept), read_at) == (359, LATER)
    assert times(row)[-1] == kept[-1] + timedelta(days=7)
    assert [asked.get("if-none-match") for asked in publisher.requests] == [None, '"1"', None]
    assert (row.expanded_at, row.covers_until) == (row.read_at, row.read_at + timedelta(days=365))


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ({"status": 500}, "The machine answered 500 instead of a calendar."),
        ({"body": b"<html>"}, "This is not a calendar. It must begin with BEGIN:VCALENDAR."),
    ],
)
def test_a_failed_reading_keeps_what_was_known_and_says_why(desk, publisher, trouble, sentence):
    row = add(desk, publisher)
    for attribute, value in trouble.items():
        setattr(publisher, attribute, value)

    refresh(row, at=LATER)

    row.refresh_from_db()
    assert times(row) == [NINE]
    assert (row.read_at, row.failed_at, row.error) == (BEFORE, LATER, sentence)
    assert publisher.url not in row.error


def test_a_reading_that_works_again_forgets_the_failure(desk, publisher):
    row = add(desk, publisher)
    publisher.status = 500
    refresh(row, at=LATER)
    publisher.status = 200

    row = refresh(row, at=LATER + timedelta(minutes=15))

    assert (row.failed_at, row.error) == (None, "")


def test_a_calendar_that_is_suddenly_empty_is_believed_an_hour_later(desk, publisher):
    publisher.body = calendar(*MEETINGS)
    row = add(desk, publisher)
    publisher.body, publisher.headers = calendar(), {}

    refresh(row, at=LATER)
    refresh(row, at=LATER + timedelta(minutes=45))
    kept = len(times(row))
    row = refresh(row, at=LATER + timedelta(minutes=60))

    assert kept == 6
    assert times(row) == []
    assert (row.failed_at, row.error) == (None, "")


def test_a_person_who_asks_is_believed_at_once(desk, publisher):
    publisher.body = calendar(*MEETINGS)
    row = add(desk, publisher)
    publisher.body, publisher.headers = calendar(), {}

    refresh(row, by=desk.user, at=LATER)

    assert times(row) == []


def test_a_removed_calendar_takes_its_times_with_it(desk, publisher):
    row = add(desk, publisher)

    remove(row, by=desk.user)
    refresh(row, at=LATER)  # which had begun before

    assert not BusyTime.objects.exists()
    assert BusyCalendar.history.first().history_user == desk.user


def test_calendars_in_use_are_refreshed_the_oldest_reading_first(desk, publisher):
    first, second, paused, of_nobody = (add(desk, publisher, name=name) for name in "abcd")
    BusyCalendar.objects.filter(pk=first.pk).update(read_at=LATER)
    BusyCalendar.objects.filter(pk=paused.pk).update(active=False)
    other = make_provider(desk.clinic, active=False)
    BusyTime.objects.filter(calendar=of_nobody).delete()
    BusyCalendar.objects.filter(pk=of_nobody.pk).update(provider=other)

    assert to_refresh(at=LATER) == [second.pk]
    assert to_refresh(at=LATER + timedelta(minutes=15)) == [second.pk, first.pk]


def test_what_has_failed_is_tried_again_an_hour_later(desk, publisher):
    row = add(desk, publisher)
    publisher.status = 500
    refresh(row, at=LATER)

    assert to_refresh(at=LATER + timedelta(minutes=45)) == []
    assert to_refresh(at=LATER + timedelta(minutes=60)) == [row.pk]


def test_what_fails_comes_after_what_can_be_read(desk, publisher):
    failing, sound = (add(desk, publisher, name=name) for name in "ab")
    publisher.status = 500
    refresh(failing, at=LATER)

    assert to_refresh(at=LATER + timedelta(hours=1)) == [sound.pk, failing.pk]


def test_what_is_due_is_read_within_one_task(desk, publisher):
    for name in "ab":
        add(desk, publisher, name=name)
    BusyCalendar.objects.update(read_at=None)

    tasks.read_calendars()
    tasks.read_calendars()

    assert len(publisher.requests) == 4  # two when they were added, and two when it was their turn
    assert not OrmQ.objects.exists()


def test_what_is_left_when_the_time_is_up_stays_due(desk, publisher):
    row = add(desk, publisher)

    refresh_due(at=LATER, seconds=0)

    assert len(publisher.requests) == 1
    assert to_refresh(at=LATER) == [row.pk]


def test_a_calendar_on_which_reading_breaks_stops_no_other(desk, publisher):
    nowhere = make_clinic(desk.organisation, name="Nowhere")
    broken, sound = add(desk, publisher, name="a"), add(desk, publisher, name="b")
    BusyTime.objects.filter(calendar=broken).delete()
    BusyCalendar.objects.filter(pk=broken.pk).update(provider=make_provider(nowhere, name="Omar"))
    Clinic.objects.filter(pk=nowhere.pk).update(time_zone="Nowhere/Known")
    publisher.body = calendar()

    refresh_due(at=LATER)

    broken.refresh_from_db()
    assert broken.error == "This calendar cannot be read."
    assert broken.failed_at is not None
    assert times(sound) == []


def test_a_calendar_that_ends_its_worker_holds_up_no_other(desk, publisher):
    slow, sound = add(desk, publisher, name="a"), add(desk, publisher, name="b")
    BusyCalendar.objects.update(read_at=None)
    publisher.hangs = True

    with pytest.raises(TimeoutException), TimeoutHandler(1):
        refresh_due(at=LATER)

    slow.refresh_from_db()
    assert slow.error == "Reading this calendar took too long."
    assert to_refresh(at=slow.failed_at) == [sound.pk]
    assert to_refresh(at=slow.failed_at + timedelta(hours=1)) == [sound.pk, slow.pk]


def test_the_clock_reads_a_calendar_unless_it_is_gone(desk, publisher):
    row = add(desk, publisher)
    publisher.body = calendar()

    refresh_by_itself(row.pk)
    refresh_by_itself(0)

    assert times(row) == []


def test_nobody_touches_a_calendar_of_another_organisation(desk, publisher):
    stranger = make_user(make_organisation("Other"))
    row = add(desk, publisher)

    with pytest.raises(Provider.DoesNotExist):
        add_calendar(desk.provider, name="Theirs", url=publisher.url, by=stranger)
    with pytest.raises(BusyCalendar.DoesNotExist):
        refresh(row, by=stranger)
    with pytest.raises(BusyCalendar.DoesNotExist):
        remove(row, by=stranger)
    assert len(publisher.requests) == 1


def test_many_times_are_written_in_few_queries(desk, publisher, django_assert_max_num_queries):
    row = add(desk, publisher)
    publisher.body = calendar(f"{MEETING}\nRRULE:FREQ=DAILY")

    with django_assert_max_num_queries(12):
        refresh(row, at=LATER)

    assert BusyTime.objects.count() == 359
