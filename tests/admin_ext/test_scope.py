"""Which rows a key from an address may name."""

import pytest
from django.http import Http404

from admin_ext.scope import own_rows, row_or_404
from clinic.models import Patient


@pytest.mark.parametrize("key", ["0", "-1", "x", "9" * 30, "1 OR 1=1", "", None])
def test_a_key_that_is_none_names_no_row(ours, key):
    with pytest.raises(Http404):
        row_or_404(own_rows(Patient, ours.organisation), key)


def test_a_key_names_a_row_of_ours_and_none_of_theirs(ours, theirs):
    rows = own_rows(Patient, ours.organisation)

    assert row_or_404(rows, str(ours.patient.pk)) == ours.patient
    with pytest.raises(Http404):
        row_or_404(rows, str(theirs.patient.pk))
