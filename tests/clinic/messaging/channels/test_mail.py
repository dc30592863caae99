"""What a real mail server is told and given, and what becomes of a letter that it does not take."""

import pytest

from clinic.enums import Language
from clinic.environment import mailer_from_url
from clinic.messaging.channels import Attachment, TryLater, Undeliverable, channel_of
from clinic.messaging.channels import mail as mail_channel
from clinic.messaging.channels.mail import Mail
from tests.letters import make_letter
from tests.mailbox import Mailbox


@pytest.fixture
def mailbox(settings):
    with Mailbox() as box:
        settings.MAILERS = {"default": mailer_from_url(box.address)}
        settings.DEFAULT_FROM_EMAIL = "Noor <desk@noor.example>"
        settings.SITE_URL = "https://noor.example"
        yield box


def received(mailbox, **fields):
    """The letter with these fields, as it arrives."""
    sent(**fields)
    return mailbox.received[-1]


def sent(**fields):
    with Mail().open() as mail:
        return mail.send(make_letter(**fields))


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def page_of(mail) -> str:
    return mail.get_body(("html",)).get_content()


def test_mail_carries_words_names_and_key(mailbox):
    mail = received(mailbox, sender="Noor Group", address="huda@example.com")

    assert mail["Subject"] == "Your appointment is booked"
    assert mail["From"] == "Noor Group <desk@noor.example>"
    assert mail["To"] == "huda@example.com"
    assert mail["Message-ID"] == "<0b6d8f0e-6a53-4c0e-9d39-6f6f2f9f0c11@noor.example>"
    assert mail["Content-Language"] == "en"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<mailto:desk@noor.example?subject=unsubscribe>"
    assert text_of(mail) == "Dear Huda,\n\nwe expect you.\n"
    assert mailbox.envelopes == [("desk@noor.example", "huda@example.com")]


def test_mail_is_plain_text_first_and_the_same_as_a_page(mailbox):
    mail = received(mailbox, body="Dear Huda,\n\nat nine\nin Olaya.")

    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Dear Huda,</p>" in page_of(mail)
    assert "at nine<br>in Olaya.</p>" in page_of(mail)


def test_calendar_arrives_byte_for_byte_with_its_method(mailbox):
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:نور\r\nEND:VCALENDAR\r\n".encode()
    attachment = Attachment("appointment.ics", calendar, "text/calendar; method=CANCEL; charset=utf-8")

    mail = received(mailbox, attachments=(attachment,))

    [part] = mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "appointment.ics")
    assert (part["Content-Type"].params["method"], part["Content-Type"].params["charset"]) == ("CANCEL", "utf-8")
    assert part.get_payload(decode=True) == calendar
    assert text_of(mail).startswith("Dear Huda")


def test_batch_goes_by_one_connection(mailbox):
    with channel_of("email").open() as mail:
        for number in range(3):
            mail.send(make_letter(key=str(number)))

    assert [letter["Message-ID"] for letter in mailbox.received] == [f"<{n}@noor.example>" for n in range(3)]
    assert mailbox.connections == 1


@pytest.mark.parametrize("name", ["Huda\r\nBcc: all@example.com", "Huda\u2028Bcc: x@example.com", "Hu\x00da\x0bBcc: x"])
def test_line_breaks_in_names_add_no_header(mailbox, name):
    attachment = Attachment(f"{name}.ics", b"", "text/calendar")

    mail = received(mailbox, subject=f"For {name}", sender=name, attachments=(attachment,))

    assert "Bcc" not in mail
    assert mail["Subject"].startswith("For Hu")
    assert "Bcc: " in mail["Subject"]
    assert len(mailbox.envelopes) == 1


@pytest.mark.parametrize(
    "address",
    [
        "huda@example.com\r\nRCPT TO:<all@example.com>",
        "huda@example.com, all@example.com",
        "",
        "هدى@example.com",
        "a@b c",
    ],
    ids=["line break", "two", "none", "letters no server takes", "blank"],
)
def test_address_that_is_none_is_never_written_to(mailbox, address):
    with Mail().open() as mail:
        with pytest.raises(Undeliverable, match="not an address"):
            mail.send(make_letter(address=address))
        mail.send(make_letter())

    assert mailbox.envelopes == [("desk@noor.example", "huda@example.com")]


def test_markup_in_a_name_is_shown_as_text(mailbox):
    name = '<script>alert(1)</script><a href="https://evil.example">win</a>'

    mail = received(mailbox, body=f"Dear {name}", sender=name)

    assert name in text_of(mail)
    assert "<script" not in page_of(mail)
    assert "<a " not in page_of(mail)


def test_only_addresses_of_the_clinic_become_links(mailbox):
    body = "Dear https://evil.example/a,\nhttps://noor.example/a/b:c-d/\nhttps://noor.example.evil.example/a."

    page = page_of(received(mailbox, body=body))

    assert page.count("<a ") == 1
    assert '<a href="https://noor.example/a/b:c-d/" dir="ltr"' in page


