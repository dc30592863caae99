"""The flow board: a day's appointments in columns, from expected to done, each a card with its next steps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from admin_ext.cards import Card
from admin_ext.columns import colour_of
from admin_ext.front_desk.cost_words import amount_text, no_show_words
from admin_ext.front_desk.marks import Mark, warnings_of
from admin_ext.front_desk.steps import STEPS, next_steps, possible, step_address
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_CHARGES, SEE_WAITLIST
from admin_ext.scope import own_rows
from admin_ext.sender import alarm
from admin_ext.versions import fingerprint
from clinic.billing.selectors import owed_by
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES, AppointmentKind
from clinic.enums import AppointmentStatus as Status
from clinic.models import Appointment, Clinic, HeldSlot, Organisation, Policy, Provider, User
from clinic.scheduling.attendance import NoShowRecord, no_show_records, policy_of
from clinic.scheduling.board import flow_of
from clinic.scheduling.costs import cost_of_no_show
from clinic.scheduling.diary import held_for_offers

LATE_AFTER = timedelta(minutes=1)
A_DAY = timedelta(days=1)
KEYS = {"confirm": "c", "check_in": "a", "start": "s", "complete": "d", "mark_no_show": "n", "undo_status": "u"}


@dataclass(frozen=True)
class Ticking:
    """Minutes that pass on the card without asking the server: `words` has their place as a number."""

    since: datetime
    words: str
    at: datetime

    @property
    def text(self) -> str:
        return self.words % {"minutes": max(0, int((self.at - self.since).total_seconds() // 60))}

    @property
    def pattern(self) -> str:
        """The words for the script that goes on counting, with an ellipsis for the number."""
        return self.words % {"minutes": "…"}


@dataclass(frozen=True)
class Button:
    verb: str
    label: str
    icon: str
    key: str
    address: str
    more: str = ""  # what it costs the patient


@dataclass(frozen=True)
class FlowCard:
    """An appointment on the board at the moment `at`, as `user` may handle it."""

    row: Appointment
    user: User
    at: datetime
    record: NoShowRecord
    policy: Policy
    owed: Decimal = Decimal(0)

    @property
    def colour(self) -> str:
        return colour_of(Status(self.row.status))

    @property
    def is_late(self) -> bool:
        return self.row.status in MOVABLE_STATUSES and self.at - self.row.starts_at >= LATE_AFTER

    @cached_property
    def ticking(self) -> Ticking | None:
        if self.is_late:
            return Ticking(self.row.starts_at, _("late %(minutes)s min"), self.at)
        if self.row.status == Status.ARRIVED and self.row.arrived_at:
            return Ticking(self.row.arrived_at, _("%(minutes)s min"), self.at)
        if self.row.status == Status.IN_PROGRESS and self.row.started_at:
            return Ticking(self.row.started_at, _("%(minutes)s min"), self.at)
        return None

    @cached_property
    def marks(self) -> list[Mark]:
        return list(marks_of(self.row, self.record, self.owed))

    @cached_property
    def buttons(self) -> list[Button]:
        """The steps that are possible now, the obvious one first. Who has arrived is called in before anything else."""
        steps = next_steps(self.user, self.row, at=self.at)
        shown = steps[:1] if self.row.status == Status.ARRIVED else steps
        return [button(self.row, step.verb, more=self.costs_of(step.verb)) for step in shown]

    def costs_of(self, verb: str) -> str:
        """What the step costs the patient, to be read before it is taken."""
        if verb != "mark_no_show":
            return ""
        return no_show_words(self.row, cost_of_no_show(self.row, self.policy))

    @cached_property
    def undo(self) -> Button | None:
        """Taking the last step back, for the keyboard and for those who did not come."""
        return button(self.row, "undo_status") if possible(self.user, self.row, "undo_status") else None

    @property
    def shown(self) -> tuple:
        """All that the card shows, except for the minutes that pass."""
        row = self.row
        return (
            row.pk, row.status, row.starts_at, row.ends_at, row.arrived_at, row.started_at, row.completed_at,
            str(row.patient), str(row.service), str(row.provider), str(row.clinic), str(row.room), self.is_late,
            self.marks, self.buttons, self.undo,
        )  # fmt: skip


def button(row: Appointment, verb: str, *, more: str = "") -> Button:
    step = STEPS[verb]
    return Button(verb, str(step.label), step.icon, KEYS[verb], step_address(row, verb), more)


def marks_of(row: Appointment, record: NoShowRecord, owed: Decimal) -> Iterable[Mark]:
    """The warnings, and what else the desk may want to speak of."""
    yield from warnings_of(row, record, owed)
    if row.package_purchase_id is None and row.service.price:
        price = amount_text(row, row.service.price)
        yield Mark("grey", _("No package"), _("Single session: %(amount)s") % {"amount": price})
    if row.is_first:
        yield Mark("teal", _("First visit"))
    if row.kind == AppointmentKind.VIRTUAL:
        yield Mark("blue", _("Virtual"), link=row.video_link)


@dataclass
class Column:
    """Cards under a title; `empty` says what to do when there are none. A folded one opens when it is asked to."""

    key: str
    title: Promise
    colour: str
    empty: Promise
    statuses: tuple[Status, ...]
    is_folded: bool = False
    cards: list[FlowCard] = field(default_factory=list)


def columns() -> list[Column]:
    return [
        Column(
            "expected", gettext_lazy("Expected"), "blue",
            gettext_lazy("Nobody else is expected. Book somebody into a free time below."), MOVABLE_STATUSES,
        ),
        Column(
            "arrived", gettext_lazy("Arrived"), "amber",
            gettext_lazy("Nobody is waiting. Press Arrived on a card when somebody comes."), (Status.ARRIVED,),
        ),
        Column(
            "in-room", gettext_lazy("In room"), "orange",
            gettext_lazy("No session is running. Start one when the provider calls somebody in."),
            (Status.IN_PROGRESS,),
        ),
        Column(
            "done", pgettext_lazy("appointments", "Done"), "green", gettext_lazy("Nothing is completed yet today."),
            (Status.COMPLETED,),
        ),
        Column(
            "no-show", gettext_lazy("No-show"), "red", gettext_lazy("Everybody has come so far."), (Status.NO_SHOW,)
        ),
        Column(
            "cancelled", gettext_lazy("Cancelled"), "grey", gettext_lazy("Nothing is cancelled today."),
            CANCELLED_STATUSES, is_folded=True,
        ),
    ]  # fmt: skip


#: By which moment the cards of a column stand in order; the others by their start.
ORDER = {"arrived": "arrived_at", "in-room": "started_at", "done": "completed_at"}
NEWEST_FIRST = {"done", "no-show"}


@dataclass
class Choice:
    """Which clinics and which provider the board shows, as its address says; all where it names none of one's own."""

    clinics: list[Clinic]
    providers: list[Provider]
    chosen: list[Clinic]
    provider: Provider | None

    @classmethod
    def of(cls, organisation: Organisation, query: QueryDict) -> "Choice":
        clinics = list(own_rows(Clinic, organisation).filter(active=True))
        providers = list(own_rows(Provider, organisation).filter(active=True))
        wanted = set(query.getlist("clinic"))
        chosen = [clinic for clinic in clinics if str(clinic.pk) in wanted]
        provider = next((one for one in providers if str(one.pk) == query.get("provider")), None)
        return cls(clinics, providers, chosen or clinics, provider)

    @property
    def treating(self) -> list[Provider] | None:
        """The chosen provider alone; None for all."""
        return [self.provider] if self.provider else None

    @property
    def is_all(self) -> bool:
        return len(self.chosen) == len(self.clinics)

    @property
    def query(self) -> str:
        """The same choice as the query of an address."""
        query = QueryDict(mutable=True)
        if not self.is_all:
            query.setlist("clinic", [str(clinic.pk) for clinic in self.chosen])
        if self.provider:
            query["provider"] = str(self.provider.pk)
        return query.urlencode()


