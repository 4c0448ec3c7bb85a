"""Percent-decoding says what urllib's says, in the memory of the text."""

from __future__ import annotations

import tracemalloc
from urllib.parse import unquote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_specs import percent_decode
from lookalike_specs.messages import parse_pairs
from lookalike_specs.percent_decode import decode_form_text

SIZE = 128 * 1024
PIECES = st.sampled_from(
    (
        "%",
        "%2",
        "%2B",
        "%2b",
        "%2F",
        "%3D",
        "%41",
        "%25",
        "%E7%BA%A2",
        "%ff",
        "%e7",
        "+",
        "&",
        "2",
        "B",
        "红",
        "a",
        "%zz",
        "\0",
    )
)
TEXTS = st.lists(PIECES | st.characters(exclude_categories=["Cs"])).map("".join)
DENSE = {
    "percent signs": b"%",
    "letters": b"%41",
    "high bytes": b"%ff",
    "blanks": b"+",
    "broken": b"%4",
    "line breaks": b"%0A",
}


@pytest.mark.parametrize("block_size", [3, 4, percent_decode.BLOCK_SIZE])
@given(text=TEXTS)
def test_a_text_is_what_urllib_reads(block_size: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(percent_decode, "BLOCK_SIZE", block_size)
        assert decode_form_text(text) == unquote_plus(text)
        assert percent_decode.percent_decode(text.encode()) == unquote_to_bytes(text.encode())


@pytest.mark.parametrize("name", DENSE)
def test_a_form_of_nothing_but_escapes_takes_no_more_than_some_times_its_length(name: str) -> None:
    body = b"PicContent=" + DENSE[name] * (SIZE // len(DENSE[name]))
    tracemalloc.start()
    try:
        parse_pairs(body)
        assert tracemalloc.get_traced_memory()[1] < 10 * SIZE
    finally:
        tracemalloc.stop()
