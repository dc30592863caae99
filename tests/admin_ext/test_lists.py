"""Lists ask as much of the database for three rows as for one, and open for everybody who may see them."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import UniqueConstraint
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_ext.empty_lists import WORDS
from admin_ext.roles import ADMINISTRATOR, FRONT_DESK, MANAGER, PROVIDER, ROLES
from tests.admin_ext.world import fill
from tests.factories import make_organisation, make_patient, make_user

OURS = [model for model in admin.site._registry if model._meta.app_label == "clinic"]
ONE_OF_A_KIND = {"Organisation", "Policy"}


def address_of(model) -> str:
    return reverse(f"admin:clinic_{model._meta.model_name}_changelist")


def queries_of(client, address: str) -> int:
    led_to = client.get(address, follow=True).redirect_chain  # also warms what Django remembers from then on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(led_to[-1][0] if led_to else address).status_code == 200
    return len(captured)


def test_a_list_asks_no_more_for_three_rows_than_for_one(ours, sign_in):
    client = sign_in(ours.organisation, *ROLES)
    for_one = {model: queries_of(client, address_of(model)) for model in OURS}

    fill(ours.organisation, "Second")
    fill(ours.organisation, "Third")

    many = [model for model in OURS if model.__name__ not in ONE_OF_A_KIND]
    rows = {model: model.objects.filter(organisation=ours.organisation).count() for model in many}
    assert {model: count for model, count in rows.items() if count < 3} == {}
    assert {model: queries_of(client, address_of(model)) for model in OURS} == for_one
    assert {model: count for model, count in for_one.items() if count > 14} == {}


def test_every_list_has_a_sentence_for_when_it_is_empty():
    assert {model.__name__ for model in OURS if model._meta.model_name not in WORDS} <= ONE_OF_A_KIND


def test_an_empty_list_says_what_comes_there_and_offers_no_filter_to_undo(db, sign_in):
    client = sign_in(make_organisation(), MANAGER)

    page = client.get(reverse("admin:clinic_closure_changelist")).content.decode()

    assert "No closure. Add the holidays and the days on which a clinic stays closed." in page
    assert "Show all</a>" not in page
    assert f'href="{reverse("admin:clinic_closure_add")}" class="button-main"' in page


def test_a_list_without_a_fitting_row_offers_to_show_all(ours, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)

    page = client.get(reverse("admin:clinic_patient_changelist"), {"q": "Nobody of this name"}).content.decode()

    assert "Nothing here fits what is searched or filtered." in page
    assert 'href="?" class="button-plain">Show all</a>' in page


def test_the_tab_of_a_list_has_its_name(ours, sign_in):
    page = sign_in(ours.organisation, ADMINISTRATOR).get(reverse("admin:clinic_patient_changelist"))

    assert "Patients | Clinic" in page.content.decode()
    assert "to change" not in page.content.decode()


@pytest.mark.parametrize("wrong", ["999999/change/", "import-it/", "no-number/change/"])
def test_an_address_of_no_row_is_no_page(wrong, ours, sign_in):
    answer = sign_in(ours.organisation, ADMINISTRATOR).get(
        f"{reverse('admin:clinic_patient_changelist')}{wrong}", follow=True
    )

    assert answer.status_code == 404
    assert "doesn’t exist" not in answer.content.decode()


def test_the_first_page_asks_no_more_for_three_rows_than_for_one(ours, sign_in, today_at_nine):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    for_one = queries_of(client, reverse("admin:index"))

    fill(ours.organisation, "Second")
    fill(ours.organisation, "Third")

    assert queries_of(client, reverse("admin:index")) == for_one


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_and_every_line_of_the_sidebar_open(role, ours, sign_in, today_at_nine):
    client = sign_in(ours.organisation, role)
    if role == PROVIDER:
        ours.provider.user = client.user
        ours.provider.save()

    first = client.get(reverse("admin:index"), follow=True)

    assert "Ours patient" in first.content.decode()
    links = [item["link"] for group in first.context["sidebar_navigation"] for item in group["items"]]
    assert len(links) > 5
    assert {link: client.get(link, follow=True).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_list_never_counts_further_than_people_turn_pages(ours, sign_in, monkeypatch):
    monkeypatch.setattr("admin_ext.base.CappedPaginator.most", 2)
    for name in ("Amal", "Badr"):
        make_patient(ours.organisation, name)

    answer = sign_in(ours.organisation, FRONT_DESK).get(reverse("admin:clinic_patient_changelist"))

    assert answer.context["cl"].result_count == 2
    assert "2 patients or more" in answer.content.decode()


TYPED = ["huda", "HUDA salem", "هدى", "هدي", "0501234567", "050 123", "٠٥٠١٢٣", "+966501234567", "F-77"]


def test_the_list_of_patients_finds_them_as_they_are_spelled_and_dialled(ours, sign_in):
    huda = make_patient(ours.organisation, "Huda Salem", name_ar="هدى سالم", file_number="F-77", active=False)
    make_patient(ours.organisation, "Omar", phone="+966559998877", file_number="G-1")
    client = sign_in(ours.organisation, FRONT_DESK)

    asked = reverse("admin:clinic_patient_changelist")
    found = {typed: set(client.get(asked, {"q": typed}).context["cl"].result_list) for typed in TYPED}

    assert {typed for typed, patients in found.items() if huda not in patients} == set()
    assert {typed for typed, patients in found.items() if "Omar" in {patient.name_en for patient in patients}} == set()


GROWING = [
    "Appointment", "Charge", "Consultation", "DayClosing", "Invoice", "Job", "Message", "Operation", "PackagePurchase",
    "Patient", "Payment", "RefundRequest", "RefusedAttempt", "SessionEntry", "Visit",
]  # fmt: skip


def test_every_order_of_a_list_that_grows_stands_on_an_index(ours, sign_in):
    client = sign_in(ours.organisation, *ROLES)
    growing = {model.__name__: model for model in OURS if model.__name__ in GROWING}

    without = {name: orders(client, model) - indexed_within_an_organisation(model) for name, model in growing.items()}

    assert without == {name: set() for name in GROWING}


def orders(client, model) -> set[str]:
    """The fields by which the list of this model is, or can be, put in order."""
    shown = client.get(address_of(model), follow=True).context["cl"]
    found = [field for column in shown.sortable_by if (field := shown.get_ordering_field(column))]
    found.append(shown.result_list.query.order_by[0])
    return {field.lstrip("-").replace("pk", "id") for field in found}


def indexed_within_an_organisation(model) -> set[str]:
    """The second field of what the table keeps in order organisation by organisation."""
    kept = [*model._meta.indexes, *(one for one in model._meta.constraints if isinstance(one, UniqueConstraint))]
    pairs = [[field.lstrip("-") for field in one.fields[:2]] for one in kept]
    return {pair[1] for pair in pairs if pair[0] == "organisation" and len(pair) == 2}


def test_appointments_open_on_today(ours, sign_in):
    answer = sign_in(ours.organisation, FRONT_DESK).get(reverse("admin:clinic_appointment_changelist"))

    assert answer.headers["Location"].endswith("?day=today")


def test_a_provider_lands_on_appointments_of_their_own(ours, sign_in, today_at_nine):
    client = sign_in(ours.organisation, PROVIDER)
    ours.provider.user = client.user
    ours.provider.save()
    others = fill(ours.organisation, "Other").appointment

    shown = client.get(reverse("admin:clinic_appointment_changelist"), follow=True).context["cl"]

    assert list(shown.result_list) == [ours.appointment]
    assert others.provider != ours.provider


def test_appointments_of_one_package_are_found(ours, sign_in):
    second = fill(ours.organisation, "Second")
    client = sign_in(ours.organisation, FRONT_DESK)

    question = {"package_purchase__package__id__exact": second.package.pk}
    shown = client.get(reverse("admin:clinic_appointment_changelist"), question).context["cl"]

    assert list(shown.result_list) == [second.appointment]


def test_today_is_read_from_the_morning_on(ours, sign_in, today_at_nine):
    later = fill(ours.organisation, "Later", starts_at=today_at_nine.replace(hour=11)).appointment
    other_day = fill(ours.organisation, "Tomorrow", starts_at=today_at_nine.replace(day=8)).appointment
    client = sign_in(ours.organisation, FRONT_DESK)

    shown = client.get(reverse("admin:clinic_appointment_changelist"), {"day": "today"}).context["cl"]

    assert list(shown.result_list) == [ours.appointment, later]
    assert other_day not in shown.result_list


def test_a_login_speaks_its_language_until_another_is_chosen(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)
    client.user.language = "ar"
    client.user.save()

    assert 'dir="rtl"' in client.get(reverse("admin:index")).content.decode()
    client.post(reverse("set_language"), {"language": "en"})
    assert 'dir="ltr"' in client.get(reverse("admin:index")).content.decode()
    client.post(reverse("admin:logout"))
    assert not client.cookies["django_language"].value


def test_times_are_those_of_the_clinic(ours, sign_in):
    make_user(ours.organisation)
    client = sign_in(ours.organisation, FRONT_DESK)

    shown = client.get(reverse("admin:clinic_appointment_changelist"), {"day": "any"}).content.decode()

    assert '<bdi dir="ltr">09:00–09:30</bdi>' in shown