@dataclass
class Board:
    """The columns of a day. `version` changes when anything that is shown does, except for passing minutes."""

    choice: Choice
    at: datetime
    columns: list[Column]
    held: list[HeldSlot] = field(default_factory=list)
    alarm: Card | None = None

    @cached_property
    def version(self) -> str:
        shown = [(column.key, [card.shown for card in column.cards]) for column in self.columns]
        return fingerprint([shown, [(slot.pk, slot.asked, slot.held_until) for slot in self.held], self.alarm])

    @property
    def address(self) -> str:
        return f"{reverse('admin:board')}?{self.choice.query}"


def board_of(user: User, choice: Choice, *, at: datetime) -> Board:
    """Today's board for one person, with what is owed for who may see it; a fixed number of queries."""
    rows = flow_of(choice.chosen, at=at, provider=choice.provider).select_related("organisation")
    patients = [row.patient for row in rows]
    records = no_show_records(patients, at=at)
    owed = owed_by(patients) if user.has_perm(SEE_CHARGES) else {}
    policy = policy_of(user.organisation_id)
    cards = [
        FlowCard(row, user, at, records[row.patient_id], policy, owed.get(row.patient_id, Decimal(0))) for row in rows
    ]
    board = Board(choice, at, columns(), held=held_today(user, choice, at=at), alarm=alarm(user, at=at))
    for column in board.columns:
        mine = [card for card in cards if card.row.status in column.statuses]
        column.cards = sorted(mine, key=lambda card: in_order(card, column), reverse=column.key in NEWEST_FIRST)
    return board


def held_today(user: User, choice: Choice, *, at: datetime) -> list[HeldSlot]:
    """The times of the day that are offered to the waiting list, for who may see that; one query."""
    if not choice.chosen or not user.has_perm(SEE_WAITLIST):
        return []
    rows = held_for_offers(user.organisation, at, at + A_DAY, at=at).filter(clinic__in=choice.chosen)
    held = rows.filter(provider=choice.provider) if choice.provider else rows
    return [slot for slot in held if local_date(slot.starts_at, slot.clinic) == local_date(at, slot.clinic)]


def local_date(moment: datetime, clinic: Clinic) -> date:
    return moment.astimezone(clinic.zone).date()


def in_order(card: FlowCard, column: Column) -> tuple[datetime, int]:
    moment = getattr(card.row, ORDER.get(column.key, "starts_at")) or card.row.starts_at
    return moment, card.row.pk


class BoardPage(StaffPage):
    """The board alone, for the page that shows it: 204 when it has not changed since the `version` the page has."""

    permission_required = "clinic.view_appointment"
    title = gettext_lazy("Today")
    template_name = "admin/index.html"
    fragment_name = "admin_ext/front_desk/board.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = Choice.of(self.organisation, request.GET)
        if not self.is_htmx:
            return self.leave(f"{reverse('admin:index')}?{choice.query}")
        board = board_of(request.user, choice, at=now())
        if request.GET.get("version") == board.version:
            return HttpResponse(status=204)
        return self.render_to_response({"board": board})
