"""An organisation's own words: what they may hold, when they are used, and what ours take by SMS."""

from datetime import UTC, datetime

import pytest

from clinic.enums import Channel, Language, MessageKind
from clinic.errors import TemplateRefused
from clinic.messaging.links import address_of
from clinic.messaging.services import queue
from clinic.messaging.texts import own_words, rules
from clinic.messaging.texts.fields import sample_facts
from clinic.messaging.texts.segments import segments
from clinic.messaging.texts.templates import fields_of, restore_template, sample, shipped, write_template
from clinic.messaging.texts.words import written
from clinic.models import Appointment, Clinic, MessageTemplate, Organisation
from tests.factories import (
    make_appointment,
    make_clinic,
    make_organisation,
    make_patient,
    make_provider,
    make_service,
    make_user,
)

AT = datetime(2030, 1, 1, 8, tzinfo=UTC)
SAYS_WHEN = "{{ day }} {{ time }}"
REMINDER = MessageKind.REMINDER
EVERY = [(kind, language, channel) for kind in MessageKind for language in Language for channel in ("", *Channel)]


def refused(body, subject="Reminder", kind=REMINDER, channel="") -> list[str]:
    return [str(reason) for reason in rules.refusals(kind, channel, subject, body)]


@pytest.mark.parametrize(
    "body",
    [
        SAYS_WHEN,
        "{% if phone %}Call {{ phone }}{% else %}Come by{% endif %} " + SAYS_WHEN,
        "{% if phone and not video or clinic == 'Olaya' %}A{% elif first_name %}B{% endif %}" + SAYS_WHEN,
        "A < B & 50 % { } {# nobody reads this #}" + SAYS_WHEN,
    ],
)
def test_fields_and_conditions_may_be_used(body):
    assert refused(body) == []


