"""Forms of the staff's screens: scoped to the organisation, with every refusal at the field it is about."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BaseConstraint, CheckConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from admin_ext.scope import own_rows
from admin_ext.versions import changes_since, version_of
from clinic.constraints import Agrees, NoOverlap
from clinic.errors import ClinicError
from clinic.models.base import TenantModel

YEARS = range(1900, 2200)
DAYS = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField)


def add_refusal(form: forms.BaseForm, refusal: ClinicError) -> None:
    """Every reason of a refused service as an error of the form, at the field the refusal names if it names one."""
    field = getattr(refusal, "field", "")
    for reason in refusal.reasons:
        form.add_error(field if field in form.fields else None, str(reason))


def within_reach(day: date) -> None:
    """Refuse a day or a moment at the edge of the calendar, beside which there are no others to reckon with."""
    if day.year not in YEARS:
        raise ValidationError(_("This day is too far away."))


def keep_within_reach(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        if isinstance(field, DAYS):
            field.validators.append(within_reach)


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of a day and a time: it needs no script, so it also works in dialogs."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class ClinicForm(forms.Form):
    """A form of a workflow page: its choices of rows are those of the organisation."""

    def __init__(self, *args, organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        keep_within_reach(self)
        for field in self.fields.values():
            field.label = field.label and capfirst(field.label)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = field.queryset & own_rows(field.queryset.model, organisation)


class ScopedModelForm(forms.ModelForm):
    """A row's form: its organisation comes from the person, and a broken constraint is told at its field.

    The ModelAdmin binds `organisation` and `clashed` (the save before this one met somebody else's row).
    """

    organisation = None
    clashed = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep_within_reach(self)
        if self.instance._state.adding and isinstance(self.instance, TenantModel):
            self.instance.organisation = self.organisation

    def check_rules(self) -> None:
        """Raise ClinicError or ValidationError if the row, filled in, breaks a rule over several rows."""

    def _get_validation_exclusions(self) -> set[str]:
        """The organisation is known, though not a field of the form, so constraints that name it count."""
        return super()._get_validation_exclusions() - {"organisation"}

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            try:
                self.check_rules()
            except ClinicError as refusal:
                add_refusal(self, refusal)
            except ValidationError as error:
                self.add_error(None, error)
        if self.clashed and not self.errors:
            self.add_error(None, _("Somebody saved the same at this very moment. Look again, then save once more."))

    def validate_constraints(self):
        exclude = self._get_validation_exclusions()
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError as error:
                    self.add_error(self.place_of(constraint), error.messages)

    def place_of(self, constraint: BaseConstraint) -> str | None:
        """The last field of the form that the constraint names."""
        named = fields_of(constraint)
        return next((name for name in reversed(self.fields) if name in named), None)


class ClinicModelForm(ScopedModelForm):
    """The form of a change page: refused once if somebody else saved the row after it was opened.

    The refusal says what the others did and keeps the input; saving again is then a decision.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.current_version = version_of(self.instance)
        self.initial["version"] = self.current_version

    def clean(self):
        cleaned = super().clean()
        opened_on = self.cleaned_data.get("version")
        if opened_on and opened_on != self.current_version:
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = self.current_version
            for sentence in changes_since(self.instance, opened_on):
                self.add_error(None, sentence)
            self.add_error(None, _("Nothing has been saved. Save again to put your input in its place."))
        return cleaned


def fields_of(constraint: BaseConstraint) -> set[str]:
    """The names of the fields that a constraint speaks about."""
    if isinstance(constraint, CheckConstraint):
        return set(constraint.condition.referenced_base_fields)
    if isinstance(constraint, Agrees):
        return set(constraint.links)
    if isinstance(constraint, NoOverlap):
        return {constraint.start, constraint.end, *constraint.equal}
    return set(getattr(constraint, "fields", ()))
