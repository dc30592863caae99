"""The palette in a real browser: what is pasted is looked for, and Enter alone opens the first thing found."""

import pytest
from django.contrib.auth.models import Group

from admin_ext.roles import FRONT_DESK
from tests.factories import make_clinic, make_organisation, make_patient, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def palette(page, sign_in, db):
    clinic = make_clinic(make_organisation(), "Olaya")
    mona = make_user(clinic.organisation, "mona", is_staff=True)
    mona.groups.add(Group.objects.get(name=FRONT_DESK))
    sign_in(mona)
    make_patient(clinic.organisation, "Lina Harbi")
    make_patient(clinic.organisation, "Omar Saeed")
    page.goto("/admin/book/")
    page.keyboard.press("Escape")
    page.locator(".palette-button").click()
    return page.locator("#search-input-command")


def test_enter_at_once_after_a_pasted_name_opens_its_patient(page, palette):
    palette.fill("Omar")  # arrives as pasted words do, without a key of its own
    palette.press("Enter")

    page.wait_for_url("**/patients/*/")
    assert "Omar Saeed" in page.locator(".page-head h2").inner_text()


def test_a_name_pasted_over_another_leaves_no_result_of_that_one(page, palette):
    found = page.locator("#command-results-list a")
    palette.fill("Lina")
    found.filter(has_text="Lina Harbi").wait_for()

    palette.fill("Omar")
    found.filter(has_text="Omar Saeed").wait_for()

    assert found.filter(has_text="Lina").count() == 0


def test_one_name_is_looked_for_once(page, palette):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/search/" in request.url else None)

    palette.fill("Lina")
    page.locator("#command-results-list a").first.wait_for()
    page.wait_for_timeout(600)

    assert len(asked) == 1
