"""The page on which a patient gives an appointment another time."""

from datetime import date, timedelta
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from clinic.errors import BookingRefused, SlotTaken
from clinic.models import Appointment
from clinic.portal.appointments import AppointmentLink, by_the_patient, named
from clinic.portal.standing import UNDO_WITHIN
from clinic.portal.times import Times, chosen_slot
from clinic.scheduling import booking
from clinic.scheduling.slots import Slot

A_MINUTE = timedelta(minutes=1)


class MovePage(AppointmentLink):
    """The free times, some days `from` one on; with `start` and `with`, the question whether it is to be that one.

    POST moves the appointment there, unless what cannot be done any more at that time has not been said yet.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        if "start" in request.GET and not self.standing.why_not_move():
            return self.asked(self.chosen(request.GET))
        return self.listed()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.standing.is_open:
            return self.home()
        slot = self.chosen(request.POST)
        if is_at(self.appointment, slot):
            return self.home()
        if self.standing.why_not_move():
            return self.listed(status=409)
        cost = self.standing.cost_once_at(slot.starts_at)
        if cost.is_late and slot.starts_at > self.at and request.POST.get("cost") != named(cost):
            return self.asked(slot, status=409)
        try:
            return self.done(lambda: self.move_to(slot), has_happened=lambda row: is_at(row, slot))
        except SlotTaken as taken:
            alert = _("This time is not free any more. Your appointment has not changed.")
            return self.listed(alert=alert, nearest=self.valid(taken.nearest), status=409)
        except BookingRefused:
            alert = _("This time cannot be had here. Your appointment has not changed. Choose another one, or call us.")
            return self.listed(alert=alert, status=409)

    def asked(self, slot: Slot, *, status: int = 200) -> HttpResponse:
        cost = self.standing.cost_once_at(slot.starts_at)
        return self.shown(
            "move", status=status, slot=slot, cost=cost, cost_named=named(cost), price=self.priced(cost.fee),
            minutes=UNDO_WITHIN // A_MINUTE, has_changed=status == 409,
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

    def valid(self, slots: list[Slot]) -> list[Slot]:
        """Those before the package runs out."""
        return [slot for slot in slots if self.times.search.is_valid_on(slot.starts_at.date())]

    def listed(self, *, status: int = 200, **context: object) -> HttpResponse:
        why_not_move = self.standing.why_not_move()
        return self.shown("times", status=status, times=self.times, why_not_move=why_not_move, **context)


def is_at(appointment: Appointment, slot: Slot) -> bool:
    return (appointment.starts_at, appointment.provider_id) == (slot.starts_at, slot.provider.pk)


def day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
