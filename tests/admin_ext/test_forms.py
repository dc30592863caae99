"""Bad input: a sentence at its field, what was typed stays, nothing is written."""

from datetime import time, timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError
from django.urls import reverse

from admin_ext.base import ReadOnly
from admin_ext.roles import ADMINISTRATOR, MANAGER, PROVIDER
from clinic.enums import LeaveStatus, Weekday
from clinic.models import Closure, Leave, Package, Patient, Provider, Service, WorkingHours
from tests.admin_ext.forms import posted_values
from tests.factories import NINE, make_clinic, make_extra_hours, make_leave, make_provider


@pytest.fixture
def administrator(ours, sign_in):
    return sign_in(ours.organisation, ADMINISTRATOR)


def add(client, model, **values):
    """Fill in the page that adds a row, send it, and return the page that came back."""
    address = reverse(f"admin:clinic_{model._meta.model_name}_add")
    return client.post(address, {**posted_values(client.get(address)), **values})


def errors_of(response) -> dict[str, list[str]]:
    return {field: list(errors) for field, errors in response.context["adminform"].form.errors.items()}


def hours(ours, **values) -> dict[str, object]:
    usual = {
        "provider": ours.provider.pk, "clinic": ours.clinic.pk, "weekday": Weekday.TUESDAY, "start": "09:00",
        "end": "12:00", "slot_minutes": 30, "capacity": 1, "valid_from": "2030-01-01", "every_n_weeks": 1,
        "active": "on",
    }  # fmt: skip
    return {**usual, **values}


def test_working_hours_that_break_no_rule_are_saved(administrator, ours):
    answer = add(administrator, WorkingHours, **hours(ours))

    assert answer.status_code == 302
    assert WorkingHours.objects.of(ours.organisation).filter(weekday=Weekday.TUESDAY).exists()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"weekday": 9}, "weekday", "9 is not one of the available choices."),
        ({"start": "15:00"}, "end", "Hours must end after they start."),
        ({"start": "nine"}, "start", "Enter a valid time."),
        ({"slot_minutes": 0}, "slot_minutes", "greater than or equal to 5"),
        ({"capacity": 0}, "capacity", "greater than or equal to 1"),
        ({"valid_until": "2029-12-31"}, "valid_until", "The last day must not be before the first."),
        ({"every_n_weeks": 0}, "every_n_weeks", "greater than or equal to 1"),
        ({"weekday": Weekday.MONDAY}, "start", "already works at Ours clinic on Monday from 09:00 to 17:00."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_working_hours_are_refused_at_the_field(wrong, field, sentence, administrator, ours):
    before = WorkingHours.objects.count()

    answer = add(administrator, WorkingHours, **hours(ours, **wrong))

    assert answer.status_code == 200
    assert sentence in " ".join(errors_of(answer)[field])
    form = answer.context["adminform"].form
    assert {name: form.data[name] for name in wrong} == {name: str(value) for name, value in wrong.items()}
    assert WorkingHours.objects.count() == before


def test_hours_are_given_only_where_the_provider_works(administrator, ours):
    elsewhere = make_clinic(ours.organisation, "Corniche")

    answer = add(administrator, WorkingHours, **hours(ours, clinic=elsewhere.pk))

    assert "Ours provider does not work at Corniche." in errors_of(answer)["clinic"][0]


def test_extra_hours_are_refused_at_the_field(administrator, ours):
    extra = make_extra_hours(ours.provider, ours.clinic, start=time(18), end=time(19))
    address = reverse("admin:clinic_extrahours_change", args=[extra.pk])

    answer = administrator.post(address, {**posted_values(administrator.get(address)), "end": "17:00"})

    assert errors_of(answer) == {"end": ["Hours must end after they start."]}


PACKAGE = {"name_en": "Starter", "code": "ST", "price": "100", "validity_days": "30"}


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"price": "-1"}, "price", "greater than or equal to 0"),
        ({"validity_days": "0"}, "validity_days", "greater than or equal to 1"),
        ({"code": "OursK"}, "code", "Another package has this code."),
        ({"name_en": ""}, "name_en", "This field is required."),
    ],
    ids=["price", "validity", "code", "name"],
)
def test_a_package_is_refused_at_the_field(wrong, field, sentence, administrator, ours):
    items = {"items-TOTAL_FORMS": 1, "items-0-service": ours.service.pk, "items-0-sessions": 4, "items-0-step": 1}

    answer = add(administrator, Package, **{**PACKAGE, **items, **wrong})

    assert sentence in errors_of(answer)[field][0]
    assert Package.objects.count() == 1


def test_a_package_without_items_is_refused(administrator, ours):
    answer = add(administrator, Package, **PACKAGE)

    assert "A package needs at least one service with its sessions." in answer.content.decode()
    assert not Package.objects.filter(code="ST").exists()


