"""Invariants that nobody has to write: what the models declare about their tables."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model

from clinic.audit.declared.checks import checks_of
from clinic.audit.declared.guards import guards_of
from clinic.audit.declared.histories import history_of
from clinic.audit.declared.links import has_organisation, links_of
from clinic.audit.declared.overlaps import overlaps_of
from clinic.audit.declared.uniques import uniques_of
from clinic.audit.invariant import Invariant


def declared(*, history: bool) -> Iterator[Invariant]:
    """Table by table. `history` adds the comparison of every row with the newest version in its history."""
    for model in tables():
        yield from guards_of(model)
        if not has_organisation(model):
            continue
        yield from checks_of(model)
        yield from uniques_of(model)
        yield from overlaps_of(model)
        yield from links_of(model)
        if history:
            yield from history_of(model)


def tables() -> list[type[Model]]:
    """Every table of the clinic; histories are copies and looked at with what they copy."""
    return [model for model in apps.get_app_config("clinic").get_models() if not hasattr(model, "instance_type")]
