"""What the worker does by itself: declared here, and written where django-q2 looks for it after every migrate."""

from django.db import transaction
from django_q.models import Schedule

OURS = "clinic: "  # what begins so is ours to change and to take away

#: name -> the task, and when it runs (cron, in UTC)
SCHEDULES = {
    f"{OURS}expire packages": ("clinic.tasks.expire_packages", "15 0 * * *"),
    f"{OURS}audit": ("clinic.tasks.start_audit", "45 0 * * *"),
    f"{OURS}move offers on": ("clinic.tasks.move_offers_on", "* * * * *"),
    f"{OURS}write reminders": ("clinic.tasks.write_reminders", "* * * * *"),
    f"{OURS}remind of packages that expire": ("clinic.tasks.remind_expiring", "30 0 * * *"),
    f"{OURS}read calendars": ("clinic.tasks.read_calendars", "* * * * *"),
    f"{OURS}send messages": ("clinic.tasks.send_messages", "* * * * *"),
}


def sync_schedules(using: str = "default", **_kwargs: object) -> None:
    """Make the table say what is declared, and nothing else of ours; connected to `post_migrate`, safe to repeat.

    What is as declared stays untouched, so that starting again does not run it again. A new one runs at once.
    """
    rows = Schedule.objects.using(using).filter(name__startswith=OURS).order_by("pk")
    with transaction.atomic(using=using):
        kept = {row.name: row.pk for row in reversed(rows.select_for_update()) if row.name in SCHEDULES}
        rows.exclude(pk__in=kept.values()).delete()
        for name, (task, cron) in SCHEDULES.items():
            wanted = {"func": task, "schedule_type": Schedule.CRON, "cron": cron}
            if name not in kept:
                Schedule.objects.using(using).create(name=name, **wanted)
            else:
                rows.filter(pk=kept[name]).exclude(**wanted).update(**wanted)
