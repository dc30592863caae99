"""Find patients by any part of a name, phone or file number: a trigram index, on PostgreSQL only."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

CREATE = "CREATE INDEX patient_search ON clinic_patient USING gin (search_text gin_trgm_ops)"
DROP = "DROP INDEX IF EXISTS patient_search"


def create_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_clinic")]
    operations = [TrigramExtension(), migrations.RunPython(create_index, drop_index)]
