"""Answers of too many values are not read."""

from __future__ import annotations

import json
import time

import pytest

from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.transport.value_count import MAX_VALUES, require_few_values


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MAX_VALUES + b"[",
        b"{" + b",".join([b'"":0'] * (MAX_VALUES + 1)) + b"}",
        b"[" + b",".join([b'"a,b\\",["'] * (MAX_VALUES + 2)) + b"]",
    ],
    ids=["lists", "members", "texts"],
)
def test_an_answer_of_too_many_values_could_not_be_checked(body: bytes) -> None:
    with pytest.raises(CouldNotCheck, match="more than 200,000 values"):
        require_few_values(body)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([0] * (MAX_VALUES - 1)).encode(),
        json.dumps({"msg": ",[{" * MAX_VALUES}).encode(),
        json.dumps(['"\\,[' * 10] * (MAX_VALUES // 2)).encode(),
        b"",
    ],
    ids=["as many as may be", "one text of commas", "texts with quotes", "nothing"],
)
def test_a_long_text_is_one_value(body: bytes) -> None:
    require_few_values(body)


@pytest.mark.parametrize("piece", [b'\\",', b'",', b'"\\'])
def test_texts_that_never_end_are_counted_in_no_time(piece: bytes) -> None:
    body = b"," * (MAX_VALUES + 1) + b'"' + piece * 2_000_000
    before = time.process_time()
    with pytest.raises(CouldNotCheck):
        require_few_values(body)
    # with the square of the length it would be hours
    assert time.process_time() - before < 5
