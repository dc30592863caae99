"""How a status, a person, a moment and a phone look, everywhere: the one place for colours and directions."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Choices
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from clinic.billing import money as billing
from clinic.enums import (
    AppointmentStatus,
    ChargeStatus,
    ConsultationStatus,
    HeldSlotStatus,
    JobStatus,
    LeaveStatus,
    MessageStatus,
    OfferAnswer,
    PaymentStatus,
    PurchaseStatus,
    RebookingItemStatus,
    RebookingStatus,
    RefundRequestStatus,
    Urgency,
    VisitStatus,
    WaitlistStatus,
)
from clinic.messaging import reasons

#: One colour for each status; `static/admin_ext/clinic.css` has the tints of the colours.
COLOURS: dict[type[Choices], dict[str | int, str]] = {
    AppointmentStatus: {
        AppointmentStatus.SCHEDULED: "blue",
        AppointmentStatus.RESCHEDULED: "violet",
        AppointmentStatus.CONFIRMED: "teal",
        AppointmentStatus.ARRIVED: "amber",
        AppointmentStatus.IN_PROGRESS: "orange",
        AppointmentStatus.COMPLETED: "green",
        AppointmentStatus.CANCELLED_BY_PATIENT: "grey",
        AppointmentStatus.CANCELLED_BY_CLINIC: "grey",
        AppointmentStatus.NO_SHOW: "red",
    },
    PurchaseStatus: {
        PurchaseStatus.ACTIVE: "teal",
        PurchaseStatus.COMPLETED: "green",
        PurchaseStatus.EXPIRED: "red",
        PurchaseStatus.FROZEN: "blue",
        PurchaseStatus.CANCELLED: "grey",
        PurchaseStatus.TRANSFERRED: "violet",
    },
    ChargeStatus: {
        ChargeStatus.OPEN: "amber",
        ChargeStatus.PAID: "green",
        ChargeStatus.WAIVED: "grey",
        ChargeStatus.WITHDRAWN: "grey",
    },
    PaymentStatus: {
        PaymentStatus.UNPAID: "amber",
        PaymentStatus.PARTIAL: "orange",
        PaymentStatus.PAID: "green",
        PaymentStatus.WAIVED: "violet",
        PaymentStatus.VOID: "grey",
    },
    RefundRequestStatus: {
        RefundRequestStatus.ASKED: "amber",
        RefundRequestStatus.APPROVED: "green",
        RefundRequestStatus.REFUSED: "grey",
    },
    VisitStatus: {VisitStatus.OPEN: "teal", VisitStatus.CLOSED: "grey"},
    ConsultationStatus: {
        ConsultationStatus.PENDING: "amber",
        ConsultationStatus.ACTIVE: "orange",
        ConsultationStatus.CLOSED: "green",
    },
    LeaveStatus: {
        LeaveStatus.ASKED: "amber",
        LeaveStatus.APPROVED: "green",
        LeaveStatus.REFUSED: "grey",
        LeaveStatus.WITHDRAWN: "grey",
    },
    RebookingStatus: {RebookingStatus.OPEN: "amber", RebookingStatus.DONE: "green"},
    RebookingItemStatus: {
        RebookingItemStatus.OPEN: "amber",
        RebookingItemStatus.MOVED: "violet",
        RebookingItemStatus.KEPT: "blue",
        RebookingItemStatus.SETTLED: "grey",
    },
    MessageStatus: {
        MessageStatus.QUEUED: "blue",
        MessageStatus.SENDING: "amber",
        MessageStatus.SENT: "green",
        MessageStatus.FAILED: "red",
        MessageStatus.SKIPPED: "grey",
        MessageStatus.CANCELLED: "grey",
        MessageStatus.EXPIRED: "orange",
    },
    JobStatus: {
        JobStatus.WAITING: "blue",
        JobStatus.RUNNING: "amber",
        JobStatus.DONE: "green",
        JobStatus.FAILED: "red",
        JobStatus.CANCELLED: "grey",
    },
    WaitlistStatus: {
        WaitlistStatus.WAITING: "amber",
        WaitlistStatus.BOOKED: "green",
        WaitlistStatus.EXPIRED: "grey",
        WaitlistStatus.WITHDRAWN: "grey",
    },
    HeldSlotStatus: {
        HeldSlotStatus.PLANNED: "blue",
        HeldSlotStatus.OPEN: "amber",
        HeldSlotStatus.TAKEN: "green",
        HeldSlotStatus.EXPIRED: "grey",
        HeldSlotStatus.WITHDRAWN: "grey",
    },
    OfferAnswer: {
        OfferAnswer.OPEN: "amber",
        OfferAnswer.ACCEPTED: "green",
        OfferAnswer.DECLINED: "grey",
        OfferAnswer.MISSED: "blue",
        OfferAnswer.EXPIRED: "grey",
        OfferAnswer.WITHDRAWN: "grey",
    },
    Urgency: {Urgency.ROUTINE: "grey", Urgency.SOON: "amber", Urgency.URGENT: "red"},
}


def colour_of(status: Choices) -> str:
    """The colour of a status; two kinds of rows may use one word in different colours."""
    return COLOURS[type(status)][status]


def label(colour: str, text) -> SafeString:
    return format_html('<span class="status status-{}">{}</span>', colour, text)


def status_label(status: Choices) -> SafeString:
    """The status as a coloured word."""
    return label(colour_of(status), status.label)


def name(row) -> SafeString:
    """A name, kept apart from the direction of the text around it; a dash where there is nobody."""
    return format_html("<bdi>{}</bdi>", row) if row else dash()


def with_note(row, note) -> SafeString:
    """A name with something smaller below it, where there is something."""
    below = format_html("<small>{}</small>", name(note)) if note else ""
    return format_html('<span class="with-note">{}{}</span>', name(row), below)


def left_to_right(text) -> SafeString:
    """A phone, time or code, which reads from left to right in Arabic too."""
    return format_html('<bdi dir="ltr">{}</bdi>', text) if text else dash()


def left_to_right_text(text) -> str:
    """The same where no tag can stand."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def right_to_left_text(text) -> str:
    return f"\N{RIGHT-TO-LEFT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def dash() -> SafeString:
    return mark_safe('<span class="quiet">–</span>')


