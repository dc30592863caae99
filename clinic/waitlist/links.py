"""The signed address of an offer: who has it may answer, without a login."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from clinic.models import Offer

SALT = "clinic.waitlist.offer"


def address_of(offer: Offer) -> str:
    """The whole address, as a message carries it."""
    return settings.SITE_URL.rstrip("/") + reverse("offer", args=[token_of(offer)])


def token_of(offer: Offer) -> str:
    return signing.Signer(salt=SALT).sign(offer.public_id.hex)


def offer_of(token: str) -> Offer | None:
    """The offer that the token names, with its time and its patient; None for a token that we have not signed."""
    try:
        public_id = UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    offers = Offer.objects.select_related(
        "organisation", "slot__service", "slot__provider", "slot__clinic", "slot__appointment", "entry__patient"
    )
    return offers.filter(public_id=public_id).first()
