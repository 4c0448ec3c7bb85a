"""Which media types are JSON."""

from __future__ import annotations

import pytest

from lookalike_specs.messages import is_json


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", True),
        # as Alibaba Cloud answers: edits of its answers were lost by the parameter
        ("application/json;charset=utf-8", True),
        ("application/problem+json; charset=utf-8", True),
        ("text/html", False),
        ("text/plain;x=application/json", False),
    ],
)
def test_parameters_of_a_media_type_do_not_count(media_type: str, expected: bool) -> None:
    assert is_json(media_type) is expected
