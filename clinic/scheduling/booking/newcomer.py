"""Book somebody who has no file yet: the file and the appointment come to be together, or neither does."""

from uuid import UUID

from django.db import transaction

from clinic.errors import InvalidEntry
from clinic.models import Appointment, User
from clinic.people.services import register
from clinic.retries import retried
from clinic.scheduling.booking.write import book
from clinic.tenancy import own


@retried
def book_new_patient(
    *, name_en: str, phone: str = "", by: User, request_key: UUID | None = None, **booking: object
) -> Appointment:
    """Open a file with this name and phone and book its first appointment; `booking` is as for `book`.

    The same form sent again (`request_key`) opens no second file and gets the appointment that it made.
    Raises InvalidEntry as `register` does, and like `book`; nothing is written then.
    """
    own(by)
    try:
        with transaction.atomic():
            patient = register(name_en=name_en, phone=phone, by=by)
            return book(patient=patient, by=by, request_key=request_key, **booking)
    except InvalidEntry:  # also where the form had been sent before, for the patient that it opened a file for then
        made = Appointment.objects.of(by.organisation).filter(request_key=request_key).first() if request_key else None
        if made is None:
            raise
        return made