def test_dates_may_be_counted_and_told_one_after_the_other():
    body = (
        "{{ dates|length }}{% if dates|length == 1 %}!{% endif %}"
        "{% for date in dates %}{{ forloop.counter }} {{ date.day }} {{ date.time }}{% empty %}none{% endfor %}"
    )

    assert refused(body, kind=MessageKind.PLANNED) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{% include 'x.html' %}", "“{% include %}”"),
        ("{% load i18n %}", "“{% load %}”"),
        ("{% extends 'x' %}", "“{% extends %}”"),
        ("{% debug %}", "“{% debug %}”"),
        ("{% autoescape off %}{% endautoescape %}", "“{% autoescape %}”"),
        ("{% verbatim %}{{ day }}{% endverbatim %}", "“{% verbatim %}”"),
        ("{{ diagnosis }}", "“{{ diagnosis }}”"),
        ("{{ service }}", "“{{ service }}”"),
        ("{{ patient.notes }}", "“{{ patient.notes }}”"),
        ("{{ first_name.upper }}", "“{{ first_name.upper }}”"),
        ("{% if provider %}x{% endif %}", "“{{ provider }}”"),
        ("{% if not phone and notes %}x{% endif %}", "“{{ notes }}”"),
        ("{% if phone == reason|length %}x{% endif %}", "“{{ reason }}”"),
        ("{{ day|safe }}", "“|safe”"),
        ("{{ day|center:'99999999' }}", "“|center”"),
        ("{% if day|add:1 %}x{% endif %}", "“|add”"),
        ("{% for letter in first_name %}{{ letter }}{% endfor %}", "“{% for letter in first_name %}”"),
        ("{% for one in 'abc' %}x{% endfor %}", "“{% for one in"),
        ("{{ forloop.counter }}", "“{{ forloop.counter }}”"),
        ("{{ dates }}", "“{{ dates }}”"),
    ],
)
def test_whatever_else_django_knows_is_refused_by_its_name(body, word):
    (sentence,) = refused(body + SAYS_WHEN)

    assert word in sentence
    assert "Use only: {{ first_name }}, {{ day }}, {{ short_day }}, {{ time }}, {{ clinic }}, {{ phone }}" in sentence


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{% for date in dates %}{% for again in dates %}x{% endfor %}{% endfor %}", "“{% for again in dates %}”"),
        ("{% for a, b in dates %}x{% endfor %}", "“{% for a, b in dates %}”"),
        ("{% for date in dates %}{{ date.notes }}{% endfor %}", "“{{ date.notes }}”"),
        ("{% for date in dates %}{{ date }}{% endfor %}", "“{{ date }}”"),
        ("{% for date in dates %}{{ forloop.parentloop }}{% endfor %}", "“{{ forloop.parentloop }}”"),
        ("{% for date in dates %}x{% endfor %}{{ date.day }}", "“{{ date.day }}”"),
        ("{{ dates }}", "“{{ dates }}”"),
        ("{{ dates.0.day }}", "“{{ dates.0.day }}”"),
    ],
)
def test_a_list_is_told_in_one_simple_loop(body, word):
    (sentence,) = refused(body, kind=MessageKind.PLANNED)

    assert word in sentence


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"body": "{{ day }} at {{ time"}, "“{{” stands alone. Close what you open"),
        ({"body": SAYS_WHEN + "{% if phone }"}, "“{%” stands alone."),
        ({"body": "Every day at any time: {{ clinic }}"}, "The text does not say {{ day }} / {{ short_day }}."),
        ({"body": "{% if day %}{{ time }}{% endif %}"}, "The text does not say {{ day }} / {{ short_day }}."),
        ({"body": "{% if phone %}" + SAYS_WHEN}, "{% if %} on line 1 is not closed. Close what you open"),
        ({"body": SAYS_WHEN + "\n{% endif %}"}, "{% endif %} on line 2 closes nothing that is open."),
        ({"body": "{{ first name }}" + SAYS_WHEN}, "“{{ first name }}” cannot be read."),
        ({"body": "{{ }}" + SAYS_WHEN}, "The text cannot be read"),
        ({"body": "  \n"}, "The text is empty."),
        ({"body": "See you at {{ time }}."}, "The text does not say {{ day }} / {{ short_day }}."),
        ({"body": SAYS_WHEN, "subject": ""}, "An e-mail needs a subject."),
        ({"body": SAYS_WHEN, "subject": "One\nBcc: all@example.org"}, "The subject has a line break."),
        ({"body": SAYS_WHEN, "subject": "One\u2028two"}, "The subject has a line break."),
        ({"body": SAYS_WHEN, "subject": "{{ notes }}"}, "“{{ notes }}” is not possible in this message."),
        ({"body": SAYS_WHEN, "subject": "x" * 201}, "The subject has 201 characters. Use at most 200."),
        ({"body": SAYS_WHEN + "x" * 2000}, "The text has 2020 characters. Use at most 2000."),
        (
            {"body": "Hello, {% for date in dates %}- {% endfor %}", "kind": MessageKind.PLANNED},
            "The text does not say {{ date.day }} / {{ date.short_day }}. Say it of each: {% for date in dates %}",
        ),
        (
            {
                "body": "{% for one in dates %}{{ one.day }}{% empty %}{{ time }}{% endfor %}",
                "kind": MessageKind.PLANNED,
            },
            "The text does not say {{ date.time }}. Say it of each",
        ),
        (
            {"body": "{{ dates|length }} sessions: {{ day }} {{ time }}", "kind": MessageKind.PLANNED},
            "The text does not say {{ date.day }} / {{ date.short_day }}. Say it of each",
        ),
        ({"body": "The first to come.", "kind": MessageKind.WAITLIST_OFFER}, "The text does not say {{ link }}."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_mistake_has_its_sentence(given, complaint):
    assert complaint in " ".join(refused(**given))
    assert refused(**given)


def test_by_sms_no_subject_is_asked_for():
    assert refused(SAYS_WHEN, subject="", channel="sms") == []


@pytest.mark.parametrize(("kind", "language", "channel"), EVERY)
def test_our_own_words_keep_the_rules_that_theirs_have_to_keep(kind, language, channel):
    words = shipped(kind, language, channel)

    assert rules.refusals(kind, channel, words.subject, words.body) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", sorted(set(MessageKind) - {"planned", "plan_undone", "sessions_moved"}))
def test_our_words_fit_into_two_sms(kind, language, settings):
    settings.SITE_URL = "https://appointments.example.org"

    _subject, body = sample(kind, language, Channel.SMS)

    assert segments(body).count <= 2
    assert "  " not in body


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", Language)
def test_every_field_of_a_kind_has_a_sample(kind, language):
    facts = sample_facts(kind, language)

    assert set(facts) == {field.name for field in fields_of(kind)}
    assert [set(item) for item in facts.get("dates", ())] == [{"day", "short_day", "time", "clinic"}] * (
        2 if "dates" in facts else 0
    )


@pytest.fixture
def organisation(db):
    return make_organisation()


@pytest.fixture
def sara(organisation):
    return make_user(organisation, "sara")


@pytest.fixture
def book(organisation, sara):
    """What a patient is told of a booking on Monday 7 January 2030, 9:00 in Riyadh."""

    def told(kind=MessageKind.BOOKED, name="Huda", clinic_name="Olaya", **fields):
        clinic = make_clinic(organisation, name=clinic_name, phone="+966112345678")
        provider = make_provider(clinic)
        patient = make_patient(organisation, **{"name": name, "language": "en", **fields})
        appointment = make_appointment(patient, make_service(provider), provider, clinic)
        return queue(kind, patient, appointment=appointment, by=sara, at=AT)

    return told


def write(organisation, sara, body, subject="See you", kind=MessageKind.BOOKED, language="en", channel=""):
    return write_template(organisation, kind, language, channel, subject, body, by=sara, at=AT)


def test_an_organisation_says_it_in_its_own_words(organisation, sara, book):
    row = write(organisation, sara, "Welcome {{ first_name }}: {{ day }}, {{ time }}.\r\n\r\n{{ link }}", "Your visit")

    message = book()

    assert (message.subject, message.body) == (
        "Your visit", f"Welcome Huda: Monday 7 January 2030, 9:00 AM.\n\n{address_of(message.appointment)}",
    )  # fmt: skip
    assert (row.history.get().history_user, row.history.get().history_date) == (sara, AT)


def test_its_words_are_for_one_kind_one_language_and_one_channel(organisation, sara, book):
    write(organisation, sara, "Own " + SAYS_WHEN, channel="email")

    assert not book().body.startswith("Own")
    assert not book(language="ar", preferred_channel="email", email="h@example.org").body.startswith("Own")
    assert not book(kind=MessageKind.MOVED, preferred_channel="email", email="h@example.org").body.startswith("Own")
    assert book(preferred_channel="email", email="h@example.org").body == "Own Monday 7 January 2030 9:00 AM"


def test_words_of_a_channel_come_before_those_of_every_channel(organisation, sara, book):
    write(organisation, sara, "Any " + SAYS_WHEN)
    write(organisation, sara, "Text " + SAYS_WHEN, channel="sms", subject="")

    assert book().body.startswith("Text")
    assert book(preferred_channel="email", email="h@example.org").body.startswith("Any")


def test_its_words_are_not_another_organisations(organisation, sara, book):
    other = make_organisation("Amal Group")
    write(other, make_user(other), "Theirs " + SAYS_WHEN)

    assert not book().body.startswith("Theirs")
    with pytest.raises(Organisation.DoesNotExist):
        write(other, sara, "Ours " + SAYS_WHEN)
    with pytest.raises(Organisation.DoesNotExist):
        restore_template(other, MessageKind.BOOKED, "en", "", by=sara)
    assert MessageTemplate.objects.get().body.startswith("Theirs")


def test_written_again_there_is_one_template_with_two_versions(organisation, sara, book):
    write(organisation, sara, "First " + SAYS_WHEN)
    row = write(organisation, sara, "Second " + SAYS_WHEN)

    assert book().body.startswith("Second")
    assert MessageTemplate.objects.get() == row
    assert row.history.count() == 2


def test_what_is_refused_is_not_written(organisation, sara, book):
    write(organisation, sara, "First " + SAYS_WHEN)

    with pytest.raises(TemplateRefused, match="notes"):
        write(organisation, sara, "{{ notes }}" + SAYS_WHEN)

    assert MessageTemplate.objects.get().body == "First " + SAYS_WHEN
    assert book().body.startswith("First")


def test_an_sms_of_many_pieces_is_refused(organisation, sara):
    with pytest.raises(TemplateRefused, match=r"This text takes 5 SMS for each patient\. Use at most 4\."):
        write(organisation, sara, "و" * 300 + SAYS_WHEN, channel="sms", subject="")


def test_words_for_every_channel_are_no_longer_than_an_sms_may_be_and_those_for_mail_are(organisation, sara):
    words = "و" * 300 + SAYS_WHEN

    with pytest.raises(TemplateRefused, match=r"takes 5 SMS .+ Use at most 4, or write it for e-mail alone\."):
        write(organisation, sara, words)

    assert write(organisation, sara, words, channel="email").body == words


def test_one_goes_back_to_our_words(organisation, sara, book):
    write(organisation, sara, "Own " + SAYS_WHEN)

    restore_template(organisation, MessageKind.BOOKED, "en", "", by=sara)

    assert book().body.startswith("Hello Huda")
    with pytest.raises(TemplateRefused, match="These are our words already"):
        restore_template(organisation, MessageKind.BOOKED, "en", "", by=sara)
    assert set(MessageTemplate.history.values_list("history_type", "history_user")) == {("+", sara.pk), ("-", sara.pk)}


def test_own_words_are_read_once_and_not_for_every_message(organisation, sara, book, django_assert_num_queries):
    write(organisation, sara, "Own " + SAYS_WHEN)
    book()

    with django_assert_num_queries(0):
        words = own_words.words_for(organisation.pk, MessageKind.BOOKED, "en", "sms")
    assert words.body == "Own " + SAYS_WHEN


def test_who_has_no_words_of_their_own_costs_no_query(organisation, django_assert_num_queries):
    own_words.organisations_with_words()

    with django_assert_num_queries(0):
        assert own_words.words_for(organisation.pk, MessageKind.BOOKED, "en", "sms") is None


def test_words_that_nobody_can_read_are_as_good_as_none(organisation, book):
    MessageTemplate.objects.create(organisation=organisation, kind="booked", language="en", body="{% if %}")
    own_words.forget(organisation.pk)

    assert book().body.startswith("Hello Huda")


def test_a_name_is_no_template_no_markup_and_no_line(organisation, sara, book):
    write(organisation, sara, "Dear {{ first_name }}, {{ clinic }} " + SAYS_WHEN, "For {{ first_name }} {{ clinic }}")

    message = book(name="<i>{{day}}</i>\u202e", clinic_name="A\r\nB&\x07")

    assert message.subject == "For <i>{{day}}</i> A B&"
    assert message.body == "Dear <i>{{day}}</i>, A B& Monday 7 January 2030 9:00 AM"


def test_a_subject_is_never_longer_than_its_column(organisation, sara, book):
    write(organisation, sara, SAYS_WHEN, "x" * 185 + " {{ clinic }}")

    assert len(book(clinic_name="Olaya " * 20).subject) == 200


def test_a_long_name_of_a_clinic_is_left_out_of_an_sms_rather_than_paid_for(book, settings):
    settings.SITE_URL = "https://appointments.example.org"

    message = book(language="ar", name_ar="هدى", clinic_name="مركز العليا للتأهيل الطبي الشامل والعيادات الخارجية")

    assert segments(message.body).count == 2
    assert message.body == f"هدى، موعدك الاثنين 7 يناير 9:00 ص. تأكيد أو تغيير: {address_of(message.appointment)}"


@pytest.mark.parametrize(("channel", "language"), [("sms", "en"), ("sms", "ar"), ("email", "en"), ("email", "ar")])
def test_who_has_missed_an_appointment_is_asked_to_call_and_led_to_the_page_only_where_there_is_no_phone(
    book, channel, language
):
    message = book(MessageKind.NO_SHOW, preferred_channel=channel, email="h@example.org", language=language)

    assert message.body.endswith("+966112345678.")
    assert address_of(message.appointment) not in message.body
    Clinic.objects.update(phone="")
    row = Appointment.objects.select_related("clinic").get()
    _subject, body = written(MessageKind.NO_SHOW, row.patient, channel=channel, appointment=row)
    assert body.endswith(address_of(row))


def test_who_has_missed_an_appointment_reads_the_phone_rather_than_the_long_name_of_a_clinic(book):
    message = book(MessageKind.NO_SHOW, language="ar", name_ar="هدى", clinic_name="مركز العليا للتأهيل الطبي " * 4)

    assert segments(message.body).count <= 2
    assert "+966112345678" in message.body


def test_own_words_without_a_subject_take_ours_in_case_they_leave_by_mail(organisation, sara, book):
    write(organisation, sara, "Own " + SAYS_WHEN, channel="sms", subject="")

    message = book()

    assert (message.channel, message.subject) == ("sms", "Your appointment on Monday 7 January 2030")
    assert message.body == "Own Monday 7 January 2030 9:00 AM"
