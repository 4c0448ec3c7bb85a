"""Places in answers."""

from typing import Any

import pytest

from lookalike_specs.pointers import MISSING, blank_values, iter_matches, resolve_pointer, split_pointer

BODY: Any = {"a": [{"b": 1}, {"b": 2}, {}], "a/b": {"~": 3}, "": 4, "0": None, "text": "xy"}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", BODY),
        ("/a/1/b", 2),
        ("/a~1b/~0", 3),
        ("/", 4),
        ("/0", None),
        ("/a/2/b", MISSING),
        ("/a/3", MISSING),
        ("/a/-1", MISSING),
        ("/a/\u0661", MISSING),
        ("/a/b", MISSING),
        ("/nothing", MISSING),
        ("/0/deeper", MISSING),
        ("/a/0/b/deeper", MISSING),
        ("/text/0", MISSING),
    ],
)
def test_a_pointer_means_a_place_or_nothing(pointer: str, found: Any) -> None:
    assert resolve_pointer(BODY, pointer) is found or resolve_pointer(BODY, pointer) == found


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/a/*/b", [("/a/0/b", 1), ("/a/1/b", 2)]),
        ("/a/*", [("/a/0", {"b": 1}), ("/a/1", {"b": 2}), ("/a/2", {})]),
        ("/a/1/b", [("/a/1/b", 2)]),
        ("/nothing/*/b", []),
        ("/0/*", []),
        ("/a/*/b/*", []),
    ],
)
def test_a_star_means_every_position(pointer: str, found: list[tuple[str, Any]]) -> None:
    assert list(iter_matches(BODY, pointer)) == found


@pytest.mark.parametrize(
    ("pointers", "left"),
    [
        ((), {"a": [{"b": 1, "c": 2}, {"b": 3}], "x/y~": 1}),
        (("/a/*/b",), {"a": [{"b": None, "c": 2}, {"b": None}], "x/y~": 1}),
        (("/a/1/b", "/x~1y~0"), {"a": [{"b": 1, "c": 2}, {"b": None}], "x/y~": None}),
        (("/a",), {"a": None, "x/y~": 1}),
        (("",), None),
        (("/nothing", "/a/b", "/x~1y~0/deeper"), {"a": [{"b": 1, "c": 2}, {"b": 3}], "x/y~": 1}),
        (("/ab",), {"a": [{"b": 1, "c": 2}, {"b": 3}], "x/y~": 1}),
    ],
)
def test_places_are_taken_out_of_a_copy(pointers: tuple[str, ...], left: Any) -> None:
    body: Any = {"a": [{"b": 1, "c": 2}, {"b": 3}], "x/y~": 1}
    assert blank_values(body, pointers) == left
    assert body == {"a": [{"b": 1, "c": 2}, {"b": 3}], "x/y~": 1}


def test_nothing_is_false_and_says_so() -> None:
    assert not MISSING
    assert repr(MISSING) == "nothing"


def test_escapes_are_read_in_their_order() -> None:
    assert split_pointer("/a~01/~1") == ["a~1", "/"]
