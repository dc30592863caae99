"""The page of one message: how it looks, to whom it went, and how far it has come."""

from functools import cached_property

from django.utils.timezone import now

from admin_ext.outbox.advice import advice_on
from admin_ext.outbox.lifecycle import lifecycle
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_MESSAGES
from admin_ext.scope import own_rows, row_or_404
from clinic.enums import Channel, MessageStatus
from clinic.messaging.selectors import ANSWERS, own_words_of
from clinic.messaging.sending.truth import why_not_send
from clinic.messaging.texts.segments import segments
from clinic.models import Message

ABOUT = (
    "patient", "appointment__clinic", "appointment__service", "appointment__provider", "purchase__package",
    "offer__slot__clinic", "offer__slot__service", "operation", "resend_of", "called_off_by",
)  # fmt: skip
UNDER_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING)
UNSENT = (MessageStatus.FAILED, MessageStatus.SKIPPED, MessageStatus.EXPIRED)


class MessagePage(StaffPage):
    """A fixed number of queries."""

    permission_required = SEE_MESSAGES
    template_name = "admin_ext/outbox/message.html"
    context_model = Message

    @cached_property
    def message(self) -> Message:
        return row_or_404(own_rows(Message, self.organisation).select_related(*ABOUT), self.kwargs["pk"])

    @property
    def title(self) -> str:
        return str(self.message)

    def get_context_data(self, **kwargs):
        message, at = self.message, now()
        sent_again_as = list(message.resent_as.order_by("pk"))
        reason = why_not_send([message], at=at).get(message.pk)
        is_answered = any(again.status in ANSWERS for again in sent_again_as)
        advice = None if is_answered else advice_on(message, at=at, reason=reason, reader=self.request.user)
        is_settled = is_answered or (advice is not None and advice.is_settled)
        return super().get_context_data(
            message=message,
            is_mail=message.channel == Channel.EMAIL,
            pieces=segments(message.body) if message.channel == Channel.SMS else None,
            steps=list(lifecycle(message, at=at)),
            advice=advice,
            own_words=own_words_of(message),
            sent_again_as=sent_again_as,
            is_queued=message.status == MessageStatus.QUEUED,
            is_warning=message.status in UNSENT and not is_settled,
            may_leave_again=message.status not in UNDER_WAY and reason is None,
            is_to_be_sent_again=message.status == MessageStatus.FAILED and not is_answered,
            **kwargs,
        )