def test_the_last_item_of_a_package_stays(administrator, ours):
    address = reverse("admin:clinic_package_change", args=[ours.package.pk])
    sent = posted_values(administrator.get(address))

    answer = administrator.post(address, {**sent, "items-0-DELETE": "on"})

    assert "A package needs at least one service with its sessions." in answer.content.decode()
    assert ours.package.items.count() == 1


def test_a_package_names_a_service_once(administrator, ours):
    twice = {f"items-{n}-{name}": value for n in (0, 1) for name, value in
             {"service": ours.service.pk, "sessions": 2, "step": 1}.items()}  # fmt: skip

    answer = add(administrator, Package, **PACKAGE, **twice, **{"items-TOTAL_FORMS": 2})

    assert answer.status_code == 200
    assert not Package.objects.filter(code="ST").exists()


def test_a_service_takes_time_and_costs_no_less_than_nothing(administrator, ours):
    wrong = {"name_en": "Talk", "code": "T", "duration": "0", "buffer_before": "-5", "price": "-1"}

    answer = add(administrator, Service, **wrong)

    assert errors_of(answer)["duration"] == ["A service must take at least one minute."]
    assert "greater than or equal to 0" in errors_of(answer)["buffer_before"][0]
    assert "greater than or equal to 0" in errors_of(answer)["price"][0]


def test_a_closure_ends_no_sooner_than_it_begins(administrator, ours):
    answer = add(administrator, Closure, name_en="Eid", first_on="2030-05-05", last_on="2030-05-01")

    assert errors_of(answer) == {"last_on": ["The last day must not be before the first."]}


def test_a_code_is_free_in_another_organisation(administrator, ours, theirs):
    answer = add(administrator, Provider, name_en="Amal", code="TheirsP", colour="#0f766e")

    assert answer.status_code == 302


def test_a_row_saved_by_somebody_else_in_the_same_moment_is_an_error_of_the_form(administrator, ours, monkeypatch):
    """Validation passes, then the table refuses: the page comes back with the input instead of a crash."""

    def too_late(self, *args, **kwargs):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(Provider, "save_base", too_late)

    answer = add(administrator, Provider, name_en="Amal", code="AM", colour="#0f766e")

    assert answer.status_code == 200
    assert "at this very moment" in errors_of(answer)["__all__"][0]
    assert answer.context["adminform"].form.data["name_en"] == "Amal"


# Two people on one form

EDITABLE = [
    (model, one)
    for model, one in admin.site._registry.items()
    if model._meta.app_label == "clinic" and not isinstance(one, ReadOnly)
]


@pytest.mark.parametrize("model", [model for model, _one in EDITABLE], ids=lambda model: model.__name__)
def test_the_second_to_save_learns_who_changed_the_row_and_keeps_the_input(model, ours, sign_in):
    first, second = (sign_in(ours.organisation, ADMINISTRATOR, MANAGER) for _ in range(2))
    row = next(row for row in vars(ours).values() if isinstance(row, model))
    address = reverse(f"admin:clinic_{model._meta.model_name}_change", args=[row.pk])
    sent = posted_values(second.get(address))
    text = next(name for name in ("reason", "name_en", "first_name", "slot_minutes", "no_show_days") if name in sent)
    value, other = ("25", "45") if text in ("slot_minutes", "no_show_days") else ("Mine", "Other")
    assert first.post(address, {**sent, text: other}).status_code == 302

    refused = second.post(address, {**sent, text: value})

    assert refused.status_code == 200
    said = " ".join(errors_of(refused)["__all__"])
    assert "Nothing has been saved." in said
    if hasattr(model, "history"):
        assert f"{first.user} changed this at" in said
        assert f"“{other}”" in said
    assert refused.context["adminform"].form[text].value() == value
    assert str(getattr(model.objects.get(pk=row.pk), text)) == other

    decided = second.post(address, posted_values(refused))

    assert decided.status_code == 302
    assert str(getattr(model.objects.get(pk=row.pk), text)) == value


