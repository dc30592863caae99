"""What is left of a text that somebody has typed, where it stands in a header, a name or a message."""

import pytest

from clinic.plain_text import one_line, paragraphs

pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Huda", "Huda"),
        ("  Huda \t Al  Saud ", "Huda Al Saud"),
        ("Huda\r\nBcc: all@example.com", "Huda Bcc: all@example.com"),
        ("A\x00B\x07C\x85D\x0bE", "A B C D E"),
        ("Huda\u2028Ali\u2029Saud", "Huda Ali Saud"),
        ("\n\x00\u202e", ""),
        ("Hu\ud800da", "Huda"),
        ("For \u202emoc.elpmaxe\u202c today", "For moc.elpmaxe today"),
        ("pass\u00adword\u200b\ufeff\u2060", "password"),
        ("علی\u200cرضا \u0647\u200d", "علی\u200cرضا \u0647\u200d"),
        ("\u200fنور\u200e \u061c(1)", "\u200fنور\u200e \u061c(1)"),
        (
            "\u206650.00 SAR\u2069 to \u2067\u2068نور\u2069\u2069.",
            "\u206650.00 SAR\u2069 to \u2067\u2068نور\u2069\u2069.",
        ),
        ("\u2067Huda", "Huda"),
        ("Huda\u2069 \u2066", "Huda"),
        ("👩\u200d👧 <b>O'Neil</b>", "👩\u200d👧 <b>O'Neil</b>"),
    ],
)
def test_a_line_holds_what_can_be_seen_and_turns_nothing_around_it(typed, shown):
    assert one_line(typed) == shown


@pytest.mark.parametrize(
    ("longest", "shown"), [(8, "Noor Gr…"), (10, "Noor Group"), (6, "Noor…")], ids=["cut", "fits", "at a blank"]
)
def test_a_line_is_not_longer_than_it_may_be(longest, shown):
    assert one_line("Noor  Group", longest=longest) == shown


def test_a_line_that_is_cut_leaves_no_isolate_open():
    assert one_line("At \u2067Noor Group\u2069", longest=9) == "At Noor…"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("One\r\n\r\n  two\tthree\n", "One\n\n  two\tthree"),
        ("A\x07B\u2028C\u2029D\x85E", "A B\nC\nD\nE"),
        ("\u202eone \u2067two\nthree\u2069 \u2066four\u2069", "one two\nthree four"),
        ("Pay \u206650.00 SAR\u2069.\nHu\ud800da", "Pay \u206650.00 SAR\u2069.\nHuda"),
    ],
)
def test_paragraphs_keep_their_lines_and_nothing_that_cannot_be_seen(typed, shown):
    assert paragraphs(typed) == shown
