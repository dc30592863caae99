"""An outpatient walks in: who, where and for what, and what happens next."""

from collections.abc import Iterable
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.reception.asked import LONGEST_COMPLAINT, Asked, asked
from admin_ext.reception.screen import screen_for
from admin_ext.reception.words import started_words
from admin_ext.roles import WALK_IN
from admin_ext.who import AsksWho
from clinic.billing.selectors import visit_balance
from clinic.consultations.newcomer import start_gopd_new_patient
from clinic.consultations.services import start_gopd
from clinic.errors import ClinicError
from clinic.models import Consultation, Visit

FRAGMENTS = {
    "book-found": "who/found", "book-duplicates": "who/duplicates", "walk-in-what": "reception/walk_in_what",
}  # fmt: skip


class WalkInPage(AsksWho):
    """Asks by address, lets in by POST; what is refused comes back with everything that was entered."""

    title = gettext_lazy("Walk-in")
    permission_required = WALK_IN
    template_name = "admin_ext/reception/walk_in_page.html"
    context_model = Visit
    http_method_names = ["get", "head", "post"]

    @property
    def fragment_name(self):
        part = FRAGMENTS.get(self.request.headers.get("HX-Target"), "reception/walk_in")
        return f"admin_ext/{part}.html"

    def get(self, request):
        return self.shown(self.known(asked(request.GET, self.organisation)))

    def post(self, request):
        question = asked(request.POST, self.organisation)
        if missing := self.missing(question):
            return self.shown(question, refused=missing)
        try:
            visit, consultation = self.started(question)
        except ClinicError as refusal:
            return self.shown(question, refused=refusal.reasons)
        messages.success(request, started_words(visit, consultation, visit_balance(visit).left))
        return self.leave(reverse("admin:visit", args=[visit.pk]))

    def missing(self, question: Asked) -> list[str]:
        """Sentences about what has to be entered first."""
        sentences = self.nobody_yet(question)
        if question.clinic is None:
            sentences.append(_("Choose a clinic."))
        if question.service is None:
            sentences.append(_("Choose a service."))
        return sentences

    def started(self, question: Asked) -> tuple[Visit, Consultation | None]:
        walk_in = {
            "service": question.service,
            "clinic": question.clinic,
            "complaint": question.complaint,
            "appointment": question.appointment,
            "request_key": question.request_key,
            "by": self.request.user,
        }
        if question.is_new:
            return start_gopd_new_patient(name_en=question.name, phone=question.phone, **walk_in)
        return start_gopd(question.patient, **walk_in)

    def shown(self, question: Asked, refused: Iterable[object] = ()) -> HttpResponse:
        screen = screen_for(question, self.request.user)
        return self.render_to_response(
            self.get_context_data(
                asked=screen.asked, screen=screen, here=reverse("admin:walk_in"), refused=[str(one) for one in refused],
                request_key=question.request_key or uuid4(), longest_complaint=LONGEST_COMPLAINT,
                **self.people(question),
            )
        )  # fmt: skip
