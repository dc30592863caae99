"""The login that stands in the history for what no member of staff has done."""

from django.contrib.auth.hashers import make_password
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.models import Organisation, User


def automatic_user(organisation: Organisation) -> User:
    """Who acts for patients that answer by a link, and for the clock. Nobody can sign in with it; made when needed."""
    with translation.override(organisation.language):  # staff read the name, whoever's page has made it
        name = _("By itself or by link")
    user, _created = User.objects.get_or_create(
        username=automatic_name(organisation),
        defaults={
            "organisation": organisation, "first_name": name, "is_active": False,
            "password": make_password(None), "language": organisation.language,
        },
    )  # fmt: skip
    return user


def automatic_name(organisation: Organisation) -> str:
    return f"automatic@{organisation.slug}"
