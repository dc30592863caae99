"""Times taken instead of the planned ones, as the address of the question carries them on to the next plan."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from admin_ext.columns import clock, day, left_to_right_text
from admin_ext.scope import KEY_LENGTH
from clinic.models import Clinic, Organisation, Provider
from clinic.scheduling.planning.chosen import ChosenTime, Dropped
from clinic.scheduling.planning.plan import PlannedSession

MOST_CHOSEN = 100
MOMENT = "%Y%m%dT%H%MZ"


def choice_of(session: PlannedSession) -> str:
    """The session's time as text for an address, the same in every zone."""
    start = session.starts_at.astimezone(UTC)
    return f"{session.item.pk}@{start:{MOMENT}}@{session.provider.pk}@{session.clinic.pk}"


def chosen_times(choices: Iterable[str]) -> list[ChosenTime]:
    """The times that these texts name, each once; what is no such text says nothing."""
    return list(dict.fromkeys(time for choice in list(choices)[:MOST_CHOSEN] if (time := read(choice))))


def read(choice: str) -> ChosenTime | None:
    try:
        item, starts_at, provider, clinic = choice.split("@")
        start = datetime.strptime(starts_at, MOMENT).replace(tzinfo=UTC)
        return ChosenTime(key(item), key(provider), key(clinic), start)
    except ValueError:
        return None


def key(text: str) -> int:
    if not text.isdecimal() or len(text) > KEY_LENGTH:
        raise ValueError(text)
    return int(text)


def dropped_words(dropped: Iterable[Dropped], organisation: Organisation) -> list[str]:
    """What was chosen and could not be kept, each in a sentence with the reason."""
    dropped = list(dropped)
    providers = Provider.objects.of(organisation).in_bulk({drop.time.provider for drop in dropped})
    clinics = Clinic.objects.of(organisation).in_bulk({drop.time.clinic for drop in dropped})
    return [words(drop, providers.get(drop.time.provider), clinics.get(drop.time.clinic)) for drop in dropped]


def words(drop: Dropped, provider: Provider | None, clinic: Clinic | None) -> str:
    if provider is None or clinic is None:
        return _("A time that was chosen is not kept: %(why)s") % {"why": drop.why}
    local = drop.time.starts_at.astimezone(clinic.zone)
    return _("The chosen time %(day)s, %(time)s with %(provider)s is not kept: %(why)s") % {
        "day": day(local.date()), "time": left_to_right_text(clock(local, clinic.zone)), "provider": provider.name,
        "why": drop.why,
    }  # fmt: skip
