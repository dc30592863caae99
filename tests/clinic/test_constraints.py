"""The tables guard themselves: every constraint of every model is broken once, past every service and form."""

import pytest
from django.db import transaction

from clinic.constraints import Agrees
from clinic.constraints.transitions import ChangeRule
from tests.clinic.broken_rows import (
    ALSO_BROKEN,
    BY_A_TWIN,
    BY_ANOTHERS_ROW,
    BY_CHANGING,
    LINKS,
    breaking,
    pointing,
    target,
    unmet,
)
from tests.clinic.full_world import constraints, is_final, refused


def links(chosen):
    """The links of all tables for which `chosen` says yes, each once."""
    found = {(model, name, relation) for model, name, relation, _field in LINKS if chosen(model, relation)}
    return pytest.mark.parametrize(("model", "name", "relation"), sorted(found, key=lambda link: link[1:]))


def test_every_constraint_is_broken_here():
    of_changes = {rule.name for _, rule in constraints(ChangeRule)}  # test_transitions breaks them
    broken = {*BY_CHANGING, *BY_A_TWIN, *(name for _, name, _, _ in LINKS), *of_changes}

    assert broken == {rule.name for _, rule in constraints()}


def test_every_link_is_broken_here():
    assert set(BY_ANOTHERS_ROW) == {tuple(link) for _, *link in LINKS if link[-1] != "organisation"}


@pytest.mark.parametrize("name", BY_CHANGING)
def test_table_refuses_a_row_that_breaks(ours, name):
    model, changes = breaking(name, ours)

    with refused(f"{name}|{ALSO_BROKEN.get(name, name)}"), transaction.atomic():
        ours.put(model, changes)


@pytest.mark.parametrize("name", BY_A_TWIN)
def test_table_refuses_a_second_row_that_breaks(ours, name):
    model, changes = BY_A_TWIN[name]

    with refused(name, model), transaction.atomic():
        ours.insert(model, changes(ours))


@pytest.mark.parametrize("link", BY_ANOTHERS_ROW, ids="-".join)
def test_table_refuses_a_link_to_the_wrong_row(ours, link):
    name, _, _ = link
    model = next(model for model, rule in constraints(Agrees) if rule.name == name)

    with refused(name), transaction.atomic():
        ours.put(model, BY_ANOTHERS_ROW[link](ours))


class TestAnotherOrganisation:
    """No row may point over the organisation's wall, whichever end of the link is written."""

    @links(lambda model, relation: not is_final(model, [relation]))
    def test_table_refuses_to_point_there(self, ours, theirs, model, name, relation):
        beside = unmet(model, ours)
        clear = {} if is_final(model, beside) else beside

        with refused(name), transaction.atomic():
            ours.write(model, {**clear, **pointing(model, relation, target(model, relation, theirs))})

    @links(lambda model, relation: True)
    def test_table_refuses_a_new_row_that_points_there(self, ours, theirs, model, name, relation):
        row_there = target(model, relation, theirs)

        with refused(name), transaction.atomic():
            ours.insert(model, {**unmet(model, ours), **pointing(model, relation, row_there)})

    @links(lambda model, relation: not is_final(model, ["organisation"]))
    def test_table_refuses_to_carry_a_row_over(self, ours, theirs, model, name, relation):
        if ours.row(model).__dict__[f"{relation}_id"] is None:
            ours.write(model, pointing(model, relation, ours.row(model._meta.get_field(relation).related_model)))

        with refused(name), transaction.atomic():
            ours.write(model, {**unmet(model, ours), "organisation": theirs.organisation})
