"""The pages of one appointment, on which its patient confirms or cancels it, and what all of its pages share."""

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.billing.money import price_text
from clinic.billing.selectors import charge_of
from clinic.enums import CANCELLED_STATUSES, AppointmentStatus, ChargeStatus
from clinic.errors import BillingRefused, BookingRefused, ChangedMeanwhile, Crowded, PackageRefused, WrongStatus
from clinic.messaging.links import appointment_of
from clinic.messaging.texts.words import first_name
from clinic.models import Appointment, User
from clinic.people.automatic import automatic_user
from clinic.portal.pages import Holder, SignedPage
from clinic.portal.standing import Standing
from clinic.scheduling import booking
from clinic.scheduling.attendance import policy_of
from clinic.scheduling.costs import Cost

MOST_DIGITS = 10  # of a number in a form


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
        return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else -1

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
            "price": self.priced(standing.cost.fee), "price_later": self.priced(standing.cost_later.fee),
            "fee": self.fee_owed() if standing.state == "cancelled" else "", "alert": alert,
        }  # fmt: skip
        return self.shown("appointment", status=status, **context)

    def fee_owed(self) -> str:
        """What is to be paid because it was cancelled; one query."""
        charge = charge_of(self.appointment)
        return self.priced(charge.amount) if charge and charge.status == ChargeStatus.OPEN else ""

    def priced(self, amount: Decimal) -> str:
        return price_text(amount, self.appointment.organisation.currency) if amount else ""

    def home(self) -> HttpResponseRedirect:
        return redirect("appointment", token=self.token)

    def done(self, verb: Callable[[], object], *, has_happened: Callable[[Appointment], bool]) -> HttpResponse:
        """Act, and lead to the first page; tapped twice, the second tap finds that it `has_happened`."""
        try:
            verb()
        except Crowded as crowded:
            return self.as_it_stands(alert=str(crowded), status=503)
        except (PackageRefused, BillingRefused):
            return self.as_it_stands(alert=_("This is not possible here. Please call us."), status=409)
        except (ChangedMeanwhile, WrongStatus):
            self.appointment = appointment_of(self.token) or self.appointment
            if not has_happened(self.appointment):
                del self.standing
                alert = _("The appointment has changed since you opened this page. This is how it stands now.")
                return self.as_it_stands(alert=alert, status=409)
        return self.home()


class AppointmentPage(AppointmentLink):
    """Shows the appointment; POST says what to `do`: confirm, or undo the cancellation or the move of a moment ago."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.as_it_stands()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        steps = {"confirm": self.confirm, "undo": self.undo, "move_back": self.move_back}
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
        return self.taken_back(
            lambda: booking.undo_status(
                self.appointment, by=self.patient_by_link, reason=by_the_patient(self.appointment),
                expected_state=AppointmentStatus.CANCELLED_BY_PATIENT, at=self.at,
            ),
            has_happened=lambda row: row.status not in CANCELLED_STATUSES,
        )  # fmt: skip

    def move_back(self) -> HttpResponse:
        if self.standing.own_move is None:
            return self.home()
        moves = self.appointment.moves
        return self.taken_back(
            lambda: booking.undo_move(
                self.appointment, by=self.patient_by_link, expected_sequence=self.sequence, at=self.at
            ),
            has_happened=lambda row: row.moves < moves,
        )

    def taken_back(self, verb: Callable[[], object], *, has_happened: Callable[[Appointment], bool]) -> HttpResponse:
        """As `done`, where somebody else may have the old time by now."""
        try:
            return self.done(verb, has_happened=has_happened)
        except BookingRefused:
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
            "cancel", status=status, cost_named=named(cost), price=self.priced(cost.fee), has_changed=status == 409,
            why_not_move=self.standing.why_not_move(),
        )  # fmt: skip


def by_the_patient(appointment: Appointment) -> str:
    """The reason that staff read in the history, in their language."""
    with translation.override(appointment.organisation.language):
        return _("By the patient, by link")


def named(cost: Cost) -> str:
    """The cost as a form carries it."""
    return f"{cost.uses_session:d}:{cost.fee}"
