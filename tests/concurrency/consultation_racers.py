"""What each of the racing doctors, desks and tabs does. Rows are named by their keys; what is returned is JSON."""

from uuid import UUID

from clinic.consultations import services
from clinic.consultations.newcomer import start_gopd_new_patient
from clinic.enums import ConsultationStatus, PaymentStatus
from clinic.models import Clinic, Consultation, Invoice, Patient, Service, User
from tests.concurrency import money_racers
from tests.factories import BEFORE


def take(*, consultation, by):
    """Take the consultation as a doctor; the name of who has it then."""
    row = services.activate(Consultation.objects.get(pk=consultation), by=User.objects.get(pk=by), at=BEFORE)
    return row.doctor.name_en


def look_and_take(*, consultation, by):
    """What a program without locks would do: look whether it is anybody's, and write the doctor if it is not."""
    row, doctor = Consultation.objects.get(pk=consultation), User.objects.get(pk=by).provider
    if row.doctor_id is not None:
        return False
    Consultation.objects.filter(pk=row.pk).update(
        doctor=doctor, status=ConsultationStatus.ACTIVE, activated_at=BEFORE, version=row.version + 1
    )
    return True


def walk_in(*, patient, service, clinic, by, request_key=None):
    """Start a visit for the service; its key."""
    visit, _consultation = services.start_gopd(
        Patient.objects.get(pk=patient),
        Service.objects.get(pk=service),
        by=User.objects.get(pk=by),
        clinic=Clinic.objects.get(pk=clinic),
        request_key=request_key and UUID(request_key),
        at=BEFORE,
    )
    return visit.pk


def walk_in_new(*, name, service, clinic, by, request_key):
    """Open a file and start a visit for the service; the visit's key."""
    visit, _consultation = start_gopd_new_patient(
        name_en=name, service=Service.objects.get(pk=service), by=User.objects.get(pk=by),
        clinic=Clinic.objects.get(pk=clinic), request_key=UUID(request_key), at=BEFORE,
    )  # fmt: skip
    return visit.pk


def write(*, consultation, words, by, version):
    """Write into the consultation; its new version."""
    row = Consultation.objects.get(pk=consultation)
    return services.write(row, words, by=User.objects.get(pk=by), expected_version=version, at=BEFORE).version


def pay_next(*, by):
    """Take the money for the oldest invoice on which nothing is paid; the number of the receipt."""
    invoice = Invoice.objects.filter(status=PaymentStatus.UNPAID).order_by("pk").first()
    return money_racers.pay(invoice=invoice.pk, amount="150.00", by=by)
