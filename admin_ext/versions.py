"""Which version of a row, or of anything shown, a page was opened on, and what others did to the row since."""

import hashlib

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

CHANGED_WITHOUT_FORMS = {"last_login", "password"}


def version_of(row: Model) -> str:
    """A text that changes with every change of the row; empty for a row that is not saved yet."""
    if row._state.adding:
        return ""
    if hasattr(row, "history"):
        return str(type(row).history.filter(id=row.pk).values_list("history_id", flat=True).first() or "")
    values = [
        (field.attname, field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in CHANGED_WITHOUT_FORMS
    ]
    return fingerprint(values)


def fingerprint(shown: object) -> str:
    """A short text that is different when what is shown is."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def changes_since(row: Model, version: str) -> list[str]:
    """Sentences for the person whose form was opened on `version`: who changed the row when, and to what."""
    if not hasattr(row, "history"):
        return [_("Somebody else has changed this since you opened it.")]
    records = type(row).history.filter(id=row.pk).select_related("history_user")
    latest, seen = records.first(), records.filter(history_id=version).first() if version.isdigit() else None
    by = latest.history_user or _("Somebody else")
    at = date_format(localtime(latest.history_date), "SHORT_DATETIME_FORMAT")
    sentences = [_("%(by)s changed this at %(at)s, after you had opened it.") % {"by": by, "at": at}]
    if seen is not None:
        for change in latest.diff_against(seen, foreign_keys_are_objs=True).changes:
            label = capfirst(row._meta.get_field(change.field).verbose_name)
            sentences.append(_("%(field)s is now “%(value)s”.") % {"field": label, "value": shown(change.new)})
    return sentences


def shown(value) -> str:
    if isinstance(value, list):
        return ", ".join(str(next(iter(entry.values()), "")) for entry in value)
    return "" if value is None else str(value)
