"""Handing a consultation over: by its doctor out of the room, by a manager who sees nothing of what was found."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, MANAGER
from clinic.models import RefusedAttempt
from tests.admin_ext.rooms import HTMX, Doctor, colleague, now_in_table

SECRET = "Wheeze on the left"


@pytest.fixture
def reem(db, today_at_nine, sign_in):
    return Doctor(sign_in)


@pytest.fixture
def lama(reem, sign_in):
    doctor = colleague(sign_in, reem)
    doctor.provider.name_en = "Lama"
    doctor.provider.save()
    return doctor


@pytest.fixture
def manager(reem, sign_in):
    return sign_in(reem.organisation, MANAGER)


def address_of(row) -> str:
    return reverse("admin:consultation_hand_over", args=[row.pk])


def give(client, row, doctor, **sent):
    return client.post(address_of(row), {"doctor": doctor.provider.pk, "reason": "Is ill", **sent}, headers=HTMX)


def test_a_doctor_hands_over_out_of_the_room_and_is_led_to_the_queue(reem, lama):
    row = reem.mine(findings=SECRET)
    room = reem.get("consultation", row.pk).text

    answer = give(reem.client, row, lama)

    assert f'hx-get="{address_of(row)}"' in room
    assert answer["HX-Redirect"] == reverse("admin:doctors_queue")
    assert (now_in_table(row).doctor, now_in_table(row).findings) == (lama.provider, SECRET)
    assert reem.get("consultation", row.pk).status_code == 403
    assert SECRET in lama.get("consultation", row.pk).text


def test_a_manager_hands_over_from_the_visit_and_sees_no_word_of_what_was_found(reem, lama, manager):
    row = reem.mine(findings=SECRET, complaint="Cough at night")
    visit = reverse("admin:visit", args=[row.visit_id])
    assert f'hx-get="{address_of(row)}"' in manager.get(visit).text

    dialog = manager.get(address_of(row), headers=HTMX).text
    answer = give(manager, row, lama)

    assert "Huda" in dialog
    assert "Lama" in dialog
    assert SECRET not in dialog
    assert answer["HX-Redirect"] == visit
    assert [str(one) for one in get_messages(answer.wsgi_request)] == ["Huda is the patient of Lama from now on."]
    assert now_in_table(row).doctor == lama.provider
    assert manager.get(reverse("admin:consultation", args=[row.pk])).status_code == 403


def test_a_closed_one_is_offered_to_nobody(reem, lama, manager):
    row = reem.closed()

    dialog = manager.get(address_of(row), headers=HTMX).text
    answer = give(manager, row, lama)

    assert "stays as it is" in dialog
    assert "<form" not in dialog
    assert address_of(row) not in manager.get(reverse("admin:visit", args=[row.visit_id])).text
    assert "stays as it is" in answer.text
    assert now_in_table(row).doctor == reem.provider


def test_what_is_missing_is_said_in_the_dialog_with_the_rest_kept(reem, lama, manager):
    row = reem.mine()

    answer = give(manager, row, lama, reason="")

    assert 'id="id_reason_error">Write why it is done.' in answer.text
    assert f'<option value="{lama.provider.pk}" selected>' in answer.text
    assert answer["HX-Retarget"] == "#modal-content"
    assert now_in_table(row).doctor == reem.provider


@pytest.mark.parametrize("who", ["lama", "front desk"])
def test_who_has_nothing_to_do_with_it_is_turned_away_and_noted(reem, lama, sign_in, who):
    row = reem.mine()
    client = lama.client if who == "lama" else sign_in(reem.organisation, FRONT_DESK)

    assert client.get(address_of(row)).status_code == 403
    assert give(client, row, lama).status_code == 403

    assert now_in_table(row).doctor == reem.provider
    doors = list(RefusedAttempt.objects.order_by("pk").values_list("door", flat=True))
    assert doors == ["consultation_hand_over GET", "consultation_hand_over POST"]


def test_another_organisations_is_not_found(reem, theirs, manager):
    assert manager.get(address_of(theirs.consultation)).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_the_dialog_asks_the_same_for_any_number_of_doctors(n, reem, manager, sign_in, django_assert_num_queries):
    for _ in range(n):
        colleague(sign_in, reem)
    row = reem.mine()
    manager.get(address_of(row), headers=HTMX)

    with django_assert_num_queries(7):
        manager.get(address_of(row), headers=HTMX)
