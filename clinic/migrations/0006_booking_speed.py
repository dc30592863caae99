from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("clinic", "0005_when_plans_change")]

    operations = [
        migrations.RemoveIndex(model_name="appointment", name="appointment_of_provider"),
        migrations.RemoveIndex(model_name="appointment", name="appointment_of_room"),
        migrations.AddIndex(
            model_name="appointment", index=models.Index(name="time_of_provider", fields=["provider", "busy_until"])
        ),
        migrations.AddIndex(
            model_name="appointment", index=models.Index(name="time_of_room", fields=["room", "busy_until"])
        ),
        migrations.AddIndex(
            model_name="appointment", index=models.Index(name="time_of_patient", fields=["patient", "ends_at"])
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                name="visit_of_patient", fields=["patient", "starts_at"], condition=Q(status="completed")
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                name="no_show_of_patient", fields=["patient", "starts_at"], condition=Q(status="no_show")
            ),
        ),
    ]
