"""What the models declare is audited without a line of its own: every constraint and every link, broken and named."""

import pytest
from django.db.models import CheckConstraint, Q, UniqueConstraint

from clinic.audit.declared import declared
from clinic.audit.declared.guards import declared_for, existing_for
from clinic.audit.look import invariants
from clinic.constraints import Agrees, NoOverlap
from clinic.models import Appointment, Charge, Message, Organisation, PackagePurchase, Patient, Provider, Service
from clinic.models.base import RecordedModel
from tests.clinic.audit.bare import bare, broken, insert, sentences
from tests.clinic.broken_rows import BY_A_TWIN, BY_ANOTHERS_ROW, BY_CHANGING, LINKS, breaking, pointing
from tests.clinic.full_world import constraints

OF_ORGANISATIONS = {
    kind: [name for name, (model, _) in BY_CHANGING.items() if model is kind]
    for kind, _ in BY_CHANGING.values()
    if kind is not Organisation
}


def test_a_full_world_breaks_nothing(ours, theirs):
    assert ours.charge
    assert broken(history=True) == {}


def test_every_name_is_given_once():
    names = [one.name for one in invariants()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("model", OF_ORGANISATIONS)
def test_a_row_that_its_table_would_refuse_is_named(ours, theirs, model, turn):
    row, invariant = ours.row(model), f"{model._meta.model_name}_checks"
    changes = {name: breaking(name, ours)[1] for name in OF_ORGANISATIONS[model]}
    bare(model)

    for name in changes:
        with turn(name):
            ours.write(model, changes[name])
            assert broken(invariant) == {invariant: [row.pk]}
            assert sentences(invariant) == [f"Breaks “{name}”."]


@pytest.mark.parametrize("name", BY_A_TWIN)
def test_a_row_too_many_is_named_with_the_other_one(ours, theirs, name):
    model, changes = BY_A_TWIN[name]
    changes = changes(ours)
    first = ours.row(model).pk
    bare(model)

    second = insert(ours, model, changes)

    overlaps = {rule.name for _, rule in constraints(NoOverlap)}
    named = [first, second] if name in overlaps else [second]
    told = f"Overlaps number {first}." if name in overlaps else f"Says the same as number {first}."
    assert set(broken(name)[name]) <= set(named)
    assert second in broken(name)[name]
    assert sentences(name)[-1] == told


@pytest.mark.parametrize("link", BY_ANOTHERS_ROW, ids="-".join)
def test_a_link_to_the_wrong_row_is_named(ours, link):
    rule, relation, field = link
    model = next(model for model, each in constraints(Agrees) if each.name == rule)
    changes, row = BY_ANOTHERS_ROW[link](ours), ours.row(model)
    bare(model)

    ours.write(model, changes)

    invariant = f"{model._meta.model_name}_links"
    named = {name: model._meta.get_field(name).verbose_name for name in (relation, field)}
    assert broken(invariant) == {invariant: [row.pk]}
    if rule not in ("charge_agrees", "message_agrees"):  # their other links to the patient are as wrong
        assert sentences(invariant) == [f"“{named[relation]}” belongs to another row than “{named[field]}” says."]


RELATIONS = {m: sorted({relation for model, _, relation, _ in LINKS if model is m}) for m, *_ in LINKS}


@pytest.mark.parametrize("model", RELATIONS)
class TestLinks:
    def test_a_link_over_the_wall_is_named(self, ours, theirs, model, turn):
        row, invariant = ours.row(model), f"{model._meta.model_name}_links"
        bare(model)

        for relation in RELATIONS[model]:
            with turn(relation):
                field = model._meta.get_field(relation)
                ours.write(model, pointing(model, relation, theirs.row(field.related_model)))
                assert broken(invariant) == {invariant: [row.pk]}
                assert sentences(invariant) == [f"“{field.verbose_name}” belongs to another organisation."]

    def test_a_link_to_nothing_is_named(self, ours, model, turn):
        row, invariant = ours.row(model), f"{model._meta.model_name}_links"
        bare(model)

        for relation in RELATIONS[model]:
            with turn(relation):
                field, changes = model._meta.get_field(relation), pointing(model, relation, None)
                ours.write(model, {**without(relation, changes), field.attname: 10**9})
                assert broken(invariant) == {invariant: [row.pk]}
                assert sentences(invariant) == [f"“{field.verbose_name}” names a row that does not exist."]


def without(name: str, changes: dict[str, object]) -> dict[str, object]:
    return {field: value for field, value in changes.items() if field != name}


def test_an_actor_of_another_organisation_is_named(ours, theirs):
    ours.write(Appointment, {"booked_by": theirs.by})

    assert broken("appointment_links") == {"appointment_links": [ours.appointment.pk]}
    assert sentences("appointment_links") == ["“booked by” belongs to another organisation."]


def test_people_of_the_platform_belong_to_no_organisation(ours):
    ours.by.organisation = None
    ours.by.save()

    assert broken("leave_links", "rebooking_links", "operation_links") == {}


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("service_clinics_links", lambda ours, theirs: (ours.service, "clinics", theirs.clinic)),
        ("service_providers_links", lambda ours, theirs: (ours.service, "providers", theirs.provider)),
        ("provider_clinics_links", lambda ours, theirs: (ours.provider, "clinics", theirs.clinic)),
        ("room_services_links", lambda ours, theirs: (ours.room, "services", theirs.service)),
    ],
)
def test_one_of_many_links_over_the_wall_is_named(ours, theirs, name, pair):
    row, field, there = pair(ours, theirs)

    getattr(row, field).add(there)

    assert broken(name) == {name: [row.pk]}


