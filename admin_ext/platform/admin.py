"""Queue, sign-in guard and second factors in unfold's looks. Groups are declared in `admin_ext.roles`, not here."""

from axes.admin import AccessAttemptAdmin, AccessFailureLogAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin

STOCK = {
    Success: TaskAdmin,
    Failure: FailAdmin,
    Schedule: ScheduleAdmin,
    OrmQ: QueueAdmin,
    AccessAttempt: AccessAttemptAdmin,
    AccessFailureLog: AccessFailureLogAdmin,
    AccessLog: AccessLogAdmin,
    TOTPDevice: TOTPDeviceAdmin,
}


class PlatformOnly:
    """Rows of every organisation at once: only people of the platform look at them."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser


class NotByHand:
    """Rows that the machinery writes."""

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


for model, stock in STOCK.items():
    admin.site.unregister(model)
    bases = (PlatformOnly, stock, ModelAdmin) if model is TOTPDevice else (PlatformOnly, NotByHand, stock, ModelAdmin)
    admin.site.register(model, type(stock.__name__, bases, {"actions": ()}))
admin.site.unregister(Group)
