"""The signed address of an offer: who has it may answer, without a login."""

from django.conf import settings
from django.urls import reverse

from clinic.messaging import tokens
from clinic.models import Offer

SALT = "clinic.waitlist.offer"


def address_of(offer: Offer) -> str:
    """The whole address, as a message carries it."""
    return settings.SITE_URL + reverse("offer", args=[token_of(offer)])


def token_of(offer: Offer) -> str:
    return tokens.token_of(offer.public_id, salt=SALT)


def offer_of(token: str) -> Offer | None:
    """The offer that the token names, with its time and its patient; None for a token that we have not signed."""
    public_id = tokens.public_id_of(token, salt=SALT)
    if public_id is None:
        return None
    offers = Offer.objects.select_related(
        "organisation", "slot__service", "slot__provider", "slot__clinic", "slot__appointment", "entry__patient"
    )
    return offers.filter(public_id=public_id).first()
