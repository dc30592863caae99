"""Repeat an appointment by a rule: every date is shown before all of them are booked, or none."""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.series.dates import Dates, choices_of, shown_key, value_of
from admin_ext.series.question import RuleForm
from admin_ext.series.subject import subject_of, today_of, usual_query
from clinic.errors import ClinicError
from clinic.models import Appointment, Patient
from clinic.scheduling.booking import book_series
from clinic.scheduling.series.preview import preview
from clinic.scheduling.series.recurrence import Recurrence


class RepeatPage(StaffPage):
    """The rule in the address shows its dates; htmx gets the dates alone. POST books those that were shown."""

    title = gettext_lazy("Repeat")
    permission_required = BOOK
    template_name = "admin_ext/series/repeat.html"
    fragment_name = "admin_ext/series/dates.html"
    context_model = Patient
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.subject = subject_of(self.asked, self.organisation)
            if self.subject is None:
                return redirect("admin:book")
        return super().dispatch(request, *args, **kwargs)

    @property
    def asked(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def form(self) -> RuleForm:
        today = today_of(self.organisation)
        query = usual_query(self.asked, self.subject, today=today)
        return RuleForm(query, organisation=self.organisation, subject=self.subject, today=today)

    def get(self, request):
        return self.shown()

    def post(self, request):
        if not self.form.is_valid():
            return self.shown()
        recurrence = self.form.recurrence()
        if request.POST.get("shown") != shown_key(recurrence):
            return self.shown(_("The rule has changed. Look at its dates, then book them."))
        try:
            booked = self.booked(recurrence)
        except ClinicError as refusal:
            return self.shown(_("Nothing has been booked."), *(str(reason) for reason in refusal.reasons))
        return self.leave(reverse("admin:operation", args=[booked[0].operation.public_id]))

    def booked(self, recurrence: Recurrence) -> list[Appointment]:
        """Book every date at the time that was shown for it; a date without any is left out."""
        chosen = choices_of(self.asked, recurrence, self.organisation)
        places = recurrence.places
        instead = {day: place for day, place in chosen.items() if place and day in places}
        return book_series(
            rule=recurrence.rule, patient=recurrence.patient, service=recurrence.service,
            provider=recurrence.provider, clinic=recurrence.clinic, purchase=recurrence.purchase,
            starts_at=datetime.combine(recurrence.first_on, recurrence.start, recurrence.clinic.zone),
            exceptions=places.keys() - instead.keys(), instead=instead, by=self.request.user,
            request_key=uuid5(self.form_key, " ".join([shown_key(recurrence), *map(value_of, instead.values())])),
        )  # fmt: skip

    @property
    def form_key(self) -> UUID:
        """The key of the form; a new one where it has none. With what is asked it names the series to be booked once.

        So the same form with another rule, as after Back, books another series.
        """
        try:
            return UUID(self.asked.get("request_key", ""))
        except ValueError:
            return uuid4()

    def shown(self, *refused: str) -> HttpResponse:
        dates, refused = None, list(refused)
        if self.form.is_valid():
            try:
                dates = self.dates(self.form.recurrence())
            except ClinicError as refusal:
                refused += [str(reason) for reason in refusal.reasons]
        errors = [error for found in self.form.errors.values() for error in found]
        context = self.get_context_data(
            form=self.form, subject=self.subject, dates=dates, refused=[*refused, *errors],
            request_key=self.form_key,
        )  # fmt: skip
        return self.render_to_response(context)

    def dates(self, recurrence: Recurrence) -> Dates:
        chosen = choices_of(self.asked, recurrence, self.organisation)
        return Dates(recurrence, preview(recurrence, chosen=chosen, at=now()))
