"""The pages that change a whole purchase: what would happen in rows and numbers, a reason, and one button."""

from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.answers import told_of
from admin_ext.columns import day
from admin_ext.package_desk.change_forms import (
    AdjustForm,
    ChangeForm,
    ExtendForm,
    FreezeForm,
    TransferForm,
    UnfreezeForm,
)
from admin_ext.pages import WorkflowPage
from admin_ext.roles import ADJUST_PACKAGE, CHANGE_PURCHASE
from clinic.models import Operation, PackagePurchase, Patient
from clinic.packages import previews, services
from clinic.packages.previews import Preview
from clinic.packages.selectors import last_operation, local_day
from clinic.people.selectors import search_patients

MOST_FOUND = 6


class ChangePage(WorkflowPage):
    """GET shows what would happen, POST does it. htmx gets the dialog, or the numbers alone when they change."""

    permission_required = CHANGE_PURCHASE
    template_name = "admin_ext/package_desk/change_page.html"
    context_model = Patient
    form_class = ChangeForm
    explained = ""
    fragments = {
        "change-preview": "admin_ext/package_desk/change_preview.html",
        "new-owners": "admin_ext/package_desk/new_owners.html",
    }

    @property
    def fragment_name(self) -> str:
        return self.fragments.get(self.request.headers.get("HX-Target"), "admin_ext/package_desk/change.html")

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission():
            self.purchase = self.own(PackagePurchase, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def moment(self):
        return now()

    def get_form_kwargs(self):
        today = local_day(self.organisation, self.moment)
        return {**super().get_form_kwargs(), "purchase": self.purchase, "today": today}

    def get_initial(self):
        return {name: value for name, value in self.request.GET.items() if value}

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", self.get_form())
        preview = self.preview(**kwargs["form"].asked())
        kwargs |= {"purchase": self.purchase, "patient": self.purchase.patient, "preview": preview}
        return super().get_context_data(button=self.button(preview), **kwargs)

    def preview(self, **asked) -> Preview:
        raise NotImplementedError

    def button(self, preview: Preview) -> str:
        """What the filled button says will happen."""
        raise NotImplementedError

    def succeed(self, result) -> HttpResponse:
        operation = last_operation(self.purchase, by=self.request.user)
        return told_of(self.request, operation, self.done(result, operation))

    def done(self, result: PackagePurchase, operation: Operation) -> str:
        """The sentence that says what has been done."""
        raise NotImplementedError

    def named(self, form) -> dict:
        """What every service is given by name."""
        asked = form.cleaned_data
        return {"by": self.request.user, "reason": asked["reason"], "seen": asked["seen"] or None}


class CancelRemainingPage(ChangePage):
    title = gettext_lazy("Cancel what is booked")
    explained = gettext_lazy("The package stays usable: the sessions are free again and can be booked anew.")

    def preview(self) -> Preview:
        return previews.cancelling(self.purchase, at=self.moment)

    def button(self, preview) -> str:
        count = len(preview.called_off)
        return ngettext("Cancel %(count)d session", "Cancel %(count)d sessions", count) % {"count": count}

    def perform(self, form):
        return services.cancel_remaining(self.purchase, **self.named(form))

    def done(self, purchase, operation) -> str:
        count = operation.changes.count()
        words = ngettext(
            "%(count)d session of “%(package)s” is cancelled.",
            "%(count)d sessions of “%(package)s” are cancelled.",
            count,
        )
        return words % {"count": count, "package": purchase.package}


class FreezePage(ChangePage):
    title = gettext_lazy("Freeze the package")
    explained = gettext_lazy("It stands still: nothing can be booked, and the days until it runs again are added.")
    form_class = FreezeForm

    def preview(self, on=None) -> Preview:
        return previews.freezing(self.purchase, on, at=self.moment)

    def button(self, preview) -> str:
        count = len(preview.called_off)
        if not count:
            return _("Freeze the package")
        words = ngettext("Freeze and cancel %(count)d session", "Freeze and cancel %(count)d sessions", count)
        return words % {"count": count}

    def perform(self, form):
        return services.freeze(self.purchase, on=form.cleaned_data["on"], **self.named(form))

    def done(self, purchase, operation) -> str:
        return _("“%(package)s” is frozen since %(day)s.") % {
            "package": purchase.package, "day": day(purchase.frozen_on),
        }  # fmt: skip


class UnfreezePage(ChangePage):
    title = gettext_lazy("Unfreeze the package")
    explained = gettext_lazy("It can be used again, and its last day moves by the days for which it stood still.")
    form_class = UnfreezeForm

    def preview(self, on=None) -> Preview:
        return previews.unfreezing(self.purchase, on, at=self.moment)

    def button(self, preview) -> str:
        return _("Unfreeze, valid until %(day)s") % {"day": day(preview.last_day)}

    def perform(self, form):
        return services.unfreeze(self.purchase, on=form.cleaned_data["on"], **self.named(form))

    def done(self, purchase, operation) -> str:
        return valid_until(purchase)


class ExtendPage(ChangePage):
    title = gettext_lazy("Extend the package")
    explained = gettext_lazy("Its last day moves; what is booked stays as it is.")
    permission_required = ADJUST_PACKAGE
    form_class = ExtendForm

    def preview(self, days=None) -> Preview:
        return previews.extending(self.purchase, days)

    def button(self, preview) -> str:
        return _("Extend until %(day)s") % {"day": day(preview.last_day)}

    def perform(self, form):
        return services.extend(self.purchase, days=form.cleaned_data["days"], **self.named(form))

    def done(self, purchase, operation) -> str:
        return valid_until(purchase)


class AdjustPage(ChangePage):
    title = gettext_lazy("Correct the number of sessions")
    explained = gettext_lazy("Never below what is used and reserved. The ledger keeps the correction with its reason.")
    permission_required = ADJUST_PACKAGE
    form_class = AdjustForm

    def preview(self, item=None, sessions=None) -> Preview:
        return previews.adjusting(self.purchase, item, sessions)

    def button(self, preview) -> str:
        words = ngettext("Make it %(count)d session", "Make it %(count)d sessions", preview.after.total)
        return words % {"count": preview.after.total}

    def perform(self, form):
        asked = form.cleaned_data
        return services.adjust(self.purchase, asked["item"], sessions=asked["sessions"], **self.named(form))

    def done(self, purchase, operation) -> str:
        words = ngettext(
            "“%(package)s” now has %(count)d session.", "“%(package)s” now has %(count)d sessions.",
            purchase.total_sessions,
        )  # fmt: skip
        return words % {"package": purchase.package, "count": purchase.total_sessions}


class TransferPage(ChangePage):
    title = gettext_lazy("Transfer to another patient")
    explained = gettext_lazy(
        "What is not used becomes the other patient's, with the same last day. What was used stays here."
    )
    permission_required = ADJUST_PACKAGE
    form_class = TransferForm

    def get_context_data(self, **kwargs):
        term = self.request.GET.get("q", "")
        found = search_patients(self.organisation, term, MOST_FOUND + 1) if term else []
        others = [patient for patient in found if patient.pk != self.purchase.patient_id][:MOST_FOUND]
        return super().get_context_data(term=term, found=others, asks_for_patient=True, **kwargs)

    def preview(self, patient=None) -> Preview:
        return previews.transferring(self.purchase, patient, at=self.moment)

    def button(self, preview) -> str:
        count = preview.gift.sessions
        words = ngettext("Transfer %(count)d session", "Transfer %(count)d sessions", count) % {"count": count}
        if preview.gift.patient is None:
            return words
        return _("%(transfer)s to %(patient)s") % {"transfer": words, "patient": preview.gift.patient}

    def perform(self, form):
        return services.transfer(self.purchase, form.cleaned_data["patient"], **self.named(form))

    def done(self, given, operation) -> str:
        words = ngettext(
            "%(count)d session of “%(package)s” is now %(patient)s's.",
            "%(count)d sessions of “%(package)s” are now %(patient)s's.",
            given.total_sessions,
        )
        return words % {"count": given.total_sessions, "package": given.package, "patient": given.patient}


def valid_until(purchase: PackagePurchase) -> str:
    values = {"package": purchase.package, "day": day(purchase.expires_on)}
    return _("“%(package)s” is valid until %(day)s.") % values