def test_what_a_service_wrote_meanwhile_stays(ours, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    address = reverse("admin:clinic_appointment_change", args=[ours.appointment.pk])
    sent = posted_values(client.get(address))

    client.post(address, {**sent, "notes": "Bring the x-ray.", "status": "completed", "lane": 3, "session_used": "on"})

    ours.appointment.refresh_from_db()
    assert ours.appointment.notes == "Bring the x-ray."
    assert (ours.appointment.status, ours.appointment.lane, ours.appointment.session_used) == ("scheduled", 0, False)


# Leave and holidays


def ask(client, provider, first="2030-02-01", last="2030-02-03"):
    sent = {
        "provider": provider.pk, "starts_at": f"{first}T08:00", "ends_at": f"{last}T18:00", "reason": "Conference",
    }  # fmt: skip
    return client.post(reverse("admin:ask_leave"), sent)


@pytest.fixture
def provider(ours, sign_in):
    """The login of our provider."""
    client = sign_in(ours.organisation, PROVIDER)
    ours.provider.user = client.user
    ours.provider.record("user", by=client.user)
    return client


def test_leave_is_asked_for_in_the_clinics_own_time(ours, provider):
    answer = ask(provider, ours.provider)

    assert answer.status_code == 302
    leave = Leave.objects.get(reason="Conference")
    assert leave.status == LeaveStatus.ASKED
    assert leave.starts_at == NINE.replace(month=2, day=1, hour=8)


def test_a_provider_asks_for_nobody_elses_leave(ours, provider):
    colleague = make_provider(ours.clinic)

    answer = ask(provider, colleague)

    assert "Select a valid choice" in answer.content.decode()
    assert not Leave.objects.filter(provider=colleague).exists()


def test_a_manager_asks_for_anybodys_leave(ours, sign_in):
    ask(sign_in(ours.organisation, MANAGER), ours.provider)

    assert Leave.objects.get(reason="Conference").provider == ours.provider


def test_leave_that_meets_other_leave_is_refused_on_the_page(ours, provider):
    make_leave(ours.provider, NINE, NINE + timedelta(days=2), status=LeaveStatus.ASKED)

    answer = ask(provider, ours.provider, first="2030-01-08", last="2030-01-10")

    assert answer.status_code == 200
    assert "already has leave" in answer.content.decode()
    assert answer.context["form"]["reason"].value() == "Conference"
    assert not Leave.objects.filter(reason="Conference").exists()


def test_leave_of_their_provider_cannot_be_asked_for(ours, theirs, sign_in):
    answer = ask(sign_in(ours.organisation, MANAGER), theirs.provider)

    assert "Select a valid choice" in answer.content.decode()


def test_leave_is_decided_once(ours, sign_in):
    leave = make_leave(ours.provider, NINE, NINE + timedelta(days=2), status=LeaveStatus.ASKED)
    client = sign_in(ours.organisation, MANAGER)
    approve, refuse = (reverse(f"admin:clinic_leave_{verb}", args=[leave.pk]) for verb in ("approve", "refuse"))

    client.get(approve)
    leave.refresh_from_db()
    assert leave.status == LeaveStatus.ASKED

    client.post(approve, {"_form_submitted": "on"})
    late = client.post(refuse, {"_form_submitted": "on"}, follow=True)

    leave.refresh_from_db()
    assert (leave.status, leave.decided_by) == (LeaveStatus.APPROVED, client.user)
    assert "This leave has already been decided: Approved." in late.content.decode()


def test_public_holidays_become_closures_of_every_clinic(ours, administrator):
    address = reverse("admin:clinic_closure_add_holidays")

    answer = administrator.post(address, {"_form_submitted": "on", "year": 2030}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == reverse("admin:clinic_closure_changelist")
    national_day = Closure.objects.of(ours.organisation).get(first_on="2030-09-23")
    assert national_day.clinic is None


# New patients

PATIENT = {"name_en": "Layla Hasan", "sex": "female", "language": "ar", "preferred_channel": "sms"}


def test_a_new_patient_gets_the_next_file_number_and_an_own_page(ours, administrator):
    answer = administrator.post(reverse("admin:register_patient"), {**PATIENT, "phone": "0551234567"})

    layla = Patient.objects.get(name_en="Layla Hasan")
    assert (layla.organisation, layla.phone.as_e164) == (ours.organisation, "+966551234567")
    assert layla.file_number
    assert answer.url == reverse("admin:patient", args=[layla.pk])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"file_number": "OursF"}, "file_number"), ({"phone": "12"}, "phone"), ({"name_en": " "}, "name_en")],
    ids=["number", "phone", "name"],
)
def test_a_new_patient_is_refused_at_the_field(wrong, field, ours, administrator):
    answer = administrator.post(reverse("admin:register_patient"), {**PATIENT, "notes": "Twins", **wrong})

    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["notes"].value() == "Twins"
    assert not Patient.objects.filter(name_en="Layla Hasan").exists()


def test_new_working_hours_begin_on_the_monday_of_this_week(today_at_nine, administrator):
    page = administrator.get(reverse("admin:clinic_workinghours_add"))

    assert page.context["adminform"].form["valid_from"].value() == NINE.date()
    assert "The first day of these hours." in page.content.decode()


def test_leave_is_preset_with_the_whole_of_tomorrow(today_at_nine, provider):
    page = provider.get(reverse("admin:ask_leave")).content.decode()

    assert 'value="2030-01-08T00:00"' in page
    assert 'value="2030-01-09T00:00"' in page
