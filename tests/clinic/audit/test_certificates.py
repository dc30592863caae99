"""The certificate of a night: one for each organisation, about its own rows, and no more of them than a year needs."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from clinic.audit import certificates
from clinic.audit.certificates import certify
from clinic.audit.selectors import is_stale, newest_certificate
from clinic.models import Certificate, Organisation, PackagePurchase
from clinic.tasks import start_audit
from tests.factories import BEFORE

NIGHT = BEFORE + timedelta(hours=1)


def written(world) -> Certificate:
    return newest_certificate(world.organisation)


def test_every_organisation_gets_its_certificate(ours, theirs):
    made = certify(at=NIGHT)

    assert {one.organisation for one in made} == {ours.organisation, theirs.organisation}
    assert written(ours).checked_at == NIGHT
    assert written(ours).findings == []
    assert written(ours).rows_checked == written(theirs).rows_checked > 30


def test_a_certificate_names_the_organisations_own_rows_alone(ours, theirs):
    PackagePurchase.objects.filter(organisation=theirs.organisation).update(sessions_used=1)
    PackagePurchase.objects.filter(pk=ours.purchase.pk).update(sessions_used=2)

    certify(at=NIGHT)

    (finding,) = (found for found in written(ours).findings if found["invariant"] == "purchase_adds_up")
    assert finding["count"] == 1
    assert finding["rows"] == [
        {"key": ours.purchase.pk, "used": 2, "total": 10, "used_by_ledger": 0, "total_by_ledger": 10}
    ]
    (finding,) = (found for found in written(theirs).findings if found["invariant"] == "purchase_adds_up")
    assert [row["key"] for row in finding["rows"]] == [
        theirs.purchase.pk, theirs.second_purchase.pk, theirs.purchase_of_second_patient.pk,
    ]  # fmt: skip


def test_history_is_compared_at_night(ours, theirs):
    PackagePurchase.objects.filter(pk=theirs.purchase.pk).update(price=1)

    certify(at=NIGHT)

    assert written(ours).findings == []
    assert [found["invariant"] for found in written(theirs).findings] == ["packagepurchase_history"]


def test_what_the_database_lacks_concerns_everybody(ours, theirs, monkeypatch):
    monkeypatch.setattr("clinic.audit.declared.guards.existing_for", lambda model: set())

    certify(at=NIGHT)

    assert "patient_guards" in [found["invariant"] for found in written(ours).findings]
    assert written(ours).findings == written(theirs).findings


def test_the_oldest_certificates_are_taken_away(ours, theirs, monkeypatch):
    monkeypatch.setattr(certificates, "KEPT", 3)
    for night in range(5):
        certify(at=NIGHT + timedelta(days=night))

    kept = Certificate.objects.of(ours.organisation).order_by("checked_at")

    assert [(one.checked_at - NIGHT).days for one in kept] == [2, 3, 4]
    assert Certificate.objects.of(theirs.organisation).count() == 3


def test_an_organisation_without_rows_is_certified_too(db):
    Organisation.objects.create(slug="new", name_en="New")

    (certificate,) = certify(at=NIGHT)

    assert certificate.rows_checked == 1
    assert certificate.findings == []


@pytest.mark.parametrize(("hours", "stale"), [(47, False), (48, False), (49, True)])
def test_a_certificate_is_stale_after_two_days(ours, hours, stale):
    certificate = ours.row(Certificate)

    assert is_stale(certificate, at=BEFORE + timedelta(hours=hours)) is stale


def test_the_schedule_gives_the_audit_more_time_than_other_tasks(db):
    start_audit()

    task = OrmQ.objects.get().task
    assert (task["func"], task["timeout"]) == ("clinic.tasks.audit", 280)
