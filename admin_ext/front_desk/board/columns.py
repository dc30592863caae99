"""The columns of the board, and in which order cards stand in each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from admin_ext.front_desk.board.cards import FlowCard
from clinic.enums import CANCELLED_STATUSES, MOVABLE_STATUSES
from clinic.enums import AppointmentStatus as Status


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


def cards_in(column: Column, cards: Iterable[FlowCard]) -> list[FlowCard]:
    """Those of the cards that stand in the column, in its order."""
    its_own = [card for card in cards if card.row.status in column.statuses]
    return sorted(its_own, key=lambda card: in_order(card, column), reverse=column.key in NEWEST_FIRST)


def in_order(card: FlowCard, column: Column) -> tuple[datetime, int]:
    moment = getattr(card.row, ORDER.get(column.key, "starts_at")) or card.row.starts_at
    return moment, card.row.pk
