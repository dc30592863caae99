"""What people read in two languages: specialties, and one word for each list."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_booking_desk"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="historicalpackagepurchase",
            options={
                "get_latest_by": ("history_date", "history_id"),
                "ordering": ("-history_date", "-history_id"),
                "verbose_name": "historical patient's package",
                "verbose_name_plural": "historical patients' packages",
            },
        ),
        migrations.AlterModelOptions(
            name="operation",
            options={"ordering": ["-at", "-pk"], "verbose_name": "bulk action", "verbose_name_plural": "bulk actions"},
        ),
        migrations.AlterModelOptions(
            name="packagepurchase",
            options={
                "ordering": ["-purchased_on", "-pk"],
                "verbose_name": "patient's package",
                "verbose_name_plural": "patients' packages",
            },
        ),
        migrations.AlterModelOptions(
            name="purchaseitem",
            options={
                "ordering": ["purchase", "step", "pk"],
                "verbose_name": "item of a patient's package",
                "verbose_name_plural": "items of patients' packages",
            },
        ),
        migrations.AddField(
            model_name="historicalprovider",
            name="specialty_ar",
            field=models.CharField(blank=True, max_length=80, verbose_name="specialty in Arabic"),
        ),
        migrations.AddField(
            model_name="provider",
            name="specialty_ar",
            field=models.CharField(blank=True, max_length=80, verbose_name="specialty in Arabic"),
        ),
        migrations.AlterField(
            model_name="appointment",
            name="operation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="clinic.operation",
                verbose_name="booked by bulk action",
            ),
        ),
        migrations.AlterField(
            model_name="historicalappointment",
            name="operation",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="clinic.operation",
                verbose_name="booked by bulk action",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionentry",
            index=models.Index(fields=["organisation", "-id"], name="entry_newest"),
        ),
    ]
