"""The organisation wall, where the organisation itself is what somebody names."""

import pytest

from clinic.models import Organisation
from clinic.tenancy import check_own
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_own_organisation_is_there():
    organisation = make_organisation()

    check_own(make_user(organisation), organisation)


@pytest.mark.parametrize("is_of_another", [True, False], ids=["of another", "of none"])
def test_organisation_of_others_is_as_good_as_not_there(is_of_another):
    theirs = make_organisation()
    user = make_user(make_organisation("Amal Group") if is_of_another else None)

    with pytest.raises(Organisation.DoesNotExist, match=r"^Organisation matching query does not exist\.$"):
        check_own(user, theirs)
