"""Editing the words of messages: both languages side by side, with how they look, and back to those that we ship."""

import pytest
from django.urls import reverse

from admin_ext.roles import ADMINISTRATOR, MANAGER
from clinic.enums import MessageKind
from clinic.messaging.texts.templates import sample, words_version, write_template
from clinic.models import MessageTemplate, Service

HTMX = {"HX-Request": "true"}
GOOD = "Dear {{ first_name }}, see you on {{ day }} at {{ time }}."


@pytest.fixture
def client(ours, sign_in):
    return sign_in(ours.organisation, ADMINISTRATOR)


def address(page="message_template", *args) -> str:
    return reverse(f"admin:{page}", args=["booked", *args])


def send(client, page, language="en", *, body=GOOD, subject="See you", channel="", version="", headers=HTMX):
    sent = {"body": body, "subject": subject, "channel": channel, "version": version}
    sent = {f"{language}-{name}": value for name, value in sent.items()}
    return client.post(address(page, language), sent, headers=headers)


def own(organisation) -> list[tuple]:
    rows = MessageTemplate.objects.of(organisation)
    return list(rows.values_list("kind", "language", "channel", "subject", "body"))


def test_both_languages_stand_side_by_side_as_they_are_sent(client):
    english, arabic = client.get(address()).context["texts"]

    assert "{{ first_name }}" in english.form["body"].value()
    assert (english.language, arabic.language) == ("en", "ar")
    assert "Sara" in english.preview.body
    assert "سارة" in arabic.preview.body
    assert english.source == "The words that come with the clinic"


def test_saved_text_is_the_organisations_own_and_says_who_wrote_it(client, ours):
    answer = send(client, "message_text")

    assert own(ours.organisation) == [("booked", "en", "", "See you", GOOD)]
    assert "The text is saved." in answer.content.decode()
    text = answer.context["text"]
    assert (text.source, text.written_by) == ("Your own words", client.user)
    assert text.preview.body.startswith("Dear Sara, see you on Monday 7 January 2030")


def test_saved_text_that_names_a_service_is_warned_of(client, ours):
    Service.objects.filter(pk=ours.service.pk).update(name_en="Laser", name_ar="ليزر")

    english = send(client, "message_text", body=f"{GOOD} {{{{ link }}}}", subject="Your laser")
    arabic = send(client, "message_text", "ar", body="{{ day }} {{ time }} {{ link }} لليزر", subject="موعد")
    harmless = send(client, "message_text", body=f"{GOOD} {{{{ link }}}} Lasers", subject="See you")

    assert english.context["text"].warned == ("The words name “Laser”, and anyone may see them on a locked screen.",)
    assert arabic.context["text"].warned == ("The words name “ليزر”, and anyone may see them on a locked screen.",)
    assert harmless.context["text"].warned == ()
    assert "on a locked screen" in english.content.decode()
    assert len(own(ours.organisation)) == 2


def test_saved_text_without_the_link_is_warned_of_also_without_scripts(client):
    warned = send(client, "message_text").context["text"].warned

    assert warned == ("The text lacks {{ link }}: the patient can only call.",)
    assert warned[0] in client.get(send(client, "message_text", headers={}).url).content.decode()


def test_saved_text_leads_back_to_its_page_without_scripts(client, ours):
    answer = send(client, "message_text", channel="email", headers={})

    assert answer.headers["Location"] == f"{address()}?channel=email"
    assert own(ours.organisation) == [("booked", "en", "email", "See you", GOOD)]


def test_text_that_names_what_it_may_not_is_refused_and_kept_as_typed(client, ours):
    wrong = "Your {{ service }} with {{ provider }}: <b>{{ day }}</b> {{ time }}"

    answer = send(client, "message_text", body=wrong)

    assert own(ours.organisation) == []
    assert answer.context["text"].form["body"].value() == wrong
    assert answer.context["text"].form.non_field_errors()
    assert "It is shown again once the text can be sent." in answer.content.decode()
    assert "&lt;b&gt;" in answer.content.decode()
    assert "<b>{{ day }}" not in answer.content.decode()


def test_text_that_is_too_long_is_refused_and_never_cut(client):
    long = GOOD + "x" * 5000

    answer = send(client, "message_text", body=long)

    assert answer.context["text"].form["body"].value() == long
    assert "Use at most 2000." in answer.content.decode()
    assert "maxlength" not in str(answer.context["text"].form)


def test_preview_shows_what_is_being_typed_and_saves_nothing(client, ours):
    answer = send(client, "message_text_preview", "ar", channel="sms", body="{{ day }} {{ time }} <script>")

    page = answer.content.decode()
    assert "&lt;script&gt;" in page
    assert "1 SMS" in page
    assert 'class="bubble"' in page
    assert own(ours.organisation) == []


def test_preview_of_a_text_that_cannot_be_says_why(client):
    page = send(client, "message_text_preview", body="{% include 'x' %}").content.decode()

    assert "refusal" in page
    assert "include" in page


def test_one_channel_begins_with_the_words_for_every_channel(client, ours):
    write_template(ours.organisation, MessageKind.BOOKED, "en", "", "See you", GOOD, by=client.user)

    english, arabic = client.get(address(), {"channel": "email"}).context["texts"]

    assert english.form["body"].value() == GOOD
    assert (english.source, english.row) == ("Your own words for every channel", None)
    assert arabic.source == "The words that come with the clinic"


