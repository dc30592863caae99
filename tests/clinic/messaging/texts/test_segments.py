"""What an SMS costs: how many pieces a text is sent in."""

import pytest

from clinic.messaging.texts.segments import segments


@pytest.mark.parametrize(
    ("text", "count", "places", "is_unicode"),
    [
        ("", 0, 0, False),
        ("a" * 160, 1, 160, False),
        ("a" * 161, 2, 161, False),
        ("a" * 306, 2, 306, False),
        ("a" * 307, 3, 307, False),
        ("€" * 80, 1, 160, False),
        ("€" * 81, 2, 162, False),
        ("م" * 70, 1, 70, True),
        ("م" * 71, 2, 71, True),
        ("م" * 135, 3, 135, True),
        ("Hello 🙂", 1, 8, True),
    ],
)
def test_text_is_counted_as_networks_count_it(text, count, places, is_unicode):
    found = segments(text)

    assert (found.count, found.places, found.is_unicode) == (count, places, is_unicode)


def test_one_arabic_letter_makes_a_long_text_dearer():
    assert segments("a" * 160).count == 1
    assert segments("a" * 159 + "م").count == 3
