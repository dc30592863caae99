"""What can be changed about a whole purchase: a menu, with the reason beside what is not possible now."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.package_desk.changes import (
    AdjustPage,
    CancelRemainingPage,
    ExtendPage,
    FreezePage,
    TransferPage,
    UnfreezePage,
)
from admin_ext.pages import StaffPage
from admin_ext.purchases import card_of
from admin_ext.roles import CHANGE_PURCHASE
from clinic.enums import PurchaseStatus
from clinic.errors import Refusal
from clinic.models import PackagePurchase, Patient
from clinic.packages import previews
from clinic.packages.selectors import local_day

MOVE = _("Move what is booked"), _("New times for all sessions not yet held; each stays the same appointment.")


@dataclass(frozen=True)
class Verb:
    """A line of the menu; `refusals` say why it is not possible now."""

    title: str
    explained: str
    icon: str
    address: str
    refusals: list[Refusal]


class ChangeMenuPage(StaffPage):
    """The menu as a dialog or as a page of its own."""

    title = _("Change package")
    permission_required = CHANGE_PURCHASE
    template_name = "admin_ext/dialog_page.html"
    fragment_name = "admin_ext/package_desk/change_menu.html"
    context_model = Patient

    def get(self, request, pk):
        self.purchase = self.own(PackagePurchase, pk)
        return super().get(request)

    def get_context_data(self, **kwargs):
        at = now()
        return super().get_context_data(
            purchase=self.purchase, patient=self.purchase.patient, verbs=self.verbs(at=at),
            card=card_of(self.purchase, today=local_day(self.organisation, at)), **kwargs,
        )  # fmt: skip

    def verbs(self, *, at) -> list[Verb]:
        purchase, cancelling = self.purchase, previews.cancelling(self.purchase, at=at)
        if purchase.status == PurchaseStatus.FROZEN:
            stop = self.verb(
                UnfreezePage, "unfreeze_package", "play_circle", previews.unfreezing(purchase, None, at=at)
            )
        else:
            stop = self.verb(FreezePage, "freeze_package", "pause_circle", previews.freezing(purchase, None, at=at))
        lines = [
            Verb(*MOVE, "event_repeat", self.address("move_remaining"), cancelling.refusals),
            self.verb(CancelRemainingPage, "cancel_remaining", "event_busy", cancelling),
            stop,
            self.verb(ExtendPage, "extend_package", "more_time", previews.extending(purchase, 1)),
            self.verb(AdjustPage, "adjust_package", "exposure", previews.adjusting(purchase, None, None)),
            self.verb(TransferPage, "transfer_package", "move_up", previews.transferring(purchase, None, at=at)),
        ]
        return [line for line in lines if line]

    def verb(self, page, name: str, icon: str, preview: previews.Preview) -> Verb | None:
        """The line of a page that this person may open."""
        if not self.request.user.has_perm(page.permission_required):
            return None
        return Verb(page.title, page.explained, icon, self.address(name), preview.refusals)

    def address(self, name: str) -> str:
        return reverse(f"admin:{name}", args=[self.purchase.pk])
