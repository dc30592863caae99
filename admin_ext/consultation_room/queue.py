"""The doctors' queue: who waits for me, who for any doctor, for how long, and the one next step of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy, pgettext

from admin_ext.ages import age_text
from admin_ext.consultation_room.amounts import left_of
from admin_ext.consultation_room.pages import DoctorPage
from admin_ext.versions import fingerprint
from clinic.consultations.selectors import IN_THE_ROOM, NOT_PAID, queue_of
from clinic.enums import ConsultationStatus
from clinic.models import Clinic, Consultation, Provider

LONG = timedelta(minutes=30)  # from here on a wait is shown in another colour


@dataclass(frozen=True)
class Line:
    """A consultation of the queue as it stands at `at`; `left` is what its visit still has to pay."""

    row: Consultation
    at: datetime
    left: Decimal | None

    @property
    def minutes(self) -> int:
        """Since it was asked for."""
        return max(0, self.row.waited // timedelta(minutes=1))

    @property
    def is_long(self) -> bool:
        return self.row.waited >= LONG and not self.is_in_room

    @property
    def age(self) -> str:
        born_on = self.row.patient.born_on
        return age_text(born_on, localdate(self.at, self.row.clinic.zone)) if born_on else ""

    @property
    def is_in_room(self) -> bool:
        return self.row.place == IN_THE_ROOM

    @property
    def is_held_back(self) -> bool:
        return self.row.place == NOT_PAID

    @property
    def is_open(self) -> bool:
        """Whether it is the doctor's and active, so that there is nothing to do but go in."""
        return self.row.status == ConsultationStatus.ACTIVE and self.row.doctor_id is not None

    @property
    def label(self) -> str:
        if self.is_in_room:
            return pgettext("button", "Go on")
        return pgettext("button", "Begin") if self.row.doctor_id else pgettext("button", "Take")


@dataclass(frozen=True)
class Part:
    """Lines under a title; `empty` says that there are none, and where it says nothing the part is left out then."""

    key: str
    title: str | Promise
    lines: Sequence[Line]
    empty: str | Promise = ""


@dataclass(frozen=True)
class Queue:
    """Everything that waits for a doctor or is in the doctor's room, who came first first."""

    lines: Sequence[Line]

    @cached_property
    def parts(self) -> list[Part]:
        ready = [line for line in self.lines if not line.is_held_back]
        waiting = [line for line in ready if not line.is_in_room]
        mine = [line for line in waiting if line.row.doctor_id]
        free = [line for line in waiting if not line.row.doctor_id]
        parts = [
            Part("room", gettext_lazy("With you"), [line for line in ready if line.is_in_room]),
            Part("mine", gettext_lazy("Waiting for you"), mine, gettext_lazy("Nobody waits for you.")),
            Part("free", gettext_lazy("Waiting for any doctor"), free, gettext_lazy("Nobody waits to be taken.")),
            Part("unpaid", gettext_lazy("Not paid yet"), [line for line in self.lines if line.is_held_back]),
        ]
        return [part for part in parts if part.lines or part.empty]

    @cached_property
    def next(self) -> Line | None:
        """Whose step is the next one."""
        return next((part.lines[0] for part in self.parts if part.lines and part.key != "unpaid"), None)

    @property
    def is_of_several_clinics(self) -> bool:
        return len({line.row.clinic_id for line in self.lines}) > 1

    @cached_property
    def version(self) -> str:
        shown = [
            (line.row.pk, line.row.place, line.row.doctor_id, line.minutes, line.left, line.row.visit.cashier_asked_at,
             line.row.visit.complaint, str(line.row.patient))
            for line in self.lines
        ]  # fmt: skip
        return fingerprint(shown)


class DoctorsQueuePage(DoctorPage):
    """The whole page; asked by htmx the lines alone, or 204 when they have not changed since `version`."""

    title = gettext_lazy("Doctors' queue")
    template_name = "admin_ext/consultation_room/queue.html"
    fragment_name = "admin_ext/consultation_room/queue_lines.html"

    def get(self, request):
        clinics = clinics_of(self.doctor) if self.doctor else []
        queue = queue_at(self.doctor, clinics, now()) if self.doctor else Queue([])
        if self.is_htmx:
            same = request.GET.get("version") == queue.version
            return HttpResponse(status=204) if same else self.render_to_response({"queue": queue})
        return self.render_to_response(self.get_context_data(doctor=self.doctor, clinics=clinics, queue=queue))


def clinics_of(doctor: Provider) -> list[Clinic]:
    return list(doctor.clinics.filter(active=True).order_by("name_en", "pk"))


def queue_at(doctor: Provider, clinics: Iterable[Clinic], at: datetime) -> Queue:
    """The queue of a doctor in these clinics; two queries."""
    rows = list(queue_of(doctor, clinics, at=at))
    left = left_of(row.visit for row in rows)
    return Queue([Line(row, at, left.get(row.visit_id)) for row in rows])
