import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import clinic.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0002_patient_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("no_show", "No-show"), ("late_cancellation", "Late cancellation")],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charge",
                        to="clinic.appointment",
                        verbose_name="appointment",
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
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="raised by",
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
                "verbose_name": "charge",
                "verbose_name_plural": "charges",
                "ordering": ["-raised_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-raised_at", "-id"], name="charge_newest"),
                    models.Index(fields=["patient", "status"], name="charge_of_patient"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["no_show", "late_cancellation"])), name="charge_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "paid", "waived", "withdrawn"])),
                        name="charge_status_is_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="charge_is_an_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="charge_is_open_or_settled",
                    ),
                    clinic.constraints.Agrees(
                        links={"appointment": ("organisation", "patient"), "patient": ("organisation",)},
                        name="charge_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCharge",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("no_show", "No-show"), ("late_cancellation", "Late cancellation")],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
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
                        verbose_name="appointment",
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
                    "raised_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="raised by",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical charge",
                "verbose_name_plural": "historical charges",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AlterModelOptions(
            name="appointment",
            options={
                "ordering": ["-starts_at", "-pk"],
                "permissions": [
                    ("overbook_appointment", "Can book beyond a provider's limit"),
                    ("waive_appointment", "Can waive what a no-show or late cancellation costs"),
                    ("export_appointment", "Can take the list of appointments away as a file"),
                ],
                "verbose_name": "appointment",
                "verbose_name_plural": "appointments",
            },
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_agrees",
        ),
        migrations.RemoveConstraint(
            model_name="job",
            name="job_kind_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_kind_is_known",
        ),
        migrations.AddField(
            model_name="appointment",
            name="cancelled_late",
            field=models.BooleanField(default=False, verbose_name="cancelled late"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="request_key",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="appointment",
            name="waived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="waived at"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="waived_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="waived by",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="waiver_reason",
            field=models.CharField(blank=True, max_length=250, verbose_name="reason for waiving"),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="cancelled_late",
            field=models.BooleanField(default=False, verbose_name="cancelled late"),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="request_key",
            field=models.UUIDField(blank=True, db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="waived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="waived at"),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="waived_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="waived by",
            ),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="waiver_reason",
            field=models.CharField(blank=True, max_length=250, verbose_name="reason for waiving"),
        ),
        migrations.AddField(
            model_name="historicalpackagepurchase",
            name="request_key",
            field=models.UUIDField(blank=True, db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalpolicy",
            name="video_base_url",
            field=models.URLField(
                default="https://meet.jit.si/",
                help_text="Each virtual appointment gets a private room below it.",
                verbose_name="address of video rooms",
            ),
        ),
        migrations.AddField(
            model_name="packagepurchase",
            name="request_key",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="policy",
            name="video_base_url",
            field=models.URLField(
                default="https://meet.jit.si/",
                help_text="Each virtual appointment gets a private room below it.",
                verbose_name="address of video rooms",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("bulk_plan", "Plan everyone's unbooked sessions"),
                    ("bulk_apply", "Book planned sessions"),
                    ("bulk_undo", "Take planned sessions back"),
                ],
                max_length=20,
                verbose_name="kind",
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
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["clinic", "starts_at", "id"], name="appointment_by_clinic"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["provider", "starts_at", "id"], name="appointment_by_provider"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["organisation", "status", "starts_at", "id"], name="appointment_by_status"),
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
                    "service": ("organisation",),
                },
                name="appointment_agrees",
                violation_error_code="agrees",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["bulk_plan", "bulk_apply", "bulk_undo"])), name="job_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["booked", "moved", "cancelled", "assigned", "planned", "plan_undone"])
                ),
                name="message_kind_is_known",
            ),
        ),
    ]
