"""What the demo writes past the services is as sound as what they write, on every database."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from clinic.audit.look import invariants, look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noor")]


def test_every_reference_in_the_demo_leads_to_a_row():
    connection.check_constraints()


def test_the_audit_finds_nothing_in_the_demo():
    findings = look(invariants(), at=datetime(2026, 11, 22, 8, 20, tzinfo=UTC))

    assert {finding.invariant.name: finding.broken for finding in findings if finding.count} == {}
