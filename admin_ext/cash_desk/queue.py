"""The first page of a cashier: who has something to pay at this clinic, those sent by a doctor on top."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from admin_ext.cash_desk.desk import clinic_at, clinics_of
from admin_ext.columns import money_text
from admin_ext.pages import StaffPage
from admin_ext.reading import read_words
from admin_ext.roles import TAKE_PAYMENT
from admin_ext.scope import own_rows
from admin_ext.versions import fingerprint
from clinic.billing.lines import fee_words
from clinic.billing.selectors import Due, taken_today, to_be_paid, with_balances
from clinic.enums import PaymentMethod
from clinic.models import Appointment, Charge, Clinic, Invoice, Patient, Visit
from clinic.models.base import in_language
from clinic.people.selectors import search_patients
from clinic.scheduling.unbilled import unbilled_sessions

LONGEST_TERM = 120
NEWEST = 5  # invoices of a patient who is looked up


@dataclass(frozen=True)
class Way:
    """One thing of a line that can be paid by a click: an invoice, or the fees that are on none yet."""

    address: str
    what: list[str]
    left: Decimal
    currency: str
    key: str

    @classmethod
    def of_invoice(cls, invoice: Invoice) -> "Way":
        what = [in_language(get_language(), line.description_en, line.description_ar) for line in invoice.lines.all()]
        address = reverse("admin:take_payment", args=[invoice.pk])
        return cls(address, what, invoice.left, invoice.currency, f"invoice-{invoice.pk}")

    @classmethod
    def of_fees(cls, patient: Patient, charges: list[Charge]) -> "Way":
        what = [fee_words(charge, get_language()) for charge in charges]
        address = reverse("admin:pay_fees", args=[patient.pk])
        left = sum(charge.amount for charge in charges)
        return cls(address, what, left, charges[0].organisation.currency, f"fees-{patient.pk}")


@dataclass(frozen=True)
class QueueLine:
    """A patient who has something to pay, at the moment `at`."""

    due: Due
    at: datetime

    @property
    def patient(self) -> Patient:
        return self.due.patient

    @cached_property
    def ways(self) -> list[Way]:
        ways = [Way.of_invoice(invoice) for invoice in self.due.invoices]
        return [*ways, Way.of_fees(self.patient, self.due.charges)] if self.due.charges else ways

    @property
    def sell(self) -> str:
        return sell_address(self.patient)

    @property
    def sell_key(self) -> str:
        """The link's own id, by which it keeps the focus when the queue is drawn anew."""
        return f"sell-{self.ways[0].key}"

    @property
    def sent_by(self):
        """Who of those who treat has sent the patient here."""
        return self.due.visit.cashier_asked_by if self.due.visit else None

    @property
    def zone(self):
        return self.due.clinic.zone

    @property
    def is_of_today(self) -> bool:
        return self.due.since.astimezone(self.zone).date() == self.at.astimezone(self.zone).date()

    @property
    def shown(self) -> tuple:
        """All that the line shows."""
        ways = [(way.key, way.what, way.left) for way in self.ways]
        return self.patient.pk, str(self.patient), ways, self.due.asked_at, str(self.sent_by), self.due.since


@dataclass(frozen=True)
class SessionLine:
    """Somebody who is here for a session that no package pays for."""

    row: Appointment

    @property
    def key(self) -> str:
        return str(self.row.pk)

    @property
    def pay(self) -> str:
        return reverse("admin:pay_session", args=[self.row.pk])

    @property
    def sell(self) -> str:
        return sell_address(self.row.patient)

    @property
    def shown(self) -> tuple:
        row = self.row
        return row.pk, row.status, str(row.patient), str(row.service), str(row.provider), row.service.price


@dataclass(frozen=True)
class Account:
    """What one patient owes: what there is to pay in any clinic, and the newest invoices."""

    lines: list[QueueLine]
    sessions: list[SessionLine]
    invoices: list[Invoice]
    sell: str


