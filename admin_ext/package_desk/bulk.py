"""Auto-schedule for everyone with unbooked sessions: who waits, one plan for all, and its booking."""

from datetime import date, timedelta

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.forms import ClinicForm
from admin_ext.package_desk.leftovers import BulkResult, booking_of
from admin_ext.package_desk.wishes import DEFAULTS, WishesForm, preferences_of
from admin_ext.pages import StaffPage, WorkflowPage
from admin_ext.roles import AUTO_SCHEDULE
from clinic import jobs
from clinic.enums import JobStatus
from clinic.models import Appointment, Clinic, Job, Package, PackagePurchase
from clinic.packages.selectors import local_day
from clinic.scheduling.planning.bulk import start_booking, start_planning, waiting_purchases

PURCHASES = 25  # on a page
PATIENTS = 50  # on a page
LOOK_AHEAD = timedelta(days=90)
FILTERS = ("clinic", "package", "within")


class FilterForm(ClinicForm):
    """Which of those who wait."""

    clinic = forms.ModelChoiceField(Clinic.objects.all(), required=False, label=_("Clinic"), empty_label=_("Any"))
    package = forms.ModelChoiceField(Package.objects.all(), required=False, label=_("Package"), empty_label=_("Any"))
    within = forms.TypedChoiceField(
        label=_("Last day"), coerce=int, required=False, empty_value=None,
        choices=[("", _("Any")), (14, _("Within 14 days")), (30, _("Within 30 days")), (60, _("Within 60 days"))],
    )  # fmt: skip

    def narrow(self, purchases: QuerySet[PackagePurchase], *, today: date) -> QuerySet[PackagePurchase]:
        """Those that are meant; a filter that is wrong finds nobody."""
        if not self.is_valid():
            return purchases.none()
        if clinic := self.cleaned_data["clinic"]:
            visits = Appointment.objects.filter(patient=OuterRef("patient"), clinic=clinic)
            purchases = purchases.filter(Exists(visits))
        if package := self.cleaned_data["package"]:
            purchases = purchases.filter(package=package)
        if within := self.cleaned_data["within"]:
            purchases = purchases.filter(expires_on__lte=today + timedelta(within))
        return purchases


class BulkSchedulePage(WorkflowPage):
    """Who has unbooked sessions, and the wishes that hold for all of them; planning them is a job."""

    title = _("Auto-schedule everyone")
    permission_required = AUTO_SCHEDULE
    form_class = WishesForm
    template_name = "admin_ext/package_desk/bulk.html"

    @property
    def fragment_name(self):
        return f"admin_ext/package_desk/bulk_{'wishes' if self.request.method == 'POST' else 'waiting'}.html"

    @cached_property
    def today(self) -> date:
        return local_day(self.organisation, now())

    @cached_property
    def filters(self) -> FilterForm:
        asked = QueryDict(mutable=True)
        source = self.request.POST if self.request.method == "POST" else self.request.GET
        for name in FILTERS:
            asked[name] = source.get(f"for_{name}", "")
        return FilterForm(asked, organisation=self.organisation)

    def get_initial(self):
        single = {name: values[0] for name, values in DEFAULTS.items() if name != "weekday"}
        return {
            **single, "weekday": DEFAULTS["weekday"], "first_day": self.today, "last_day": self.today + LOOK_AHEAD
        }  # fmt: skip

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "today": self.today}

    def waiting(self, on: date) -> QuerySet[PackagePurchase]:
        waiting = waiting_purchases(self.organisation, on).filter(patient__active=True)
        return self.filters.narrow(waiting, today=self.today)

    def get_context_data(self, **kwargs):
        if self.request.method == "GET":
            waiting = self.waiting(self.today)
            kwargs["waiting"] = Paginator(waiting, PURCHASES).get_page(self.request.GET.get("page"))
            kwargs["sessions"] = waiting.order_by().aggregate(sessions=Sum("free"))["sessions"] or 0
        return super().get_context_data(filters=self.filters, **kwargs)

    def perform(self, form) -> Job:
        asked = form.cleaned_data
        return start_planning(
            self.waiting(asked["first_day"]),
            by=self.request.user,
            first_day=asked["first_day"],
            last_day=asked["last_day"],
            preferences=preferences_of(asked),
        )

    def succeed(self, result: Job) -> HttpResponse:
        return self.leave(job_address(result))


class BulkPlanPage(StaffPage):
    """What a job has planned: sessions placed of wanted, patient by patient, and what stands in the way."""

    title = _("Plan for everyone")
    permission_required = AUTO_SCHEDULE
    template_name = "admin_ext/package_desk/bulk_plan.html"

    def get(self, request, public_id):
        job = self.planned(public_id)
        result = BulkResult.of(job, by=request.user)
        rows = Paginator(result.rows, PATIENTS).get_page(request.GET.get("page"))
        return self.render_to_response(
            self.get_context_data(job=job, result=result, rows=rows, booking=booking_of(job, by=request.user))
        )

    def planned(self, public_id) -> Job:
        """The job with a plan in its result; no other is found."""
        job = jobs.visible_to(self.request.user).filter(public_id=public_id, status=JobStatus.DONE).first()
        if job is None or "plan" not in job.result:
            raise Http404
        return job


class BookBulkPlanPage(BulkPlanPage):
    """Ask for the whole plan to be booked; asked twice, it is one job."""

    http_method_names = ["post"]

    def post(self, request, public_id):
        planned = self.planned(public_id)
        job = booking_of(planned, by=request.user) or start_booking(planned, by=request.user)
        return self.leave(job_address(job))


def job_address(job: Job) -> str:
    return reverse("admin:job", args=[job.public_id])
