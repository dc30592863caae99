"""The board of one day for one person."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import cached_property

from admin_ext.cards import Card
from admin_ext.front_desk.board.cards import FlowCard
from admin_ext.front_desk.board.choice import Choice
from admin_ext.front_desk.board.columns import Column, cards_in, columns
from admin_ext.roles import SEE_CHARGES, SEE_WAITLIST
from admin_ext.sender_card import alarm
from admin_ext.versions import fingerprint
from clinic.billing.selectors import owed_by
from clinic.models import Clinic, HeldSlot, User
from clinic.scheduling.attendance import no_show_records, policy_of
from clinic.scheduling.board import flow_of
from clinic.scheduling.diary import held_for_offers

A_DAY = timedelta(days=1)


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
        column.cards = cards_in(column, cards)
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
