"""Packages that run out: what is left of them, whom to call, when there is room, and one reminder for all."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.pages import StaffPage
from admin_ext.roles import AUTO_SCHEDULE, BOOK
from clinic.enums import Language
from clinic.errors import ClinicError
from clinic.messaging.expiring import ExpiryNotice, expiring_words
from clinic.models import PackagePurchase, Service
from clinic.packages.balance import Balance
from clinic.packages.expiring import EXPIRING_DAYS, expiring, reminders_for, with_usual_place
from clinic.packages.selectors import balances_by_purchase, local_day
from clinic.packages.services import remind_expiring
from clinic.scheduling.soonest import Soonest, soonest_for

ROWS = 25  # on a page
NAMED = 100  # at most, of those who cannot be reached or have been told
SAMPLE_NAMES = {Language.ENGLISH: "Sara", Language.ARABIC: "سارة"}


@dataclass(frozen=True)
class Row:
    """One purchase with what is left of it, and the next times at which its patient could come."""

    purchase: PackagePurchase
    services: list[Service]
    days_left: int
    times: list[Soonest]

    @property
    def balance(self) -> Balance:
        row = self.purchase
        return Balance(used=row.used, reserved=row.reserved, free=row.free)

    @property
    def choices(self) -> list[tuple[str, Soonest]]:
        """Each time with the address that books it."""
        return [(book_address(self.purchase, time), time) for time in self.times]


class ExpiringPage(StaffPage):
    """The list, the greatest value left first. A fixed number of queries."""

    title = gettext_lazy("Packages that run out")
    permission_required = "clinic.view_packagepurchase"
    template_name = "admin_ext/package_desk/expiring.html"
    context_model = PackagePurchase

    @cached_property
    def moment(self):
        return now()

    def get_context_data(self, **kwargs):
        today = local_day(self.organisation, self.moment)
        found = expiring(self.organisation, today=today)
        totals = found.order_by().aggregate(count=Count("pk"), sessions=Sum("free"), worth=Sum("value"))
        loaded = with_usual_place(found).select_related("patient", "package", "organisation")
        page = Paginator(loaded, ROWS).get_page(self.request.GET.get("page"))
        page.object_list = self.rows(list(page.object_list), today)
        return super().get_context_data(rows=page, totals=totals, days=EXPIRING_DAYS, **kwargs)

    def rows(self, purchases: list[PackagePurchase], today) -> list[Row]:
        items = balances_by_purchase(purchases)
        services = {
            purchase: [item.service for item, balance in items[purchase.pk].items() if balance.free > 0]
            for purchase in purchases
        }
        times = {}
        if self.request.user.has_perm(BOOK):
            first = {purchase: found[0] for purchase, found in services.items() if found}
            times = soonest_for(first, at=self.moment)
        return [
            Row(purchase, found, (purchase.expires_on - today).days, times.get(purchase.pk, []))
            for purchase, found in services.items()
        ]


class RemindExpiringPage(StaffPage):
    """GET shows who would be written to and what, POST queues it."""

    title = gettext_lazy("Remind all")
    permission_required = AUTO_SCHEDULE
    template_name = "admin_ext/package_desk/remind.html"
    context_model = PackagePurchase

    def get_context_data(self, **kwargs):
        reminders = reminders_for(self.organisation, at=now())
        everybody = [*reminders.possible, *reminders.unreachable]
        return super().get_context_data(
            reminders=reminders, samples=samples(everybody[0]) if everybody else [], named=NAMED, days=EXPIRING_DAYS,
            **kwargs,
        )  # fmt: skip

    def post(self, request) -> HttpResponse:
        try:
            operation = remind_expiring(
                by=request.user, reason=_("Packages that run out"), seen=request.POST.get("seen") or None
            )
        except ClinicError as refusal:
            return self.render_to_response(self.get_context_data(refusals=refusal.reasons))
        count = operation.messages.count()
        words = ngettext("%(count)d patient is reminded.", "%(count)d patients are reminded.", count)
        messages.success(request, words % {"count": count})
        return self.leave(reverse("admin:operation", args=[operation.public_id]))


def samples(reminder: ExpiryNotice) -> list[tuple[Language, str]]:
    """The text in both languages, to somebody who does not exist."""
    return [
        (language, expiring_words(reminder, name=SAMPLE_NAMES[language], language=language)[1])
        for language in (Language.ENGLISH, Language.ARABIC)
    ]


def book_address(purchase: PackagePurchase, time: Soonest) -> str:
    wanted = {
        "patient": purchase.patient_id, "service": time.service.pk, "purchase": purchase.pk,
        "provider": time.slot.provider.pk, "clinic": time.slot.clinic.pk, "starts_at": time.slot.starts_at.isoformat(),
    }  # fmt: skip
    return f"{reverse('admin:book')}?{urlencode(wanted)}"
