"""The contract that every ModelAdmin of the clinic keeps, read from the site's registry."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import ForeignKey, ManyToManyField
from django.test import RequestFactory
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from admin_ext.base import ClinicInline, ClinicModelAdmin, RecordedModelAdmin
from admin_ext.filters import OwnAutocompleteFilter, OwnRowsFilter
from admin_ext.platform.admin import STOCK
from admin_ext.roles import ADMINISTRATOR, ROLES
from clinic.models import Patient
from tests.factories import make_user

OURS = {model: one for model, one in admin.site._registry.items() if model._meta.app_label == "clinic"}
EVERY = pytest.mark.parametrize("model_admin", OURS.values(), ids=[model.__name__ for model in OURS])
LISTS_OF_ACTIONS = ("actions_list", "actions_row", "actions_detail", "actions_submit_line")


def actions_of(model_admin):
    names = [n for kind in LISTS_OF_ACTIONS for n in model_admin._extract_action_names(getattr(model_admin, kind))]
    return [getattr(model_admin, name) for name in dict.fromkeys(names)]


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.fixture
def everything_allowed(ours):
    user = make_user(ours.organisation, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="clinic"))
    return request_of(user)


def test_every_registered_model_is_the_clinics_or_the_platforms():
    assert {model for model in admin.site._registry if model not in OURS} == set(STOCK)


@EVERY
def test_every_list_stands_on_our_base(model_admin):
    base = RecordedModelAdmin if hasattr(model_admin.model, "history") else ClinicModelAdmin

    assert isinstance(model_admin, base)
    assert all(issubclass(inline, ClinicInline) for inline in model_admin.inlines)


@EVERY
def test_nobody_overrides_how_a_row_is_written(model_admin):
    owners = {"save_model", "save_related", "save_formset", "delete_model", "delete_queryset"}
    libraries = {*ClinicModelAdmin.__mro__[ClinicModelAdmin.__mro__.index(ModelAdmin) :], SimpleHistoryAdmin}
    ours = [kind for kind in type(model_admin).__mro__ if kind not in libraries and "django" not in kind.__module__]

    assert [(kind.__name__, name) for kind in ours for name in owners if name in vars(kind)] == []


@EVERY
def test_no_row_is_written_from_a_list(model_admin):
    assert tuple(model_admin.list_editable) == ()
    assert model_admin._get_base_actions() == []


@EVERY
def test_every_button_asks_first_and_checks_a_permission_by_method(model_admin):
    for action in actions_of(model_admin):
        assert getattr(action, "dialog", None), f"{action.__name__} has no dialog: it would act on GET"
        permissions = getattr(action, "allowed_permissions", [])
        assert permissions, f"{action.__name__} checks no permission"
        for permission in permissions:
            assert "." not in permission, (
                f"{action.__name__} names {permission}: that breaks migrate on an empty database"
            )
            assert callable(getattr(model_admin, f"has_{permission}_permission"))


@EVERY
def test_no_screen_offers_a_field_that_services_write(model_admin, everything_allowed):
    owned = set(getattr(model_admin.model, "written_by_services", ()))

    for change in (False, True):
        form = model_admin.get_form(everything_allowed, None, change=change)
        assert owned & set(form.base_fields) == set()


@EVERY
def test_rows_of_nobody_are_shown_to_a_person_without_an_organisation(model_admin, ours):
    platform = make_user(None, is_staff=True, is_superuser=True)

    assert list(model_admin.get_queryset(request_of(platform))) == []
    assert not model_admin.has_add_permission(request_of(platform))


@EVERY
def test_no_form_lists_patients_in_a_drop_down(model_admin):
    fields = model_admin.model._meta.get_fields()
    to_patients = {
        field.name
        for field in fields
        if isinstance(field, ForeignKey | ManyToManyField) and field.related_model is Patient
    }
    owned = set(getattr(model_admin.model, "written_by_services", ()))

    assert to_patients - owned <= set(model_admin.autocomplete_fields)


@EVERY
def test_every_filter_by_rows_offers_ones_own(model_admin):
    for entry in model_admin.get_list_filter(request_of(AnonymousUser())):
        path, kind = entry if isinstance(entry, tuple) else (None, entry)
        if path is None:
            continue
        field = model_admin.model
        for step in path.split("__"):
            field = (
                field._meta.get_field(step) if hasattr(field, "_meta") else field.related_model._meta.get_field(step)
            )
        if field.is_relation:
            assert issubclass(kind, OwnAutocompleteFilter | OwnRowsFilter), path
            assert field.related_model is not Patient or issubclass(kind, OwnAutocompleteFilter), path


@EVERY
def test_every_list_says_what_its_change_page_shows(model_admin):
    assert model_admin.fieldsets, "without fieldsets a new column of the table would appear by itself"


RECORDED = [one for one in OURS.values() if isinstance(one, RecordedModelAdmin)]


@pytest.mark.parametrize("model_admin", RECORDED, ids=lambda one: one.model.__name__)
def test_the_history_of_a_row_is_shown_and_never_written(model_admin, ours, sign_in):
    client = sign_in(ours.organisation, ADMINISTRATOR)
    client.user.user_permissions.set(Permission.objects.filter(content_type__app_label="clinic"))
    row = model_admin.get_queryset(request_of(client.user)).first()
    row.save()
    version = row.history.last()
    name = f"admin:clinic_{row._meta.model_name}_simple_history"
    before = type(row).objects.filter(pk=row.pk).values().get()

    shown = client.get(reverse(name, args=[row.pk, version.pk]))
    posted = client.post(reverse(name, args=[row.pk, version.pk]), {"name_en": "Reverted"})

    assert shown.status_code == 200
    assert b"Revert" not in shown.content
    assert posted.status_code == 405
    assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_every_role_is_a_group_with_its_permissions_and_nothing_else(db):
    found = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}

    assert found == ROLES
