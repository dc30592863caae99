"""The waiting list on the screens: who waits, offering by hand, cancelling and offering, what is shown meanwhile."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from admin_ext.roles import FRONT_DESK, PROVIDER
from clinic.enums import HeldSlotStatus, WaitlistStatus
from clinic.models import Appointment, HeldSlot, Offer, WaitlistEntry
from clinic.scheduling import booking
from clinic.waitlist import services
from tests.admin_ext.toasts import toast_of
from tests.factories import BEFORE, MONDAY, NINE, make_appointment, make_hours, make_patient, make_waitlist_entry

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}
TUESDAY = MONDAY + timedelta(days=1)
TUESDAY_NINE = NINE + timedelta(days=1)


class Front:
    """Ours, a week before, with a free Tuesday; the world's own entry is out of the way."""

    def __init__(self, ours, client):
        self.ours, self.client, self.user = ours, client, client.user
        ours.waiting.delete() if not ours.waiting.offers.exists() else services.withdraw(ours.waiting, by=client.user)
        make_hours(ours.provider, ours.clinic, weekday=2)

    def waits(self, name="Omar", **fields):
        patient = make_patient(self.ours.organisation, name)
        return make_waitlist_entry(patient, self.ours.service, **{"first_on": TUESDAY, "last_on": TUESDAY, **fields})

    def page(self, page, *args, **query) -> str:
        answer = self.client.get(reverse(f"admin:{page}", args=args), query)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    def post(self, page, *args, htmx=True, **values):
        return self.client.post(reverse(f"admin:{page}", args=args), values, headers=HTMX if htmx else {})

    def offer(self, **options):
        ours = self.ours
        return services.offer_slot(ours.service, ours.provider, ours.clinic, TUESDAY_NINE, by=self.user, **options)

    def where(self):
        return {"provider": self.ours.provider.pk, "clinic": self.ours.clinic.pk, "starts_at": TUESDAY_NINE.isoformat()}

    def appointment(self):
        ours = self.ours
        patient = make_patient(ours.organisation, "Huda")
        return make_appointment(patient, ours.service, ours.provider, ours.clinic, TUESDAY_NINE)


@pytest.fixture
def front(a_week_before, ours, sign_in):
    return Front(ours, sign_in(ours.organisation, FRONT_DESK))


def test_the_list_shows_who_waits_in_the_order_of_asking(front):
    front.waits("Second", weekdays=[2, 7], earliest=time(9), latest=time(12), note="After school")
    front.waits("First", urgency=3)

    shown = front.page("waitlist")

    assert shown.index("First") < shown.index("Second")
    assert "2 patients wait" in shown
    assert all(word in shown for word in ("Urgent", "Sun Tue", "After school", "Tue 8 Jan"))


def test_the_list_is_filtered_by_what_the_address_says(front):
    front.waits("Routine one")
    front.waits("Urgent one", urgency=3)

    shown = front.page("waitlist", urgency="3", provider="nonsense")

    assert "Urgent one" in shown
    assert "Routine one" not in shown


def test_who_cannot_be_written_to_is_to_be_called(front):
    entry = front.waits()
    entry.patient.phone = ""
    entry.patient.save()

    assert "Call instead." in front.page("waitlist")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_number_of_queries_whatever_the_rows(front, rows, django_assert_num_queries):
    for number in range(rows):
        front.waits(f"Patient {number}")
    front.offer()

    with django_assert_num_queries(QUERIES):
        front.page("waitlist")


QUERIES = 14  # six of them are the person's, three the lists of the filters


def test_nothing_of_another_organisation_is_shown(front, theirs):
    shown = front.page("waitlist")

    assert "Theirs" not in shown


@pytest.mark.parametrize(
    ("page", "row"),
    [
        ("waitlist_change", "waiting"), ("waitlist_withdraw", "waiting"), ("offered_time", "held"),
        ("withdraw_offer", "held"), ("answer_offer", "offer"),
    ],
)  # fmt: skip
def test_rows_of_another_organisation_are_not_found(front, theirs, page, row):
    key = getattr(theirs, row).pk

    assert front.client.get(reverse(f"admin:{page}", args=[key])).status_code in (404, 405)
    assert front.post(page, key, answer="accept").status_code == 404


def test_joining_and_offering_for_another_organisations_rows_is_not_found(front, theirs):
    assert front.client.get(reverse("admin:waitlist_join"), {"patient": theirs.patient.pk}).status_code == 404
    where = {"provider": theirs.provider.pk, "clinic": theirs.clinic.pk, "starts_at": NINE.isoformat()}
    assert front.client.get(reverse("admin:offer_time"), where).status_code == 404


