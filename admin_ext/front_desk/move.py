"""Moving an appointment: five proposed times, any other time, and what is shown when two people move it at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.columns import clock, day
from admin_ext.front_desk.answers import changed, refused
from admin_ext.front_desk.dialogs import AppointmentDialog
from admin_ext.front_desk.steps import may_take, not_allowed
from admin_ext.reading import read_day, read_moment
from admin_ext.scope import own_rows
from clinic.enums import RefusalCode
from clinic.errors import ChangedMeanwhile, ClinicError, InvalidEntry, Refusal
from clinic.models import Appointment, Clinic, Provider
from clinic.scheduling import booking
from clinic.scheduling.offers import Offers, offers
from clinic.scheduling.proposals import MoveSearch, Proposal, proposals

A_DAY = timedelta(days=1)
PARTS = ("starts_at", "provider", "clinic")


@dataclass(frozen=True)
class Wanted:
    """A time that was chosen, free or not."""

    starts_at: datetime
    provider: Provider
    clinic: Clinic

    @classmethod
    def of(cls, appointment: Appointment) -> "Wanted":
        return cls(appointment.starts_at, appointment.provider, appointment.clinic)

    @property
    def value(self) -> str:
        return f"{self.starts_at.isoformat()} {self.provider.pk} {self.clinic.pk}"

    @property
    def words(self) -> str:
        local = localtime(self.starts_at, self.clinic.zone)
        return f"{day(local.date())} {clock(local, self.clinic.zone)}"


class OtherTimes:
    """The free times of one day, of one provider where one is chosen; without a day, the appointment's."""

    def __init__(self, appointment: Appointment, query: QueryDict, provider: Provider | None) -> None:
        self.appointment, self.provider = appointment, provider
        asked = read_day(query.get("day", ""))
        self.today = localdate(now(), appointment.clinic.zone)
        usual = max(self.today, localdate(appointment.starts_at, appointment.clinic.zone))
        self.day = max(self.today, asked or usual)
        self.is_open = asked is not None or provider is not None

    @cached_property
    def offers(self) -> Offers:
        search = MoveSearch.of(self.appointment, at=now(), provider=self.provider)
        return offers(search, first_day=self.day, days=1)

    @property
    def earlier(self) -> date | None:
        return self.day - A_DAY if self.day > self.today else None

    @property
    def later(self) -> date:
        return self.day + A_DAY

    @cached_property
    def providers(self) -> list[Provider]:
        service = self.appointment.service
        return list(own_rows(Provider, service.organisation).filter(active=True, services=service).order_by("name_en"))


class MovePage(AppointmentDialog):
    """GET shows where to, POST moves: `starts_at`, `provider`, `clinic` or all in `slot`, and the `version` seen."""

    fragment_name = "admin_ext/front_desk/move.html"
    verb = "move"
    title = gettext_lazy("Move the appointment")

    def get_template_names(self):
        if self.is_htmx and self.request.headers.get("HX-Target") == "move-times":
            return ["admin_ext/front_desk/move_times.html"]
        return super().get_template_names()

    def get_context_data(self, **kwargs):
        query = self.request.GET
        provider = self.own(Provider, query["provider"]) if query.get("provider") and self.is_get else None
        times = OtherTimes(self.appointment, query if self.is_get else QueryDict(), provider)
        return super().get_context_data(times=times, **kwargs)

    @property
    def is_get(self) -> bool:
        return self.request.method == "GET"

    def proposals(self) -> list[Proposal]:
        return proposals(self.appointment, at=now()) if self.is_possible else []

    def post(self, request, pk):
        wanted = None
        if not may_take(request.user, self.appointment, "move"):
            return refused(request, self.appointment, not_allowed("move"))
        try:
            wanted = self.wanted()
            moved = booking.move(
                self.appointment, starts_at=wanted.starts_at, provider=wanted.provider, clinic=wanted.clinic,
                by=request.user, expected_sequence=self.version(),
            )  # fmt: skip
        except ChangedMeanwhile as refusal:
            return self.again(refusal, wanted=wanted)
        except ClinicError as refusal:
            return self.again(refusal)
        text = _("%(patient)s: moved to %(time)s, %(provider)s.") % place_words(moved)
        return changed(request, moved, text, undo=undo_move_address(moved))

    def wanted(self) -> Wanted:
        """The time asked for; InvalidEntry when it is none, and no such page for a foreign provider or clinic."""
        asked = self.asked
        parts = asked["slot"].split(" ") if "slot" in asked else [asked.get(name, "") for name in PARTS]
        starts_at, provider, clinic = [*parts, "", ""][:3]
        return Wanted(
            moment_of(starts_at),
            self.own(Provider, provider) if provider else self.appointment.provider,
            self.own(Clinic, clinic) if clinic else self.appointment.clinic,
        )


class UndoMovePage(MovePage):
    """POST takes the last move back, as Undo of a toast does; refused, it asks where to move instead."""

    http_method_names = ["post"]

    def post(self, request, pk):
        try:
            back = booking.undo_move(self.appointment, by=request.user, expected_sequence=self.version())
        except ClinicError as refusal:
            return self.again(refusal)
        return changed(request, back, _("%(patient)s: back to %(time)s, %(provider)s.") % place_words(back))


def place_words(appointment: Appointment) -> dict[str, object]:
    place = Wanted.of(appointment)
    return {"patient": appointment.patient, "time": place.words, "provider": place.provider}


def undo_move_address(moved: Appointment) -> str:
    """Where taking this move back is posted, as long as nobody has moved the appointment since."""
    address = reverse("admin:appointment_move_back", args=[moved.pk])
    return f"{address}?{urlencode({'version': moved.calendar_sequence})}"


def moment_of(text: str) -> datetime:
    """The moment written as ISO 8601 with its offset; InvalidEntry for anything else."""
    moment = read_moment(text)
    if moment is None:
        raise InvalidEntry(Refusal(RefusalCode.INVALID, _("This is not a time."), _("Choose one of those shown.")))
    return moment
