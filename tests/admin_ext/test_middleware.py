"""What a page gets when its session has ended, and what stands in place of a page that cannot be shown."""

import pytest
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, FRONT_DESK, PROVIDER


@pytest.mark.django_db
def test_fragment_asked_for_after_the_session_has_ended_leads_the_page_to_the_login(client):
    response = client.get(reverse("admin:package_desk"), headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == f"{reverse('admin:login')}?ended=1"
    assert response.content == b""


@pytest.mark.django_db
def test_page_whose_session_ended_in_the_middle_is_gone_on_with_after_the_login(client):
    asked_by = "http://testserver/admin/calendar/?day=2030-01-07&view=week"

    response = client.get(reverse("admin:package_desk"), headers={"HX-Request": "true", "HX-Current-URL": asked_by})

    login = response.headers["HX-Redirect"]
    assert login == "/admin/login/?ended=1&next=%2Fadmin%2Fcalendar%2F%3Fday%3D2030-01-07%26view%3Dweek"
    assert "Your session has ended. Sign in to go on." in client.get(login).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/admin/", "//evil.example/", "javascript:alert(1)"])
def test_login_leads_to_no_page_of_another_site(client, elsewhere):
    response = client.get(reverse("admin:package_desk"), headers={"HX-Request": "true", "HX-Current-URL": elsewhere})

    assert response.headers["HX-Redirect"] == "/admin/login/?ended=1"


@pytest.mark.django_db
def test_login_asked_for_by_itself_speaks_of_no_session(client):
    assert "session has ended" not in client.get(reverse("admin:login")).content.decode()


@pytest.mark.django_db
def test_page_asked_for_after_the_session_has_ended_comes_back_after_the_login(client):
    address = reverse("admin:package_desk")

    response = client.get(address)

    assert response.headers["Location"] == f"{reverse('admin:login')}?next={address}"


@pytest.mark.parametrize("address", ["/admin/nowhere/", "/admin/patient/999999/"])
def test_address_that_shows_nothing_is_explained_in_the_frame(ours, sign_in, address):
    answer = sign_in(ours.organisation, FRONT_DESK).get(address)

    assert answer.status_code == 404
    page = answer.content.decode()
    assert "This page is not there" in page
    assert f'href="{reverse("admin:index")}"' in page


def test_page_of_another_role_says_whom_to_ask(ours, sign_in):
    answer = sign_in(ours.organisation, PROVIDER).get(reverse("admin:clinic_policy_changelist"))

    assert answer.status_code == 403
    assert "ask an administrator for a role that has it: Manager, Administrator." in answer.content.decode()
    assert "Staff logins</a>" not in answer.content.decode()


def test_page_of_another_role_leads_an_administrator_to_the_logins(ours, sign_in):
    answer = sign_in(ours.organisation, ADMINISTRATOR).get(reverse("admin:cash_desk"))

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "These roles have it: Cashier" in page
    assert "ask an administrator" not in page
    assert f'href="{reverse("admin:clinic_user_changelist")}">Staff logins</a>' in page


@pytest.mark.django_db
def test_login_offers_the_other_language(client):
    page = client.get(reverse("admin:login")).content.decode()

    assert 'value="ar" lang="ar"' in page
    assert "العربيّة" in page
    assert 'value="en" lang="en"' not in page