def test_joining_keeps_what_was_filled_in(front):
    patient = make_patient(front.ours.organisation, "Eman")

    answer = front.post(
        "waitlist_join", patient=patient.pk, service=front.ours.service.pk, first_on="2030-01-07",
        last_on="2030-01-20", weekdays=["1", "3"], earliest="09:00", latest="12:00", urgency="2", note="Mornings",
    )  # fmt: skip

    entry = WaitlistEntry.objects.get(patient=patient)
    assert toast_of(answer)["text"] == f"Eman waits for {front.ours.service}."
    assert (entry.weekdays, entry.earliest, entry.urgency, entry.note) == ([1, 3], time(9), 2, "Mornings")


def test_what_is_refused_comes_back_with_what_was_filled_in(front):
    entry = front.waits("Eman")

    answer = front.post(
        "waitlist_join", patient=entry.patient.pk, service=front.ours.service.pk, first_on="2030-01-07",
        last_on="2030-01-20", urgency="1", note="Once more",
    )  # fmt: skip

    shown = answer.content.decode()
    assert "already waits for" in shown
    assert 'value="Once more"' in shown
    assert answer["HX-Retarget"] == "#modal-content"


def test_a_wish_for_somebody_elses_package_is_no_choice(front):
    patient = make_patient(front.ours.organisation, "Eman")

    answer = front.post(
        "waitlist_join", patient=patient.pk, service=front.ours.service.pk, first_on="2030-01-07",
        last_on="2030-01-20", urgency="1", package_purchase=front.ours.purchase.pk,
    )  # fmt: skip

    assert "Select a valid choice" in answer.content.decode()
    assert not WaitlistEntry.objects.filter(patient=patient).exists()


def test_the_form_carries_what_the_booking_page_had(front):
    ours = front.ours
    asked = {"patient": ours.patient.pk, "what": f"{ours.service.pk}.{ours.purchase.pk}", "reason": "Hoarse"}

    shown = front.page("waitlist_join", **asked)

    assert f'<option value="{ours.service.pk}" selected>' in shown
    assert f'<option value="{ours.purchase.pk}" selected>' in shown
    assert 'value="Hoarse"' in shown


def test_a_patient_is_searched_for_first(front):
    make_patient(front.ours.organisation, "Eman")

    found = front.client.get(
        reverse("admin:waitlist_join"), {"q": "eman"}, headers={"HX-Request": "true", "HX-Target": "wait-found"}
    ).content.decode()

    assert "Eman" in found
    assert "<html" not in found


def test_for_who_is_not_found_a_file_can_be_opened_with_that_name(front):
    found = front.client.get(reverse("admin:waitlist_join"), {"q": "Nobody"}).content.decode()

    assert f'href="{reverse("admin:clinic_patient_add")}?name_en=Nobody"' in found


def test_changing_keeps_the_place(front):
    entry = front.waits()

    front.post("waitlist_change", entry.pk, first_on="2030-01-08", last_on="2030-01-30", urgency="3", note="")

    entry.refresh_from_db()
    assert (entry.urgency, entry.joined_at) == (3, BEFORE)


def test_changing_keeps_a_provider_who_is_no_longer_active(front):
    entry, provider = front.waits(provider=front.ours.provider), front.ours.provider
    provider.active = False
    provider.save()

    assert f'<option value="{provider.pk}" selected>' in front.page("waitlist_change", entry.pk)


def test_withdrawing_closes_the_entry_with_the_reason(front):
    entry = front.waits()

    front.post("waitlist_withdraw", entry.pk, reason="Moved away")

    entry.refresh_from_db()
    assert entry.status == WaitlistStatus.WITHDRAWN
    assert entry.history.first().history_change_reason == "Moved away"


def test_a_free_time_names_those_it_fits_and_ticks_as_many_as_are_asked(front):
    for name in ("Amal", "Badr", "Dina", "Eman"):
        front.waits(name)

    shown = front.page("offer_time", **front.where())

    assert [name for name in ("Amal", "Badr", "Dina", "Eman") if name in shown] == ["Amal", "Badr", "Dina", "Eman"]
    assert shown.count('name="entry"') == 4
    assert shown.count("checked") == 3


def test_offering_asks_those_who_are_ticked(front):
    amal, badr = front.waits("Amal"), front.waits("Badr")

    answer = front.post("offer_time", **front.where(), service=front.ours.service.pk, entry=[badr.pk])

    assert toast_of(answer)["text"] == "Offered to 1, until 03:30."
    assert [offer.entry for offer in Offer.objects.exclude(pk=front.ours.offer.pk)] == [badr]
    assert amal.offers.count() == 0


def test_offering_a_time_that_has_been_taken_meanwhile_says_so(front):
    entry = front.waits()
    front.appointment()

    answer = front.post("offer_time", **front.where(), service=front.ours.service.pk, entry=[entry.pk])

    assert "is already booked" in answer.content.decode()
    assert not entry.offers.exists()


