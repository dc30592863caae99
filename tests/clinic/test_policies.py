"""Which rules an organisation goes by."""

import pytest

from clinic.models import Organisation, Policy
from clinic.scheduling.attendance import policy_of
from tests.factories import make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_organisation_goes_by_its_own_policy():
    policy = make_organisation().policy

    assert Organisation.objects.get().effective_policy == policy
    assert policy_of(policy.organisation_id) == policy


def test_organisation_without_a_policy_of_its_own_goes_by_the_usual_one_which_is_nowhere_written():
    organisation = make_organisation()
    Policy.objects.all().delete()

    for usual in (Organisation.objects.get().effective_policy, policy_of(organisation.pk)):
        assert (usual.pk, usual.offers_at_once, usual.reminder_minutes) == (None, 3, {"email": [1440], "sms": [120]})
    assert not Policy.objects.exists()


def test_policy_is_asked_for_once(django_assert_num_queries):
    make_organisation()
    loaded = Organisation.objects.select_related("policy").get()

    with django_assert_num_queries(0):
        assert loaded.effective_policy.offers_at_once == 3
    with django_assert_num_queries(1):
        policy_of(loaded.pk)
