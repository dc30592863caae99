"""The tables guard themselves: every constraint of every model is broken once, past every service and form."""

import pytest
from django.db import transaction

from clinic.constraints import Agrees
from tests.clinic.broken_rows import BY_A_TWIN, BY_ANOTHERS_ROW, BY_CHANGING, LINKS, pointing, unmet
from tests.clinic.full_world import constraints, refused


def test_every_constraint_is_broken_here():
    broken = {*BY_CHANGING, *BY_A_TWIN, *(name for _, name, _, _ in LINKS)}

    assert broken == {rule.name for _, rule in constraints()}


def test_every_link_is_broken_here():
    assert set(BY_ANOTHERS_ROW) == {tuple(link) for _, *link in LINKS if link[-1] != "organisation"}


@pytest.mark.parametrize("name", BY_CHANGING)
def test_table_refuses_a_row_that_breaks(ours, name):
    model, changes = BY_CHANGING[name]

    with refused(name), transaction.atomic():
        ours.write(model, changes)


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
        ours.write(model, BY_ANOTHERS_ROW[link](ours))


@pytest.mark.parametrize(("model", "name", "relation"), sorted({link[:3] for link in LINKS}, key=lambda link: link[1:]))
class TestAnotherOrganisation:
    """No row may point over the organisation's wall, whichever end of the link is written."""

    def test_table_refuses_to_point_there(self, ours, theirs, model, name, relation):
        row_there = theirs.row(model._meta.get_field(relation).related_model)

        with refused(name), transaction.atomic():
            ours.write(model, {**unmet(model, ours), **pointing(model, relation, row_there)})

    def test_table_refuses_a_new_row_that_points_there(self, ours, theirs, model, name, relation):
        row_there = theirs.row(model._meta.get_field(relation).related_model)

        with refused(name), transaction.atomic():
            ours.insert(model, {**unmet(model, ours), **pointing(model, relation, row_there)})

    def test_table_refuses_to_carry_a_row_over(self, ours, theirs, model, name, relation):
        if ours.row(model).__dict__[f"{relation}_id"] is None:
            ours.write(model, pointing(model, relation, ours.row(model._meta.get_field(relation).related_model)))

        with refused(name), transaction.atomic():
            ours.write(model, {"organisation": theirs.organisation})
