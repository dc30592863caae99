import pytest

from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager():
    person = make_user(make_organisation(), "mona", is_staff=True, is_superuser=True)
    person.set_password("a-long-password")
    person.save()
    return person


def enter(page, password):
    page.get_by_label("Username").fill("mona")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_staff_sign_in_and_land_on_the_first_page(page, manager):
    page.goto("/")
    enter(page, "a-long-password")

    page.wait_for_url("**/admin/")
    assert page.get_by_text("mona").count() > 0


def test_staff_with_a_wrong_password_stay_and_can_try_again(page, manager):
    page.goto("/admin/login/")
    enter(page, "a-wrong-password")
    assert page.get_by_text("Please enter the correct username and password").is_visible()

    enter(page, "a-long-password")

    page.wait_for_url("**/admin/")


def test_staff_signed_in_by_the_test_see_the_first_page(page, sign_in, manager):
    sign_in(manager)

    page.goto("/admin/")

    assert page.url.endswith("/admin/")
