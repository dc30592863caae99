"""Tags, addresses and numbers in texts that read the other way."""

import pytest

from admin_ext.directions import isolated


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("اتصل على +966 50 123 4567.", 'اتصل على <bdi dir="ltr">+966 50 123 4567</bdi>.'),
        (
            "https://clinic.example/a/b?c=1&d. <b>",
            '<bdi dir="ltr">https://clinic.example/a/b?c=1&amp;d</bdi>. &lt;b&gt;',
        ),
        ("“{% if day %}” {{ time", '“<bdi dir="ltr">{% if day %}</bdi>” {{ time'),
        ("12:30", "12:30"),
    ],
    ids=["phone", "address", "tag", "time"],
)
def test_what_reads_from_left_to_right_stands_by_itself(text, shown):
    assert isolated(text) == shown
