"""Every status has a colour of its own kind."""

import pytest

from admin_ext.columns import COLOURS, colour_of
from clinic.enums import ConsultationStatus, PurchaseStatus


@pytest.mark.parametrize("kind", COLOURS, ids=lambda kind: kind.__name__)
def test_every_status_of_a_kind_has_a_colour(kind):
    assert set(COLOURS[kind]) == set(kind)


def test_one_word_may_have_another_colour_in_another_kind():
    assert (PurchaseStatus.ACTIVE, PurchaseStatus.COMPLETED) == ("active", "completed")

    assert (colour_of(PurchaseStatus.ACTIVE), colour_of(ConsultationStatus.ACTIVE)) == ("teal", "orange")