def day(value: date | None) -> str:
    """A day with its weekday, as Mon 7 Jan; with its year only where that is not this one."""
    if value is None:
        return dash()
    return date_format(value, "D j M" if value.year == localdate().year else "D j M Y")


def clock(moment: datetime, zone=None) -> str:
    return f"{localtime(moment, zone):%H:%M}"


def message_status(message) -> SafeString:
    """The coloured status, with a tick once the gateway has said that the message has arrived."""
    label = status_label(MessageStatus(message.status))
    if message.delivered_at is None:
        return label
    tick = format_html(
        '<span class="material-symbols-outlined delivered" aria-hidden="true" title="{0}">done_all</span>'
        '<span class="unseen">{0}</span>',
        _("Delivered"),
    )
    return format_html('<span class="nowrap">{} {}</span>', label, tick)


def error_words(message) -> str:
    """What stopped the message, in the reader's language where it is a sentence of ours and not of a gateway."""
    return reasons.told(message.error)


def moment(value: datetime | None, zone=None) -> SafeString:
    """A day and a time of day, in the page's zone or the one given."""
    if value is None:
        return dash()
    day_text = day(localtime(value, zone).date())
    return format_html('<span class="nowrap">{} <bdi dir="ltr">{}</bdi></span>', day_text, clock(value, zone))


def span(starts_at: datetime, ends_at: datetime, zone=None) -> SafeString:
    """A day and the times between which something happens, in the page's zone or the one given."""
    day_text = day(localtime(starts_at, zone).date())
    times = f"{clock(starts_at, zone)}–{clock(ends_at, zone)}"
    return format_html('<span class="nowrap">{} <bdi dir="ltr">{}</bdi></span>', day_text, times)


def absence(starts_at: datetime, ends_at: datetime) -> SafeString:
    """The days that somebody is away, in the page's zone; with times only where it is not for whole days."""
    first, until = localtime(starts_at), localtime(ends_at)
    if first.time() != time.min or until.time() != time.min:
        if first.date() == until.date():
            return span(starts_at, ends_at)
        return format_html("{} – {}", moment(starts_at), moment(ends_at))
    last_day = until.date() - timedelta(days=1)
    return day(first.date()) if first.date() == last_day else f"{day(first.date())} – {day(last_day)}"


def money(amount: Decimal, currency: str) -> SafeString:
    """An amount in the direction of its currency's name."""
    text = billing.money_text(amount, currency)
    return format_html('<bdi dir="{}">{}</bdi>', "ltr" if text.isascii() else "rtl", signed(text))


def money_text(amount: Decimal, currency: str) -> str:
    """The same where no tag can stand."""
    text = billing.money_text(amount, currency)
    return left_to_right_text(text) if text.isascii() else right_to_left_text(signed(text))


def signed(text: str) -> str:
    """A minus stays before its number among letters that run to the left."""
    number, _space, name_of_currency = text.partition(" ")
    return f"{left_to_right_text(number)} {name_of_currency}" if not text.isascii() and number[0] == "-" else text


class NameColumns:
    """Columns of rows that have names in two languages."""

    @display(description=_("name"), ordering="name_en")
    def display_name(self, row):
        return name(row)


class StatusColumn:
    """The column of a row's status; the model's field says which statuses there are."""

    @display(description=_("status"), ordering="status")
    def display_status(self, row):
        return status_label(statuses_of(row)(row.status))


class PaymentStatusColumn:
    """The column of how far everything in a visit is paid."""

    @display(description=_("payment"), ordering="payment_status")
    def display_payment_status(self, row):
        return status_label(PaymentStatus(row.payment_status))


class ActiveColumn:
    @display(description=_("active"), ordering="active")
    def display_active(self, row):
        return label("green", _("Active")) if row.active else label("grey", _("Inactive"))


class PhoneColumn:
    @display(description=_("phone"))
    def display_phone(self, row):
        return left_to_right(row.phone)


def statuses_of(row) -> type[Choices]:
    """The enumeration of the statuses of a row."""
    return next(kind for kind in COLOURS if kind.choices == row._meta.get_field("status").choices)
