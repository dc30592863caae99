"""Walking in: what is offered, what is said, what comes of it, and what is left to do in the visit."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from admin_ext.roles import CASHIER, FRONT_DESK, MANAGER, PROVIDER
from clinic.billing.services import record_payment, void
from clinic.consultations.services import close, start_gopd
from clinic.enums import BillTiming, PaymentMethod, PaymentStatus, VisitStatus, WorkflowType
from clinic.models import Consultation, Invoice, Patient, Visit
from tests.admin_ext.booking import part, words
from tests.factories import NINE, make_clinic, make_patient, make_provider, make_service

pytestmark = pytest.mark.usefixtures("today_at_nine")


@pytest.fixture
def doctor(ours):
    return make_provider(ours.clinic, name="Dr Khalid")


@pytest.fixture
def paid_first(ours, doctor):
    return outpatient(doctor, "GP consultation", price="150.00", bill_timing=BillTiming.BEFORE)


@pytest.fixture
def paid_later(ours, doctor):
    return outpatient(doctor, "GP follow-up", price="80.00", auto_assign_doctor=doctor)


@pytest.fixture
def walker(ours):
    """A patient who is not here yet."""
    return make_patient(ours.organisation, "Huda Salem", phone="+966559998877")


@pytest.fixture
def reception(ours, sign_in):
    return sign_in(ours.organisation, FRONT_DESK)


def outpatient(doctor, name, **fields):
    return make_service(doctor, name=name, workflow_type=WorkflowType.GOPD_CONSULT, **fields)


def ask(client, headers=None, **query):
    return words(client.get(reverse("admin:walk_in"), query, headers=headers).content.decode())


def let_in(client, **entered):
    return client.post(reverse("admin:walk_in"), {"request_key": str(uuid4()), **entered}, follow=True)


def visit_page(client, visit) -> str:
    return words(client.get(reverse("admin:visit", args=[visit.pk])).content.decode())


# What is offered


def test_page_offers_what_the_clinic_gives_with_price_and_when_it_is_paid(ours, reception, paid_first, paid_later):
    elsewhere = make_provider(make_clinic(ours.organisation, "Jeddah"), name="Dr Huda")
    outpatient(elsewhere, "Travel advice")

    shown = ask(reception, clinic=ours.clinic.pk)

    assert "GP consultation 150.00 SAR any doctor · pay first" in shown
    assert "GP follow-up 80.00 SAR Dr Khalid · pay later" in shown
    assert "Travel advice" not in shown
    assert "Ours service" not in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("paid_first", "First to the cashier: 150.00 SAR. Then to any doctor of Ours clinic."),
        ("paid_later", "Straight to Dr Khalid. The cashier takes 80.00 SAR afterwards."),
    ],
)
def test_choosing_a_service_says_what_happens_next(name, said, ours, reception, request):
    service = request.getfixturevalue(name)

    shown = ask(reception, part("walk-in-what"), clinic=ours.clinic.pk, service=service.pk)

    assert said in shown.replace("\u2066", "").replace("\u2069", "")


def test_doctor_who_has_left_the_clinic_is_not_promised(ours, reception, paid_later, doctor):
    doctor.active = False
    doctor.save()

    assert "GP follow-up 80.00 SAR any doctor" in ask(reception, clinic=ours.clinic.pk)


def test_clinic_of_the_last_patient_is_chosen(ours, reception, walker):
    jeddah = make_clinic(ours.organisation, "Jeddah")
    service = outpatient(make_provider(jeddah, name="Dr Huda"), "Travel advice")
    start_gopd(walker, service, by=reception.user, clinic=jeddah)

    assert "Travel advice" in ask(reception)


def test_clinic_without_outpatients_says_who_changes_that(ours, reception):
    assert "An administrator makes a service of the catalogue an outpatient consultation." in ask(
        reception, clinic=ours.clinic.pk
    )


def test_patient_who_is_here_already_is_told(ours, reception, paid_first, walker):
    start_gopd(walker, paid_first, by=reception.user, clinic=ours.clinic)

    assert "Here since 09:00 : it is added to the open visit." in ask(
        reception, patient=walker.pk, clinic=ours.clinic.pk
    )


def test_booked_appointment_fills_the_page(ours, reception):
    shown = reception.get(reverse("admin:walk_in"), {"appointment": ours.appointment.pk}).content.decode()

    assert f'name="patient" value="{ours.patient.pk}"' in shown
    assert f'name="appointment" value="{ours.appointment.pk}"' in shown


# What comes of it


def test_paid_first_leads_to_the_cashier(ours, reception, paid_first, walker):
    answer = let_in(reception, patient=walker.pk, clinic=ours.clinic.pk, service=paid_first.pk, complaint="Cough")

    visit = Visit.objects.get(patient=walker)
    assert answer.redirect_chain[-1][0] == reverse("admin:visit", args=[visit.pk])
    assert "Send Huda Salem to the cashier: \u2066150.00 SAR\u2069." in words(answer.content.decode())
    assert (visit.opened_by, visit.payment_status, visit.complaint) == (reception.user, PaymentStatus.UNPAID, "Cough")
    assert not visit.consultations.exists()


def test_paid_later_leads_to_the_doctor(ours, reception, paid_later, doctor, walker):
    answer = let_in(reception, patient=walker.pk, clinic=ours.clinic.pk, service=paid_later.pk)

    assert "Huda Salem waits for Dr Khalid." in words(answer.content.decode())
    assert Consultation.objects.get(patient=walker).doctor == doctor


def test_form_sent_twice_lets_in_once(ours, reception, paid_first, walker):
    form = {"patient": walker.pk, "clinic": ours.clinic.pk, "service": paid_first.pk, "request_key": str(uuid4())}

    first, second = let_in(reception, **form), let_in(reception, **form)

    assert first.redirect_chain == second.redirect_chain
    assert Invoice.objects.filter(patient=walker).count() == 1


def test_new_patient_sent_twice_gets_one_file(ours, reception, paid_first):
    form = {"new": 1, "name": "Noura", "phone": "0551112233", "clinic": ours.clinic.pk, "service": paid_first.pk}
    form["request_key"] = str(uuid4())

    let_in(reception, **form)
    let_in(reception, **form, known_phone="0551112233")

    noura = Patient.objects.get(name_en="Noura")
    assert Visit.objects.get(patient=noura).invoices.count() == 1


def test_refusal_keeps_what_was_entered(ours, reception, paid_first, walker):
    paid_first.active = False
    paid_first.save()

    shown = let_in(reception, patient=walker.pk, clinic=ours.clinic.pk, service=paid_first.pk, complaint="Cough <b>")

    assert "GP consultation is no longer offered. Choose another service." in words(shown.content.decode())
    assert "Cough &lt;b&gt;</textarea>" in shown.content.decode()
    assert not Visit.objects.filter(patient=walker).exists()


def test_nothing_entered_says_what_is_missing(ours, reception, paid_first):
    shown = words(let_in(reception).content.decode())

    assert "Choose a patient first. Choose a clinic. Choose a service." in shown
    assert not Visit.objects.exclude(pk=ours.visit.pk).exists()


@pytest.mark.parametrize("name", ["patient", "clinic", "service", "appointment"])
def test_rows_of_another_organisation_are_not_there(name, theirs, reception):
    query = {name: getattr(theirs, name).pk}

    assert reception.get(reverse("admin:walk_in"), query).status_code == 404
    assert reception.post(reverse("admin:walk_in"), query).status_code == 404


# The visit


def test_visit_says_what_is_left_from_the_cashier_to_the_end(ours, reception, sign_in, paid_first, walker, doctor):
    doctor.user = sign_in(ours.organisation, PROVIDER).user
    doctor.save()
    visit, _none = start_gopd(walker, paid_first, by=reception.user, clinic=ours.clinic, at=NINE)
    unpaid = visit_page(reception, visit)
    record_payment(
        visit.invoices.get(), method=PaymentMethod.CASH, amount=Decimal("150.00"), by=reception.user, at=NINE
    )
    waiting = visit_page(reception, visit)

    assert "\u2066150.00 SAR\u2069 to be paid" in unpaid
    assert "GP consultation: as soon as it is paid" in unpaid
    assert "Close the visit" not in unpaid
    assert "to be paid" not in waiting
    assert "GP consultation: waits for any doctor of Ours clinic since \u206609:00\u2069" in waiting


def test_place_held_in_the_queue_still_has_to_be_paid(ours, reception, paid_first, walker):
    ours.policy.queues_before_payment = True
    ours.policy.save()
    visit, pending = start_gopd(walker, paid_first, by=reception.user, clinic=ours.clinic)

    shown = visit_page(reception, visit)

    assert pending.status == "pending"
    assert "GP consultation: as soon as it is paid" in shown
    assert "waits for" not in shown


def test_visit_that_is_paid_later_can_be_closed_when_the_doctor_is_done(
    ours, reception, sign_in, paid_later, walker, doctor
):
    doctor.user = sign_in(ours.organisation, PROVIDER).user
    doctor.save()
    visit, consultation = start_gopd(walker, paid_later, by=reception.user, clinic=ours.clinic)
    refused = words(reception.post(reverse("admin:close_visit", args=[visit.pk]), follow=True).content.decode())
    close(consultation, by=doctor.user)

    done = words(reception.post(reverse("admin:close_visit", args=[visit.pk]), follow=True).content.decode())

    assert "Ask Dr Khalid to close it, or a manager to hand it over." in refused
    assert "The visit of Huda Salem is closed." in done
    visit.refresh_from_db()
    assert (visit.status, visit.payment_status) == (VisitStatus.CLOSED, PaymentStatus.UNPAID)


def test_visit_whose_only_invoice_is_void_asks_for_no_money_and_says_how_to_go_on(
    ours, reception, sign_in, paid_first, walker
):
    visit, _none = start_gopd(walker, paid_first, by=reception.user, clinic=ours.clinic)
    before = visit_page(reception, visit)
    void(visit.invoices.get(), by=sign_in(ours.organisation, MANAGER).user, reason="Made by mistake")

    shown = visit_page(reception, visit)

    assert "Unpaid" in before
    assert "Unpaid" not in shown
    assert "The invoice is void: choose a service again, or close the visit." in shown
    assert "Everything is done." not in shown


def test_cashier_is_led_to_the_payment_and_the_reception_is_not(ours, reception, sign_in, paid_first, walker):
    visit, _none = start_gopd(walker, paid_first, by=reception.user, clinic=ours.clinic)

    assert "Take the payment" in visit_page(sign_in(ours.organisation, CASHIER), visit)
    assert "Take the payment" not in visit_page(reception, visit)


def test_visit_page_never_shows_the_complaint(ours, reception):
    assert "Ours cough" not in visit_page(reception, ours.visit)


def test_visit_of_another_organisation_is_not_there(theirs, reception):
    assert reception.get(reverse("admin:visit", args=[theirs.visit.pk])).status_code == 404
    assert reception.post(reverse("admin:close_visit", args=[theirs.visit.pk])).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_visit_page_asks_the_same_for_more_services(
    n, ours, reception, paid_first, paid_later, walker, django_assert_num_queries
):
    for _ in range(n):
        for service in (paid_first, paid_later):
            visit, _made = start_gopd(walker, service, by=reception.user, clinic=ours.clinic)
    visit_page(reception, visit)

    with django_assert_num_queries(11):
        visit_page(reception, visit)


@pytest.mark.parametrize("n", [1, 3])
def test_walk_in_page_asks_the_same_for_more_services(n, ours, reception, doctor, walker, django_assert_num_queries):
    for number in range(n):
        outpatient(doctor, f"Service {number}", auto_assign_doctor=doctor)
    ask(reception, patient=walker.pk)

    with django_assert_num_queries(12):
        ask(reception, patient=walker.pk)
