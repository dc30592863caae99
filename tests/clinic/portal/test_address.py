"""Where the clinic is, written in one language and read on pages of another."""

import pytest

pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize("name", ["appointment", "appointment_cancel"])
def test_address_stands_on_a_line_of_its_own_in_its_own_direction(desk, name):
    desk.change(desk.patient, language="ar")
    desk.change(desk.clinic, name_ar="العليا")

    shown = " ".join(desk.phone.get(desk.path(name)).content.decode().split())

    assert '<bdi>العليا</bdi> <bdi class="address">12 Olaya Street</bdi></p>' in shown
    assert ".address { display: block;" in shown
