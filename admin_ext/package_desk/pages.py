"""The package desk: from a patient to a package, and to the clinics and providers that shall deliver it."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.package_desk.desk import desk_for, nothing_chosen
from admin_ext.pages import StaffPage
from admin_ext.roles import ASSIGN_PACKAGE
from admin_ext.scope import all_own_or_404
from clinic.errors import ClinicError
from clinic.models import Clinic, Package, PackagePurchase, Patient, Provider
from clinic.packages.services import assign
from clinic.people.selectors import search_patients

MOST_FOUND = 8


class PackageDeskPage(StaffPage):
    """The desk as a dialog or as a page of its own: `?patient=`, then `purchase`, `clinic`, `provider`."""

    title = _("Package desk")
    permission_required = ASSIGN_PACKAGE
    template_name = "admin_ext/package_desk/page.html"
    fragments = {
        "desk-found": "admin_ext/package_desk/found.html",
        "desk-delivery": "admin_ext/package_desk/delivery.html",
    }

    @property
    def fragment_name(self):
        return self.fragments.get(self.request.headers.get("HX-Target"), "admin_ext/package_desk/desk.html")

    def get(self, request):
        patient = self.asked(Patient, "patient")
        if patient is None:
            term = request.GET.get("q", "")
            return self.answer(term=term, found=search_patients(self.organisation, term, MOST_FOUND))
        self.hold_the_wall()
        desk = desk_for(patient, self.asked(PackagePurchase, "purchase"), request.GET, at=now())
        if "go" in request.GET and desk.delivery and not desk.refusals and desk.delivery.is_valid():
            return self.leave(schedule_address(desk.chosen.purchase, desk.delivery.cleaned_data))
        return self.answer(desk=desk, refusals=self.refusals(desk))

    def answer(self, **context) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**context))

    def asked(self, model, name: str):
        """The row named in the address; None if none is named."""
        return self.own(model, key) if (key := self.request.GET.get(name)) else None

    def hold_the_wall(self) -> None:
        """A clinic or provider of another organisation is not found."""
        for name, model in (("clinic", Clinic), ("provider", Provider)):
            all_own_or_404(model, self.request.GET.getlist(name), self.organisation)

    def refusals(self, desk) -> list[str]:
        if "go" in self.request.GET and desk.chosen is None and not desk.refusals:
            return [nothing_chosen()]
        return desk.refusals


class AssignPackagePage(StaffPage):
    """Give the patient a package and go on with it; the same asked twice, as by a double click, gives one."""

    title = _("Assign a package")
    permission_required = ASSIGN_PACKAGE
    template_name = "admin_ext/package_desk/page.html"
    fragment_name = "admin_ext/package_desk/desk.html"
    http_method_names = ["post"]

    def post(self, request):
        patient = self.own(Patient, request.POST.get("patient"))
        package = self.own(Package, request.POST.get("package"))
        try:
            purchase, refusals = self.assigned(patient, package), []
        except ClinicError as refusal:
            purchase, refusals = None, [str(reason) for reason in refusal.reasons]
        desk = desk_for(patient, purchase, request.GET, at=now())
        context = self.get_context_data(desk=desk, refusals=refusals, just_assigned=purchase)
        return self.render_to_response(context)

    def assigned(self, patient: Patient, package: Package) -> PackagePurchase:
        known = self.request.POST.get("known", "")
        newer = PackagePurchase.objects.filter(patient=patient, package=package)
        twin = newer.filter(pk__gt=known).first() if known.isdecimal() else None
        return twin or assign(package, patient, by=self.request.user)


def schedule_address(purchase: PackagePurchase, chosen: dict) -> str:
    """Auto-schedule for this purchase with these clinics and providers."""
    query = urlencode({"clinic": chosen["clinic"], "provider": chosen["provider"]}, doseq=True)
    return f"{reverse('admin:auto_schedule', args=[purchase.pk])}?{query}"
