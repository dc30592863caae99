"""What a policy says of reminders, and which of an organisation's appointments are owed one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min, QuerySet

from clinic.enums import MOVABLE_STATUSES, Channel, MessageKind
from clinic.messaging.destinations import Destination, destination_of
from clinic.messaging.reminders.moments import QuietHours, Span, leaves_at, starts_to_look_at
from clinic.messaging.sending.quiet import quiet_hours_of
from clinic.models import Appointment, Clinic, Organisation, Patient, Policy

KIND = MessageKind.REMINDER
PREFIX = f"{KIND}:"


@dataclass(frozen=True)
class Rule:
    """A reminder by `channel`, `minutes` before the appointment.

    `later` are the notices still shorter than it, `beside` all channels that have the same.
    """

    channel: Channel
    minutes: int
    later: tuple[int, ...] = ()
    beside: tuple[Channel, ...] = ()

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.channel}:{self.minutes}"

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Owed:
    """A reminder that an appointment is owed by a rule of a policy: when it leaves, and where to."""

    policy: Policy
    rule: Rule
    appointment: Appointment
    leaves_at: datetime
    destination: Destination

    @property
    def key(self) -> str:
        """Two rules that come down to one address remind once; an appointment that moves is reminded of anew."""
        address = Channel.EMAIL if self.destination.channel == Channel.EMAIL else "phone"
        start = self.appointment.starts_at.astimezone(UTC)
        return f"{KIND}:{self.appointment.public_id}:{address}:{self.rule.minutes}:{start:%Y%m%dT%H%MZ}"


@dataclass(frozen=True)
class Rules:
    """The reminders of one organisation, and the zones whose nights its clinics keep quiet."""

    organisation: Organisation
    policy: Policy
    zones: frozenset[str]

    def __iter__(self) -> Iterator[Rule]:
        """Each of the policy's reminders, the longest notice of a channel first."""
        lines = {channel: set(self.policy.reminder_minutes.get(channel) or []) for channel in Channel}
        notices = sorted(set().union(*lines.values()))
        for channel, line in lines.items():
            for minutes in sorted(line, reverse=True):
                beside = tuple(other for other, same in lines.items() if minutes in same)
                yield Rule(channel, minutes, tuple(notices[: notices.index(minutes)]), beside)

    def quiet_in(self, zone: str) -> QuietHours:
        return quiet_hours_of(self.policy, ZoneInfo(zone))

    def leaves_at(self, appointment: Appointment, minutes: int) -> datetime:
        return leaves_at(appointment.starts_at, minutes, self.quiet_in(appointment.clinic.time_zone))

    def candidates(self, rule: Rule, *, after: datetime, until: datetime, at: datetime) -> QuerySet[Appointment]:
        """Appointments to come whose reminder may leave after `after` and until `until`, in order of time."""
        spans = [starts_to_look_at(after, until, rule.minutes, self.quiet_in(zone)) for zone in sorted(self.zones)]
        first, last = hull(spans) if spans else (at, at)
        rows = Appointment.objects.of(self.organisation).filter(
            status__in=MOVABLE_STATUSES, starts_at__gte=first, starts_at__lte=last
        )
        return rows.filter(starts_at__gt=at).select_related("patient", "clinic").order_by("starts_at", "pk")

    def owed(
        self,
        rule: Rule,
        appointments: Sequence[Appointment],
        known_since: Mapping[int, datetime],
        *,
        after: datetime,
        until: datetime,
        at: datetime,
    ) -> Iterator[Owed]:
        """What the candidates are owed by this rule after `after` and until `until`, as it stands at the moment `at`.

        `known_since` are the `times_known_since` of the appointments. Of several that leave at once the last is owed.
        """
        for appointment in appointments:
            leaves = self.leaves_at(appointment, rule.minutes)
            moment = min(leaves, appointment.starts_at - rule.notice)
            is_overtaken = any(self.leaves_at(appointment, minutes) <= max(leaves, at) for minutes in rule.later)
            if after < leaves <= until and known_since[appointment.pk] < moment and not is_overtaken:
                yield Owed(self.policy, rule, appointment, leaves, where_to(rule, appointment.patient))


def every_rules(organisations: QuerySet[Organisation] | None = None) -> Iterator[Rules]:
    """The rules of every organisation, or of these, also of one without a policy of its own; two queries."""
    organisations = Organisation.objects.all() if organisations is None else organisations
    zones: dict[int, set[str]] = {}
    clinics = Clinic.objects.filter(organisation__in=organisations).order_by()
    for organisation, zone in clinics.values_list("organisation", "time_zone").distinct():
        zones.setdefault(organisation, set()).add(zone)
    for organisation in organisations.select_related("policy").order_by("pk"):
        yield Rules(organisation, organisation.effective_policy, frozenset(zones.get(organisation.pk, ())))


def where_to(rule: Rule, patient: Patient) -> Destination:
    """By the rule's channel; by the preferred one where that reaches the same address at the same notice."""
    destination = destination_of(patient, wanted=rule.channel)
    if len(rule.beside) < 2:
        return destination
    preferred = destination_of(patient)
    is_doubled = preferred.channel in rule.beside and preferred.address == destination.address
    return preferred if is_doubled else destination


def times_known_since(appointments: Iterable[Appointment]) -> dict[int, datetime]:
    """By key, since when each appointment is at its time: booked so, or moved to it last. One query for the moved."""
    moved = {(row.pk, row.moves, row.starts_at): row.pk for row in appointments if row.moves}
    since = {row.pk: row.booked_at for row in appointments}
    if moved:
        versions = Appointment.history.filter(id__in=moved.values()).order_by()
        moments = versions.values_list("id", "moves", "starts_at").annotate(Min("history_date"))
        since |= {moved[version]: moment for *key, moment in moments if (version := tuple(key)) in moved}
    return since


def hull(spans: Iterable[Span]) -> Span:
    firsts, lasts = zip(*spans, strict=True)
    return min(firsts), max(lasts)
