"""The wall between two organisations: no page of ours shows, accepts or changes a row of theirs."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import ForeignKey, ManyToManyField
from django.forms import ModelChoiceField
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, FRONT_DESK, ROLES
from clinic.models import (
    Closure,
    ExtraHours,
    Leave,
    Organisation,
    Package,
    Provider,
    Room,
    Service,
    User,
    WorkingHours,
)
from tests.admin_ext.forms import posted_values
from tests.factories import make_patient

WORD = "Theirs"
OURS = {model: one for model, one in admin.site._registry.items() if model._meta.app_label == "clinic"}
CHOICES = {  # the fields of our forms that choose one of our rows; every other model has none
    Service: {"clinics", "providers", "auto_assign_doctor"},
    Package: {"items-0-service"},
    Room: {"clinic", "services"},
    Provider: {"clinics", "user"},
    WorkingHours: {"provider", "clinic"},
    ExtraHours: {"provider", "clinic"},
    Leave: {"provider"},
    (Leave, "add"): set(),  # it is asked for on a page of its own
    Closure: {"clinic"},
}
VARIANTS = 2  # of one page with other filters and orders
LINKS = re.compile(r"""\s(?:href|hx-get|action)=["']([^"'#]*)""")
STAY = ("/admin/logout", "/admin/jsi18n", "/static/", "/language/", "http", "mailto:", "tel:", "javascript:")


@pytest.fixture
def desk(ours, theirs, sign_in):
    """Somebody of ours who may do everything that a member of staff can do at all."""
    client = sign_in(ours.organisation, *ROLES)
    client.user.user_permissions.set(Permission.objects.filter(content_type__app_label="clinic"))
    return client


def row_of(world, model):
    rows = {type(row): row for row in vars(world).values() if hasattr(row, "pk")}
    return rows[model]


def address(model, page, *args) -> str:
    return reverse(f"admin:clinic_{model._meta.model_name}_{page}", args=args)


def path_of(page: str) -> str:
    return page.split("?")[0]


def links_of(page: str, response) -> set[str]:
    found = {unescape(link) for link in LINKS.findall(response.content.decode())}
    links = {urljoin(page, link) for link in found if link and not link.startswith(STAY)}
    return {link for link in links if link.startswith("/admin/") and not link.startswith(STAY)}


def test_no_page_that_can_be_reached_by_links_shows_a_word_of_theirs(desk):
    waiting, seen, variants = {"/admin/"}, set(), Counter()
    while waiting:
        page = waiting.pop()
        seen.add(page)
        variants[path_of(page)] += 1
        if variants[path_of(page)] > VARIANTS:
            continue
        response = desk.get(page, follow=True)
        assert response.status_code in (200, 403, 404, 405), page
        assert WORD not in response.content.decode(), page
        if "text/html" in response.headers.get("Content-Type", ""):
            waiting |= links_of(page, response) - seen

    lists = {address(model, "changelist") for model in OURS}
    assert lists <= set(variants)
    assert len(seen) > 100


def test_their_row_is_not_there_by_address(desk, theirs, turn):
    for model in OURS:
        with turn(model.__name__):
            row = row_of(theirs, model)
            for page in ("change", "history", "delete"):
                response = desk.get(address(model, page, row.pk))
                assert response.status_code in (403, 404) or response.url == reverse("admin:index"), page
                assert WORD not in response.content.decode(), page
            first = desk.get(reverse("admin:index"))  # with the messages that the three have left
            assert WORD not in first.content.decode()
            if hasattr(model, "history"):
                version = address(model, "simple_history", row.pk, row.history.first().pk)
                assert desk.get(version).status_code == 404


def test_their_row_cannot_be_written_by_address(desk, ours, theirs, turn):
    for model in OURS:
        with turn(model.__name__):
            ours_row, row = row_of(ours, model), row_of(theirs, model)
            before = model.objects.filter(pk=row.pk).values().get()
            sent = posted_values(desk.get(address(model, "change", ours_row.pk)))
            pages = [address(model, "change", row.pk), address(model, "delete", row.pk)]
            if hasattr(model, "history"):
                pages.append(address(model, "simple_history", row.pk, row.history.first().pk))
            for page in pages:
                desk.post(page, {**sent, "post": "yes"})
            assert model.objects.filter(pk=row.pk).values().get() == before


def buttons() -> list[tuple]:
    return [
        (model, action)
        for model, one in OURS.items()
        for kind in ("actions_row", "actions_detail")
        for action in one._extract_action_names(getattr(one, kind))
    ]


def test_no_button_works_on_their_row(desk, theirs, turn):
    for model, action in buttons():
        with turn(f"{model.__name__} {action}"):
            row = row_of(theirs, model)
            before = model.objects.filter(pk=row.pk).values().get()
            response = desk.post(address(model, action, row.pk), {"_form_submitted": "on"})
            assert response.status_code == 404
            assert model.objects.filter(pk=row.pk).values().get() == before


def choices_of(shown) -> dict[str, ModelChoiceField]:
    """What of ours a form lets choose; nothing where services alone write the row."""
    if shown.status_code != 200 or "adminform" not in shown.context:
        return {}
    forms = [shown.context["adminform"].form]
    forms += [form for inline in shown.context["inline_admin_formsets"] for form in inline.formset.forms]
    return {
        form.add_prefix(name): field
        for form in forms
        for name, field in form.fields.items()
        if isinstance(field, ModelChoiceField) and field.queryset.model in OURS
    }


@pytest.mark.parametrize("page", ["add", "change"])
def test_their_ids_are_refused_by_our_forms(desk, ours, theirs, page, turn):
    for model in OURS:
        with turn(model.__name__):
            args = [row_of(ours, model).pk] if page == "change" else []
            shown = desk.get(address(model, page, *args))
            choices = choices_of(shown)
            assert set(choices) == CHOICES.get((model, page), CHOICES.get(model, set()))
            for name, field in choices.items():
                foreign = row_of(theirs, field.queryset.model).pk
                response = desk.post(address(model, page, *args), {**posted_values(shown), name: foreign})
                assert response.status_code == 200, name
                assert "Select a valid choice" in response.content.decode(), name


def test_autocomplete_finds_none_of_theirs(desk, turn):
    for model in OURS:
        with turn(model.__name__):
            for field in model._meta.get_fields():
                if not isinstance(field, ForeignKey | ManyToManyField) or field.related_model not in OURS:
                    continue
                asked = {"app_label": "clinic", "model_name": model._meta.model_name, "field_name": field.name}
                for term in ("", WORD):
                    response = desk.get(reverse("admin:autocomplete"), {**asked, "term": term})
                    assert response.status_code in (200, 403, 404), field.name
                    assert WORD not in response.content.decode(), field.name


def test_a_filter_by_their_row_neither_names_nor_shows_it(desk, theirs, turn):
    for model in OURS:
        with turn(model.__name__):
            for field in model._meta.get_fields():
                if not isinstance(field, ForeignKey | ManyToManyField) or field.related_model not in OURS:
                    continue
                if field.related_model not in {type(row) for row in vars(theirs).values()}:
                    continue
                asked = {f"{field.name}__id__exact": row_of(theirs, field.related_model).pk}
                response = desk.get(address(model, "changelist"), asked, follow=True)
                assert WORD not in response.content.decode(), field.name


def test_a_search_for_their_word_finds_nothing_of_theirs(desk, theirs, turn):
    for model in OURS:
        with turn(model.__name__):
            shown = desk.get(address(model, "changelist"), {"q": WORD}).context["cl"]
            assert row_of(theirs, model) not in shown.result_list


def palette(client, term: str) -> str:
    return client.get(reverse("admin:search"), {"s": term}).content.decode()


def test_the_palette_finds_our_patients_and_none_of_theirs(desk, ours):
    assert ours.patient.file_number in palette(desk, "Ours patient")
    assert WORD not in palette(desk, WORD)


def test_the_palette_forgets_at_once_when_somebody_changes_organisation(ours, theirs, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)
    assert ours.patient.file_number in palette(client, "patient")

    User.objects.filter(pk=client.user.pk).update(organisation=theirs.organisation)

    assert ours.patient.file_number not in palette(client, "patient")


def test_the_palette_forgets_at_once_when_somebody_loses_the_role(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)
    assert ours.patient.file_number in palette(client, "patient")

    client.user.groups.clear()

    assert ours.patient.file_number not in palette(client, "patient")


def test_the_palette_lists_at_most_ten_patients(ours, sign_in):
    client = sign_in(ours.organisation, FRONT_DESK)
    for number in range(12):
        make_patient(ours.organisation, f"Zaid {number}")

    assert palette(client, "Zaid").count("<li class") == 10


def test_a_new_row_belongs_to_the_person_who_made_it(ours, theirs, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    sent = {
        "name_en": "Corniche", "code": "COR", "time_zone": "Asia/Riyadh", "active": "on",
        "organisation": theirs.organisation.pk, "organisation_id": theirs.organisation.pk,
    }  # fmt: skip

    client.post(reverse("admin:clinic_clinic_add"), sent)

    assert Organisation.objects.get(pk=ours.organisation.pk) == ours.organisation
    assert type(ours.clinic).objects.get(code="COR").organisation == ours.organisation