def test_text_that_somebody_else_has_written_meanwhile_is_shown_beside_ones_own(client, ours):
    write_template(ours.organisation, MessageKind.BOOKED, "en", "", "Other", f"Other {GOOD}", by=ours.user)
    mine = f"Mine <b> {GOOD}"

    answer = send(client, "message_text", body=mine)
    text, page = answer.context["text"], answer.content.decode()

    assert own(ours.organisation) == [("booked", "en", "", "Other", f"Other {GOOD}")]
    assert (text.form["body"].value(), text.words) == (mine, ("Other", f"Other {GOOD}"))
    assert text.preview.body.startswith("Mine <b> Dear Sara")
    assert f"{ours.user} has written other words meanwhile" in page
    assert "Save mine instead" in page

    again = send(client, "message_text", body=mine, version=text.form["version"].value())
    assert "The text is saved." in again.content.decode()
    assert own(ours.organisation) == [("booked", "en", "", "See you", mine)]


def test_text_that_is_wrong_does_not_hide_that_another_was_written_meanwhile(client, ours):
    seen = client.get(address()).context["texts"][0].form["version"].value()
    write_template(ours.organisation, MessageKind.BOOKED, "en", "", "Other", f"Other {GOOD}", by=ours.user)

    wrong = send(client, "message_text", body="{{ notes }}", version=seen)
    right = send(client, "message_text", version=wrong.context["text"].form["version"].value())

    assert right.context["text"].is_overtaken
    assert own(ours.organisation) == [("booked", "en", "", "Other", f"Other {GOOD}")]


def test_going_back_from_words_that_somebody_else_has_changed_meanwhile_shows_them_first(client, ours):
    write_template(ours.organisation, MessageKind.BOOKED, "en", "", "See you", GOOD, by=client.user)
    seen = {"channel": "", "en-version": client.get(address()).context["texts"][0].form["version"].value()}
    write_template(ours.organisation, MessageKind.BOOKED, "en", "", "Other", f"Other {GOOD}", by=ours.user)

    answer = client.post(address("message_text_restore", "en"), seen, headers=HTMX)

    text = answer.context["text"]
    assert own(ours.organisation) == [("booked", "en", "", "Other", f"Other {GOOD}")]
    assert text.form["body"].value() == f"Other {GOOD}"
    assert f"{ours.user} has written other words meanwhile" in text.warned[0]
    assert text.said == ""


def test_going_back_takes_out_the_own_words(client, ours):
    row = write_template(ours.organisation, MessageKind.BOOKED, "en", "", "See you", GOOD, by=client.user)
    shipped = sample(MessageKind.BOOKED, "en", "email")
    seen = {"channel": "", "en-version": words_version(row)}

    answer = client.post(address("message_text_restore", "en"), seen, headers=HTMX)

    assert own(ours.organisation) == []
    assert answer.context["text"].preview.subject == shipped[0]
    again = client.post(address("message_text_restore", "en"), {"channel": ""}, headers=HTMX)
    assert "These are our words already." in again.content.decode()


def test_list_names_the_kinds_with_own_words(client, ours):
    write_template(ours.organisation, MessageKind.BOOKED, "ar", "sms", "", "{{ day }} {{ time }}", by=client.user)

    kinds = dict(client.get(reverse("admin:message_templates")).context["kinds"])

    assert list(kinds) == list(MessageKind)
    assert [(row.language, row.channel) for row in kinds[MessageKind.BOOKED]] == [("ar", "sms")]
    assert kinds[MessageKind.MOVED] == []


def test_manager_reads_the_texts_and_changes_none(ours, sign_in):
    client = sign_in(ours.organisation, MANAGER)

    page = client.get(address()).content.decode()
    answer = send(client, "message_text")

    assert "How it looks" in page
    assert page.count("The administrator changes these.") == 2
    assert page.count("readonly") == 4
    assert address("message_text_preview", "en") not in page
    assert (answer.status_code, own(ours.organisation)) == (403, [])


def test_words_of_theirs_are_neither_shown_nor_changed(client, theirs):
    write_template(theirs.organisation, MessageKind.BOOKED, "en", "", "Theirs", f"Theirs {GOOD}", by=theirs.user)

    assert "Theirs" not in client.get(address()).content.decode()
    client.post(address("message_text_restore", "en"), {"channel": ""}, headers=HTMX)
    send(client, "message_text")

    assert own(theirs.organisation) == [("booked", "en", "", "Theirs", f"Theirs {GOOD}")]


@pytest.mark.parametrize("wrong", ["/admin/messages/texts/nonsense/", "/admin/messages/texts/booked/?channel=pigeon"])
def test_kind_or_channel_that_there_is_not_is_not_found(client, wrong):
    assert client.get(wrong).status_code == 404


def test_page_of_a_kind_costs_the_same_however_many_texts_are_own(client, ours, django_assert_max_num_queries):
    for language in ("en", "ar"):
        for channel in ("", "email"):
            write_template(ours.organisation, MessageKind.BOOKED, language, channel, "See you", GOOD, by=client.user)

    with django_assert_max_num_queries(8):
        client.get(address(), {"channel": "email"})
