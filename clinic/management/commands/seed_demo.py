"""`manage.py seed_demo`: fill an empty database with the demo organisations."""

from datetime import date, datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from clinic.management.demo import seed
from clinic.management.demo.seeding import GROUP, MID_MORNING, PATIENTS, ZONE
from clinic.models import Organisation


class Command(BaseCommand):
    help = "Load the demo organisations: clinics, patients and half a year of appointments. Does nothing if they exist."

    def add_arguments(self, parser):
        parser.add_argument("--today", type=date.fromisoformat, help="The day the demo plays on (default: today).")
        parser.add_argument("--patients", type=int, default=PATIENTS, help=f"How many patients (default {PATIENTS}).")

    def handle(self, *, today, patients, **options):
        if Organisation.objects.filter(slug=GROUP).exists():
            self.stdout.write("The demo organisation is already there: nothing changed.")
            return
        organisation = seed(patients=patients, **moment(today, timezone.now().astimezone(ZONE)))
        self.stdout.write(self.style.SUCCESS(f"Loaded {organisation.name_en} with {patients} patients."))


def moment(today: date | None, now: datetime) -> dict:
    """A day that was asked for plays at mid-morning, today at the minute it is."""
    if today:
        return {"today": today, "at": MID_MORNING}
    return {"today": now.date(), "at": now.time().replace(second=0, microsecond=0)}
