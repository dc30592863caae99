"""Two administrators at one text: the second is told who wrote what, and nothing of either is lost."""

from datetime import UTC, datetime

import pytest

from clinic.enums import MessageKind
from clinic.errors import ChangedMeanwhile
from clinic.messaging.texts.templates import own_template, restore_template, words_version, write_template
from clinic.models import MessageTemplate
from tests.factories import make_organisation, make_user

NINE_UTC = datetime(2030, 1, 7, 9, tzinfo=UTC)
PLACE = (MessageKind.BOOKED, "en", "")


@pytest.fixture
def organisation(db):
    return make_organisation()


@pytest.fixture
def write(organisation):
    mona = make_user(organisation, "mona")

    def written(words, **options):
        body = f"{words} {{{{ day }}}} {{{{ time }}}}"
        return write_template(organisation, *PLACE, "See you", body, **{"by": mona, "at": NINE_UTC, **options})

    return written


def now_there(organisation) -> tuple[str, int]:
    """How the words begin, and how many versions their history has."""
    row = own_template(organisation, *PLACE)
    return (row.body.split()[0] if row else "", MessageTemplate.history.count())


def test_words_that_somebody_has_changed_meanwhile_are_not_written_over(organisation, write):
    seen = words_version(write("First"))
    write("Second", expected_version=seen)

    with pytest.raises(ChangedMeanwhile) as refused:
        write("Third", expected_version=seen)

    assert str(refused.value) == (
        "mona has written other words meanwhile (7 Jan 2030, 12:00). Compare both versions, then save what is right."
    )
    assert now_there(organisation) == ("Second", 2)


def test_whoever_has_seen_the_newer_words_may_write_over_them(organisation, write):
    write("First")
    seen = words_version(write("Second"))

    write("Third", expected_version=seen)

    assert now_there(organisation) == ("Third", 3)


def test_first_words_of_two_who_saw_ours_are_those_of_the_first(organisation, write):
    write("First", expected_version="")

    with pytest.raises(ChangedMeanwhile, match="mona has written other words meanwhile"):
        write("Second", expected_version="")

    assert now_there(organisation) == ("First", 1)


def test_words_that_somebody_has_taken_out_meanwhile_are_not_brought_back_unasked(organisation, write):
    seen = words_version(write("First"))
    restore_template(organisation, *PLACE, by=make_user(organisation, "lina"), expected_version=seen)

    with pytest.raises(ChangedMeanwhile, match="lina has gone back to the words that come with the clinic"):
        write("Second", expected_version=seen)

    assert now_there(organisation) == ("", 2)


def test_words_that_somebody_has_changed_meanwhile_are_not_taken_out(organisation, write):
    seen = words_version(write("First"))
    write("Second")

    with pytest.raises(ChangedMeanwhile, match=r"mona has written other words meanwhile .+ Read them, then decide"):
        restore_template(organisation, *PLACE, by=make_user(organisation, "lina"), expected_version=seen)

    assert now_there(organisation) == ("Second", 2)


def test_the_same_words_of_two_are_nobodys_quarrel(organisation, write):
    seen = words_version(write("First"))
    write("Second", expected_version=seen)

    write("Second", expected_version=seen)

    assert now_there(organisation) == ("Second", 2)


def test_words_for_another_channel_are_another_text(organisation, write):
    body = "Mail {{ day }} {{ time }}"
    seen = words_version(write("First"))
    lina = make_user(organisation, "lina")
    write_template(organisation, MessageKind.BOOKED, "en", "email", "See you", body, by=lina, expected_version="")

    write("Second", expected_version=seen)

    assert now_there(organisation) == ("Second", 3)
