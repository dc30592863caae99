"""Why a message did not leave is kept once, and every reader is told in his own language."""

import pytest
from django.utils.translation import override

from clinic.enums import Channel, MessageStatus
from clinic.messaging.reasons import WITH_VALUES, pattern, told
from clinic.messaging.services import queue, send_due
from tests.clinic.messaging.outbox import NOON

pytestmark = pytest.mark.any_engine

ARABIC = {
    "The gateway is in trouble (error 500).": "في بوابة الإرسال خلل (الخطأ 500).",
    "The gateway could not deliver it: number unknown": "تعذر على بوابة الإرسال إيصالها: \u2068number unknown\u2069",
    "The gateway could not deliver it: no reason given": "تعذر على بوابة الإرسال إيصالها: \u2068لم يُذكر السبب\u2069",
    "The patient's file is closed.": "ملف المريض مغلق.",
    "450 mailbox busy (100% full)": "450 mailbox busy (100% full)",
    "": "",
}


@pytest.mark.parametrize("kept", ARABIC)
def test_kept_sentence_is_told_in_the_readers_language_with_its_values(kept):
    assert told(kept) == kept
    with override("ar"):
        assert told(kept) == ARABIC[kept]


@pytest.mark.parametrize("sentence", WITH_VALUES)
def test_each_sentence_with_values_is_known_by_its_words_alone(sentence):
    filled = sentence.replace("%(code)d", "550").replace("%(count)d", "10")
    filled = filled % dict.fromkeys(("name", "day", "channel", "reason", "error", "answer"), "any (thing) at %all.")

    assert [known for known in WITH_VALUES if pattern(known).fullmatch(filled)] == [sentence]
    with override("ar"):
        assert told(filled) != filled
        assert "any (thing) at %all." in told(filled) or "%(code)d" in sentence or "%(count)d" in sentence


def test_what_is_written_while_a_page_is_in_arabic_is_told_in_english_too(outbox, gateway, settings):
    gateway.answer = 500
    tried = outbox.message()
    with override("ar"):
        send_due(at=NOON)
        settings.GATEWAYS = {"sms": "", "whatsapp": ""}
        outbox.patient.email = ""
        unreachable = queue("booked", outbox.patient, by=outbox.sara, at=NOON, appointment=outbox.appointment())

    tried.refresh_from_db()
    assert told(tried.error) == "The gateway is in trouble (error 500)."
    assert unreachable.status == MessageStatus.SKIPPED
    words = f"No gateway for {Channel.SMS.label} is set up, and the patient has no e-mail address."
    assert told(unreachable.error) == words
