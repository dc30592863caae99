"""The pages of one appointment, on which its patient confirms, cancels or moves it, and takes it into a calendar."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.billing.money import money_text
from clinic.calendars.events import calendar_file
from clinic.enums import CANCELLED_STATUSES, AppointmentStatus
from clinic.errors import BookingRefused, ChangedMeanwhile, ClinicError, Crowded, SlotTaken, WrongStatus
from clinic.messaging.links import address_of, appointment_of
from clinic.messaging.words import first_name
from clinic.models import Appointment, User
from clinic.people.automatic import automatic_user
from clinic.portal.pages import Holder, SignedPage
from clinic.portal.standing import Standing
from clinic.portal.times import Times, chosen_slot
from clinic.scheduling import booking
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.costs import Cost
from clinic.scheduling.slots import Slot


class AppointmentLink(SignedPage):
    """What the pages of an appointment share. None of them changes anything on GET.

    A form carries the `sequence` that it was made for: nobody confirms, cancels or moves a time that was not shown.
    """

    def look_up(self, token: str) -> Holder | None:
        self.token, found = token, appointment_of(token)
        if found is None:
            return None
        self.appointment = found
        return Holder(found.patient, found.clinic)

    @cached_property
    def standing(self) -> Standing:
        return Standing(self.appointment, policy_of(self.appointment.organisation_id), self.at)

    @cached_property
    def patient_by_link(self) -> User:
        return automatic_user(self.appointment.organisation)

    @property
    def sequence(self) -> int:
        """The one that the form was made for; one that never was, where the form says none."""
        text = self.request.POST.get("sequence", "")
        return int(text) if text.isascii() and text.isdigit() else -1

    def shown(self, template: str, *, status: int = 200, **context: object) -> HttpResponse:
        shared = {
            "appointment": self.appointment, "clinic": self.appointment.clinic, "when": self.appointment.starts_at,
            "standing": self.standing, "name": first_name(self.appointment.patient), "token": self.token,
        }  # fmt: skip
        return render(self.request, f"clinic/portal/{template}.html", shared | context, status=status)

    def as_it_stands(self, *, alert: str = "", status: int = 200) -> HttpResponse:
        """The first page, with what is possible now, and what went wrong."""
        standing = self.standing
        context = {
            "why_not_move": standing.why_not_move() if standing.is_open else "",
            "price": self.priced(standing.cost), "price_later": self.priced(standing.cost_later), "alert": alert,
        }  # fmt: skip
        return self.shown("appointment", status=status, **context)

    def priced(self, cost: Cost) -> str:
        return money_text(cost.fee, self.appointment.organisation.currency) if cost.fee else ""

    def home(self) -> HttpResponseRedirect:
        return redirect("appointment", token=self.token)

    def done(self, verb: Callable[[], object], *, has_happened: Callable[[Appointment], bool]) -> HttpResponse:
        """Act, and lead to the first page; tapped twice, the second tap finds that it `has_happened`."""
        try:
            verb()
        except Crowded as crowded:
            return self.as_it_stands(alert=str(crowded), status=503)
        except (ChangedMeanwhile, WrongStatus):
            self.appointment = appointment_of(self.token) or self.appointment
            if not has_happened(self.appointment):
                del self.standing
                alert = _("The appointment has changed since you opened this page. This is how it stands now.")
                return self.as_it_stands(alert=alert, status=409)
        return self.home()


class AppointmentPage(AppointmentLink):
    """Shows the appointment; POST says what to `do`: confirm, or undo the cancellation of a moment ago."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.as_it_stands()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        steps = {"confirm": self.confirm, "undo": self.undo}
        step = steps.get(request.POST.get("do", ""))
        if step is None:
            raise Http404
        return step()

    def confirm(self) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        return self.done(
            lambda: booking.confirm(
                self.appointment, by=self.patient_by_link, expected_sequence=self.sequence, at=self.at
            ),
            has_happened=lambda row: (
                row.status == AppointmentStatus.CONFIRMED and row.calendar_sequence == self.sequence
            ),
        )

    def undo(self) -> HttpResponse:
        if not self.standing.can_undo:
            return self.home()
        try:
            return self.done(
                lambda: booking.undo_status(
                    self.appointment, by=self.patient_by_link, reason=by_the_patient(self.appointment),
                    expected_state=AppointmentStatus.CANCELLED_BY_PATIENT, at=self.at,
                ),
                has_happened=lambda row: row.status not in CANCELLED_STATUSES,
            )  # fmt: skip
        except ClinicError:
            alert = _("The time has been given to somebody else meanwhile. Call us, and we find another one.")
            return self.as_it_stands(alert=alert, status=409)


