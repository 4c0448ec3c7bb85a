import json

import pytest

from lookalike_specs.signing import STAGE_NAMES, Stage, StageDifference, Stages, find_first_difference, to_dict
from lookalike_specs.signing.base import build_stages

OURS = build_stages("any", signed="a=1", canonical="a=1", string_to_sign="a=1&s", signature="F00")


def theirs(**values: str) -> Stages:
    return build_stages(
        "any", **({"signed": "a=1", "canonical": "a=1", "string_to_sign": "a=1&s", "signature": "F00"} | values)
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(theirs(), None, id="same"),
        pytest.param(theirs(canonical="a=2"), StageDifference("canonical", 2, "1", "2"), id="a-later-byte"),
        pytest.param(
            theirs(canonical="a=2", signature="F11"), StageDifference("canonical", 2, "1", "2"), id="first-of-two"
        ),
        pytest.param(theirs(signed="a=1&b"), StageDifference("signed", 3, "", "&b"), id="theirs-goes-on"),
        pytest.param(theirs(signed="a"), StageDifference("signed", 1, "=1", ""), id="ours-goes-on"),
        pytest.param(theirs(signature="F" * 99), StageDifference("signature", 1, "00", "F" * 40), id="excerpt-of-40"),
        pytest.param(
            Stages("any", (Stage("signature", "F01"),)), StageDifference("signature", 2, "0", "1"), id="only-one-known"
        ),
        pytest.param(Stages("any", ()), None, id="nothing-known"),
    ],
)
def test_the_first_difference(other: Stages, expected: StageDifference | None) -> None:
    assert find_first_difference(OURS, other) == expected


def test_a_difference_counts_bytes_and_not_characters() -> None:
    difference = find_first_difference(theirs(signed="词=红"), theirs(signed="词=蓝"))
    assert difference is not None
    assert difference.byte_offset == len("词=".encode())


def test_a_difference_reads_as_one_sentence() -> None:
    assert str(StageDifference("canonical", 2, "1", "2")) == "canonical differs at byte 2: ours '1', theirs '2'"


def test_the_signature_is_the_last_stage() -> None:
    assert OURS.signature == "F00"
    assert tuple(step.name for step in OURS.steps) == STAGE_NAMES


def test_stages_as_json() -> None:
    expected = '{"scheme":"any","signed":"a=1","canonical":"a=1","string-to-sign":"a=1&s","signature":"F00"}'
    assert json.dumps(to_dict(OURS), separators=(",", ":")) == expected
