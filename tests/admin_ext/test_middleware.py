"""What a page gets when its session has ended."""

import pytest
from django.urls import reverse


@pytest.mark.django_db
def test_fragment_asked_for_after_the_session_has_ended_leads_the_page_to_the_login(client):
    response = client.get(reverse("admin:package_desk"), headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == reverse("admin:login")
    assert response.content == b""


@pytest.mark.django_db
def test_page_asked_for_after_the_session_has_ended_comes_back_after_the_login(client):
    address = reverse("admin:package_desk")

    response = client.get(address)

    assert response.headers["Location"] == f"{reverse('admin:login')}?next={address}"
