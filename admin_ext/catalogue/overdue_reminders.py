"""Appointments that the reminders of the policy would have told of already: who they are, and reminding them now."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.columns import clock, day, left_to_right_text
from admin_ext.pages import StaffPage
from clinic.enums import Channel, Language, MessageKind
from clinic.errors import ClinicError
from clinic.messaging.grace import SLIP
from clinic.messaging.reminders.overdue import SHOWN, Overdue, catch_up, overdue_reminders
from clinic.messaging.texts.templates import sample
from clinic.models import Appointment, Policy


class OverdueRemindersPage(StaffPage):
    """GET shows who would be reminded and of what, asked by htmx only how many; POST reminds them."""

    title = gettext_lazy("Remind of what is past its reminder")
    permission_required = "clinic.change_policy"
    template_name = "admin_ext/catalogue/overdue.html"
    fragment_name = "admin_ext/catalogue/overdue_box.html"
    context_model = Policy

    def get_context_data(self, **kwargs):
        overdue = overdue_reminders(self.organisation, at=now())
        return super().get_context_data(
            overdue=overdue,
            leaving=leaving_words(overdue.leaving),
            more=overdue.appointments - len(overdue.first),
            to_call=list(to_call(overdue)),
            samples=[] if self.is_htmx else self.samples(),
            **kwargs,
        )

    def samples(self) -> list[tuple[Language, str]]:
        """The text in both languages, to somebody who does not exist."""
        return [
            (language, sample(MessageKind.REMINDER, language, Channel.SMS, organisation=self.organisation)[1])
            for language in Language
        ]

    def post(self, request) -> HttpResponse:
        at, seen = now(), request.POST.get("seen") or None
        try:
            operation = catch_up(self.organisation, by=request.user, reason=_("Reminders turned on"), seen=seen, at=at)
        except ClinicError as refusal:
            return self.render_to_response(self.get_context_data(refusals=refusal.reasons))
        due = operation.messages.values_list("due_at", flat=True)
        leaving = Counter(leaves_at if leaves_at > at + SLIP else None for leaves_at in due)
        messages.success(request, " ".join(leaving_words(leaving)))
        return self.leave(reverse("admin:operation", args=[operation.public_id]))


def to_call(overdue: Overdue) -> Iterator[tuple[str, list[Appointment], int]]:
    """Why patients are to be called, the soonest of these appointments and how many more there are."""
    for why, appointments in (
        (_("A message would come too late: call them"), overdue.too_late),
        (_("Cannot be reached: call them, or complete their files"), overdue.unreachable),
    ):
        if appointments:
            yield why, appointments[:SHOWN], max(0, len(appointments) - SHOWN)


def leaving_words(leaving: Mapping[datetime | None, int]) -> list[str]:
    """How many reminders leave when, a sentence for each moment; None is within minutes."""
    return [leaving_at(leaves_at, count) for leaves_at, count in leaving.items()]


def leaving_at(leaves_at: datetime | None, count: int) -> str:
    if leaves_at is None:
        words = ngettext("%(count)d reminder leaves in minutes.", "%(count)d reminders leave in minutes.", count)
        return words % {"count": count}
    words = ngettext(
        "%(count)d reminder leaves on %(day)s at %(time)s, after the quiet hours.",
        "%(count)d reminders leave on %(day)s at %(time)s, after the quiet hours.",
        count,
    )
    time = left_to_right_text(clock(leaves_at))
    return words % {"count": count, "day": day(localtime(leaves_at).date()), "time": time}
