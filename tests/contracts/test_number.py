"""Numbers and scripts as the vendors write them."""

from decimal import Decimal
from typing import Any

import pytest

from lookalike_contracts.responses.values import is_in_scripts, parse_number


@pytest.mark.parametrize(
    ("written", "worth"),
    [
        ("19.50", "19.50"), ("5%", "5"), ("50+", "50"), ("36K+", "36000"), ("1.2万", "12000"), ("2w+", "20000"),
        (7, "7"), (0.97, "0.97"), (" 3 ", "3"), ("-1", "-1"),
    ],
)  # fmt: skip
def test_numbers_are_read(written: Any, worth: str) -> None:
    assert parse_number(written) == Decimal(worth)


@pytest.mark.parametrize("written", [None, True, "", "many", "1;2", "1e5", "1,000", [], "٣"])
def test_what_is_no_number_is_none(written: Any) -> None:
    assert parse_number(written) is None


@pytest.mark.parametrize(
    ("text", "scripts", "told"),
    [
        ("Кроссовки Nike", ["CYRILLIC"], True), ("Nike sneakers", ["CYRILLIC"], False), ("ー", ["KATAKANA"], True), ("男鞋", ["CJK"], True),
        ("スニーカー", ["HIRAGANA", "KATAKANA"], True), ("男鞋", ["HIRAGANA", "KATAKANA"], False), ("12-34", ["THAI"], True),
        ("운동화", ["HANGUL"], True), ("áo thun", ["LATIN"], True), ("حذاء", ["ARABIC"], True), ("รองเท้า", ["THAI"], True),
    ],
)  # fmt: skip
def test_scripts_are_told(text: str, scripts: list[str], told: bool) -> None:
    assert is_in_scripts(text, scripts) is told
