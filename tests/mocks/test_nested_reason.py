"""Reasons for rules within a body: the place of the value, and of a member that is missing, is named."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.reason import Reason
from lookalike_specs.messages import Request

PETSTORE = Path(__file__).parent.parent / "data/openapi/petstore.yaml"
PET = {"name": "a", "photoUrls": ["https://example.com/x.jpg"]}
BODIES: list[tuple[Any, str, str]] = [
    ({"name": "a"}, "body/photoUrls is missing", "required"),
    (PET | {"name": 5}, "body/name is 5; it has to be a text", "type"),
    (PET | {"photoUrls": ["a", 7]}, "body/photoUrls/1 is 7; it has to be a text", "type"),
    (PET | {"status": "lost"}, "body/status is 'lost'; it can be available, pending or sold", "enum"),
    (PET | {"category": {"id": "x"}}, "body/category/id is 'x'; it has to be a whole number", "type"),
    (None, "body is missing", "required"),
]


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock(spec=PETSTORE)


@pytest.mark.parametrize(("body", "text", "rule"), BODIES)
def test_the_place_within_a_body_is_named(mock: Mock, body: Any, text: str, rule: str) -> None:
    headers = ((b"content-type", b"application/json"), (b"authorization", b"Bearer lookalike-demo-token"))
    content = b"" if body is None else msgspec.json.encode(body)
    mock.respond(Request(method="POST", path="/pet", headers=headers, body=content))
    reason = mock.demo_state.journal.entries[-1].why
    assert isinstance(reason, Reason)
    assert (reason.text, reason.rule) == (text, rule)
    assert reason.provenance == "documented"
