"""The same form sent again books nothing a second time, and gets the appointment that it made."""

from uuid import UUID

import pytest

from clinic.errors import InvalidEntry
from clinic.models import Message
from clinic.scheduling import booking
from tests.clinic.scheduling.conftest import monday
from tests.factories import BEFORE, make_patient, make_service

KEY = UUID("00000000-0000-4000-8000-000000000001")


def test_form_sent_again_gets_the_appointment_that_it_made_and_nobody_is_told_twice(desk, nothing_written):
    purchase = desk.purchase()
    first = desk.book(request_key=KEY, purchase=purchase)
    nothing_written()

    again = desk.book(request_key=KEY, purchase=purchase)

    assert (again, again.session_number) == (first, 1)


def test_form_sent_again_after_the_appointment_has_gone_elsewhere_gets_it_all_the_same(desk):
    first = desk.book(monday(9), request_key=KEY)
    booking.move(first, starts_at=monday(10), by=desk.user, at=BEFORE)
    Message.objects.all().delete()

    again = desk.book(monday(9), request_key=KEY)

    assert (again, again.starts_at) == (first, monday(10))
    assert not Message.objects.exists()


def test_form_of_another_patient_or_service_is_refused(desk, nothing_written):
    desk.book(request_key=KEY)
    other = make_patient(desk.organisation), make_service(desk.provider, name="Assessment")
    nothing_written()

    for changed in ({"patient": other[0]}, {"service": other[1]}):
        with pytest.raises(InvalidEntry, match="This form has been sent before, for something else"):
            desk.book(monday(10), request_key=KEY, **changed)


def test_forms_of_their_own_book_one_each(desk):
    first = desk.book(monday(9), request_key=KEY)
    second = desk.book(monday(10), request_key=UUID(int=KEY.int + 1))

    assert first != second
