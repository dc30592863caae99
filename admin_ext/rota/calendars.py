"""Calendars that providers have elsewhere, whose busy time takes openings away here."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from admin_ext.forms import ClinicForm
from admin_ext.pages import StaffPage, WorkflowPage
from admin_ext.roles import ADD_CALENDAR, SEE_CALENDARS
from admin_ext.scope import own_rows
from clinic.calendars.feeds import address_of
from clinic.calendars.reading import MOST_BYTES
from clinic.calendars.selectors import calendars_of, with_calendars
from clinic.calendars.services import add_calendar, refresh, remove
from clinic.models import BusyCalendar, CalendarFeed, Provider

ANSWERS_FOR_OTHERS = "clinic.change_leave"  # who decides when others are away


class OwnProviders(StaffPage):
    """Who does not decide on leave sees nobody's calendars but the own."""

    def providers(self):
        rows = own_rows(Provider, self.organisation).filter(active=True)
        return rows if self.request.user.has_perm(ANSWERS_FOR_OTHERS) else rows.filter(user=self.request.user)

    def provider(self, pk) -> Provider:
        self.own(Provider, pk)
        provider = self.providers().filter(pk=pk).first()
        if provider is None:
            raise Http404
        return provider

    def to_calendars(self, provider_id: int) -> HttpResponse:
        return self.leave(reverse("admin:provider_calendars", args=[provider_id]))


class BusyCalendarsPage(OwnProviders):
    """Every provider with the calendars that are read for busy time, and how that goes."""

    title = _("Calendars elsewhere")
    permission_required = SEE_CALENDARS
    template_name = "admin_ext/rota/calendars.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(providers=with_calendars(self.providers()), **kwargs)


class ProviderCalendarsPage(OwnProviders):
    permission_required = SEE_CALENDARS
    template_name = "admin_ext/rota/provider_calendars.html"
    context_model = Provider

    def get(self, request, pk):
        self.shown = self.provider(pk)
        return super().get(request)

    @property
    def title(self) -> str:
        return _("Calendars of %(provider)s") % {"provider": self.shown}

    def get_context_data(self, **kwargs):
        feed = CalendarFeed.objects.filter(provider=self.shown).first()
        return super().get_context_data(
            provider=self.shown, feed=feed, feed_address=feed and address_of(feed),
            calendars=calendars_of(self.shown), **kwargs,
        )  # fmt: skip


class AddCalendarForm(ClinicForm):
    name = forms.CharField(
        label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=_("As in Hospital or Private.")
    )
    url = forms.CharField(
        label=_("address"), max_length=1000, required=False,
        widget=UnfoldAdminTextInputWidget({"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The secret iCal address from the settings of Google or Outlook; read again every 15 minutes."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("or a file"), required=False, help_text=_("An .ics file, read once."),
        widget=forms.FileInput({"accept": ".ics,text/calendar", "class": "field"}),
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        return file and file.read(MOST_BYTES + 1)


class AddCalendarPage(WorkflowPage, OwnProviders):
    """The calendar is read at once: what is wrong with it is said before it is kept."""

    title = _("Add a calendar")
    permission_required = ADD_CALENDAR
    template_name = "admin_ext/rota/add_calendar.html"
    form_class = AddCalendarForm
    submit_label = _("Read and add")
    context_model = Provider

    def get_context_data(self, **kwargs):
        return super().get_context_data(provider=self.provider(self.kwargs["pk"]), **kwargs)

    def get(self, request, pk):
        self.provider(pk)
        return super().get(request)

    def perform(self, form):
        asked = form.cleaned_data
        return add_calendar(
            self.provider(self.kwargs["pk"]), name=asked["name"], url=asked["url"], file=asked["file"] or None,
            by=self.request.user,
        )  # fmt: skip

    def success_message(self, calendar):
        count = calendar.times.count()
        words = ngettext(
            "“%(name)s” is read: busy %(count)s time in the year ahead.",
            "“%(name)s” is read: busy %(count)s times in the year ahead.",
            count,
        )
        return words % {"name": calendar.name, "count": count}

    def succeed(self, calendar):
        return self.to_calendars(calendar.provider_id)


class OwnCalendarPage(OwnProviders):
    """One step with one calendar, by POST alone."""

    permission_required = ADD_CALENDAR
    http_method_names = ["post"]

    def calendar(self, pk) -> BusyCalendar:
        calendar = self.own(BusyCalendar, pk)
        self.provider(calendar.provider_id)
        return calendar


class RefreshCalendarPage(OwnCalendarPage):
    def post(self, request, pk):
        calendar = refresh(self.calendar(pk), by=request.user)
        if calendar.failed_at:
            messages.error(request, calendar.error)
        else:
            messages.success(request, _("“%(name)s” has been read.") % {"name": calendar.name})
        return self.to_calendars(calendar.provider_id)


class RemoveCalendarPage(OwnCalendarPage):
    def post(self, request, pk):
        calendar = self.calendar(pk)
        remove(calendar, by=request.user)
        messages.success(request, _("“%(name)s” takes no time any more.") % {"name": calendar.name})
        return self.to_calendars(calendar.provider_id)
