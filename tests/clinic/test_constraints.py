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

EACH_MODEL = pytest.mark.parametrize("model", list(dict.fromkeys(model for model, *_ in LINKS)))


def links(of) -> list[tuple[str, str]]:
    """The rule and the relation of every link of this model, each once."""
    return sorted({(name, relation) for model, name, relation, _field in LINKS if model is of})


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

    @pytest.fixture(autouse=True)
    def row_to_write(self, ours, model):
        """A charge is made where it is first asked for: before the turns, which take back what they make."""
        return ours.row(model)

    @EACH_MODEL
    def test_table_refuses_to_point_there(self, ours, theirs, model, turn):
        for name, relation in links(model):
            if is_final(model, [relation]):
                continue
            with turn(relation):
                beside = unmet(model, ours)
                clear = {} if is_final(model, beside) else beside
                with refused(name), transaction.atomic():
                    ours.write(model, {**clear, **pointing(model, relation, target(model, relation, theirs))})

    @EACH_MODEL
    def test_table_refuses_a_new_row_that_points_there(self, ours, theirs, model, turn):
        for name, relation in links(model):
            with turn(relation):
                row_there = target(model, relation, theirs)
                with refused(name), transaction.atomic():
                    ours.insert(model, {**unmet(model, ours), **pointing(model, relation, row_there)})

    @EACH_MODEL
    def test_table_refuses_to_carry_a_row_over(self, ours, theirs, model, turn):
        if is_final(model, ["organisation"]):
            return
        for name, relation in links(model):
            with turn(relation):
                if ours.row(model).__dict__[f"{relation}_id"] is None:
                    mine = ours.row(model._meta.get_field(relation).related_model)
                    ours.write(model, pointing(model, relation, mine))
                with refused(name), transaction.atomic():
                    ours.write(model, {**unmet(model, ours), "organisation": theirs.organisation})
