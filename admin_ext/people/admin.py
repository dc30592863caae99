"""Patients, providers and the staff's logins."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from admin_ext.base import ClinicModelAdmin, RecordedModelAdmin
from admin_ext.columns import ActiveColumn, NameColumns, PhoneColumn, label, left_to_right, moment, name
from admin_ext.filters import ChoicesFilter, OwnRowsFilter, PatientSearch
from admin_ext.people.forms import ColourInput, StaffChangeForm, StaffCreationForm
from clinic.models import Patient, Provider, User

ACTIVE = ("active", BooleanRadioFilter)


@admin.register(Patient)
class PatientAdmin(PatientSearch, NameColumns, ActiveColumn, PhoneColumn, RecordedModelAdmin):
    list_display = ["display_name", "display_file_number", "display_phone", "born_on", "sex", "display_active"]
    list_display_links = ["display_file_number"]
    list_filter = [ACTIVE, ("sex", ChoicesFilter), ("language", ChoicesFilter)]
    patient_path = ""
    sortable_by = ["display_name", "display_file_number"]
    row_page = "patient"
    add_page = "register_patient"
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("file_number", "active"), ("born_on", "sex")]}),
        (
            _("How to reach"),
            {"fields": [("phone", "email"), ("language", "preferred_channel"), "accepts_messages"]},
        ),
        (_("Notes"), {"fields": ["notes"]}),
    ]

    @display(description=_("name"), ordering="name_en")
    def display_name(self, row):
        return format_html('<a href="{}">{}</a>', reverse("admin:patient", args=[row.pk]), name(row))

    @display(description=_("file number"), ordering="file_number")
    def display_file_number(self, row):
        return left_to_right(row.file_number)


@admin.register(Provider)
class ProviderAdmin(NameColumns, ActiveColumn, RecordedModelAdmin):
    list_display = ["display_name", "code", "display_specialty", "user", "display_active"]
    list_filter = [ACTIVE, ("clinics", OwnRowsFilter), ("services", OwnRowsFilter)]
    list_select_related = ["user"]
    search_fields = ["name_en", "name_ar", "code", "specialty", "specialty_ar"]
    autocomplete_fields = ["clinics", "user"]
    change_form_outer_before_template = "admin_ext/rota/calendars_link.html"
    fieldsets = [
        (None, {"fields": [("name_en", "name_ar"), ("code", "active"), ("specialty", "specialty_ar")]}),
        (_("Work"), {"fields": ["clinics", ("user", "colour")]}),
    ]

    @display(description=_("specialty"), ordering="specialty")
    def display_specialty(self, row):
        return row.specialty_name

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "colour":
            kwargs["widget"] = ColourInput(attrs={"class": "colour-input"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(User)
class StaffAdmin(ClinicModelAdmin, UserAdmin):
    """Logins of one's own organisation. Powers over the platform are not given here."""

    form = StaffChangeForm
    add_form = StaffCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "display_person", "display_roles", "display_last_login", "display_is_active"]
    list_filter = [("is_active", BooleanRadioFilter), ("groups", OwnRowsFilter)]
    search_fields = ["username", "first_name", "last_name", "email"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": [("username", "password"), ("first_name", "last_name"), ("email", "language")]}),
        (_("Access"), {"fields": ["groups", ("is_active", "is_staff"), ("last_login", "date_joined")]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", ("password1", "password2"), ("first_name", "last_name"), "language", "groups"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("name"), ordering="first_name")
    def display_person(self, row):
        return name(row)

    @display(description=_("roles"))
    def display_roles(self, row):
        return ", ".join(gettext(group.name) for group in row.groups.all())

    @display(description=_("last login"), ordering="last_login")
    def display_last_login(self, row):
        return moment(row.last_login)

    @display(description=_("active"), ordering="is_active")
    def display_is_active(self, row):
        return label("green", _("Active")) if row.is_active else label("grey", _("Inactive"))