class CashDeskPage(StaffPage):
    """Asks for itself every few seconds; `q` looks for a patient, `patient` and `visit` show one alone."""

    title = _("Cash desk")
    permission_required = TAKE_PAYMENT
    template_name = "admin_ext/cash_desk/desk.html"
    fragment_name = "admin_ext/cash_desk/queue.html"

    @cached_property
    def moment(self) -> datetime:
        return now()

    @cached_property
    def clinics(self) -> list[Clinic]:
        return clinics_of(self.organisation)

    @cached_property
    def clinic(self) -> Clinic | None:
        return clinic_at(self.request, self.clinics)

    @property
    def term(self) -> str:
        return read_words(self.request.GET.get("q", ""), LONGEST_TERM)

    @cached_property
    def patient(self) -> Patient | None:
        """Whom the address names, also by one of their visits."""
        asked = self.request.GET
        if asked.get("visit"):
            return self.own(Visit, asked["visit"]).patient
        return self.own(Patient, asked["patient"]) if asked.get("patient") else None

    @cached_property
    def lines(self) -> list[QueueLine]:
        return lines_of([self.clinic], at=self.moment) if self.clinic else []

    def get(self, request, *args, **kwargs) -> HttpResponse:
        context = self.get_context_data()
        if self.is_htmx and request.GET.get("version") == context["version"]:
            return HttpResponse(status=204)
        return self.render_to_response(context)

    def desks(self) -> list[tuple[Clinic, int]]:
        """Each clinic with the number of patients who have something to pay there; none where there is one clinic."""
        if self.is_htmx or len(self.clinics) < 2:
            return []
        payers: dict[int, set[int]] = {clinic.pk: set() for clinic in self.clinics}
        for due in to_be_paid(self.clinics, at=self.moment):
            places = [invoice.clinic_id for invoice in due.invoices]
            for place in [*places, *(charge.appointment.clinic_id for charge in due.charges)]:
                payers[place].add(due.patient.pk)
        return [(clinic, len(payers[clinic.pk])) for clinic in self.clinics]

    def get_context_data(self, **kwargs):
        shown = {"desks": self.desks(), "clinic": self.clinic, "term": self.term, "patient": self.patient}
        found = search_patients(self.organisation, self.term) if self.term else ()
        shown["found"] = [(row, sell_address(row)) for row in found]
        shown["account"] = self.account() if self.patient else None
        if self.clinic:
            shown["taken"] = self.taken()
            is_queue = not self.patient and not self.term
            shown["lines"] = self.lines if is_queue else []
            shown["sessions"] = self.sessions() if is_queue else []
        return super().get_context_data(version=self.version(shown), again=self.again, **shown, **kwargs)

    def account(self) -> Account:
        """What the patient has to pay anywhere, and the newest invoices."""
        invoices = with_balances(own_rows(Invoice, self.organisation).filter(patient=self.patient))
        lines = lines_of(self.clinics, at=self.moment, patient=self.patient)
        return Account(
            lines, self.sessions(), list(invoices.order_by("-issued_at", "-pk")[:NEWEST]), sell_address(self.patient)
        )

    def sessions(self) -> list[SessionLine]:
        """Who is here today for what nothing pays for yet; of the patient alone where the address names one."""
        rows = unbilled_sessions(self.clinic, at=self.moment) if self.clinic else Appointment.objects.none()
        return [SessionLine(row) for row in (rows.filter(patient=self.patient) if self.patient else rows)]

    def taken(self) -> list[tuple[str, str]]:
        """What this person has taken here since the last closing, by each method."""
        sums = taken_today(self.request.user, self.clinic, at=self.moment).sums
        labels = dict(PaymentMethod.choices)
        return [(labels[method], money_text(amount, self.organisation.currency)) for method, amount in sums.items()]

    def version(self, shown: dict) -> str:
        """Changes when anything that is shown does."""
        account = shown["account"]
        lines = [*shown.get("lines", ()), *shown.get("sessions", ())]
        lines += [*account.lines, *account.sessions] if account else []
        invoices = [(row.pk, row.status, row.left) for row in account.invoices] if account else []
        people = [row.pk for row, _address in shown["found"]]
        return fingerprint([[line.shown for line in lines], invoices, people, shown.get("taken"), str(shown["clinic"])])

    @property
    def again(self) -> str:
        """The address at which this queue asks for itself."""
        query = self.request.GET.copy()
        query.pop("version", None)
        return f"{reverse('admin:cash_desk')}?{query.urlencode()}"


def sell_address(patient: Patient) -> str:
    return f"{reverse('admin:sell_package')}?patient={patient.pk}"


def lines_of(clinics: list[Clinic], *, at: datetime, patient: Patient | None = None) -> list[QueueLine]:
    """Who is to pay there, with the lines of their invoices; a fixed number of queries."""
    dues = to_be_paid(clinics, at=at, patient=patient)
    prefetch_related_objects([invoice for due in dues for invoice in due.invoices], "lines")
    prefetch_related_objects([due.visit for due in dues if due.visit], "cashier_asked_by")
    return [QueueLine(due, at) for due in dues]