def test_address_after_a_few_words_becomes_a_button_with_them(mailbox):
    body = "See you.\n\nConfirm or cancel: https://noor.example/a/token/\nQuestions? Call."

    mail = received(mailbox, body=body)

    assert "Confirm or cancel: https://noor.example/a/token/" in text_of(mail)
    assert '<a href="https://noor.example/a/token/" style="display: inline-block;' in page_of(mail)
    assert ">Confirm or cancel</a>" in page_of(mail)
    assert page_of(mail).count("https://noor.example/a/token/") == 1


def test_name_cannot_turn_the_words_after_it_round(mailbox):
    turned = "\u202emoc.elpmaxe"  # reads as example.com

    mail = received(mailbox, subject=f"For {turned} today", body=f"Dear {turned} \u200fنور\u200e today")

    assert mail["Subject"] == "For moc.elpmaxe today"
    assert text_of(mail) == "Dear moc.elpmaxe \u200fنور\u200e today\n"


def test_arabic_mail_reads_from_the_right_and_keeps_every_letter(mailbox):
    subject = "تذكير بموعدك في عيادة نور للتخاطب والعلاج الوظيفي " * 3

    mail = received(mailbox, subject=subject, body="عزيزتي هدى،", language=Language.ARABIC, sender="مجموعة نور")

    assert mail["Subject"] == subject.strip()
    assert mail["From"].addresses[0].display_name == "مجموعة نور"
    assert text_of(mail) == "عزيزتي هدى،\n"
    assert '<html lang="ar" dir="rtl">' in page_of(mail)


def test_endless_subject_ends_with_an_ellipsis(mailbox):
    mail = received(mailbox, subject="word " * 500)

    assert len(mail["Subject"]) <= 200
    assert mail["Subject"].endswith("word…")


def test_refused_recipient_does_not_stop_the_batch(mailbox):
    mailbox.answers = {"gone@example.com": "550 5.1.1 no such user"}

    with Mail().open() as mail:
        with pytest.raises(Undeliverable, match=r"550 5\.1\.1 no such user"):
            mail.send(make_letter(address="gone@example.com"))
        mail.send(make_letter())

    assert [recipient for _sender, recipient in mailbox.envelopes] == ["huda@example.com"]
    assert mailbox.connections == 1


def test_full_mailbox_is_tried_later(mailbox):
    mailbox.answers = {"full@example.com": "452 4.2.2 mailbox full"}

    with pytest.raises(TryLater, match="error 452"):
        sent(address="full@example.com")


def test_recipients_who_have_to_wait_do_not_stop_the_batch(mailbox):
    grey = [f"grey{number}@example.com" for number in range(4)]
    mailbox.answers = dict.fromkeys(grey, "451 4.7.1 greylisted, try again later")

    with Mail().open() as mail:
        for address in grey:
            with pytest.raises(TryLater, match="error 451") as refusal:
                mail.send(make_letter(address=address))
            assert refusal.value.tried
        mail.send(make_letter())

    assert [recipient for _sender, recipient in mailbox.envelopes] == ["huda@example.com"]
    assert mailbox.connections == 1


@pytest.mark.parametrize("limit", ["hangs_up_after", "has_enough_after"])
def test_server_that_takes_few_letters_on_a_connection_gets_new_ones(mailbox, limit):
    setattr(mailbox, limit, 1)

    with Mail().open() as mail:
        for number in range(3):
            mail.send(make_letter(key=str(number)))

    assert len(mailbox.received) == 3
    assert mailbox.connections == 3


def test_silent_server_is_left_alone_after_three_letters(mailbox, settings):
    settings.MAILERS["default"]["OPTIONS"]["timeout"] = 0.1
    mailbox.hangs = True
    reasons = []

    with Mail().open() as mail:
        for number in range(5):
            with pytest.raises(TryLater) as refusal:
                mail.send(make_letter(key=str(number)))
            reasons.append((refusal.value.tried, refusal.value.reason))

    assert mailbox.connections == 3
    assert reasons[:3] == 3 * [(True, "The mail server did not answer in time, or hung up.")]
    assert [tried for tried, _reason in reasons[3:]] == [False, False]


@pytest.mark.parametrize(("before", "connections"), [(0, 1), (1, 1)], ids=["while connecting", "on an old connection"])
def test_server_that_is_slow_with_every_answer_is_cut_off(mailbox, monkeypatch, before, connections):
    monkeypatch.setattr(mail_channel, "LONGEST", 0.5)

    with Mail().open() as mail:
        for number in range(before):
            mail.send(make_letter(key=str(number)))
        mailbox.thinks = 0.2
        with pytest.raises(TryLater, match=r"in time|reached"):
            mail.send(make_letter())

    assert (len(mailbox.received), mailbox.connections) == (before, connections)


def test_server_that_is_not_there_is_tried_later(settings):
    settings.MAILERS = {"default": mailer_from_url("smtp://127.0.0.1:1")}

    with pytest.raises(TryLater, match="could not be reached"):
        sent()


def test_server_without_encryption_never_gets_the_password(mailbox, settings, caplog):
    settings.MAILERS = {"default": mailer_from_url(mailbox.address.replace("//", "//desk:hunter2@"))}

    with pytest.raises(TryLater) as refusal:
        sent()

    assert mailbox.received == []
    assert "hunter2" not in refusal.value.reason + caplog.text
