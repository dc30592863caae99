"""Somebody walks in who has no file yet: the file and the visit come to be together, or neither does."""

from uuid import UUID

from django.db import transaction

from clinic.consultations.services.starting import start_gopd
from clinic.models import Consultation, Invoice, Patient, User, Visit
from clinic.people.services import register
from clinic.retries import retried
from clinic.tenancy import own


@retried
@transaction.atomic
def start_gopd_new_patient(
    *, name_en: str, phone: str = "", by: User, request_key: UUID | None = None, **walk_in: object
) -> tuple[Visit, Consultation | None]:
    """Open a file with this name and phone and let the patient see a doctor; `walk_in` is as for `start_gopd`.

    The same form sent again (`request_key`) opens no second file and gets what it made. Raises InvalidEntry as
    `register` does, and like `start_gopd`; nothing is written then.
    """
    patient = patient_of(request_key, by=by)
    if patient is None:
        with transaction.atomic():
            patient = register(name_en=name_en, phone=phone, by=by)
            if first := patient_of(request_key, by=by):  # the same form had the next file number before us
                transaction.set_rollback(True)
                patient = first
    return start_gopd(patient, by=by, request_key=request_key, **walk_in)


def patient_of(request_key: UUID | None, *, by: User) -> Patient | None:
    """Whom the form has opened a file for when it was sent before."""
    made = Invoice.objects.of(own(by)).filter(request_key=request_key).first() if request_key else None
    return made and made.patient
