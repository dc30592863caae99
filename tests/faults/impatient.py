"""The project's settings for real processes under test: what a killed worker had in hand is soon free again."""

import os
from datetime import timedelta

from django.apps import AppConfig

from clinic.settings import *  # noqa: F403 (all of them)
from clinic.settings import INSTALLED_APPS


class Impatient(AppConfig):
    name = "tests.faults"

    def ready(self) -> None:
        from clinic.messaging.sending import leases  # noqa: PLC0415 (it needs the models)

        leases.LEASE = timedelta(seconds=float(os.environ["WORKER_LEASE"]))


INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.impatient.Impatient"]