def test_every_table_of_many_links_is_broken_here():
    many = {one.name for one in declared(history=False) if one.name.count("_") > 1 and one.name.endswith("_links")}

    assert many == {
        "provider_clinics_links", "room_services_links", "service_clinics_links", "service_providers_links",
    }  # fmt: skip


RECORDED = [one.model for one in declared(history=True) if one.name.endswith("_history")]


def test_every_table_with_history_is_compared():
    tables = {one.model for one in declared(history=False) if issubclass(one.model, RecordedModel)}

    assert set(RECORDED) == tables
    assert Appointment in tables


@pytest.mark.parametrize("model", RECORDED)
def test_a_row_changed_past_its_history_is_named(ours, theirs, model):
    row, invariant = ours.row(model), f"{model._meta.model_name}_history"
    assert broken(invariant) == {}

    model.history.filter(id=row.pk).update(organisation=theirs.organisation)

    assert broken(invariant) == {invariant: [row.pk]}
    assert sentences(invariant) == ["Differs from its newest version in “organisation”."]


def test_a_row_without_history_is_named(ours):
    Patient.history.filter(id=ours.patient.pk).delete()

    assert broken("patient_history") == {"patient_history": [ours.patient.pk]}


@pytest.mark.parametrize("model", [Appointment, PackagePurchase, Provider, Service, Charge, Message, Organisation])
def test_every_guard_of_a_table_is_there(db, model):
    rules = {rule.name for rule in model._meta.constraints if isinstance(rule, UniqueConstraint | CheckConstraint)}

    assert rules <= declared_for(model) <= existing_for(model)


@pytest.mark.parametrize(
    "rule",
    [
        CheckConstraint(name="patient_has_a_name", condition=~Q(name_en="")),
        UniqueConstraint(name="patient_phone_is_unique", fields=["organisation", "phone"]),
        Agrees(name="patient_agrees", links={"user": ["organisation"]}),
    ],
    ids=lambda rule: rule.name,
)
def test_a_guard_that_was_never_made_is_named(db, monkeypatch, rule):
    monkeypatch.setattr(Patient._meta, "constraints", [*Patient._meta.constraints, rule])

    first, *_same_rule = broken("patient_guards")["patient_guards"]
    assert first.removesuffix("_insert") == rule.name
