"""The organisation wall on the screens: which rows a person's forms, lists and links may name at all."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import Http404

from admin_ext.roles import ROLES
from clinic.models import Organisation, User
from clinic.models.base import TenantModel

KEY_LENGTH = 18  # digits; longer than any key that a database could hold


def own_rows(model: type[Model], organisation: Organisation | None) -> QuerySet:
    """Rows of `model` that people of `organisation` may see: none of a model that has no organisation."""
    rows = model._default_manager.all()
    if organisation is None:
        return rows.none()
    if issubclass(model, TenantModel):
        return rows.of(organisation)
    if issubclass(model, User):
        return rows.filter(organisation=organisation, is_superuser=False)
    if issubclass(model, Organisation):
        return rows.filter(pk=organisation.pk)
    if issubclass(model, Group):
        return rows.filter(name__in=ROLES)
    return rows.none()


def row_or_404(rows: QuerySet, pk) -> Model:
    """The row of `rows` with this key, as text or number; a row of another organisation is not found."""
    try:
        return rows.get(pk=pk)
    except (rows.model.DoesNotExist, ValueError, TypeError) as missing:
        raise Http404 from missing


def all_own_or_404(model: type[Model], keys: Iterable[str], organisation: Organisation | None) -> list[Model]:
    """The rows with these keys; nothing is found if one of them is somebody else's, or no key at all."""
    wanted = set(keys)
    if not all(key.isdecimal() and len(key) <= KEY_LENGTH for key in wanted):
        raise Http404
    rows = list(own_rows(model, organisation).filter(pk__in=wanted))
    if len(rows) != len(wanted):
        raise Http404
    return rows
