"""What is asked for of several appointments at once, and the refusal that names every one that does not fit."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model
from django.utils.formats import date_format

from clinic.errors import BookingRefused, Refusal
from clinic.models import Appointment, Clinic, PackagePurchase, Patient, Provider, Series, Service
from clinic.scheduling.booking.together import Place
from clinic.scheduling.booking.write import kind_of


@dataclass(frozen=True)
class NewTime:
    """Where one appointment is to go; it keeps its provider and its clinic unless others are given."""

    appointment: Appointment
    starts_at: datetime
    provider: Provider | None = None
    clinic: Clinic | None = None

    def place(self, row: Appointment) -> Place:
        """The new place, of the appointment as it is now."""
        return Place(
            row.patient, row.service, self.provider or row.provider, self.clinic or row.clinic, self.starts_at, row.kind
        )


@dataclass(frozen=True)
class Wanted:
    """An appointment to be booked, on a session of `purchase` and on a day of `series` where these are given."""

    patient: Patient
    service: Service
    provider: Provider
    clinic: Clinic
    starts_at: datetime
    purchase: PackagePurchase | None = None
    series: Series | None = None
    series_on: date | None = None

    @property
    def place(self) -> Place:
        kind = kind_of(self.service)
        return Place(self.patient, self.service, self.provider, self.clinic, self.starts_at, kind)

    @property
    def rows(self) -> tuple[Model | None, ...]:
        """All that it names."""
        return self.patient, self.service, self.provider, self.clinic, self.purchase, self.series


type Asked = NewTime | Wanted | Appointment
type Misfit = tuple[Asked, list[Refusal]]


class SomeRefused(BookingRefused):
    """Not all of it is possible, so nothing was written. `.misfits` has each that is not, in order, with its reasons.

    `.reasons` says all of them with the name and the time.
    """

    def __init__(self, misfits: list[Misfit]) -> None:
        self.misfits = misfits
        super().__init__(
            *(
                Refusal(reason.code, f"{_title(asked)}: {reason.message}", reason.hint)
                for asked, reasons in misfits
                for reason in reasons
            )
        )


def _title(asked: Asked) -> str:
    """Whose appointment it is and when, on the wall of its clinic."""
    row = asked.appointment if isinstance(asked, NewTime) else asked
    clinic = asked.clinic or row.clinic
    return f"{row.patient}, {date_format(asked.starts_at.astimezone(clinic.zone), 'DATETIME_FORMAT')}"
