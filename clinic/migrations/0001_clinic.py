import datetime
import uuid
from decimal import Decimal

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import phonenumber_field.modelfields
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import clinic.constraints
import clinic.models.fields
import clinic.models.organisations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                (
                    "country",
                    models.CharField(
                        default="SA", help_text="Two letters, as in SA or EG.", max_length=2, verbose_name="country"
                    ),
                ),
                ("currency", models.CharField(default="SAR", max_length=3, verbose_name="currency")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Riyadh",
                        max_length=64,
                        validators=[clinic.models.organisations.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "week_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        default=7,
                        verbose_name="week starts on",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["name_en"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "ar"])), name="organisation_language_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week_start__in", [1, 2, 3, 4, 5, 6, 7])),
                        name="organisation_week_start_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Riyadh",
                        max_length=64,
                        validators=[clinic.models.organisations.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=250, verbose_name="address")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                "verbose_name": "clinic",
                "verbose_name_plural": "clinics",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "code"),
                        name="clinic_code_is_unique",
                        violation_error_message="Another clinic has this code.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="clinic.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "ar"])), name="user_language_is_known"
                    )
                ],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="HistoricalOrganisation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("slug", models.SlugField(verbose_name="short name")),
                (
                    "country",
                    models.CharField(
                        default="SA", help_text="Two letters, as in SA or EG.", max_length=2, verbose_name="country"
                    ),
                ),
                ("currency", models.CharField(default="SAR", max_length=3, verbose_name="currency")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Riyadh",
                        max_length=64,
                        validators=[clinic.models.organisations.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "week_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        default=7,
                        verbose_name="week starts on",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "historical organisation",
                "verbose_name_plural": "historical organisations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(choices=[("auto_schedule", "Auto-schedule")], max_length=20, verbose_name="kind"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("rows", models.JSONField(default=dict, verbose_name="rows")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
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
            ],
            options={
                "verbose_name": "operation",
                "verbose_name_plural": "operations",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-at", "-id"], name="operation_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["auto_schedule"])), name="operation_kind_is_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bulk_plan", "Plan everyone's unbooked sessions"),
                            ("bulk_apply", "Book planned sessions"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("arguments", models.JSONField(default=dict, verbose_name="arguments")),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="of")),
                ("stage", models.CharField(blank=True, max_length=120, verbose_name="stage")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("cancel_asked_at", models.DateTimeField(blank=True, null=True, verbose_name="cancel asked at")),
                ("created_at", models.DateTimeField(verbose_name="asked at")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
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
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "ordering": ["-created_at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-created_at", "-id"], name="job_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["bulk_plan", "bulk_apply"])), name="job_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "done", "failed", "cancelled"])),
                        name="job_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("total"))), name="job_progress_within_total"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalRoom",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Appointments at once.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="places",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
            ],
            options={
                "verbose_name": "historical room",
                "verbose_name_plural": "historical rooms",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProvider",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("specialty", models.CharField(blank=True, max_length=80, verbose_name="specialty")),
                (
                    "colour",
                    models.CharField(
                        default="#0f766e", help_text="As in #0f766e.", max_length=7, verbose_name="colour"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="login",
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
                "verbose_name": "historical provider",
                "verbose_name_plural": "historical providers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "cancellation_window",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(days=1),
                        help_text="Minutes before the appointment.",
                        verbose_name="free cancellation until",
                    ),
                ),
                (
                    "late_cancellation_uses_session",
                    models.BooleanField(default=False, verbose_name="a late cancellation uses a session"),
                ),
                (
                    "late_cancellation_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a late cancellation",
                    ),
                ),
                ("no_show_uses_session", models.BooleanField(default=True, verbose_name="a no-show uses a session")),
                (
                    "no_show_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a no-show",
                    ),
                ),
                (
                    "no_show_limit",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="no-shows allowed",
                    ),
                ),
                (
                    "no_show_days",
                    models.PositiveSmallIntegerField(
                        default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name="within days"
                    ),
                ),
                (
                    "no_show_consequence",
                    models.CharField(
                        choices=[
                            ("flag", "Flag the patient"),
                            ("must_confirm", "Patient must confirm each appointment"),
                            ("must_prepay", "Patient must pay in advance"),
                            ("no_self_booking", "Patient can no longer book online"),
                        ],
                        default="flag",
                        max_length=20,
                        verbose_name="consequence",
                    ),
                ),
                (
                    "minimum_notice",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(0),
                        help_text="Minutes between booking and the appointment.",
                        verbose_name="minimum notice",
                    ),
                ),
                (
                    "booking_horizon_days",
                    models.PositiveSmallIntegerField(
                        default=365,
                        help_text="Days.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="bookable ahead",
                    ),
                ),
                (
                    "reminder_minutes",
                    models.JSONField(
                        default=clinic.models.organisations.default_reminder_minutes, verbose_name="reminders"
                    ),
                ),
                ("quiet_from", models.TimeField(default="21:00", verbose_name="no messages from")),
                ("quiet_until", models.TimeField(default="08:00", verbose_name="no messages until")),
                (
                    "offer_hold",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(seconds=1800), verbose_name="an offer is held for"
                    ),
                ),
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
                    ),
                ),
            ],
            options={
                "verbose_name": "historical policy",
                "verbose_name_plural": "historical policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPatient",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("file_number", models.CharField(max_length=40, verbose_name="file number")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("unknown", "Not recorded")],
                        default="unknown",
                        max_length=10,
                        verbose_name="sex",
                    ),
                ),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")],
                        default="ar",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "preferred_channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp")],
                        default="sms",
                        max_length=10,
                        verbose_name="preferred channel",
                    ),
                ),
                ("accepts_messages", models.BooleanField(default=True, verbose_name="accepts messages")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "search_text",
                    clinic.models.fields.SearchTextField(
                        default="", editable=False, sources=("name_en", "name_ar", "phone", "file_number")
                    ),
                ),
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
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="login",
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
                "verbose_name": "historical patient",
                "verbose_name_plural": "historical patients",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPackage",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "validity_days",
                    models.PositiveSmallIntegerField(
                        default=180,
                        help_text="Days from the day of purchase.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="valid for",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                "verbose_name": "historical package",
                "verbose_name_plural": "historical packages",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalClosure",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("first_on", models.DateField(verbose_name="first day")),
                ("last_on", models.DateField(verbose_name="last day")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: every clinic.",
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
            ],
            options={
                "verbose_name": "historical closure",
                "verbose_name_plural": "historical closures",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalClinic",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Riyadh",
                        max_length=64,
                        validators=[clinic.models.organisations.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=250, verbose_name="address")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                "verbose_name": "historical clinic",
                "verbose_name_plural": "historical clinics",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="FileNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("first_on", models.DateField(verbose_name="first day")),
                ("last_on", models.DateField(verbose_name="last day")),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: every clinic.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closures",
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
            ],
            options={
                "verbose_name": "closure",
                "verbose_name_plural": "closures",
                "ordering": ["-first_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_on__lte", models.F("last_on"))),
                        name="closure_starts_before_it_ends",
                        violation_error_message="The last day must not be before the first.",
                    ),
                    clinic.constraints.Agrees(
                        links={"clinic": ("organisation",)}, name="closure_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "validity_days",
                    models.PositiveSmallIntegerField(
                        default=180,
                        help_text="Days from the day of purchase.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="valid for",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                "verbose_name": "package",
                "verbose_name_plural": "packages",
                "ordering": ["name_en"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "code"),
                        name="package_code_is_unique",
                        violation_error_message="Another package has this code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="package_price_is_not_negative",
                        violation_error_message="A price cannot be negative.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("validity_days__gte", 1)), name="package_is_valid_for_a_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("file_number", models.CharField(max_length=40, verbose_name="file number")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("unknown", "Not recorded")],
                        default="unknown",
                        max_length=10,
                        verbose_name="sex",
                    ),
                ),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")],
                        default="ar",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "preferred_channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp")],
                        default="sms",
                        max_length=10,
                        verbose_name="preferred channel",
                    ),
                ),
                ("accepts_messages", models.BooleanField(default=True, verbose_name="accepts messages")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "search_text",
                    clinic.models.fields.SearchTextField(
                        default="", editable=False, sources=("name_en", "name_ar", "phone", "file_number")
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
                    "user",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="patient",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="login",
                    ),
                ),
            ],
            options={
                "verbose_name": "patient",
                "verbose_name_plural": "patients",
                "ordering": ["name_en", "pk"],
                "indexes": [models.Index(fields=["organisation", "name_en", "id"], name="patient_by_name")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "file_number"),
                        name="patient_file_number_is_unique",
                        violation_error_message="Another patient has this file number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["female", "male", "unknown"])), name="patient_sex_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "ar"])), name="patient_language_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("preferred_channel__in", ["sms", "email", "whatsapp"])),
                        name="patient_preferred_channel_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackagePurchase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purchased_on", models.DateField(verbose_name="purchased on")),
                ("expires_on", models.DateField(verbose_name="last day")),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="price")),
                ("total_sessions", models.PositiveSmallIntegerField(verbose_name="sessions")),
                ("sessions_used", models.PositiveSmallIntegerField(default=0, verbose_name="used")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("expired", "Expired"),
                            ("frozen", "Frozen"),
                            ("cancelled", "Cancelled"),
                            ("transferred", "Transferred"),
                        ],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("frozen_on", models.DateField(blank=True, null=True, verbose_name="frozen on")),
                (
                    "assigned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned by",
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
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchases",
                        to="clinic.package",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="package_purchases",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "purchase",
                "verbose_name_plural": "purchases",
                "ordering": ["-purchased_on", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-purchased_on", "-id"], name="purchase_newest"),
                    models.Index(fields=["organisation", "status", "expires_on"], name="purchase_expiring"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sessions_used__gte", 0), ("sessions_used__lte", models.F("total_sessions"))
                        ),
                        name="purchase_never_overused",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gte", models.F("purchased_on"))),
                        name="purchase_expires_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="purchase_price_is_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["active", "completed", "expired", "frozen", "cancelled", "transferred"])
                        ),
                        name="packagepurchase_status_is_known",
                    ),
                    clinic.constraints.Agrees(
                        links={"package": ("organisation",), "patient": ("organisation",)},
                        name="purchase_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPackagePurchase",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("purchased_on", models.DateField(verbose_name="purchased on")),
                ("expires_on", models.DateField(verbose_name="last day")),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="price")),
                ("total_sessions", models.PositiveSmallIntegerField(verbose_name="sessions")),
                ("sessions_used", models.PositiveSmallIntegerField(default=0, verbose_name="used")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("expired", "Expired"),
                            ("frozen", "Frozen"),
                            ("cancelled", "Cancelled"),
                            ("transferred", "Transferred"),
                        ],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("frozen_on", models.DateField(blank=True, null=True, verbose_name="frozen on")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "assigned_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned by",
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
                    "package",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.package",
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
            ],
            options={
                "verbose_name": "historical purchase",
                "verbose_name_plural": "historical purchases",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cancellation_window",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(days=1),
                        help_text="Minutes before the appointment.",
                        verbose_name="free cancellation until",
                    ),
                ),
                (
                    "late_cancellation_uses_session",
                    models.BooleanField(default=False, verbose_name="a late cancellation uses a session"),
                ),
                (
                    "late_cancellation_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a late cancellation",
                    ),
                ),
                ("no_show_uses_session", models.BooleanField(default=True, verbose_name="a no-show uses a session")),
                (
                    "no_show_fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fee for a no-show",
                    ),
                ),
                (
                    "no_show_limit",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="no-shows allowed",
                    ),
                ),
                (
                    "no_show_days",
                    models.PositiveSmallIntegerField(
                        default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name="within days"
                    ),
                ),
                (
                    "no_show_consequence",
                    models.CharField(
                        choices=[
                            ("flag", "Flag the patient"),
                            ("must_confirm", "Patient must confirm each appointment"),
                            ("must_prepay", "Patient must pay in advance"),
                            ("no_self_booking", "Patient can no longer book online"),
                        ],
                        default="flag",
                        max_length=20,
                        verbose_name="consequence",
                    ),
                ),
                (
                    "minimum_notice",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(0),
                        help_text="Minutes between booking and the appointment.",
                        verbose_name="minimum notice",
                    ),
                ),
                (
                    "booking_horizon_days",
                    models.PositiveSmallIntegerField(
                        default=365,
                        help_text="Days.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="bookable ahead",
                    ),
                ),
                (
                    "reminder_minutes",
                    models.JSONField(
                        default=clinic.models.organisations.default_reminder_minutes, verbose_name="reminders"
                    ),
                ),
                ("quiet_from", models.TimeField(default="21:00", verbose_name="no messages from")),
                ("quiet_until", models.TimeField(default="08:00", verbose_name="no messages until")),
                (
                    "offer_hold",
                    clinic.models.fields.MinutesField(
                        default=datetime.timedelta(seconds=1800), verbose_name="an offer is held for"
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policy",
                        to="clinic.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "policy",
                "verbose_name_plural": "policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("no_show_consequence__in", ["flag", "must_confirm", "must_prepay", "no_self_booking"])
                        ),
                        name="policy_no_show_consequence_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("late_cancellation_fee__gte", 0), ("no_show_fee__gte", 0)),
                        name="policy_fees_are_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("specialty", models.CharField(blank=True, max_length=80, verbose_name="specialty")),
                (
                    "colour",
                    models.CharField(
                        default="#0f766e", help_text="As in #0f766e.", max_length=7, verbose_name="colour"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "clinics",
                    models.ManyToManyField(
                        blank=True, related_name="providers", to="clinic.clinic", verbose_name="clinics"
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
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="provider",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="login",
                    ),
                ),
            ],
            options={
                "verbose_name": "provider",
                "verbose_name_plural": "providers",
                "ordering": ["name_en"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "code"),
                        name="provider_code_is_unique",
                        violation_error_message="Another provider has this code.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "Asked"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
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
                        related_name="leave",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "leave",
                "ordering": ["-starts_at"],
                "indexes": [models.Index(fields=["provider", "ends_at"], name="leave_by_provider")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="leave_starts_before_it_ends",
                        violation_error_message="Leave must end after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "approved", "refused"])),
                        name="leave_status_is_known",
                    ),
                    clinic.constraints.Agrees(
                        links={"provider": ("organisation",)}, name="leave_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalWorkingHours",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("start", models.TimeField(verbose_name="from")),
                ("end", models.TimeField(verbose_name="to")),
                (
                    "slot_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Minutes.",
                        validators=[django.core.validators.MinValueValidator(5)],
                        verbose_name="starting times every",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="patients at once",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("valid_from", models.DateField(default=datetime.date(2020, 1, 6), verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "every_n_weeks",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="every … weeks",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                "verbose_name": "historical working hours",
                "verbose_name_plural": "historical working hours",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalService",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("duration", clinic.models.fields.MinutesField(verbose_name="duration")),
                (
                    "buffer_before",
                    clinic.models.fields.MinutesField(default=datetime.timedelta(0), verbose_name="time to prepare"),
                ),
                (
                    "buffer_after",
                    clinic.models.fields.MinutesField(default=datetime.timedelta(0), verbose_name="time to tidy up"),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: as many as the provider's working hours allow.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="most patients at once",
                    ),
                ),
                (
                    "workflow_type",
                    models.CharField(
                        choices=[("appointment", "Appointment"), ("gopd_consult", "Outpatient consultation")],
                        default="appointment",
                        max_length=20,
                        verbose_name="workflow",
                    ),
                ),
                (
                    "bill_timing",
                    models.CharField(
                        choices=[("before", "Before the service"), ("after", "After the service")],
                        default="after",
                        max_length=10,
                        verbose_name="billed",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
                    "auto_assign_doctor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="doctor assigned by default",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical service",
                "verbose_name_plural": "historical services",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalLeave",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "Asked"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
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
                "verbose_name": "historical leave",
                "verbose_name_plural": "historical leave",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalExtraHours",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("start", models.TimeField(verbose_name="from")),
                ("end", models.TimeField(verbose_name="to")),
                (
                    "slot_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Minutes.",
                        validators=[django.core.validators.MinValueValidator(5)],
                        verbose_name="starting times every",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="patients at once",
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                "verbose_name": "historical extra hours",
                "verbose_name_plural": "historical extra hours",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ExtraHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.TimeField(verbose_name="from")),
                ("end", models.TimeField(verbose_name="to")),
                (
                    "slot_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Minutes.",
                        validators=[django.core.validators.MinValueValidator(5)],
                        verbose_name="starting times every",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="patients at once",
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
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
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "extra hours",
                "verbose_name_plural": "extra hours",
                "ordering": ["-date", "provider", "start"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start__lt", models.F("end"))),
                        name="extrahours_start_before_they_end",
                        violation_error_message="Hours must end after they start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1), ("slot_minutes__gte", 5)),
                        name="extrahours_have_a_grid",
                    ),
                    clinic.constraints.Agrees(
                        links={"clinic": ("organisation",), "provider": ("organisation",)},
                        name="extrahours_agree",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("duration", clinic.models.fields.MinutesField(verbose_name="duration")),
                (
                    "buffer_before",
                    clinic.models.fields.MinutesField(default=datetime.timedelta(0), verbose_name="time to prepare"),
                ),
                (
                    "buffer_after",
                    clinic.models.fields.MinutesField(default=datetime.timedelta(0), verbose_name="time to tidy up"),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: as many as the provider's working hours allow.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="most patients at once",
                    ),
                ),
                (
                    "workflow_type",
                    models.CharField(
                        choices=[("appointment", "Appointment"), ("gopd_consult", "Outpatient consultation")],
                        default="appointment",
                        max_length=20,
                        verbose_name="workflow",
                    ),
                ),
                (
                    "bill_timing",
                    models.CharField(
                        choices=[("before", "Before the service"), ("after", "After the service")],
                        default="after",
                        max_length=10,
                        verbose_name="billed",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "auto_assign_doctor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="doctor assigned by default",
                    ),
                ),
                (
                    "clinics",
                    models.ManyToManyField(
                        blank=True, related_name="services", to="clinic.clinic", verbose_name="clinics"
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
                    "providers",
                    models.ManyToManyField(
                        blank=True, related_name="services", to="clinic.provider", verbose_name="providers"
                    ),
                ),
            ],
            options={
                "verbose_name": "service",
                "verbose_name_plural": "services",
                "ordering": ["name_en"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "code"),
                        name="service_code_is_unique",
                        violation_error_message="Another service has this code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duration__gt", datetime.timedelta(0))),
                        name="service_takes_time",
                        violation_error_message="A service must take at least one minute.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("buffer_after__gte", datetime.timedelta(0)), ("buffer_before__gte", datetime.timedelta(0))
                        ),
                        name="service_buffers_are_not_negative",
                    ),
                    models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="service_price_is_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__isnull", True), ("capacity__gte", 1), _connector="OR"),
                        name="service_has_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("workflow_type__in", ["appointment", "gopd_consult"])),
                        name="service_workflow_type_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bill_timing__in", ["before", "after"])),
                        name="service_bill_timing_is_known",
                    ),
                    clinic.constraints.Agrees(
                        links={"auto_assign_doctor": ("organisation",)},
                        name="service_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(max_length=120, verbose_name="name")),
                ("name_ar", models.CharField(blank=True, max_length=120, verbose_name="name in Arabic")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Appointments at once.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="places",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rooms",
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
                    "services",
                    models.ManyToManyField(
                        blank=True, related_name="rooms", to="clinic.service", verbose_name="services"
                    ),
                ),
            ],
            options={
                "verbose_name": "room",
                "verbose_name_plural": "rooms",
                "ordering": ["clinic", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "code"),
                        name="room_code_is_unique",
                        violation_error_message="Another room of this clinic has this code.",
                    ),
                    models.CheckConstraint(condition=models.Q(("capacity__gte", 1)), name="room_has_a_place"),
                    clinic.constraints.Agrees(
                        links={"clinic": ("organisation",)}, name="room_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("room_place", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("consultation", "Consultation"),
                            ("follow_up", "Follow-up"),
                            ("therapy_session", "Therapy session"),
                            ("xray_review", "X-ray review"),
                            ("results_discussion", "Results discussion"),
                            ("virtual", "Virtual"),
                            ("emergency", "Emergency"),
                        ],
                        default="therapy_session",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("rescheduled", "Rescheduled"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("cancelled_by_patient", "Cancelled by patient"),
                            ("cancelled_by_clinic", "Cancelled by clinic"),
                            ("no_show", "No-show"),
                        ],
                        default="scheduled",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("busy_from", models.DateTimeField()),
                ("busy_until", models.DateTimeField()),
                ("lane", models.PositiveSmallIntegerField(default=0)),
                ("session_number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="session")),
                ("session_used", models.BooleanField(default=False, verbose_name="session used")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "overbook_reason",
                    models.CharField(blank=True, max_length=250, verbose_name="reason for overbooking"),
                ),
                ("video_link", models.URLField(blank=True, verbose_name="video link")),
                ("booked_at", models.DateTimeField(verbose_name="booked at")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived at")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="cancelled at")),
                (
                    "cancellation_reason",
                    models.CharField(blank=True, max_length=250, verbose_name="reason for cancelling"),
                ),
                ("moves", models.PositiveSmallIntegerField(default=0, verbose_name="moves")),
                ("calendar_sequence", models.PositiveSmallIntegerField(default=0)),
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
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "follow_up_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="follow_ups",
                        to="clinic.appointment",
                        verbose_name="follow-up of",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.operation",
                        verbose_name="booked by operation",
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
                        related_name="appointments",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.room",
                        verbose_name="room",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "verbose_name_plural": "appointments",
                "ordering": ["-starts_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-starts_at", "-id"], name="appointment_newest"),
                    models.Index(fields=["provider", "busy_from"], name="appointment_of_provider"),
                    models.Index(fields=["patient", "starts_at"], name="appointment_of_patient"),
                    models.Index(fields=["room", "busy_from"], name="appointment_of_room"),
                ],
                "constraints": [
                    clinic.constraints.NoOverlap(
                        end="busy_until",
                        equal=("provider", "lane"),
                        name="provider_is_never_double_booked",
                        start="busy_from",
                        violation_error_code="overlap",
                        violation_error_message="The provider already has an appointment at this time.",
                        where={"status": ("scheduled", "rescheduled", "confirmed", "arrived", "in_progress")},
                    ),
                    clinic.constraints.NoOverlap(
                        end="ends_at",
                        equal=("patient",),
                        name="patient_is_never_in_two_places",
                        start="starts_at",
                        violation_error_code="overlap",
                        violation_error_message="The patient already has an appointment at this time.",
                        where={"status": ("scheduled", "rescheduled", "confirmed", "arrived", "in_progress")},
                    ),
                    clinic.constraints.NoOverlap(
                        end="busy_until",
                        equal=("room", "room_place"),
                        name="room_is_never_double_booked",
                        start="busy_from",
                        violation_error_code="overlap",
                        violation_error_message="The room is already taken at this time.",
                        where={"status": ("scheduled", "rescheduled", "confirmed", "arrived", "in_progress")},
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["scheduled", "rescheduled", "confirmed", "arrived", "in_progress"]),
                            ("session_used", True),
                            _connector="OR",
                        ),
                        fields=("package_purchase", "session_number"),
                        name="session_number_is_given_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="appointment_starts_before_it_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("busy_from__lte", models.F("starts_at")), ("busy_until__gte", models.F("ends_at"))
                        ),
                        name="appointment_is_busy_while_it_lasts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("package_purchase__isnull", True),
                                ("session_number__isnull", True),
                                ("session_used", False),
                            ),
                            models.Q(
                                ("package_purchase__isnull", False),
                                ("session_number__gte", 1),
                                ("session_number__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appointment_numbers_its_session",
                    ),
                    models.CheckConstraint(
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
                                ],
                            )
                        ),
                        name="appointment_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "consultation",
                                    "follow_up",
                                    "therapy_session",
                                    "xray_review",
                                    "results_discussion",
                                    "virtual",
                                    "emergency",
                                ],
                            )
                        ),
                        name="appointment_kind_is_known",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booked", "Appointment booked"),
                            ("moved", "Appointment moved"),
                            ("cancelled", "Appointment cancelled"),
                            ("assigned", "Package assigned"),
                            ("planned", "Sessions booked"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp")],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=254, verbose_name="address")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ar", "Arabic")], max_length=2, verbose_name="language"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("body", models.TextField(verbose_name="text")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("skipped", "Skipped"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("dedupe_key", models.CharField(max_length=200, unique=True)),
                (
                    "provider_reference",
                    models.CharField(blank=True, max_length=120, verbose_name="gateway's reference"),
                ),
                ("error", models.CharField(blank=True, max_length=250, verbose_name="error")),
                ("queued_at", models.DateTimeField(verbose_name="queued at")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
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
                        related_name="messages",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["-queued_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-queued_at", "-id"], name="message_newest"),
                    models.Index(fields=["status", "due_at"], name="message_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["booked", "moved", "cancelled", "assigned", "planned"])),
                        name="message_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["sms", "email", "whatsapp"])),
                        name="message_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "ar"])), name="message_language_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["queued", "sent", "failed", "skipped", "cancelled"])),
                        name="message_status_is_known",
                    ),
                    clinic.constraints.Agrees(
                        links={"appointment": ("organisation", "patient"), "patient": ("organisation",)},
                        name="message_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sessions", models.PositiveSmallIntegerField(verbose_name="sessions")),
                ("step", models.PositiveSmallIntegerField(default=1, verbose_name="step")),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="clinic.packagepurchase"
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
                "verbose_name": "purchase item",
                "verbose_name_plural": "purchase items",
                "ordering": ["purchase", "step", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("purchase", "service"), name="purchase_names_a_service_once"),
                    clinic.constraints.Agrees(
                        links={"purchase": ("organisation",), "service": ("organisation",)},
                        name="purchaseitem_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="sessions"
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Sessions of an earlier step are held before those of a later one.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="step",
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
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="clinic.package",
                        verbose_name="package",
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
                "verbose_name": "package item",
                "verbose_name_plural": "package items",
                "ordering": ["package", "step", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("package", "service"),
                        name="package_names_a_service_once",
                        violation_error_message="This package already has an item for this service.",
                    ),
                    models.CheckConstraint(condition=models.Q(("sessions__gte", 1)), name="packageitem_has_a_session"),
                    clinic.constraints.Agrees(
                        links={"package": ("organisation",), "service": ("organisation",)},
                        name="packageitem_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPackageItem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="sessions"
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Sessions of an earlier step are held before those of a later one.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="step",
                    ),
                ),
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
                    "package",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.package",
                        verbose_name="package",
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
                "verbose_name": "historical package item",
                "verbose_name_plural": "historical package items",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAppointment",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("public_id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("room_place", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("consultation", "Consultation"),
                            ("follow_up", "Follow-up"),
                            ("therapy_session", "Therapy session"),
                            ("xray_review", "X-ray review"),
                            ("results_discussion", "Results discussion"),
                            ("virtual", "Virtual"),
                            ("emergency", "Emergency"),
                        ],
                        default="therapy_session",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("rescheduled", "Rescheduled"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                            ("cancelled_by_patient", "Cancelled by patient"),
                            ("cancelled_by_clinic", "Cancelled by clinic"),
                            ("no_show", "No-show"),
                        ],
                        default="scheduled",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("busy_from", models.DateTimeField()),
                ("busy_until", models.DateTimeField()),
                ("lane", models.PositiveSmallIntegerField(default=0)),
                ("session_number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="session")),
                ("session_used", models.BooleanField(default=False, verbose_name="session used")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "overbook_reason",
                    models.CharField(blank=True, max_length=250, verbose_name="reason for overbooking"),
                ),
                ("video_link", models.URLField(blank=True, verbose_name="video link")),
                ("booked_at", models.DateTimeField(verbose_name="booked at")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived at")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="cancelled at")),
                (
                    "cancellation_reason",
                    models.CharField(blank=True, max_length=250, verbose_name="reason for cancelling"),
                ),
                ("moves", models.PositiveSmallIntegerField(default=0, verbose_name="moves")),
                ("calendar_sequence", models.PositiveSmallIntegerField(default=0)),
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
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancelled by",
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
                    "follow_up_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.appointment",
                        verbose_name="follow-up of",
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
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.operation",
                        verbose_name="booked by operation",
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
                    "room",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.room",
                        verbose_name="room",
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
                "verbose_name": "historical appointment",
                "verbose_name_plural": "historical appointments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SessionEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("grant", "Granted"),
                            ("use", "Used"),
                            ("give_back", "Given back"),
                            ("adjust", "Adjusted"),
                            ("transfer_in", "Transferred in"),
                            ("transfer_out", "Transferred out"),
                            ("refund", "Refunded"),
                            ("expire", "Expired"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("sessions", models.SmallIntegerField(verbose_name="sessions")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="session_entries",
                        to="clinic.appointment",
                        verbose_name="appointment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="clinic.purchaseitem"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="clinic.packagepurchase"
                    ),
                ),
            ],
            options={
                "verbose_name": "session entry",
                "verbose_name_plural": "session entries",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "grant",
                                    "use",
                                    "give_back",
                                    "adjust",
                                    "transfer_in",
                                    "transfer_out",
                                    "refund",
                                    "expire",
                                ],
                            )
                        ),
                        name="sessionentry_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sessions", 0), _negated=True), name="sessionentry_moves_something"
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation",),
                            "item": ("organisation", "purchase"),
                            "purchase": ("organisation",),
                        },
                        name="sessionentry_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.TimeField(verbose_name="from")),
                ("end", models.TimeField(verbose_name="to")),
                (
                    "slot_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Minutes.",
                        validators=[django.core.validators.MinValueValidator(5)],
                        verbose_name="starting times every",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="patients at once",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("valid_from", models.DateField(default=datetime.date(2020, 1, 6), verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "every_n_weeks",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="every … weeks",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
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
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
                        to="clinic.provider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "working hours",
                "verbose_name_plural": "working hours",
                "ordering": ["provider", "weekday", "start"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start__lt", models.F("end"))),
                        name="workinghours_start_before_they_end",
                        violation_error_message="Hours must end after they start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1), ("slot_minutes__gte", 5)),
                        name="workinghours_have_a_grid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__in", [1, 2, 3, 4, 5, 6, 7])), name="workinghours_weekday_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_from__lte", models.F("valid_until")), _connector="OR"
                        ),
                        name="workinghours_validity_in_order",
                        violation_error_message="The last day must not be before the first.",
                    ),
                    models.CheckConstraint(condition=models.Q(("every_n_weeks__gte", 1)), name="workinghours_recur"),
                    clinic.constraints.Agrees(
                        links={"clinic": ("organisation",), "provider": ("organisation",)},
                        name="workinghours_agree",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
    ]
