"""The organisation wall: a row of another organisation is as good as not there."""

from django.db.models import Model

from clinic.models.organisations import Organisation
from clinic.models.people import User


def own(by: User, *rows: Model | None) -> Organisation:
    """The organisation of the actor, after making sure that every row given belongs to it.

    Raises the row's own `DoesNotExist` for a foreign row, and for any row when the actor has no organisation;
    `Organisation.DoesNotExist` when such an actor names no row.
    """
    for row in rows:
        if row is not None and (by.organisation_id is None or row.organisation_id != by.organisation_id):
            raise row.DoesNotExist(f"{type(row).__name__} matching query does not exist.")
    if by.organisation is None:
        raise _not_there()
    return by.organisation


def check_own(by: User, organisation: Organisation) -> None:
    """Make sure that the actor is of this organisation; raises `Organisation.DoesNotExist` for one of another."""
    if own(by) != organisation:
        raise _not_there()


def _not_there() -> Organisation.DoesNotExist:
    return Organisation.DoesNotExist("Organisation matching query does not exist.")
