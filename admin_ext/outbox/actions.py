"""What is done to one message: it is sent again, or called off before it leaves."""

from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from admin_ext.columns import clock
from admin_ext.roles import CANCEL_MESSAGE, RESEND
from clinic.messaging.selectors import pressing_failures
from clinic.messaging.sending.quiet import waits_until
from clinic.messaging.services import call_off, resend, resend_failed
from clinic.models import Message

SEND_AGAIN = {
    "title": _("Send this message again?"),
    "description": _("A new message is written to where the patient is reached today; this one stays as it is."),
    "form_submit_text": _("Send again"),
}
SEND_FAILED = {
    "title": _("Send everything again that failed?"),
    "description": _(
        "What was given up in the last thirty days and has not been sent again, where it is still true and of use."
    ),
    "form_submit_text": _("Send again"),
}
CALL_OFF = {
    "title": _("Call this message off?"),
    "description": _("The patient does not get it. What it tells of stays as it is."),
    "form_submit_text": _("Call off"),
}


class MessageActions:
    """Both say why they refuse, and lead back to the page that asked."""

    @action(description=_("Send again"), permissions=["resend"], icon="forward_to_inbox", dialog=SEND_AGAIN)
    def resend(self, request, form, object_id):
        message = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: resend(message, by=request.user),
            sent_again_words,
            back_to=asked_on(request),
        )

    @action(description=_("Call off"), permissions=["call_off"], icon="cancel_schedule_send", dialog=CALL_OFF)
    def call_off(self, request, form, object_id):
        message = self.row_or_404(request, object_id)
        return self.carry_out(
            request,
            lambda: call_off(message, by=request.user),
            _("The message to %(patient)s is called off.") % {"patient": message.patient},
            back_to=asked_on(request),
        )

    @action(description=_("Send what failed again…"), permissions=["resend"], icon="outbox", dialog=SEND_FAILED)
    def resend_failed(self, request, form):
        return self.carry_out(request, lambda: resend_failed(by=request.user), again_words, back_to=asked_on(request))

    def get_actions_list(self, request):
        """Sending again what failed is offered where anything has."""
        organisation = request.user.organisation
        has_failed = organisation and pressing_failures(organisation, at=now()).exists()
        return super().get_actions_list(request) if has_failed else []

    def has_resend_permission(self, request, object_id=None):
        return request.user.has_perm(RESEND)

    def has_call_off_permission(self, request, object_id=None):
        return request.user.has_perm(CANCEL_MESSAGE)


def sent_again_words(again: Message) -> str:
    """Which message is sent again and when it leaves, on the clock of the clinic that it is about."""
    words = _("The message to %(patient)s is sent again.") % {"patient": again.patient}
    leaves_at = waits_until(again, at=again.due_at)
    when = _("It leaves within a minute.")
    if leaves_at != again.due_at:
        zone = again.appointment.clinic.zone if again.appointment else None
        when = _("It leaves at %(time)s.") % {"time": clock(leaves_at, zone)}
    return f"{words} {when}"


def again_words(counts: tuple[int, int]) -> str:
    """How many were written once more, and how many were left."""
    sent, left = counts
    words = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", sent) % {"n": sent}
    if not left:
        return words
    of_no_use = ngettext("%(n)d is of no use any more.", "%(n)d are of no use any more.", left) % {"n": left}
    return f"{words} {of_no_use}"


def asked_on(request) -> str:
    """The page of ours that the dialog stood over, with its filters; empty where that is not known."""
    page = request.headers.get("HX-Current-URL", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()
