"""Texts of others in our lines and files."""

import pytest

from lookalike_contracts.reports.escape import clean_line, clean_text


@pytest.mark.parametrize(
    ("text", "cleaned", "lined"),
    [
        ("男鞋 <b>&", "男鞋 <b>&", "男鞋 <b>&"),
        ("a\n\tb", "a\n\tb", "a\\n\\tb"),
        ("\x1b[2J\r\x00", "\\x1b[2J\\r\\x00", "\\x1b[2J\\r\\x00"),
        ("\u202e\ud800\ufffe\uffff", "\\u202e\\ud800\\ufffe\\uffff", "\\u202e\\ud800\\ufffe\\uffff"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, cleaned: str, lined: str) -> None:
    assert (clean_text(text), clean_line(text)) == (cleaned, lined)
