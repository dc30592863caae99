"""E-mail through Django's mailer, with one connection for a batch."""

import smtplib
from contextlib import suppress
from time import monotonic

from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from clinic.messaging import reasons
from clinic.messaging.channels.carrier import Carrier
from clinic.messaging.channels.envelope import enveloped
from clinic.messaging.channels.letter import Delivery, Letter, TryLater, Undeliverable
from clinic.messaging.channels.smtp import cut_at
from clinic.plain_text import one_line

LONGEST_ANSWER = 120  # of what a server says when it refuses somebody
LONGEST = 15.0  # seconds for a whole letter; with what a batch goes on, less than the worker's time
GOODBYE = 2.0  # seconds that a server may take to say it
ENOUGH = 421  # a server's word for: no more on this connection


class Mail(Carrier):
    """Connects when the first letter comes, and again when the server has had enough meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._mailer: BaseEmailBackend | None = None
        self._carried = 0  # letters on this connection

    def deliver(self, letter: Letter) -> Delivery:
        try:
            self._hand_over(enveloped(letter), end=monotonic() + LONGEST)
        except ValueError:  # what Python and Django say to an address that is none
            raise Undeliverable(_("This is not an address to which e-mail can be sent.")) from None
        except OSError as error:  # smtplib's exceptions are some, too
            raise self._obstacle(error) from None
        self._carried += 1
        return Delivery()

    def hang_up(self) -> None:
        mailer, self._mailer, self._carried = self._mailer, None, 0
        if mailer is not None:
            with cut_at(monotonic() + GOODBYE, mailer), suppress(OSError):
                mailer.close()

    def _hand_over(self, mail: EmailMessage, *, end: float) -> None:
        try:
            self._send(mail, end)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPServerDisconnected) as error:
            if not self._carried or not has_had_enough(error) or monotonic() >= end:
                raise
            self.hang_up()
            self._send(mail, end)

    def _send(self, mail: EmailMessage, end: float) -> None:
        is_new = self._mailer is None
        mailer = self._mailer = self._mailer or mailers["default"]
        with cut_at(end, mailer):
            if is_new:
                self._connect(mailer)
            mailer.send_messages([mail])

    def _connect(self, mailer: BaseEmailBackend) -> None:
        try:
            mailer.open()
        except OSError as error:
            self.hang_up()
            raise shut_out(error) from None

    def _obstacle(self, error: OSError) -> TryLater | Undeliverable:
        code, answer = refusal_of(error)
        if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) and code >= 500:
            words = {"code": code, "answer": answer}
            return Undeliverable(_(reasons.MAIL_REFUSED) % words)
        words = _(reasons.MAIL_NOT_NOW) % {"code": code}
        if isinstance(error, smtplib.SMTPRecipientsRefused) and code not in (0, ENOUGH):
            return TryLater(words, of_recipient=True)
        self.hang_up()
        if code > 0:
            return TryLater(words)
        return TryLater(_("The mail server did not answer in time, or hung up."))


def shut_out(error: OSError) -> TryLater:
    """Why there is no connection; the reason is never the letter."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return TryLater(_(reasons.MAIL_SHUT) % {"code": error.smtp_code})
    return TryLater(_("The mail server could not be reached, or lets nobody in."))


def has_had_enough(error: smtplib.SMTPException) -> bool:
    """Whether a server that took letters wants no more on this connection: it says so or hangs up; it is not silent."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == ENOUGH
    return not isinstance(error.__context__, TimeoutError)


def refusal_of(error: OSError) -> tuple[int, str]:
    """The number and the words with which a mail server refuses; 0 where it said nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):  # of the one that a letter has
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return 0, ""
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return max(code, 0), one_line(words, longest=LONGEST_ANSWER)
