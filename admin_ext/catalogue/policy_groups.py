"""The policy's rules in groups: the fields of each, and beside them what they mean in words."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admin_ext.catalogue import policy_words as words
from clinic.models import Policy


@dataclass(frozen=True)
class Group:
    """Rules that stand together on the page; `words` tells what they mean on a policy, saved or not."""

    key: str
    title: Promise
    about: Promise
    fields: tuple[str | tuple[str, ...], ...]
    words: Callable[[Policy], list[str]]

    def names(self) -> list[str]:
        return list(chain.from_iterable([entry] if isinstance(entry, str) else entry for entry in self.fields))


@dataclass(frozen=True)
class Box:
    """A group as it is read: its sentences, whether they differ from what is saved, and what cannot be."""

    group: Group
    sentences: list[str]
    is_new: bool = False
    errors: tuple[str, ...] = ()


GROUPS = (
    Group(
        "booking", _("Booking"), _("How late and how far ahead appointments can be booked."),
        (("minimum_notice", "booking_horizon_days"),), words.booking,
    ),
    Group(
        "waitlist", _("Waiting list"), _("How a free time is offered to those who wait."),
        (("offers_at_once", "offer_hold"), "offers_released_times"), words.waiting_list,
    ),
    Group(
        "late", _("Late cancellations"), _("What it costs a patient to cancel too late."),
        ("cancellation_window", ("late_cancellation_uses_session", "late_cancellation_fee")), words.late_cancellations,
    ),
    Group(
        "no-shows", _("No-shows"), _("What it costs a patient not to come, and what follows when it happens often."),
        (
            ("no_show_uses_session", "no_show_fee"), ("no_show_limit", "no_show_days"), "no_show_consequence",
            "follows_up_no_shows",
        ),
        words.no_shows,
    ),
    Group(
        "outpatients", _("Outpatients"), _("What happens between the door, the cashier and the doctor."),
        ("queues_before_payment",), words.outpatients,
    ),
    Group(
        "messages", _("Messages"), _("When patients are reminded, and when they are left in peace."),
        (("remind_by_email", "remind_by_sms", "remind_by_whatsapp"), "expiring_days", ("quiet_from", "quiet_until")),
        words.messages,
    ),
    Group(
        "video", _("Virtual appointments"), _("Where patients and providers meet by video."), ("video_base_url",),
        words.video,
    ),
)  # fmt: skip


def box(group: Group, policy: Policy) -> Box:
    """The group as it is saved."""
    return Box(group, group.words(policy))


def preview(form) -> list[Box]:
    """Every group as the form would save it; a field that cannot be saved like this leaves its rule as it is."""
    saved = {group.key: group.words(form.instance) for group in GROUPS}
    form.is_valid()
    return [
        Box(group, sentences, is_new=sentences != saved[group.key], errors=errors_of(form, group))
        for group in GROUPS
        for sentences in [group.words(form.instance)]
    ]


def errors_of(form, group: Group) -> tuple[str, ...]:
    return tuple(
        f"{form[name].label}: {sentence}"
        for name in group.names()
        if name in form.fields
        for sentence in form[name].errors
    )
