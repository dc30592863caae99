"""The address at which a provider or a patient reads the own appointments: made, copied, renewed."""

from functools import cached_property

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_ext.pages import StaffPage
from admin_ext.roles import RENEW_FEED, SHARE_FEED
from admin_ext.rota.calendars import OwnProviders
from clinic.calendars.feeds import address_of, feed_of, renew
from clinic.models import CalendarFeed, Patient, Provider


class FeedPage(StaffPage):
    """GET shows the address, as a page or in a dialog. POST makes it, or with `renew` makes another one."""

    template_name = "admin_ext/rota/feed_page.html"
    fragment_name = "admin_ext/rota/feed.html"
    title = _("Appointments in a calendar")

    @cached_property
    def person(self):
        """Whose feed it is, or 404."""
        raise NotImplementedError

    @property
    def back(self) -> str:
        """The page of that person."""
        raise NotImplementedError

    def feed(self) -> CalendarFeed | None:
        return CalendarFeed.objects.filter(**{self.person._meta.model_name: self.person}).first()

    def post(self, request, pk):
        done = self.renew_or_make()
        if self.is_htmx:
            return self.render_to_response(self.get_context_data(done=done))
        if done:
            messages.success(request, done)
        return self.leave(self.after)

    @property
    def after(self) -> str:
        """Where it is shown once it is made."""
        return self.request.path

    def renew_or_make(self) -> str:
        """What has been done; empty where there was an address already, as after a second click."""
        had_one = self.feed()
        feed = feed_of(self.person, by=self.request.user)
        if not had_one:
            return _("The address is made. Copy it into the calendar program.")
        if not self.request.POST.get("renew"):
            return ""
        renew(feed, by=self.request.user)
        return _("The calendar has a new address. The old one leads nowhere any more.")

    def get_context_data(self, **kwargs):
        feed = self.feed()
        return super().get_context_data(
            person=self.person, for_patient=isinstance(self.person, Patient), back=self.back,
            feed=feed, feed_address=feed and address_of(feed), **kwargs,
        )  # fmt: skip


class PatientFeedPage(FeedPage):
    permission_required = SHARE_FEED
    context_model = Patient

    @cached_property
    def person(self):
        return self.own(Patient, self.kwargs["pk"])

    @property
    def back(self) -> str:
        return reverse("admin:patient", args=[self.person.pk])


class ProviderFeedPage(FeedPage, OwnProviders):
    permission_required = RENEW_FEED
    context_model = Provider

    @cached_property
    def person(self):
        return self.provider(self.kwargs["pk"])

    @property
    def back(self) -> str:
        return reverse("admin:provider_calendars", args=[self.person.pk])

    @property
    def after(self) -> str:
        """The page of all of the provider's calendars, which has the address too."""
        return self.back
