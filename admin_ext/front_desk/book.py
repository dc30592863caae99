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
from admin_ext.front_desk.answers import changed, refused
from admin_ext.front_desk.book_asked import Asked, asked
from admin_ext.front_desk.book_people import duplicates, matches
from admin_ext.front_desk.book_screen import screen_for
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK
from clinic.errors import ClinicError, Refusal
from clinic.models import Appointment
from clinic.packages.selectors import local_day
from clinic.scheduling.booking import book, take_back
from clinic.scheduling.booking.newcomer import book_new_patient
from clinic.scheduling.booking.overruling import reason_missing

FRAGMENTS = {"book-found": "found", "book-duplicates": "duplicates", "book-when": "when", "book-chosen": "chosen"}


class BookPage(StaffPage):
    """Asks by address, books by POST; what is refused comes back with everything that was entered."""

    title = gettext_lazy("New appointment")
    permission_required = BOOK
    template_name = "admin_ext/front_desk/book/page.html"
    context_model = Appointment
    http_method_names = ["get", "head", "post"]

    @cached_property
    def part(self) -> str:
        """What of the page htmx asks for."""
        return FRAGMENTS.get(self.request.headers.get("HX-Target"), "book")

    @property
    def fragment_name(self):
        return f"admin_ext/front_desk/book/{self.part}.html"

    @cached_property
    def today(self):
        return local_day(self.organisation, now())

    def get(self, request):
        question = asked(request.GET, self.organisation)
        if self.part in ("found", "duplicates") and self.is_htmx:
            return self.shown(question)
        if question.is_new and question.term:
            question = question.with_newcomer()
        elif "pick" in request.GET and question.patient is None:
            question = self.picked(question)
        return self.shown(question, screen=screen_for(question, request.user, at=now()))

    def picked(self, question: Asked) -> Asked:
        """The first patient found; a new one where nobody is called so, and this person may open files."""
        found = matches(self.organisation, question.term, today=self.today)
        if found:
            return question.with_patient(found[0].patient)
        if question.term and self.request.user.has_perm("clinic.add_patient"):
            return question.with_newcomer()
        return question

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
        sentences = []
        if question.is_new and not self.request.user.has_perm("clinic.add_patient"):
            sentences.append(_("You may not open files of new patients. Choose a patient who has one."))
        elif question.is_new and not question.name:
            sentences.append(_("Write the name of the new patient."))
        elif question.is_new and question.phone != question.known_phone and self.duplicates(question):
            sentences.append(_("This phone is known already. Use that file, or press Book again to open a new one."))
        elif not question.is_new and question.patient is None:
            sentences.append(_("Choose a patient first."))
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
        return book(patient=question.patient, purchase=question.purchase, **booking)

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
            return self.leave(reverse("admin:appointment", args=[appointment.pk]))
        return changed(self.request, appointment, text, undo=reverse("admin:undo_booking", args=[appointment.pk]))

    def again(self, question: Asked, reasons: Iterable[Refusal | str]) -> HttpResponse:
        """The page with everything that was entered; free slots beside a refused time say best what to do instead."""
        screen = screen_for(question, self.request.user, at=now())
        reasons = list(reasons)
        is_answered = screen.verdict is not None and screen.verdict.nearest
        sentences = [str(getattr(reason, "message", reason) if is_answered else reason) for reason in reasons]
        return self.shown(question, screen=screen, refused=sentences, lacks_why=reason_missing() in reasons)

    def shown(self, question: Asked, **context) -> HttpResponse:
        if question.is_new:
            context["duplicates"] = self.duplicates(question)
        elif question.patient is None:
            context["found"] = matches(self.organisation, question.term, today=self.today)
        if screen := context.get("screen"):
            question = screen.asked
        key = question.request_key or uuid4()
        as_page = question.as_page or not self.is_htmx
        return self.render_to_response(
            self.get_context_data(asked=question, request_key=key, as_page=as_page, **context)
        )

    def duplicates(self, question: Asked) -> list:
        return duplicates(self.organisation, question.phone, today=self.today)


class UndoBookingPage(StaffPage):
    """Take a booking back right after it was made; who has not heard of it hears nothing."""

    title = gettext_lazy("Undo")
    permission_required = BOOK
    http_method_names = ["post"]

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
