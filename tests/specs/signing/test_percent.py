import tracemalloc
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lookalike_specs.signing import canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AZaz09-_.~", "AZaz09-_.~"),
        (" ", "%20"),
        ("*", "%2A"),
        ("+/=", "%2B%2F%3D"),
        ("%7E", "%257E"),
        ("红", "%E7%BA%A2"),
        ("😀", "%F0%9F%98%80"),
        ("\n", "%0A"),
        ("\ud800", "%3F"),
    ],
)
def test_encode(text: str, expected: str) -> None:
    assert canonical.percent_encode(text) == expected


@given(st.text())
@example("~")
def test_encode_agrees_with_the_standard_library(text: str) -> None:
    assert canonical.percent_encode(text) == quote(text, safe="")


@pytest.mark.parametrize(("path", "expected"), [("/", "/"), ("", "/"), ("/v2/a b/红", "/v2/a%20b/%E7%BA%A2")])
def test_encode_path(path: str, expected: str) -> None:
    assert canonical.encode_path(path) == expected


def test_encode_pairs() -> None:
    assert canonical.encode_pairs((("b c", "1&2"), ("a", ""))) == "b%20c=1%262&a="


@pytest.mark.parametrize("character", ["\0", "红"])
def test_a_long_text_is_encoded_in_some_times_its_memory(character: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "BLOCK_SIZE", 1000)
    size = 50_000
    text = character * (size // len(character.encode()))
    tracemalloc.start()
    try:
        encoded = canonical.percent_encode(text)
        assert tracemalloc.get_traced_memory()[1] < 15 * size
    finally:
        tracemalloc.stop()
    assert encoded == quote(text, safe="")
