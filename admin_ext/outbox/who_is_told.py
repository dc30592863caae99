"""Who is told what: every kind of message, when it is written, by which channel, and what of it is turned off."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.lengths import hours_text
from admin_ext.pages import StaffPage
from admin_ext.policy_sentences import quiet_hours, reminder_times
from admin_ext.roles import SEE_MESSAGE_RULES
from admin_ext.scope import own_rows
from clinic.enums import Channel, MessageKind
from clinic.messaging.services import GRACE
from clinic.models import Message, Policy

K = MessageKind
WHEN = {
    K.BOOKED: gettext_lazy("An appointment is booked."),
    K.MOVED: gettext_lazy("An appointment moves."),
    K.CANCELLED: gettext_lazy("An appointment is cancelled."),
    K.NO_SHOW: gettext_lazy("A patient has not come: the request to call for another time."),
    K.ASSIGNED: gettext_lazy("A patient gets a package."),
    K.PLANNED: gettext_lazy("Several sessions are booked at once."),
    K.PLAN_UNDONE: gettext_lazy("Several sessions are cancelled at once."),
    K.SESSIONS_MOVED: gettext_lazy("Several sessions move at once."),
    K.WAITLIST_OFFER: gettext_lazy("A free time is offered to who waits for one."),
    K.RECEIPT: gettext_lazy("A payment is taken or given back."),
}


@dataclass(frozen=True)
class Rule:
    """One kind of message: when it is written, how long it then waits, and the channel if no patient chooses it."""

    kind: MessageKind
    when: str
    waits: str = ""
    channel: str = ""
    is_on: bool = True


class RulesPage(StaffPage):
    """Reads the policy, where the rules are changed. A fixed number of queries."""

    title = gettext_lazy("Who is told what")
    permission_required = SEE_MESSAGE_RULES
    template_name = "admin_ext/outbox/rules.html"
    context_model = Message

    def get_context_data(self, **kwargs):
        policy = own_rows(Policy, self.organisation).get()
        return super().get_context_data(
            rules=rules_of(policy),
            quiet=" ".join(quiet_hours(policy)),
            policy_address=reverse("admin:clinic_policy_change", args=[policy.pk]),
            **kwargs,
        )


def rules_of(policy: Policy) -> list[Rule]:
    """A line for each kind, and one for each channel of reminders, in the order of the kinds."""
    special = {K.REMINDER: reminders, K.NO_SHOW: no_show, K.PACKAGE_EXPIRING: expiring}
    return [rule for kind in MessageKind for rule in special.get(kind, usual)(kind, policy)]


def usual(kind: MessageKind, _policy: Policy) -> list[Rule]:
    return [Rule(kind, str(WHEN[kind]), grace_words(kind))]


def reminders(kind: MessageKind, policy: Policy) -> list[Rule]:
    ahead = {channel: policy.reminder_minutes.get(channel) for channel in Channel}
    found = [
        Rule(kind, before_words(minutes), channel=str(channel.label)) for channel, minutes in ahead.items() if minutes
    ]
    return found or [Rule(kind, _("Before an appointment."), is_on=False)]


def before_words(minutes: list[int]) -> str:
    return _("%(times)s before the appointment.") % {"times": reminder_times(minutes)}


def no_show(kind: MessageKind, policy: Policy) -> list[Rule]:
    return [Rule(kind, str(WHEN[kind]), is_on=policy.follows_up_no_shows)]


def expiring(kind: MessageKind, policy: Policy) -> list[Rule]:
    days = policy.expiring_days
    if not days:
        return [Rule(kind, _("A package with unbooked sessions runs out."), is_on=False)]
    sentence = ngettext(
        "%(n)d day before the last day of a package with unbooked sessions.",
        "%(n)d days before the last day of a package with unbooked sessions.",
        days,
    )
    return [Rule(kind, sentence % {"n": days})]


def grace_words(kind: MessageKind) -> str:
    """How long the message waits, so that a slip that is corrected at once tells nobody."""
    return _("leaves %(time)s later") % {"time": hours_text(GRACE[kind])} if kind in GRACE else ""
