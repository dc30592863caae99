"""What lands in the outbox, for whom, in which words, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.enums import AppointmentStatus, Channel, MessageKind, MessageStatus, OperationKind
from clinic.messaging.links import address_of
from clinic.messaging.services import call_off, cancel_for, queue
from clinic.models import Appointment, Message, Operation, Patient
from tests.factories import (
    NINE,
    SENT,
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

AT = datetime(2030, 1, 1, 8, tzinfo=UTC)


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation, "sara")


@pytest.fixture
def book(organisation):
    """A booked appointment on Monday 7 January 2030, 9:00 in Riyadh, of a patient made of the fields given."""

    def booked(**fields):
        clinic = make_clinic(organisation, name="Olaya", name_ar="العليا", phone="+966112345678")
        provider = make_provider(clinic, name="Dr Marker", specialty="Autism")
        service = make_service(provider, name="Behavioural therapy")
        patient = make_patient(organisation, **{"name": "Huda Al Saud", "language": "en", **fields})
        return make_appointment(patient, service, provider, clinic)

    return booked


def queue_booked(appointment, by):
    return queue(MessageKind.BOOKED, appointment.patient, appointment=appointment, by=by, at=AT)


def test_queue_writes_one_row_to_the_preferred_channel(book, sara):
    appointment = book(preferred_channel=Channel.EMAIL, email="huda@example.org")

    message = queue_booked(appointment, sara)

    assert Message.objects.get() == message
    assert (message.patient, message.appointment, message.kind) == (appointment.patient, appointment, "booked")
    assert (message.channel, message.address) == (Channel.EMAIL, "huda@example.org")
    assert (message.status, message.due_at, message.queued_at) == (
        MessageStatus.QUEUED, AT + timedelta(minutes=3), AT,
    )  # fmt: skip


def test_queue_says_the_moment_in_the_clinics_zone(book, sara):
    appointment = book()

    message = queue_booked(appointment, sara)

    assert message.subject == "Your appointment on Monday 7 January 2030"
    assert message.body == (
        "Hello Huda, your appointment is on Monday 7 January at 9:00 AM, Olaya. "
        f"To confirm or change it: {address_of(appointment)} Questions? +966112345678"
    )


def test_queue_writes_arabic_to_who_reads_arabic(book, sara):
    appointment = book(language="ar", name_ar="هدى السعود", preferred_channel=Channel.EMAIL, email="h@example.org")

    message = queue_booked(appointment, sara)

    assert message.language == "ar"
    assert message.body == (
        "مرحبًا هدى،\n\nحُجز موعدك يوم الاثنين 7 يناير 2030 الساعة 9:00 ص في العليا.\n\n"
        f"لتأكيد الموعد أو إلغائه: {address_of(appointment)}\n"
        "يمكنك هناك أيضًا اختيار وقت آخر حتى الأحد 6 يناير، 9:00 ص.\n"
        "للاستفسار اتصل على \u200e+966112345678."
    )


def test_queue_greets_by_the_whole_of_a_first_name(book, sara):
    message = queue_booked(book(language="ar", name_ar="عبد الرحمن السعود"), sara)

    assert message.body.startswith("عبد الرحمن، موعدك")


def test_queue_leaves_names_as_they_are_and_on_one_line(book, sara):
    message = queue_booked(book(name="O'Neil<b>\r\nBcc:x"), sara)

    assert message.body.startswith("Hello O'Neil<b>, your")
    assert "\n" not in message.subject + message.body


@pytest.mark.parametrize("kind", [MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CANCELLED])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_queue_tells_nothing_clinical(book, sara, kind, language):
    appointment = book(language=language, notes="Marker")

    message = queue(kind, appointment.patient, appointment=appointment, by=sara, at=AT)

    assert "9:00" in message.body
    assert not any(word in message.subject + message.body for word in ("Marker", "Autism", "Behavioural", "therapy"))


def test_queue_leaves_out_a_phone_the_clinic_has_not(book, sara):
    appointment = book()
    appointment.clinic.phone = ""

    message = queue_booked(appointment, sara)

    assert message.body.endswith(f"To confirm or change it: {address_of(appointment)}")


@pytest.mark.parametrize(
    ("kind", "grace"),
    [
        (MessageKind.ASSIGNED, timedelta(0)),
        (MessageKind.BOOKED, timedelta(minutes=3)),
        (MessageKind.MOVED, timedelta(minutes=3)),
        (MessageKind.CANCELLED, timedelta(minutes=3)),
    ],
)
def test_queue_waits_a_little_before_it_tells_of_a_change(book, sara, kind, grace):
    appointment = book()

    message = queue(kind, appointment.patient, appointment=appointment, by=sara, at=AT)

    assert message.due_at == AT + grace


@pytest.mark.parametrize(
    ("fields", "channel", "address"),
    [
        ({"preferred_channel": "email", "email": ""}, "sms", "+966501234567"),
        ({"preferred_channel": "sms", "phone": "", "email": "huda@example.org"}, "email", "huda@example.org"),
        ({"preferred_channel": "whatsapp"}, "whatsapp", "+966501234567"),
        ({"preferred_channel": "sms", "phone": "123", "email": "huda@example.org"}, "email", "huda@example.org"),
    ],
    ids=["no e-mail", "no phone", "whatsapp uses the phone", "no valid phone"],
)
def test_queue_falls_back_to_a_channel_that_has_an_address(book, sara, fields, channel, address):
    message = queue_booked(book(**fields), sara)

    assert (message.channel, message.address, message.status) == (channel, address, MessageStatus.QUEUED)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"phone": "", "email": ""}, "The patient has neither a valid phone number nor an e-mail address."),
        ({"accepts_messages": False}, "The patient does not want messages."),
    ],
)
def test_queue_skips_who_cannot_or_will_not_be_written_to(book, sara, fields, reason):
    message = queue_booked(book(**fields), sara)

    assert (message.status, message.error) == (MessageStatus.SKIPPED, reason)


def test_queue_tells_the_same_event_once(book, sara):
    appointment = book()

    first = queue_booked(appointment, sara)
    second = queue_booked(Appointment.objects.get(), sara)

    assert first == second
    assert Message.objects.count() == 1


def test_queue_tells_of_a_move_there_and_back(book, sara):
    appointment = book()
    for sequence, hours in ((1, 1), (2, -1), (3, 1)):
        appointment.starts_at += timedelta(hours=hours)
        appointment.calendar_sequence = sequence
        queue(MessageKind.MOVED, appointment.patient, appointment=appointment, by=sara, at=AT)

    assert Message.objects.count() == 3


def test_queue_takes_up_again_what_was_called_off(book, sara):
    appointment = book()
    queue(MessageKind.CANCELLED, appointment.patient, appointment=appointment, by=sara, at=AT)
    cancel_for(appointment, by=sara, at=AT)
    Patient.objects.update(phone="+966507654321")
    appointment = Appointment.objects.get()

    queue(MessageKind.CANCELLED, appointment.patient, appointment=appointment, by=sara, at=AT + timedelta(hours=1))

    message = Message.objects.get()
    assert (message.status, message.error, message.address) == (MessageStatus.QUEUED, "", "+966507654321")
    assert message.due_at == AT + timedelta(hours=1, minutes=3)


def test_queue_takes_up_again_what_somebody_called_off_by_hand(book, sara):
    appointment = book()
    queued = queue_booked(appointment, sara)
    off = call_off(queued, by=sara, at=AT)
    assert (off.status, off.called_off_by, off.expires_at) == (MessageStatus.CANCELLED, sara, queued.expires_at)

    again = queue_booked(appointment, sara)

    again.refresh_from_db()
    assert (again.pk, again.status, again.called_off_by) == (queued.pk, MessageStatus.QUEUED, None)


def test_queue_asks_few_questions(book, sara, django_assert_num_queries):
    appointment = book()

    with django_assert_num_queries(3):  # an insert in a savepoint
        queue_booked(appointment, sara)


def test_queue_does_not_see_a_patient_of_another_organisation(book):
    appointment = book()
    stranger = make_user(make_organisation("Other"))

    with pytest.raises(Patient.DoesNotExist):
        queue_booked(appointment, stranger)

    assert not Message.objects.exists()


def test_cancel_for_calls_off_what_is_still_queued(book, sara):
    appointment = book()
    sent = queue(MessageKind.BOOKED, appointment.patient, appointment=appointment, by=sara, at=AT)
    queued = queue(MessageKind.MOVED, appointment.patient, appointment=appointment, by=sara, at=AT)
    Message.objects.filter(pk=sent.pk).update(**SENT)

    number = cancel_for(appointment, by=sara, at=AT)

    sent.refresh_from_db()
    queued.refresh_from_db()
    assert (number, sent.status, queued.status) == (1, MessageStatus.SENT, MessageStatus.CANCELLED)
    assert queued.error == "Called off by sara on 2030-01-01."


@pytest.mark.any_engine
def test_called_off_it_is_in_no_workers_hand(book, sara):
    appointment = book()
    queued = queue_booked(appointment, sara)
    Message.objects.update(leased_until=AT + timedelta(minutes=1))

    cancel_for(appointment, by=sara, at=AT)

    queued.refresh_from_db()
    assert (queued.status, queued.leased_until) == (MessageStatus.CANCELLED, None)


@pytest.fixture
def plan(book, sara):
    """Three appointments of one patient, booked by one operation and told in one message."""

    def planned(**fields):
        first = book(**fields)
        operation = Operation.objects.create(
            organisation=first.organisation, kind=OperationKind.AUTO_SCHEDULE, by=sara, at=AT
        )
        sessions = [first] + [
            make_appointment(first.patient, first.service, first.provider, first.clinic, NINE + timedelta(weeks=n))
            for n in (1, 2)
        ]
        Appointment.objects.update(operation=operation)
        told = {"appointment": first, "sessions": sessions, "operation": operation}
        message = queue(MessageKind.PLANNED, first.patient, **told, by=sara, at=AT)
        return message, list(Appointment.objects.order_by("starts_at"))

    return planned


def test_queue_tells_of_a_plan_in_one_message(plan):
    message, _ = plan()

    assert message.subject == "Your sessions are booked"
    assert message.body == (
        "Hello Huda, 3 appointments are booked for you:\n"
        "Monday 7 January 2030, 9:00 AM, Olaya\n"
        "Monday 14 January 2030, 9:00 AM, Olaya\n"
        "Monday 21 January 2030, 9:00 AM, Olaya\n"
        "To change one, call +966112345678."
    )


def test_queue_of_a_plan_of_one_session_tells_of_one_appointment(book, sara):
    session = book()

    message = queue(MessageKind.PLANNED, session.patient, appointment=session, sessions=[session], by=sara, at=AT)

    assert message.subject == "Your session on Monday 7 January 2030 is booked"
    assert message.body == (
        "Hello Huda, this appointment is booked for you:\n"
        "Monday 7 January 2030, 9:00 AM, Olaya\n"
        "To change it, call +966112345678."
    )


def test_queue_tells_of_a_plan_in_arabic(plan):
    message, _ = plan(language="ar", name_ar="هدى")

    assert message.body.startswith("مرحبًا هدى")
    assert "الاثنين 14 يناير 2030" in message.body


def test_cancel_for_keeps_the_message_of_a_plan_until_its_last_session_is_gone(plan, sara):
    message, sessions = plan()

    for session in sessions:
        message.refresh_from_db()
        assert message.status == MessageStatus.QUEUED
        session.status = AppointmentStatus.CANCELLED_BY_PATIENT
        session.save()
        cancel_for(session, by=sara, at=AT)

    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED


def test_cancel_for_leaves_other_appointments_alone(book, sara):
    mine, other = book(), book()
    queue_booked(other, sara)

    cancel_for(mine, by=sara, at=AT)

    assert Message.objects.get().status == MessageStatus.QUEUED


def test_cancel_for_does_not_see_another_organisation(book, sara):
    appointment = book()
    queue_booked(appointment, sara)

    with pytest.raises(Appointment.DoesNotExist):
        cancel_for(appointment, by=make_user(make_organisation("Other")), at=AT)

    assert Message.objects.get().status == MessageStatus.QUEUED
