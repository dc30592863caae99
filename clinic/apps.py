"""The clinic without a screen, as a Django app."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from clinic.constraints import install_triggers, remove_triggers

# Modules whose functions listen to signals of other parts.
RECEIVERS = (
    "clinic.scheduling.receivers", "clinic.scheduling.rebooking.receivers", "clinic.waitlist.receivers",
    "clinic.consultations.receivers",
)  # fmt: skip
CHECKS = ("clinic.messaging.channels.checks", "clinic.scheduling.video")


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = _("Clinic")

    def ready(self) -> None:
        pre_migrate.connect(remove_triggers, sender=self, dispatch_uid="clinic.remove_triggers")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="clinic.install_triggers")

        from clinic.schedules import sync_schedules  # noqa: PLC0415 (it needs the models, which are ready by now)

        post_migrate.connect(sync_schedules, sender=self, dispatch_uid="clinic.sync_schedules")

        for name in (*RECEIVERS, *CHECKS):
            import_module(name)
