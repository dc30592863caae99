"""Book one appointment: patient, service or package, time. A page of its own, and a dialog over any other."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.columns import clock, day
from admin_ext.consultation_room.actions import may_follow_up, may_take_back
from admin_ext.front_desk.answers import changed, refused
from admin_ext.front_desk.book.asked import Asked, asked
from admin_ext.front_desk.book.screen import screen_for
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from admin_ext.who import AsksWho
from clinic.consultations.services import book_follow_up
from clinic.errors import ClinicError, Refusal
from clinic.models import Appointment
from clinic.scheduling.booking import book, take_back
from clinic.scheduling.booking.newcomer import book_new_patient
from clinic.scheduling.booking.overruling import reason_missing

FRAGMENTS = {
    "book-found": "who/found", "book-duplicates": "who/duplicates", "book-when": "front_desk/book/when",
    "book-chosen": "front_desk/book/chosen",
}  # fmt: skip


class BookPage(AsksWho):
    """Asks by address, books by POST; what is refused comes back with everything that was entered."""

    title = gettext_lazy("New appointment")
    permission_required = BOOK
    template_name = "admin_ext/front_desk/book/page.html"
    context_model = Appointment
    http_method_names = ["get", "head", "post"]

    def has_permission(self) -> bool:
        """Who books; and a doctor, what follows an own consultation."""
        return super().has_permission() or may_follow_up(self.request)

    @cached_property
    def part(self) -> str:
        """What of the page htmx asks for."""
        return FRAGMENTS.get(self.request.headers.get("HX-Target"), "front_desk/book/book")

    @property
    def fragment_name(self):
        return f"admin_ext/{self.part}.html"

    def get(self, request):
        question = asked(request.GET, self.organisation)
        if self.part.startswith("who/") and self.is_htmx:
            return self.shown(question)
        question = self.known(question)
        return self.shown(question, screen=screen_for(question, request.user, at=now()))

    def post(self, request):
        question = asked(request.POST, self.organisation)
        missing = self.missing(question)
        if missing:
            return self.again(question, missing)
        try:
            appointment = self.booked(question)
        except ClinicError as refusal:
            return self.again(question, refusal.reasons)
        if appointment.starts_at != question.time.starts_at:
            return self.again(replace(question, request_key=None), [self.sent_before(appointment)])
        return self.done(appointment)

    def sent_before(self, appointment: Appointment) -> str:
        text = _("This form has already booked %(time)s. Press Book again to book this time as well.")
        zone = appointment.clinic.zone
        day_text = day(appointment.starts_at.astimezone(zone).date())
        return text % {"time": f"{day_text} {clock(appointment.starts_at, zone)}"}

    def missing(self, question: Asked) -> list[Refusal | str]:
        """Sentences about what has to be entered first."""
        sentences: list[Refusal | str] = list(self.nobody_yet(question))
        if question.service is None:
            sentences.append(_("Choose a service or a package."))
        elif question.time is None:
            sentences.append(_("Choose a time."))
        if not sentences and "anyway" in self.request.POST and not question.overbook_reason:
            return [reason_missing()]
        return sentences

    def booked(self, question: Asked) -> Appointment:
        booking = {
            "service": question.service,
            "provider": question.time.provider,
            "clinic": question.time.clinic,
            "starts_at": question.time.starts_at,
            "kind": question.kind or None,
            "reason": question.reason,
            "overbook_reason": question.overbook_reason,
            "request_key": question.request_key,
            "follow_up_of": question.follow_up_of,
            "by": self.request.user,
        }
        if question.is_new:
            return book_new_patient(name_en=question.name, phone=question.phone, **booking)
        booking |= {"patient": question.patient, "purchase": question.purchase}
        if question.consultation is not None:
            return book_follow_up(question.consultation, **booking)
        return book(**booking)

    def done(self, appointment: Appointment) -> HttpResponse:
        zone = appointment.clinic.zone
        text = _("Booked: %(patient)s, %(day)s %(time)s, %(provider)s.") % {
            "patient": appointment.patient,
            "day": day(appointment.starts_at.astimezone(zone).date()),
            "time": clock(appointment.starts_at, zone),
            "provider": appointment.provider,
        }
        if "as_page" in self.request.POST:
            messages.success(self.request, text)
            consultation = self.request.POST.get("consultation")
            page = ("consultation", consultation) if consultation else ("appointment", appointment.pk)
            return self.leave(reverse(f"admin:{page[0]}", args=[page[1]]))
        return changed(self.request, appointment, text, undo=reverse("admin:undo_booking", args=[appointment.pk]))

    def again(self, question: Asked, reasons: Iterable[Refusal | str]) -> HttpResponse:
        """The page with everything that was entered; free slots beside a refused time say best what to do instead."""
        screen = screen_for(question, self.request.user, at=now())
        reasons = list(reasons)
        is_answered = screen.verdict is not None and screen.verdict.nearest
        sentences = [str(getattr(reason, "message", reason) if is_answered else reason) for reason in reasons]
        return self.shown(question, screen=screen, refused=sentences, lacks_why=reason_missing() in reasons)

    def shown(self, question: Asked, **context) -> HttpResponse:
        context |= self.people(question)
        if screen := context.get("screen"):
            question = screen.asked
        key = question.request_key or uuid4()
        as_page = question.as_page or not self.is_htmx
        context |= {"asked": question, "here": reverse("admin:book"), "request_key": key, "as_page": as_page}
        return self.render_to_response(self.get_context_data(**context))


class UndoBookingPage(StaffPage):
    """Take a booking back right after it was made; who has not heard of it hears nothing."""

    title = gettext_lazy("Undo")
    permission_required = BOOK
    http_method_names = ["post"]

    def has_permission(self) -> bool:
        """Who books; and a doctor, the follow-up that he or she has booked."""
        return super().has_permission() or may_take_back(self.request.user, self.kwargs["pk"])

    def post(self, request, pk):
        appointment = self.own(Appointment, pk)
        try:
            take_back(appointment, by=request.user, reason=_("Booked by mistake"))
        except ClinicError as refusal:
            return refused(request, appointment, refusal)
        return changed(request, appointment, self.said(appointment))

    def said(self, appointment: Appointment) -> str:
        """What is taken back; for a file that nothing else is in, as one just opened, that it stays."""
        patient = appointment.patient
        values = {"patient": patient, "number": patient.file_number}
        if patient.appointments.exclude(pk=appointment.pk).exists() or patient.package_purchases.exists():
            return _("The booking of %(patient)s is taken back.") % values
        return _("The booking of %(patient)s is taken back. Their file %(number)s stays.") % values
