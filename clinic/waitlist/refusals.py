"""Why nobody can wait like this: one function for each rule."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.enums import PurchaseStatus, RefusalCode, Urgency, WaitlistStatus, Weekday
from clinic.errors import Refusal
from clinic.models import WaitlistEntry
from clinic.packages.refusals import validity_refusals
from clinic.packages.selectors import local_day

LONGEST_WAIT = timedelta(days=366)
LONGEST_NOTE = WaitlistEntry._meta.get_field("note").max_length

type Rule = Callable[[WaitlistEntry, date], Iterator[Refusal]]


def refusals(entry: WaitlistEntry, at: datetime) -> list[Refusal]:
    """All that speaks against the entry as it is filled in; the days are those of its organisation."""
    today = local_day(entry.organisation, at)
    return [refusal for rule in RULES for refusal in rule(entry, today)]


def closed_rows(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    if not entry.patient.active:
        message = _("The file of %(patient)s is closed.") % {"patient": entry.patient}
        yield Refusal(RefusalCode.INACTIVE, message, _("Open it again on the patient's page."))
    for row in (entry.service, entry.clinic, entry.provider):
        if row is not None and not row.active:
            yield Refusal(
                RefusalCode.INACTIVE, _("%(name)s is no longer active.") % {"name": row}, _("Choose another one.")
            )


def days(entry: WaitlistEntry, today: date) -> Iterator[Refusal]:
    if entry.last_on < entry.first_on:
        yield invalid(_("The last day is before the first."), _("Choose a later last day."))
    elif entry.last_on < today:
        yield invalid(_("The last day has passed."), _("Choose a day from today on."))
    elif entry.last_on - entry.first_on > LONGEST_WAIT:
        yield invalid(_("Nobody waits longer than a year."), _("Choose an earlier last day."))


def times(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    if not set(entry.weekdays) <= set(Weekday.values):
        yield invalid(_("Weekdays are numbers from 1 (Monday) to 7 (Sunday)."))
    if entry.earliest is None or entry.latest is None:
        return
    window = minutes(entry.latest) - minutes(entry.earliest)
    length = int(entry.service.duration.total_seconds()) // 60
    if window < length:
        message = _("%(service)s takes %(minutes)d minutes: it does not fit between %(earliest)s and %(latest)s.")
        values = {
            "service": entry.service, "minutes": length,
            "earliest": f"{entry.earliest:%H:%M}", "latest": f"{entry.latest:%H:%M}",
        }  # fmt: skip
        yield invalid(message % values, _("Leave more time."))


def offered(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    """Somebody in the named clinic, or the named provider, must give the service at all; one query."""
    clinics = entry.service.clinics.filter(active=True)
    if entry.clinic is not None:
        clinics = clinics.filter(pk=entry.clinic.pk)
    providers = entry.service.providers.filter(active=True, clinics__in=clinics)
    if entry.provider is not None:
        providers = providers.filter(pk=entry.provider.pk)
    if not providers.exists():
        message = _("Nobody offers %(service)s there.") if entry.clinic else _("Nobody offers %(service)s.")
        if entry.provider is not None:
            message = _("%(provider)s does not offer %(service)s there.")
        names = {"service": entry.service, "provider": entry.provider}
        yield Refusal(RefusalCode.NOT_OFFERED, message % names, _("Choose another provider or clinic."))


def package(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    purchase = entry.package_purchase
    if purchase is None:
        return
    if purchase.patient_id != entry.patient_id:
        message = _("This package belongs to another patient.")
        yield Refusal(RefusalCode.WRONG_PATIENT, message, _("Choose one of this patient's own."))
        return
    if not purchase.items.filter(service=entry.service_id).exists():
        message = _("The package “%(package)s” has no sessions of %(service)s.")
        names = {"package": purchase.package, "service": entry.service}
        yield Refusal(RefusalCode.NOT_OFFERED, message % names, _("Choose another package, or none."))
    elif purchase.status != PurchaseStatus.FROZEN:  # one that is frozen now may be used when its time comes
        yield from validity_refusals(purchase, on=entry.first_on)


def waits_already(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    others = WaitlistEntry.objects.filter(
        patient=entry.patient_id, service=entry.service_id, status=WaitlistStatus.WAITING
    )
    other = others.exclude(pk=entry.pk).first()
    if other is not None:
        values = {
            "patient": entry.patient, "service": entry.service, "first": date_format(other.first_on),
            "last": date_format(other.last_on),
        }  # fmt: skip
        message = _("%(patient)s already waits for %(service)s, from %(first)s to %(last)s.") % values
        yield Refusal(RefusalCode.INVALID, message, _("Change that entry instead."))


def words(entry: WaitlistEntry, _today: date) -> Iterator[Refusal]:
    if entry.urgency not in Urgency.values:
        yield invalid(_("This is no urgency."))
    if len(entry.note) > LONGEST_NOTE:
        yield invalid(_("The note is longer than %(count)d letters.") % {"count": LONGEST_NOTE}, _("Write it shorter."))


RULES: tuple[Rule, ...] = (closed_rows, days, times, offered, package, waits_already, words)


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def invalid(message: str, hint: str = "") -> Refusal:
    return Refusal(RefusalCode.INVALID, message, hint)
