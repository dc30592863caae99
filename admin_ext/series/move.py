"""Moving several appointments of a series by the same days and minutes, each shown before and after."""

from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.answers import told_of
from admin_ext.forms import ClinicForm
from admin_ext.inputs import native
from admin_ext.series.dialogs import SeriesDialog, operation_of
from clinic.errors import ClinicError
from clinic.models import Provider
from clinic.scheduling.booking import move_series
from clinic.scheduling.series.moving import Shift, preview_move


class PlaceForm(ClinicForm):
    """Where the appointment that was opened goes: the others follow it."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=native("date"))
    start = forms.TimeField(label=gettext_lazy("Time"), widget=native("time", step=300))
    provider = forms.ModelChoiceField(
        Provider.objects.filter(active=True),
        label=gettext_lazy("Provider"),
        required=False,
        empty_label=gettext_lazy("As before"),
        widget=forms.Select(attrs={"class": "field"}),
    )

    def __init__(self, *args, appointment, **kwargs):
        super().__init__(*args, **kwargs)
        providers = self.fields["provider"].queryset.filter(services=appointment.service)
        self.fields["provider"].queryset = providers.order_by("name_en", "pk")


class MoveSeriesPage(SeriesDialog):
    """GET shows where each would go, POST moves those that were `seen`: `scope`, `day`, `start`, `provider`."""

    verb = "move"
    title = gettext_lazy("Move appointments of a series")

    @property
    def fragment_name(self):
        wants_dates = self.request.headers.get("HX-Target") == "series-shifts"
        return f"admin_ext/series/{'shifts' if wants_dates else 'move'}.html"

    @cached_property
    def form(self) -> PlaceForm:
        local = self.appointment.starts_at.astimezone(self.appointment.clinic.zone)
        now_there = {"day": local.date().isoformat(), "start": f"{local:%H:%M}"}
        data = self.asked if "day" in self.asked else now_there
        return PlaceForm(data, organisation=self.organisation, appointment=self.appointment)

    @property
    def place(self) -> dict[str, object]:
        """Where the form, which is valid, sends the appointment."""
        asked = self.form.cleaned_data
        starts_at = datetime.combine(asked["day"], asked["start"], self.appointment.clinic.zone)
        return {"starts_at": starts_at, "provider": asked["provider"]}

    @cached_property
    def shifts(self) -> list[Shift]:
        """None while the form says what it is already, or nothing that can be read."""
        if not self.form.is_valid() or not self.is_other:
            return []
        return preview_move(self.appointment, scope=self.scope, at=self.moment, **self.place)

    @property
    def is_other(self) -> bool:
        place, now_there = self.place, self.appointment
        is_moved = place["starts_at"].timestamp() != now_there.starts_at.timestamp()
        return is_moved or place["provider"] not in (None, now_there.provider)

    @property
    def movable(self) -> list[Shift]:
        return [shift for shift in self.shifts if not shift.reasons]

    @property
    def staying(self) -> int:
        return len(self.shifts) - len(self.movable)

    def get(self, request, pk) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form))

    def post(self, request, pk) -> HttpResponse:
        if not self.form.is_valid():
            return self.get(request, pk)
        try:
            moved = move_series(
                self.appointment, scope=self.scope, by=request.user, seen=self.seen, **self.place
            )  # fmt: skip
        except ClinicError as refusal:
            return self.again(refusal)
        text = ngettext(
            "%(patient)s: %(count)d appointment is moved.", "%(patient)s: %(count)d appointments are moved.", len(moved)
        )
        values = {"patient": self.appointment.patient, "count": len(moved)}
        return told_of(request, operation_of(moved), text % values)

    def again(self, refusal: ClinicError) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form, refusals=refusal.reasons))
