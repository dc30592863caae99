import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import clinic.constraints
import clinic.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0006_booking_speed"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_on", models.DateField(verbose_name="day")),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
                ("sums", models.JSONField(default=dict, verbose_name="sums")),
                (
                    "cash_expected",
                    clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="cash expected"),
                ),
                (
                    "cash_counted",
                    clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="cash counted"),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                (
                    "cashier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cashier",
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
                "verbose_name": "day closing",
                "verbose_name_plural": "day closings",
                "ordering": ["-closed_at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-closed_at", "-id"], name="closing_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cash_counted__gte", 0)), name="closing_counts_no_less_than_nothing"
                    ),
                    clinic.constraints.Frozen(
                        but=(), name="day_closing_is_final", violation_error_code="frozen", where={}
                    ),
                    clinic.constraints.Agrees(
                        links={"clinic": ("organisation",)}, name="dayclosing_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("invoice", "invoice"), ("receipt", "receipt")], max_length=10)),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["invoice", "receipt"])), name="documentnumber_kind_is_known"
                    ),
                    models.UniqueConstraint(fields=("organisation", "kind"), name="documents_are_numbered_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalVisit",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "payment_status",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("partial", "Partly paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("void", "Void"),
                        ],
                        default="unpaid",
                        max_length=10,
                        verbose_name="payment",
                    ),
                ),
                ("complaint", models.TextField(blank=True, verbose_name="complaint")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "cashier_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="sent to the cashier at"),
                ),
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
                        verbose_name="appointment",
                    ),
                ),
                (
                    "cashier_asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent to the cashier by",
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
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
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
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
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
            ],
            options={
                "verbose_name": "historical visit",
                "verbose_name_plural": "historical visits",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RefusedAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("door", models.CharField(max_length=120, verbose_name="door")),
                ("target", models.CharField(blank=True, max_length=120, verbose_name="what")),
                ("code", models.CharField(max_length=40, verbose_name="refusal")),
                ("message", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
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
                "verbose_name": "refused attempt",
                "verbose_name_plural": "refused attempts",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-at", "-id"], name="refusedattempt_newest")],
                "constraints": [
                    clinic.constraints.Frozen(
                        but=(), name="refused_attempt_is_final", violation_error_code="frozen", where={}
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "payment_status",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("partial", "Partly paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("void", "Void"),
                        ],
                        default="unpaid",
                        max_length=10,
                        verbose_name="payment",
                    ),
                ),
                ("complaint", models.TextField(blank=True, verbose_name="complaint")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "cashier_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="sent to the cashier at"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.appointment",
                        verbose_name="appointment",
                    ),
                ),
                (
                    "cashier_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent to the cashier by",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
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
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "ordering": ["-opened_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-opened_at", "-id"], name="visit_newest"),
                    models.Index(fields=["organisation", "status", "payment_status"], name="visit_by_status"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "closed"])), name="visit_status_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payment_status__in", ("unpaid", "partial", "paid", "waived"))),
                        name="visit_payment_status_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("patient", "clinic"),
                        name="patient_has_one_open_visit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(("closed_at__isnull", False), ("status", "closed")),
                            _connector="OR",
                        ),
                        name="visit_is_closed_since_a_moment",
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "appointment": ("organisation", "patient", "clinic"),
                            "clinic": ("organisation",),
                            "patient": ("organisation",),
                        },
                        name="visit_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalInvoice",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("partial", "Partly paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("void", "Void"),
                        ],
                        default="unpaid",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("waived_at", models.DateTimeField(blank=True, null=True, verbose_name="waived at")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided at")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                ("request_key", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
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
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
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
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="voided by",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="waived by",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical invoice",
                "verbose_name_plural": "historical invoices",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("partial", "Partly paid"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                            ("void", "Void"),
                        ],
                        default="unpaid",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("waived_at", models.DateTimeField(blank=True, null=True, verbose_name="waived at")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided at")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                ("request_key", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
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
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
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
                        related_name="invoices",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="voided by",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="waived by",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="clinic.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
                "ordering": ["-issued_at", "-pk"],
                "permissions": [
                    ("waive_invoice", "Can waive what is left of an invoice"),
                    ("void_invoice", "Can void an invoice"),
                ],
                "indexes": [
                    models.Index(fields=["organisation", "-issued_at", "-id"], name="invoice_newest"),
                    models.Index(fields=["patient", "status"], name="invoice_of_patient"),
                    models.Index(fields=["organisation", "status", "issued_at"], name="invoice_to_be_paid"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="invoice_number_is_given_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="invoice_is_numbered_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["unpaid", "partial", "paid", "waived", "void"])),
                        name="invoice_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "void"), ("voided_at__isnull", False)),
                            models.Q(models.Q(("status", "void"), _negated=True), ("voided_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="invoice_is_void_since_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "waived"), _negated=True), ("waived_at__isnull", False), _connector="OR"
                        ),
                        name="invoice_is_waived_since_a_moment",
                    ),
                    clinic.constraints.Frozen(
                        but=(), name="void_invoice_is_final", violation_error_code="frozen", where={"status": ("void",)}
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
                            "patient": ("organisation",),
                            "visit": ("organisation", "patient", "clinic"),
                        },
                        name="invoice_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("description_en", models.CharField(max_length=250, verbose_name="description")),
                ("description_ar", models.CharField(blank=True, max_length=250, verbose_name="description in Arabic")),
                ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="quantity")),
                ("unit_price", clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="price")),
                ("amount", clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="amount")),
                (
                    "charge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="clinic.charge",
                        verbose_name="fee",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="clinic.invoice",
                        verbose_name="invoice",
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
                        related_name="invoice_lines",
                        to="clinic.packagepurchase",
                        verbose_name="package",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice line",
                "verbose_name_plural": "invoice lines",
                "ordering": ["invoice", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gte", 1)), name="line_has_a_quantity"),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="line_price_is_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.functions.math.Round(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("unit_price"), "*", models.F("quantity")
                                    ),
                                    precision=2,
                                ),
                            )
                        ),
                        name="line_amount_is_price_times_quantity",
                    ),
                    clinic.constraints.Frozen(
                        but=(), name="invoice_line_is_final", violation_error_code="frozen", where={}
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "charge": ("organisation",),
                            "invoice": ("organisation",),
                            "purchase": ("organisation",),
                            "service": ("organisation",),
                        },
                        name="invoiceline_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "bill_timing",
                    models.CharField(
                        choices=[("before", "Before the service"), ("after", "After the service")],
                        max_length=10,
                        verbose_name="billed",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Pending"), ("active", "Active"), ("closed", "Closed")],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("complaint", models.TextField(blank=True, verbose_name="complaint")),
                (
                    "temperature",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="temperature (°C)"
                    ),
                ),
                ("pulse", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pulse (per minute)")),
                (
                    "systolic",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="systolic pressure (mmHg)"),
                ),
                (
                    "diastolic",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="diastolic pressure (mmHg)"),
                ),
                (
                    "respiration",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="breaths (per minute)"),
                ),
                (
                    "saturation",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="oxygen saturation (%)"),
                ),
                (
                    "weight",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="weight (kg)"
                    ),
                ),
                (
                    "height",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="height (cm)"
                    ),
                ),
                ("findings", models.TextField(blank=True, verbose_name="findings")),
                ("diagnosis", models.TextField(blank=True, verbose_name="diagnosis")),
                ("diagnosis_codes", models.JSONField(blank=True, default=list, verbose_name="diagnosis codes")),
                ("plan", models.TextField(blank=True, verbose_name="plan")),
                ("version", models.PositiveIntegerField(default=0)),
                ("requested_at", models.DateTimeField(verbose_name="asked for at")),
                ("activated_at", models.DateTimeField(blank=True, null=True, verbose_name="begun at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begun by",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="clinic.provider",
                        verbose_name="doctor",
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
                        related_name="consultations",
                        to="clinic.patient",
                        verbose_name="patient",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="clinic.service",
                        verbose_name="service",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultation",
                        to="clinic.invoiceline",
                        verbose_name="invoice line",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="clinic.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "consultation",
                "verbose_name_plural": "consultations",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [
                    models.Index(fields=["organisation", "-requested_at", "-id"], name="consultation_newest"),
                    models.Index(fields=["patient", "-requested_at"], name="consultation_of_patient"),
                    models.Index(fields=["clinic", "status", "requested_at"], name="consultation_queue"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "active", "closed"])),
                        name="consultation_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bill_timing__in", ["before", "after"])),
                        name="consultation_bill_timing_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("temperature__isnull", True), ("temperature__range", (25, 45)), _connector="OR"
                        ),
                        name="consultation_temperature_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pulse__isnull", True), ("pulse__range", (20, 300)), _connector="OR"),
                        name="consultation_pulse_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("systolic__isnull", True), ("systolic__range", (40, 300)), _connector="OR"),
                        name="consultation_systolic_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("diastolic__isnull", True), ("diastolic__range", (20, 200)), _connector="OR"
                        ),
                        name="consultation_diastolic_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("respiration__isnull", True), ("respiration__range", (4, 100)), _connector="OR"
                        ),
                        name="consultation_respiration_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("saturation__isnull", True), ("saturation__range", (30, 100)), _connector="OR"
                        ),
                        name="consultation_saturation_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__isnull", True), ("weight__range", (0, 500)), _connector="OR"),
                        name="consultation_weight_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("height__isnull", True), ("height__range", (20, 260)), _connector="OR"),
                        name="consultation_height_is_possible",
                        violation_error_message="No body has this. Is it in the right unit?",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("activated_at__isnull", True), ("closed_at__isnull", True), ("status", "pending")
                            ),
                            models.Q(
                                ("activated_at__isnull", False), ("closed_at__isnull", True), ("status", "active")
                            ),
                            models.Q(
                                ("activated_at__isnull", False), ("closed_at__isnull", False), ("status", "closed")
                            ),
                            _connector="OR",
                        ),
                        name="consultation_has_the_moments_of_its_status",
                    ),
                    clinic.constraints.Steps(
                        field="status",
                        name="consultation_goes_one_way",
                        steps={"": ("pending", "active"), "active": ("closed",), "pending": ("active",)},
                        violation_error_code="steps",
                    ),
                    clinic.constraints.Needs(
                        field="status",
                        has={"payment_status": ("paid", "waived")},
                        link="visit",
                        name="consultation_begins_when_paid",
                        value="active",
                        violation_error_code="needs",
                        where={"bill_timing": ("before",)},
                    ),
                    clinic.constraints.Frozen(
                        but=(),
                        name="consultation_stays_what_was_asked_for",
                        only=("organisation", "visit", "patient", "clinic", "service", "bill_timing"),
                        violation_error_code="frozen",
                        where={},
                    ),
                    clinic.constraints.Frozen(
                        but=(),
                        name="closed_consultation_is_final",
                        violation_error_code="frozen",
                        where={"status": ("closed",)},
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
                            "doctor": ("organisation",),
                            "line": ("organisation", "service"),
                            "patient": ("organisation",),
                            "service": ("organisation",),
                            "visit": ("organisation", "patient", "clinic"),
                        },
                        name="consultation_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Addendum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="text")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
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
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addenda",
                        to="clinic.consultation",
                        verbose_name="consultation",
                    ),
                ),
            ],
            options={
                "verbose_name": "addendum",
                "verbose_name_plural": "addenda",
                "ordering": ["written_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="addendum_says_something"
                    ),
                    clinic.constraints.Frozen(
                        but=(), name="addendum_is_final", violation_error_code="frozen", where={}
                    ),
                    clinic.constraints.Agrees(
                        links={"consultation": ("organisation",)}, name="addendum_agrees", violation_error_code="agrees"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_up_after",
                        to="clinic.appointment",
                        verbose_name="appointment",
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="clinic.consultation",
                        verbose_name="consultation",
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
                "verbose_name": "follow-up",
                "verbose_name_plural": "follow-ups",
                "ordering": ["pk"],
                "constraints": [
                    clinic.constraints.Agrees(
                        links={"appointment": ("organisation",), "consultation": ("organisation",)},
                        name="followup_agrees",
                        violation_error_code="agrees",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalConsultation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "bill_timing",
                    models.CharField(
                        choices=[("before", "Before the service"), ("after", "After the service")],
                        max_length=10,
                        verbose_name="billed",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Pending"), ("active", "Active"), ("closed", "Closed")],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("complaint", models.TextField(blank=True, verbose_name="complaint")),
                (
                    "temperature",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="temperature (°C)"
                    ),
                ),
                ("pulse", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pulse (per minute)")),
                (
                    "systolic",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="systolic pressure (mmHg)"),
                ),
                (
                    "diastolic",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="diastolic pressure (mmHg)"),
                ),
                (
                    "respiration",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="breaths (per minute)"),
                ),
                (
                    "saturation",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="oxygen saturation (%)"),
                ),
                (
                    "weight",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="weight (kg)"
                    ),
                ),
                (
                    "height",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=5, null=True, verbose_name="height (cm)"
                    ),
                ),
                ("findings", models.TextField(blank=True, verbose_name="findings")),
                ("diagnosis", models.TextField(blank=True, verbose_name="diagnosis")),
                ("diagnosis_codes", models.JSONField(blank=True, default=list, verbose_name="diagnosis codes")),
                ("plan", models.TextField(blank=True, verbose_name="plan")),
                ("version", models.PositiveIntegerField(default=0)),
                ("requested_at", models.DateTimeField(verbose_name="asked for at")),
                ("activated_at", models.DateTimeField(blank=True, null=True, verbose_name="begun at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begun by",
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
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.provider",
                        verbose_name="doctor",
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
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
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
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.invoiceline",
                        verbose_name="invoice line",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical consultation",
                "verbose_name_plural": "historical consultations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("payment", "payment"), ("refund", "refund")],
                        default="payment",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer")],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("amount", clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="amount")),
                ("receipt_number", models.PositiveIntegerField(verbose_name="receipt")),
                ("reference", models.CharField(blank=True, max_length=80, verbose_name="reference")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="reason")),
                ("taken_at", models.DateTimeField(verbose_name="taken at")),
                ("request_key", models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
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
                    "closing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="clinic.dayclosing",
                        verbose_name="day closing",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="clinic.invoice",
                        verbose_name="invoice",
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
                    "refund_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="clinic.payment",
                        verbose_name="refund of",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cashier",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-taken_at", "-pk"],
                "permissions": [("refund_payment", "Can give money back")],
                "indexes": [
                    models.Index(fields=["organisation", "-taken_at", "-id"], name="payment_newest"),
                    models.Index(fields=["taken_by", "taken_at"], name="payment_of_cashier"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "receipt_number"), name="receipt_number_is_given_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("receipt_number__gte", 1)), name="receipt_is_numbered_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["payment", "refund"])), name="payment_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["cash", "card", "transfer"])), name="payment_method_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind", "payment"), ("refund_of__isnull", True)),
                            models.Q(("amount__lt", 0), ("kind", "refund"), ("refund_of__isnull", False)),
                            _connector="OR",
                        ),
                        name="payment_takes_and_refund_gives",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            ("taken_by__isnull", True),
                            models.Q(("approved_by", models.F("taken_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="refund_is_approved_by_another",
                    ),
                    clinic.constraints.Frozen(
                        but=("closing",), name="payment_is_final", violation_error_code="frozen", where={}
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
                            "closing": ("organisation", "clinic"),
                            "invoice": ("organisation",),
                            "refund_of": ("organisation", "invoice"),
                        },
                        name="payment_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalRefundRequest",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("amount", clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="amount")),
                (
                    "method",
                    models.CharField(
                        choices=[("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer")],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("reason", models.CharField(max_length=250, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "Asked"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("answer", models.CharField(blank=True, max_length=250, verbose_name="answer")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
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
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clinic.payment",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical refund request",
                "verbose_name_plural": "historical refund requests",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RefundRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", clinic.models.fields.Money(decimal_places=2, max_digits=10, verbose_name="amount")),
                (
                    "method",
                    models.CharField(
                        choices=[("cash", "Cash"), ("card", "Card"), ("transfer", "Bank transfer")],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("reason", models.CharField(max_length=250, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "Asked"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("answer", models.CharField(blank=True, max_length=250, verbose_name="answer")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
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
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_requests",
                        to="clinic.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="clinic.payment",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund request",
                "verbose_name_plural": "refund requests",
                "ordering": ["-asked_at", "-pk"],
                "permissions": [("approve_refundrequest", "Can approve a refund that another person asks for")],
                "indexes": [models.Index(fields=["organisation", "-asked_at", "-id"], name="refundrequest_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "approved", "refused"])),
                        name="refundrequest_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["cash", "card", "transfer"])),
                        name="refundrequest_method_is_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refundrequest_is_an_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by__isnull", True),
                            ("asked_by__isnull", True),
                            models.Q(("answered_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="refundrequest_is_answered_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("refund__isnull", True), ("status", "asked")),
                            models.Q(("answered_at__isnull", False), ("refund__isnull", False), ("status", "approved")),
                            models.Q(("answered_at__isnull", False), ("refund__isnull", True), ("status", "refused")),
                            _connector="OR",
                        ),
                        name="refundrequest_is_asked_or_answered",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")), fields=("payment",), name="refund_is_asked_for_once"
                    ),
                    clinic.constraints.Agrees(
                        links={
                            "clinic": ("organisation",),
                            "payment": ("organisation",),
                            "refund": ("organisation",),
                        },
                        name="refundrequest_agrees",
                        violation_error_code="agrees",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="charge",
            name="charge_agrees",
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
            model_name="historicalpolicy",
            name="queues_before_payment",
            field=models.BooleanField(
                default=False,
                help_text="An outpatient who has still to pay already waits for the doctor; nobody can begin before.",
                verbose_name="hold a place in the queue before payment",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="queues_before_payment",
            field=models.BooleanField(
                default=False,
                help_text="An outpatient who has still to pay already waits for the doctor; nobody can begin before.",
                verbose_name="hold a place in the queue before payment",
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
                    ("receipt", "Payment receipt"),
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
                    ("sale", "Package sold"),
                    ("import", "Import"),
                ],
                max_length=20,
                verbose_name="kind",
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
                            "receipt",
                            "package_expiring",
                        ],
                    )
                ),
                name="message_kind_is_known",
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
                            "sale",
                            "import",
                        ],
                    )
                ),
                name="operation_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="clinic.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="historicalcharge",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="clinic.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=clinic.constraints.Agrees(
                links={
                    "appointment": ("organisation", "patient"),
                    "invoice": ("organisation", "patient"),
                    "patient": ("organisation",),
                },
                name="charge_agrees",
                violation_error_code="agrees",
            ),
        ),
    ]
