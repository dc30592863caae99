"""What the clinic refuses, in words staff can act on."""

from dataclasses import dataclass
from typing import Self

from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from clinic.enums import RefusalCode


@dataclass(frozen=True)
class Refusal:
    """One reason why something cannot be done, and what to do instead if there is something to do."""

    code: RefusalCode
    message: str | Promise
    hint: str | Promise = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ClinicError(Exception):
    """A refusal by the clinic's rules: nothing has been written. `.reasons` has at least one Refusal."""

    def __init__(self, *reasons: Refusal) -> None:
        super().__init__(*reasons)
        self.reasons = list(reasons)

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class BookingRefused(ClinicError):
    """This appointment cannot be booked or moved to this time."""


class SlotTaken(BookingRefused):
    """The time is all that is wrong. `.nearest` holds the next free slots, soonest first, at most three."""

    def __init__(self, *reasons: Refusal, nearest: list | None = None) -> None:
        super().__init__(*reasons)
        self.nearest = nearest or []


class WrongStatus(ClinicError):
    """The row is not in a status from which this is possible."""


class ChangedMeanwhile(ClinicError):
    """Somebody else has changed the row since it was last looked at; the reason says who, when and to what."""


class Crowded(ClinicError):
    """Others were in the way for too long. Nothing is wrong with what was asked: asking again is the way out."""


class PackageRefused(ClinicError):
    """This package or purchase cannot be assigned, used or changed like this."""


class BillingRefused(ClinicError):
    """Money cannot be asked for, taken or given back like this."""


class ConsultationRefused(ClinicError):
    """This consultation, or the visit it belongs to, cannot be begun, written, closed or read like this."""


class WaiverRefused(ClinicError):
    """What this appointment costs cannot be forgiven like this."""


class WaitlistRefused(ClinicError):
    """Nobody can wait for this, or like this."""


class ReminderRefused(ClinicError):
    """Nobody can be reminded like this."""


class TemplateRefused(ClinicError):
    """These words cannot be sent to patients."""


class OfferRefused(ClinicError):
    """This time cannot be offered to anybody."""


class OfferOver(ClinicError):
    """This offer can no longer be answered: it has run out or has been withdrawn. The place in the list stays."""


class OfferTaken(OfferOver):
    """Somebody else has accepted first."""


class PlanRefused(ClinicError):
    """This plan cannot be made or applied."""


class InvalidEntry(ClinicError):
    """What was entered breaks a rule of the record itself.

    `.field` names where; `.fields` maps every field that is wrong to its reason, where several can be.
    """

    def __init__(self, *reasons: Refusal, field: str = "", fields: dict[str, Refusal] | None = None) -> None:
        super().__init__(*reasons)
        self.field, self.fields = field, fields or {field: reasons[0]}

    @classmethod
    def at(cls, wrong: dict[str, Refusal]) -> Self:
        """Everything that is wrong, by the field where it was entered."""
        return cls(*wrong.values(), field=next(iter(wrong)), fields=wrong)

    @classmethod
    def first_of(cls, wrong: ValidationError) -> Self:
        """The first field of Django's own validation that is wrong, with everything said about it."""
        field, sentences = next(iter(wrong.message_dict.items()))
        return cls(*(Refusal(RefusalCode.INVALID, sentence) for sentence in sentences), field=field)
