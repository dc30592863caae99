"""E-mail through Django's mailer, with one connection for a batch."""

import smtplib
from contextlib import suppress

from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from clinic.messaging.channels.carrier import Carrier
from clinic.messaging.channels.envelope import enveloped
from clinic.messaging.channels.letter import Delivery, Letter, TryLater, Undeliverable
from clinic.messaging.channels.plain import one_line

LONGEST_ANSWER = 120  # of what a server says when it refuses somebody


class Mail(Carrier):
    """Connects when the first letter comes, and again when the server has hung up meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._mailer: BaseEmailBackend | None = None

    def deliver(self, letter: Letter) -> Delivery:
        try:
            self._connected().send_messages([enveloped(letter)])
        except ValueError:  # what Python and Django say to an address that is none
            raise Undeliverable(_("This is not an address to which e-mail can be sent.")) from None
        except OSError as error:  # smtplib's exceptions are some, too
            raise self._obstacle(error) from None
        return Delivery()

    def hang_up(self) -> None:
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            with suppress(OSError):
                mailer.close()

    def _connected(self) -> BaseEmailBackend:
        if self._mailer is None:
            mailer = mailers["default"]
            mailer.open()
            self._mailer = mailer
        return self._mailer

    def _obstacle(self, error: OSError) -> TryLater | Undeliverable:
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Undeliverable(_("The mail server cannot write to an address with such letters."))
        code, answer = refusal_of(error)
        if code is None:
            self.hang_up()
            return TryLater(_("The mail server could not be reached, or did not answer in time."))
        if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) and code >= 500:
            words = {"code": code, "answer": answer}
            return Undeliverable(_("The mail server refuses this address or text: %(code)d %(answer)s") % words)
        self.hang_up()
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return TryLater(_("The mail server refuses the sign-in of the clinic (error %(code)d).") % {"code": code})
        return TryLater(_("The mail server could not take the letter now (error %(code)d).") % {"code": code})


def refusal_of(error: OSError) -> tuple[int | None, str]:
    """The number and the words of a mail server's refusal; no number where it said nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):  # of the one that a letter has
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return None, ""
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return (code if code > 0 else None), one_line(words, longest=LONGEST_ANSWER)
