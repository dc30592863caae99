"""SMS and WhatsApp by whatever gateway the settings name, through Apprise and its 170 kinds of addresses."""

import logging
import re
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, AppriseResult, NotifyFormat
from apprise.result import AppriseResultStatus
from django.utils.translation import gettext as _

from clinic.messaging import reasons
from clinic.messaging.channels.carrier import SECONDS, Carrier
from clinic.messaging.channels.letter import Delivery, Letter, TryLater, Undeliverable
from clinic.plain_text import paragraphs

# An answer that tells of the gateway or of our account there, not of this letter: somebody will put it right.
TROUBLE = {300, 301, 302, 303, 307, 308, 401, 402, 403, 404, 405, 407, 408, 409, 421, 423, 425, 429}
ANSWER = re.compile(r"error=(\d{3})\b")  # how Apprise words what a server answered

SOMEBODY, SOME_KEY = "+966500000000", "0" * 32  # to see whether an address can be made of them

ASSET = AppriseAsset(app_id="Clinic", secure_logging=True, interpret_escapes=False, interpret_emojis=False)


class Gateway(Carrier):
    """`address` is Apprise's, with {to} where the number goes and {key} where the key of the letter goes."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    @staticmethod
    def is_understood(address: str) -> bool:
        return Apprise(asset=ASSET).add(address_for(address, to=SOMEBODY, key=SOME_KEY))

    def deliver(self, letter: Letter) -> Delivery:
        apprise = Apprise(asset=ASSET)
        if not apprise.add(address_for(self.address, to=letter.address, key=letter.key)):
            raise Undeliverable(_("The gateway takes no number like this one."))
        result = apprise.notify(
            paragraphs(letter.body), body_format=NotifyFormat.TEXT, timeout=SECONDS, log_level=logging.WARNING
        )
        if not result:
            raise obstacle(result)
        return Delivery()


def address_for(address: str, *, to: str, key: str) -> str:
    return address.replace("{to}", quote(to, safe="")).replace("{key}", quote(key, safe=""))


def obstacle(result: AppriseResult) -> TryLater | Undeliverable:
    """Why a letter was not taken, as far as Apprise lets on: it keeps the number of the answer, and nothing else."""
    if result.status == AppriseResultStatus.TIMEOUT:
        return TryLater(_(reasons.GATEWAY_IS_SILENT) % {"count": SECONDS})
    answers = [found for entry in result.logs() for found in ANSWER.findall(entry.message)]
    if not answers:
        return TryLater(_("The gateway could not be reached, or did not answer in time."))
    code = int(answers[-1])
    if code >= 500:
        return TryLater(_(reasons.GATEWAY_IN_TROUBLE) % {"code": code})
    if code in TROUBLE:
        return TryLater(_(reasons.GATEWAY_LETS_NOTHING) % {"code": code})
    return Undeliverable(_(reasons.GATEWAY_REFUSES) % {"code": code})