class CancelPage(AppointmentLink):
    """Says what cancelling costs; POST cancels, unless it costs more by now than the form has said."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.asked() if self.standing.is_open else self.home()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        if request.POST.get("cost") != named(self.standing.cost):
            return self.asked(status=409)
        return self.done(
            lambda: booking.cancel(
                self.appointment, by=self.patient_by_link, by_patient=True, reason=by_the_patient(self.appointment),
                expected_sequence=self.sequence, at=self.at,
            ),
            has_happened=lambda row: row.status in CANCELLED_STATUSES,
        )  # fmt: skip

    def asked(self, *, status: int = 200) -> HttpResponse:
        cost = self.standing.cost
        return self.shown(
            "cancel", status=status, cost_named=named(cost), price=self.priced(cost), has_changed=status == 409,
            why_not_move=self.standing.why_not_move(),
        )  # fmt: skip


class MovePage(AppointmentLink):
    """The free times, some days `from` one on; with `start` and `with`, the question whether it is to be that one.

    POST moves the appointment there.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        if "start" in request.GET and not self.standing.why_not_move():
            return self.shown("move", slot=self.chosen(request.GET))
        return self.listed()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        slot = self.chosen(request.POST)
        if is_at(self.appointment, slot):
            return self.home()
        if self.standing.why_not_move():
            return self.listed(status=409)
        try:
            return self.done(lambda: self.move_to(slot), has_happened=lambda row: is_at(row, slot))
        except BookingRefused as refused:
            return self.listed(
                alert=_("This time is not free any more. Your appointment has not changed."),
                nearest=self.nearest(refused), status=409,
            )  # fmt: skip

    def move_to(self, slot: Slot) -> None:
        booking.move(
            self.appointment, starts_at=slot.starts_at, provider=slot.provider, by=self.patient_by_link,
            reason=by_the_patient(self.appointment), expected_sequence=self.sequence, at=self.at,
        )  # fmt: skip

    def chosen(self, values: QueryDict) -> Slot:
        slot = chosen_slot(self.appointment, values.get("start", ""), values.get("with", ""), at=self.at)
        if slot is None:
            raise Http404
        return slot

    @cached_property
    def times(self) -> Times:
        first_day = day_in(self.request.GET.get("from", ""))
        return Times.around(self.appointment, self.standing.policy, at=self.at, first_day=first_day)

    def nearest(self, refused: ClinicError) -> list[Slot]:
        """The nearest free times, where the time was all that was wrong."""
        slots = refused.nearest if isinstance(refused, SlotTaken) else []
        return [slot for slot in slots if self.times.search.is_valid_on(slot.starts_at.date())]

    def listed(self, *, status: int = 200, **context: object) -> HttpResponse:
        why_not_move = self.standing.why_not_move()
        return self.shown("times", status=status, times=self.times, why_not_move=why_not_move, **context)


class AppointmentFile(AppointmentLink):
    """The appointment for the patient's own calendar, as long as it stands."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.standing.state not in ("open", "begun", "here"):
            return self.home()
        file = calendar_file(self.appointment, "PUBLISH", url=address_of(self.appointment), at=self.at)
        response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
        return response


def by_the_patient(appointment: Appointment) -> str:
    """The reason that staff read in the history, in their language."""
    with translation.override(appointment.organisation.language):
        return _("By the patient, by link")


def named(cost: Cost) -> str:
    """The cost as a form carries it."""
    return f"{cost.uses_session:d}:{cost.fee}"


def is_at(appointment: Appointment, slot: Slot) -> bool:
    return (appointment.starts_at, appointment.provider_id) == (slot.starts_at, slot.provider.pk)


def day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
