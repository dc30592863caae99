"""The groups that give staff their permissions."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction


@transaction.atomic
def sync_groups(codenames_by_group: Mapping[str, Iterable[str]], *, using: str = "default") -> None:
    """Give each group exactly the named permissions of this app; other groups are left alone. Safe to repeat."""
    permissions = Permission.objects.using(using).filter(content_type__app_label="clinic")
    for name, codenames in codenames_by_group.items():
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(permissions.filter(codename__in=codenames))
