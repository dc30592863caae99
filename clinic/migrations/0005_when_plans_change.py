import uuid

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import clinic.constraints
import clinic.models.waitlist


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0004_names_in_arabic"),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_at", models.DateTimeField(verbose_name="checked at")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("rows_checked", models.PositiveBigIntegerField(verbose_name="rows checked")),
                ("findings", models.JSONField(default=list, verbose_name="findings")),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit certificate",
                "verbose_name_plural": "audit certificates",
                "ordering": ["-checked_at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-checked_at", "-id"], name="certificate_newest")],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("moved", "Moved"),
                            ("cancelled", "Cancelled"),
                            ("extended", "Extended"),
                            ("adjusted", "Adjusted"),
                            ("frozen", "Frozen"),
                            ("unfrozen", "Unfrozen"),
                            ("transferred", "Transferred"),
                            ("assigned", "Assigned"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("before", models.JSONField(default=dict, verbose_name="before")),
                ("after", models.JSONField(default=dict, verbose_name="after")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                ("kept_because", models.CharField(blank=True, max_length=250, verbose_name="not undone because")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="clinic.appointment",
                        verbose_name="appointment",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="clinic.operation",
                        verbose_name="bulk action",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "purchase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "moved",
                                    "cancelled",
                                    "extended",
                                    "adjusted",
                                    "frozen",
                                    "unfrozen",
                                    "transferred",
                                    "assigned",
                                ],
                            )
                        ),
                        name="change_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appointment__isnull", True), ("purchase__isnull", False)),
                            models.Q(("appointment__isnull", False), ("purchase__isnull", True)),
                            _connector="OR",
                        ),
                        name="change_is_of_one_row",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation",),
                            "operation": ("organisation",),
                            "purchase": ("organisation",),
                        },
                        name="change_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "About to be offered"),
                            ("open", "Offered"),
                            ("taken", "Taken"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="offered from")),
                ("held_until", models.DateTimeField(verbose_name="held until")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clinic.appointment",
                        verbose_name="booked as",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "hold",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="held_slot",
                        to="clinic.appointment",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="offered by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "released",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clinic.appointment",
                        verbose_name="freed by",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clinic.room",
                        verbose_name="room",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "offered time",
                "verbose_name_plural": "offered times",
                "ordering": ["-opens_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-opens_at", "-id"], name="heldslot_newest"),
                    models.Index(fields=["status", "held_until"], name="heldslot_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["planned", "open", "taken", "expired", "withdrawn"])),
                        name="heldslot_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="heldslot_starts_before_it_ends",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation",),
                            "clinic": ("organisation",),
                            "provider": ("organisation",),
                            "released": ("organisation",),
                            "room": ("organisation", "clinic"),
                            "service": ("organisation",),
                        },
                        name="heldslot_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSeries",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("request_key", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
                ("rule", models.CharField(max_length=250, verbose_name="rule")),
                ("first_on", models.DateField(verbose_name="first day")),
                ("start", models.TimeField(verbose_name="at")),
                ("exceptions", models.JSONField(blank=True, default=list, verbose_name="left out")),
                ("booked_at", models.DateTimeField(verbose_name="booked at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "booked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="booked by",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "package_purchase",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical series",
                "verbose_name_plural": "historical series",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalWaitlistEntry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="until")),
                (
                    "weekdays",
                    models.JSONField(
                        blank=True,
                        default=list,
                        validators=[clinic.models.waitlist.validate_weekdays],
                        verbose_name="weekdays",
                    ),
                ),
                ("earliest", models.TimeField(blank=True, null=True, verbose_name="not before")),
                ("latest", models.TimeField(blank=True, null=True, verbose_name="over by")),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Routine"), (2, "Soon"), (3, "Urgent")], default=1, verbose_name="urgency"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("booked", "Booked"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("joined_at", models.DateTimeField(verbose_name="waiting since")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.appointment",
                        verbose_name="booked as",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "joined_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "package_purchase",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical waiting patient",
                "verbose_name_plural": "historical waiting list",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Rebooking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "cause",
                    models.CharField(
                        choices=[("leave", "Leave"), ("closure", "Closure"), ("hours", "Changed working hours")],
                        max_length=10,
                        verbose_name="cause",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done")],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("title", models.CharField(max_length=250, verbose_name="what happened")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                (
                    "closure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rebookings",
                        to="clinic.closure",
                        verbose_name="closure",
                    ),
                ),
                (
                    "leave",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rebookings",
                        to="clinic.leave",
                        verbose_name="leave",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rebookings",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "re-booking",
                "verbose_name_plural": "re-bookings",
                "ordering": ["-opened_at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-opened_at", "-id"], name="rebooking_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["leave", "closure", "hours"])),
                        name="rebooking_cause_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "done"])), name="rebooking_status_is_known"
                    ),
                    clinic.constraints.Agrees(
                        links={"closure": ("organisation",), "leave": ("organisation",), "provider": ("organisation",)},
                        name="rebooking_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RebookingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be settled"),
                            ("moved", "Moved"),
                            ("kept", "Kept as it is"),
                            ("settled", "Settled otherwise"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same_time", "Same time, another provider"),
                            ("same_provider", "Same provider, another time"),
                            ("other_provider", "Another provider and time"),
                            ("other_clinic", "Another clinic"),
                            ("call", "Call the patient"),
                        ],
                        max_length=15,
                        verbose_name="how",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rebooking_items",
                        to="clinic.appointment",
                        verbose_name="appointment",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rebooking_items",
                        to="clinic.operation",
                        verbose_name="bulk action",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "rebooking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="clinic.rebooking"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment to re-book",
                "verbose_name_plural": "appointments to re-book",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "moved", "kept", "settled"])),
                        name="rebookingitem_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("way__in", ["", "same_time", "same_provider", "other_provider", "other_clinic", "call"])
                        ),
                        name="rebookingitem_way_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("appointment",),
                        name="appointment_is_rebooked_in_one_batch",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation",),
                            "operation": ("organisation",),
                            "rebooking": ("organisation",),
                        },
                        name="rebookingitem_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("request_key", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ("rule", models.CharField(max_length=250, verbose_name="rule")),
                ("first_on", models.DateField(verbose_name="first day")),
                ("start", models.TimeField(verbose_name="at")),
                ("exceptions", models.JSONField(blank=True, default=list, verbose_name="left out")),
                ("booked_at", models.DateTimeField(verbose_name="booked at")),
                (
                    "booked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="booked by",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "package_purchase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["-booked_at", "-pk"],
                "constraints": [
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
                            "package_purchase": ("organisation", "patient"),
                            "patient": ("organisation",),
                            "provider": ("organisation",),
                            "service": ("organisation",),
                        },
                        name="series_agrees",
                        violation_error_code="agrees",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="until")),
                (
                    "weekdays",
                    models.JSONField(
                        blank=True,
                        default=list,
                        validators=[clinic.models.waitlist.validate_weekdays],
                        verbose_name="weekdays",
                    ),
                ),
                ("earliest", models.TimeField(blank=True, null=True, verbose_name="not before")),
                ("latest", models.TimeField(blank=True, null=True, verbose_name="over by")),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Routine"), (2, "Soon"), (3, "Urgent")], default=1, verbose_name="urgency"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("booked", "Booked"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("joined_at", models.DateTimeField(verbose_name="waiting since")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="waitlist_entries",
                        to="clinic.appointment",
                        verbose_name="booked as",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "joined_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "package_purchase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entries",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entries",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entries",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "waiting patient",
                "verbose_name_plural": "waiting list",
                "ordering": ["-urgency", "joined_at", "pk"],
                "indexes": [
                    models.Index(fields=["organisation", "status", "service", "last_on"], name="waitlist_matching"),
                    models.Index(fields=["organisation", "-joined_at", "-id"], name="waitlist_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", [1, 2, 3])), name="waitlistentry_urgency_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "booked", "expired", "withdrawn"])),
                        name="waitlistentry_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_on__lte", models.F("last_on"))),
                        name="waitlistentry_days_in_order",
                        violation_error_message="The last day must not be before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "booked"), _negated=True),
                            ("appointment__isnull", False),
                            _connector="OR",
                        ),
                        name="waitlistentry_is_booked_as_something",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("patient", "service"),
                        name="patient_waits_once_for_a_service",
                        violation_error_message="This patient already waits for this service.",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation", "patient"),
                            "clinic": ("organisation",),
                            "package_purchase": ("organisation", "patient"),
                            "patient": ("organisation",),
                            "provider": ("organisation",),
                            "service": ("organisation",),
                        },
                        name="waitlistentry_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("open", "No answer yet"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("missed", "Taken by somebody else"),
                            ("expired", "Not answered in time"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("offered_at", models.DateTimeField(verbose_name="offered at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="clinic.heldslot",
                        verbose_name="time",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="clinic.waitlistentry",
                        verbose_name="waiting patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "offer",
                "verbose_name_plural": "offers",
                "ordering": ["-offered_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__in", ["open", "accepted", "declined", "missed", "expired", "withdrawn"])
                        ),
                        name="offer_answer_is_known",
                    ),
                    models.UniqueConstraint(fields=("slot", "entry"), name="time_is_offered_once_to_each"),
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "accepted")), fields=("slot",), name="time_is_accepted_once"
                    ),
                    clinic.constraints.Agrees(
                        links={"entry": ("organisation",), "slot": ("organisation",)},
                        name="offer_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="packagepurchase",
            options={
                "ordering": ["-purchased_on", "-pk"],
                "permissions": [("adjust_packagepurchase", "Can extend, adjust and transfer packages of patients")],
                "verbose_name": "patient's package",
                "verbose_name_plural": "patients' packages",
            },
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="provider_is_never_double_booked",
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="room_is_never_double_booked",
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_agrees",
        ),
        migrations.RemoveConstraint(
            model_name="leave",
            name="leave_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_agrees",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_kind_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="operation",
            name="operation_kind_is_known",
        ),
        migrations.AddField(
            model_name="appointment",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="held until"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="series_on",
            field=models.DateField(blank=True, null=True, verbose_name="day in the series"),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="held until"),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="series_on",
            field=models.DateField(blank=True, null=True, verbose_name="day in the series"),
        ),
        migrations.AddField(
            model_name="historicalpolicy",
            name="offers_at_once",
            field=models.PositiveSmallIntegerField(
                default=3,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="patients asked at once",
            ),
        ),
        migrations.AddField(
            model_name="historicalpolicy",
            name="offers_released_times",
            field=models.BooleanField(
                default=False,
                help_text="To the waiting list, some minutes after a cancellation.",
                verbose_name="offer a freed time by itself",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="operation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="clinic.operation",
                verbose_name="bulk action",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="offers_at_once",
            field=models.PositiveSmallIntegerField(
                default=3,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="patients asked at once",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="offers_released_times",
            field=models.BooleanField(
                default=False,
                help_text="To the waiting list, some minutes after a cancellation.",
                verbose_name="offer a freed time by itself",
            ),
        ),
        migrations.AlterField(
            model_name="operation",
            name="reason",
            field=models.CharField(blank=True, max_length=250, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="sessionentry",
            name="reason",
            field=models.CharField(blank=True, max_length=250, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="historicalleave",
            name="status",
            field=models.CharField(
                choices=[
                    ("asked", "Asked"),
                    ("approved", "Approved"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="asked",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="leave",
            name="status",
            field=models.CharField(
                choices=[
                    ("asked", "Asked"),
                    ("approved", "Approved"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="asked",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booked", "Appointment booked"),
                    ("moved", "Appointment moved"),
                    ("cancelled", "Appointment cancelled"),
                    ("assigned", "Package assigned"),
                    ("planned", "Sessions booked"),
                    ("plan_undone", "Sessions cancelled"),
                    ("sessions_moved", "Sessions moved"),
                    ("waitlist_offer", "Offer of a free time"),
                    ("package_expiring", "Package expires soon"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("auto_schedule", "Auto-schedule"),
                    ("series_booked", "Series booked"),
                    ("series_moved", "Series changed"),
                    ("series_cancelled", "Series cancelled"),
                    ("rebooking", "Re-booking"),
                    ("cancel_remaining", "Remaining sessions cancelled"),
                    ("move_remaining", "Remaining sessions moved"),
                    ("transfer", "Package transferred"),
                    ("freeze", "Package frozen"),
                    ("unfreeze", "Package unfrozen"),
                    ("extend", "Package extended"),
                    ("adjust", "Sessions adjusted"),
                    ("remind", "Patients reminded"),
                    ("import", "Import"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["asked", "approved", "refused", "withdrawn"])),
                name="leave_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "booked",
                            "moved",
                            "cancelled",
                            "assigned",
                            "planned",
                            "plan_undone",
                            "sessions_moved",
                            "waitlist_offer",
                            "package_expiring",
                        ],
                    )
                ),
                name="message_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=clinic.constraints.Agrees(
                links={
                    "appointment": ("organisation", "patient"),
                    "operation": ("organisation",),
                    "patient": ("organisation",),
                },
                name="message_agrees",
                violation_error_code="agrees",
            ),
        ),
        migrations.AddConstraint(
            model_name="packagepurchase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("frozen_on__isnull", False), ("status", "frozen")),
                    models.Q(models.Q(("status", "frozen"), _negated=True), ("frozen_on__isnull", True)),
                    _connector="OR",
                ),
                name="purchase_is_frozen_since_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "auto_schedule",
                            "series_booked",
                            "series_moved",
                            "series_cancelled",
                            "rebooking",
                            "cancel_remaining",
                            "move_remaining",
                            "transfer",
                            "freeze",
                            "unfreeze",
                            "extend",
                            "adjust",
                            "remind",
                            "import",
                        ],
                    )
                ),
                name="operation_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="clinic.series",
                verbose_name="series",
            ),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="clinic.series",
                verbose_name="series",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=clinic.constraints.NoOverlap(
                end="busy_until",
                equal=("provider", "lane"),
                name="provider_is_never_double_booked",
                start="busy_from",
                violation_error_code="overlap",
                violation_error_message="The provider already has an appointment at this time.",
                where={"status": ("scheduled", "rescheduled", "confirmed", "arrived", "in_progress", "held")},
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=clinic.constraints.NoOverlap(
                end="busy_until",
                equal=("room", "room_place"),
                name="room_is_never_double_booked",
                start="busy_from",
                violation_error_code="overlap",
                violation_error_message="The room is already taken at this time.",
                where={"status": ("scheduled", "rescheduled", "confirmed", "arrived", "in_progress", "held")},
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["scheduled", "rescheduled", "confirmed", "arrived", "in_progress"])),
                fields=("series", "series_on"),
                name="series_day_is_booked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_until__isnull", False), ("status", "held")),
                    models.Q(models.Q(("status", "held"), _negated=True), ("held_until__isnull", True)),
                    _connector="OR",
                ),
                name="appointment_is_held_until_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("series__isnull", True), ("series_on__isnull", True)),
                    models.Q(("series__isnull", False), ("series_on__isnull", False)),
                    _connector="OR",
                ),
                name="appointment_of_a_series_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "scheduled",
                            "rescheduled",
                            "confirmed",
                            "arrived",
                            "in_progress",
                            "completed",
                            "cancelled_by_patient",
                            "cancelled_by_clinic",
                            "no_show",
                            "held",
                        ],
                    )
                ),
                name="appointment_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=clinic.constraints.Agrees(
                links={
                    "clinic": ("organisation",),
                    "follow_up_of": ("organisation", "patient"),
                    "operation": ("organisation",),
                    "package_purchase": ("organisation", "patient"),
                    "patient": ("organisation",),
                    "provider": ("organisation",),
                    "room": ("organisation", "clinic"),
                    "series": ("organisation", "patient"),
                    "service": ("organisation",),
                },
                name="appointment_agrees",
                violation_error_code="agrees",
            ),
        ),
    ]