def test_offering_to_nobody_says_so_and_ticks_nobody(front):
    entry = front.waits()

    shown = front.post("offer_time", **front.where(), service=front.ours.service.pk).content.decode()

    assert "Nobody is chosen. Tick who is to be asked." in shown
    assert "checked" not in shown
    assert not entry.offers.exists()


def test_offering_without_a_service_where_nobody_waits_is_refused_in_words(front):
    assert "Nobody is chosen." in front.post("offer_time", **front.where(), entry=["1"]).content.decode()


@pytest.mark.parametrize("starts_at", ["", "nonsense", "2030-01-08"])
def test_offering_at_no_moment_is_not_found(front, starts_at):
    asked = {**front.where(), "starts_at": starts_at}

    assert front.client.get(reverse("admin:offer_time"), asked).status_code == 404


def test_looking_at_an_offered_time_changes_nothing_and_says_who_was_asked(front):
    front.waits("Amal")
    slot = front.offer()

    shown = front.page("offered_time", slot.pk)

    assert "Kept until 03:30, 30 minutes left" in shown
    assert "Accept for Amal" in shown
    slot.refresh_from_db()
    assert slot.status == HeldSlotStatus.OPEN


def test_accepting_for_a_patient_who_calls_books(front):
    front.waits("Amal")
    offer = front.offer().offers.get()

    answer = front.post("answer_offer", offer.pk, answer="accept")

    assert toast_of(answer)["text"] == "Amal: booked."
    assert Appointment.objects.get(patient__name_en="Amal").booked_by == front.user


def test_withdrawing_an_offer_frees_the_time(front):
    front.waits("Amal")
    slot = front.offer()

    front.post("withdraw_offer", slot.pk)

    slot.refresh_from_db()
    assert slot.status == HeldSlotStatus.WITHDRAWN
    assert not Appointment.holds.exists()


def test_cancelling_offers_to_those_who_wait(front):
    for name in ("Amal", "Badr"):
        front.waits(name)
    appointment = front.appointment()
    assert "Cancel and offer to 2 waiting" in front.page("appointment_cancel", appointment.pk)

    answer = front.post(
        "appointment_cancel", appointment.pk, offer="1", by_patient="1", reason="Ill",
        version=appointment.calendar_sequence,
    )  # fmt: skip

    assert toast_of(answer)["text"].endswith("Offered to 2, until 03:30.")
    slot = HeldSlot.objects.get(released=appointment)
    assert (slot.starts_at, slot.status) == (TUESDAY_NINE, HeldSlotStatus.OPEN)


def test_cancelling_without_anybody_who_waits_offers_nothing(front):
    assert "and offer" not in front.page("appointment_cancel", front.appointment().pk)


def test_cancelling_stands_when_nobody_can_be_asked_any_more(front):
    appointment = front.appointment()

    answer = front.post("appointment_cancel", appointment.pk, offer="1", by_patient="1", reason="Ill")

    assert toast_of(answer)["text"].endswith("Nobody could be asked for the time any more.")
    appointment.refresh_from_db()
    assert appointment.status == "cancelled_by_patient"


def test_undoing_a_cancellation_whose_time_is_offered_says_why_not(front):
    front.waits("Amal")
    appointment = front.appointment()
    booking.cancel(appointment, by=front.user)
    front.offer()

    answer = front.post("appointment_step", appointment.pk, "undo_status", status="cancelled_by_clinic")

    assert "is kept for the waiting list until 03:30" in toast_of(answer)["text"]


def test_the_calendar_shows_a_held_time_quietly(front):
    front.waits("Amal")
    slot = front.offer()

    shown = front.page("calendar", day="2030-01-08")

    assert f'id="held-{slot.pk}"' in shown
    assert "Offered to 1, until 03:30" in shown
    assert "Amal" not in shown


def test_the_booking_page_leads_to_offering_the_chosen_time(front):
    front.waits("Amal")

    shown = front.page("book", **front.where(), service=front.ours.service.pk)

    assert "Offer to the waiting list (1)" in shown


def test_the_patients_page_says_what_the_patient_waits_for(front):
    entry = front.waits("Amal")

    shown = front.page("patient", entry.patient.pk)

    assert f"Waits for <bdi>{front.ours.service}</bdi>" in shown
    assert reverse("admin:waitlist_change", args=[entry.pk]) in shown


def test_a_provider_is_not_shown_the_list_nor_the_way_to_it(front, sign_in):
    client = sign_in(front.ours.organisation, PROVIDER)

    assert client.get(reverse("admin:waitlist")).status_code == 403
    assert reverse("admin:waitlist") not in client.get(reverse("admin:calendar")).content.decode()


def test_names_are_escaped(front):
    front.waits("<script>alert(1)</script>", note="<b>bold</b>")

    shown = front.page("waitlist")

    assert "<script>alert(1)" not in shown
    assert "<b>bold</b>" not in shown
