"""A pattern of a document means the same in Python's engine as in ECMA-262's."""

from __future__ import annotations

import pytest

from lookalike_contracts.responses.pattern import compile_pattern
from lookalike_specs import list_api_ids, load_api

Regex = pytest.importorskip("regress").Regex
PATTERNS = (
    "^(a+)+$", "^[0-9]+$", r"^\d{1,9}(,\d+){3}$", r"^\w+@\w+$", r"a.c", r"^[\d.-]+\s*$", r"\S+", r"[^\s,]+", r"^https?:\/\/.+",
    "[a&&b|~]", "[[]x", "^$", r"(?<year>[0-9]{4})-(?:01|02)", r"\u0041\x42", r"[\]\[\\]", "(?=a)a(?!b)", r"\D\W", "a{2,3}?",
    r"[ \t\r\n]*",
)  # fmt: skip
TEXTS = (
    "", "a", "aaa!", "12", "12\n", "1,2,3,4", "٣", "é@b", "a\nc", "a\u2028c", "abc", "-1.5 \ufeff", "https://x", "[x", "AB", "]", "\\",
    "2024-01", "ab", "&", "~", "\x1c", "\x85", " \t", "aa", "aaaa",
)  # fmt: skip
# what Python has no words for, or other ones
OTHERS = (r"\p{L}", r"\bword\b", "[]", "[^]", r"(a)\1", "(?i)a", "a++", "a{,5}", r"\cJ", "[a--b]", "(", r"[\W]", "a\\")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_judges_as_ecma_does(pattern: str) -> None:
    expression = compile_pattern(pattern)
    assert expression is not None
    for text in TEXTS:
        assert (expression.search(text) is not None) == (Regex(pattern).find(text) is not None), (pattern, text)


@pytest.mark.parametrize("pattern", OTHERS)
def test_what_python_says_otherwise_is_left_to_the_other_engine(pattern: str) -> None:
    assert compile_pattern(pattern) is None


def test_every_pattern_of_our_documents_is_translated() -> None:
    patterns = {pattern for api in list_api_ids() for pattern in _find_patterns(load_api(api).document)}
    assert patterns
    assert [pattern for pattern in patterns if compile_pattern(pattern) is None] == []


def _find_patterns(value: object) -> set[str]:
    patterns = set[str]()
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            patterns.add(value["pattern"])
        for inner in value.values():
            patterns |= _find_patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            patterns |= _find_patterns(inner)
    return patterns
