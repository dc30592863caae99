"""Auto-schedule: every free session of one purchase, proposed, looked at and booked."""

from django.utils.translation import gettext_lazy as _

from admin_ext.pages import StaffPage
from admin_ext.roles import AUTO_SCHEDULE
from clinic.models import PackagePurchase


class AutoSchedulePage(StaffPage):
    title = _("Auto-schedule")
    permission_required = AUTO_SCHEDULE

    def get(self, request, pk):
        self.purchase = self.own(PackagePurchase, pk)
        return super().get(request)
