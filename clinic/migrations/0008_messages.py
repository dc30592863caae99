import uuid
from datetime import timedelta

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import clinic.constraints


def name_messages(apps, schema_editor):
    """Give each message that there is an id of its own: a default would be one for all of them."""
    Message = apps.get_model("clinic", "Message")
    nameless = Message.objects.using(schema_editor.connection.alias).filter(public_id=None).only("pk")
    for message in nameless.iterator(chunk_size=2000):
        message.public_id = uuid.uuid4()
        message.save(update_fields=["public_id"])


def let_old_messages_expire(apps, schema_editor):
    """Give each message that waits an end: until now none was sent, and years of them would leave in one minute."""
    Message = apps.get_model("clinic", "Message")
    waiting = Message.objects.using(schema_editor.connection.alias).filter(status="queued", expires_at=None)
    waiting.update(expires_at=models.F("due_at") + timedelta(days=2))


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0007_outpatients"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="consultation",
            options={
                "ordering": ["-requested_at", "-pk"],
                "permissions": [("hand_over_consultation", "Can give a consultation to another doctor")],
                "verbose_name": "consultation",
                "verbose_name_plural": "consultations",
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
                ("beat_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "sign of life",
                "verbose_name_plural": "signs of life",
            },
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(help_text="As in reminder:email:1440.", max_length=60, verbose_name="rule")),
                ("swept_until", models.DateTimeField(verbose_name="done until")),
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
                "verbose_name": "sweep of a reminder rule",
                "verbose_name_plural": "sweeps of reminder rules",
                "constraints": [models.UniqueConstraint(fields=("organisation", "rule"), name="a_rule_is_swept_once")],
            },
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booked", "Appointment booked"),
                            ("reminder", "Reminder of an appointment"),
                            ("moved", "Appointment moved"),
                            ("cancelled", "Appointment cancelled"),
                            ("no_show", "Missed appointment"),
                            ("assigned", "Package assigned"),
                            ("planned", "Sessions booked"),
                            ("plan_undone", "Sessions cancelled"),
                            ("sessions_moved", "Sessions moved"),
                            ("waitlist_offer", "Offer of a free time"),
                            ("receipt", "Payment receipt"),
                            ("package_expiring", "Package expires soon"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp")],
                        help_text="Empty for every channel.",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("body", models.TextField(max_length=2000, verbose_name="text")),
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
                "verbose_name": "message template",
                "verbose_name_plural": "message templates",
                "ordering": ["kind", "language", "channel"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "booked",
                                    "reminder",
                                    "moved",
                                    "cancelled",
                                    "no_show",
                                    "assigned",
                                    "planned",
                                    "plan_undone",
                                    "sessions_moved",
                                    "waitlist_offer",
                                    "receipt",
                                    "package_expiring",
                                ],
                            )
                        ),
                        name="messagetemplate_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "ar"])), name="messagetemplate_language_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel", ""), ("channel__in", ["sms", "email", "whatsapp"]), _connector="OR"
                        ),
                        name="messagetemplate_channel_is_known",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "kind", "language", "channel"), name="a_kind_has_one_template"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMessageTemplate",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booked", "Appointment booked"),
                            ("reminder", "Reminder of an appointment"),
                            ("moved", "Appointment moved"),
                            ("cancelled", "Appointment cancelled"),
                            ("no_show", "Missed appointment"),
                            ("assigned", "Package assigned"),
                            ("planned", "Sessions booked"),
                            ("plan_undone", "Sessions cancelled"),
                            ("sessions_moved", "Sessions moved"),
                            ("waitlist_offer", "Offer of a free time"),
                            ("receipt", "Payment receipt"),
                            ("package_expiring", "Package expires soon"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp")],
                        help_text="Empty for every channel.",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("body", models.TextField(max_length=2000, verbose_name="text")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
            ],
            options={
                "verbose_name": "historical message template",
                "verbose_name_plural": "historical message templates",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", models.CharField(editable=False, max_length=64, unique=True)),
                ("renewed_at", models.DateTimeField(verbose_name="renewed at")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="last read at")),
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
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feed",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feed",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar feed",
                "verbose_name_plural": "calendar feeds",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("patient__isnull", False), ("provider__isnull", True)),
                            models.Q(("patient__isnull", True), ("provider__isnull", False)),
                            _connector="OR",
                        ),
                        name="calendarfeed_is_of_one_person",
                    ),
                    clinic.constraints.Agrees(
                        links={"patient": ("organisation",), "provider": ("organisation",)},
                        name="calendarfeed_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BusyCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("url", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="last read at")),
                ("expanded_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="last failed at")),
                ("error", models.CharField(blank=True, max_length=250, verbose_name="error")),
                ("etag", models.CharField(blank=True, editable=False, max_length=200)),
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
                        related_name="busy_calendars",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "busy calendar",
                "verbose_name_plural": "busy calendars",
                "ordering": ["provider", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "name"), name="busy_calendar_name_is_unique"),
                    clinic.constraints.Agrees(
                        links={"provider": ("organisation",)}, name="busycalendar_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalBusyCalendar",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("url", models.URLField(blank=True, max_length=1000, verbose_name="address")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="last read at")),
                ("expanded_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="last failed at")),
                ("error", models.CharField(blank=True, max_length=250, verbose_name="error")),
                ("etag", models.CharField(blank=True, editable=False, max_length=200)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
            ],
            options={
                "verbose_name": "historical busy calendar",
                "verbose_name_plural": "historical busy calendars",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="BusyTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("uid", models.CharField(blank=True, editable=False, max_length=255)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="clinic.busycalendar",
                        verbose_name="busy calendar",
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
                        related_name="busy_times",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "busy time",
                "verbose_name_plural": "busy times",
                "ordering": ["starts_at", "pk"],
                "indexes": [models.Index(fields=["provider", "ends_at", "starts_at"], name="busytime_of_provider")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="busytime_starts_before_it_ends",
                    ),
                    clinic.constraints.Agrees(
                        links={"calendar": ("organisation", "provider"), "provider": ("organisation",)},
                        name="busytime_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_agrees",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="message_kind_is_known",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_due",
        ),
        migrations.AddField(
            model_name="historicalpolicy",
            name="expiring_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                help_text="Days before the last day; 0 for never.",
                verbose_name="tell of packages that run out",
            ),
        ),
        migrations.AddField(
            model_name="historicalpolicy",
            name="follows_up_no_shows",
            field=models.BooleanField(
                default=True,
                help_text="With the request to call for another time.",
                verbose_name="write to who has missed an appointment",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="called_off_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="called off by",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="delivered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="delivered at"),
        ),
        migrations.AddField(
            model_name="message",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="of no use after"),
        ),
        migrations.AddField(
            model_name="message",
            name="leased_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="in hand until"),
        ),
        migrations.AddField(
            model_name="message",
            name="offer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="clinic.offer",
                verbose_name="offer",
            ),
        ),
        migrations.AddField(model_name="message", name="public_id", field=models.UUIDField(editable=False, null=True)),
        migrations.RunPython(name_messages, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(let_old_messages_expire, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="message",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="message",
            name="purchase",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="clinic.packagepurchase",
                verbose_name="package",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="resend_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resent_as",
                to="clinic.message",
                verbose_name="sent again after",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="starts_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the appointment was to begin, as it says.",
                null=True,
                verbose_name="time it tells of",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="expiring_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                help_text="Days before the last day; 0 for never.",
                verbose_name="tell of packages that run out",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="follows_up_no_shows",
            field=models.BooleanField(
                default=True,
                help_text="With the request to call for another time.",
                verbose_name="write to who has missed an appointment",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booked", "Appointment booked"),
                    ("reminder", "Reminder of an appointment"),
                    ("moved", "Appointment moved"),
                    ("cancelled", "Appointment cancelled"),
                    ("no_show", "Missed appointment"),
                    ("assigned", "Package assigned"),
                    ("planned", "Sessions booked"),
                    ("plan_undone", "Sessions cancelled"),
                    ("sessions_moved", "Sessions moved"),
                    ("waitlist_offer", "Offer of a free time"),
                    ("receipt", "Payment receipt"),
                    ("package_expiring", "Package expires soon"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("skipped", "Skipped"),
                    ("cancelled", "Called off"),
                    ("expired", "Too late"),
                ],
                default="queued",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "sending"])),
                fields=["due_at", "id"],
                name="message_waiting",
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
                            "reminder",
                            "moved",
                            "cancelled",
                            "no_show",
                            "assigned",
                            "planned",
                            "plan_undone",
                            "sessions_moved",
                            "waitlist_offer",
                            "receipt",
                            "package_expiring",
                        ],
                    )
                ),
                name="message_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["queued", "sending", "sent", "failed", "skipped", "cancelled", "expired"])
                ),
                name="message_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "sending"), _negated=True), ("leased_until__isnull", False), _connector="OR"
                ),
                name="message_is_leased_while_it_is_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("called_off_by__isnull", True), ("status", "cancelled"), _connector="OR"),
                name="message_called_off_by_hand_stays_so",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="message_was_sent_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=clinic.constraints.Agrees(
                links={
                    "appointment": ("organisation", "patient"),
                    "offer": ("organisation",),
                    "operation": ("organisation",),
                    "patient": ("organisation",),
                    "purchase": ("organisation", "patient"),
                    "resend_of": ("organisation", "patient"),
                },
                name="message_agrees",
                violation_error_code="agrees",
            ),
        ),
    ]
