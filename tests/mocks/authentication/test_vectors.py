"""The mock's verdict on every signature vector, and the error that it answers."""

from datetime import datetime

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.authentication import authenticate
from lookalike_mocks.context import RequestContext
from lookalike_mocks.parsing import parse_request
from lookalike_mocks.service import Account
from lookalike_specs import vectors
from lookalike_specs.vectors import Vector, VectorGroup

CASES = [
    pytest.param(group, vector, id=f"{name}-{vector.tc_id}")
    for name in vectors.list_schemes()
    for group, vector in vectors.load_suite(name).cases
]


class Clock:
    """Shows what it is set to."""

    now = 0.0

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).timestamp()

    def __call__(self) -> float:
        return self.now


def key_of(group: VectorGroup) -> str:
    return "appKey" if "appKey" in group.credentials else "AccessKeyId"


def mock_of(group: VectorGroup, clock: Clock) -> Mock:
    """A mock that has no account but the group's, where that is none of its own."""
    mock, key = Mock(group.api or "aliyun", clock=clock), key_of(group)
    service = next(iter(mock.services.values()))
    if group.credentials[key] not in service.accounts[key]:
        mock.demo_state.accounts[service.api.id] = {group.credentials[key]: Account(dict(group.credentials))}
    return mock


@pytest.mark.exhaustive
@pytest.mark.parametrize(("group", "vector"), CASES)
def test_the_mock_agrees(group: VectorGroup, vector: Vector) -> None:
    clock = Clock()
    mock = mock_of(group, clock)
    if not group.api:
        vouched(mock, clock, group, vector)
        return
    for earlier in vector.before:
        clock.set(earlier.clock)
        assert (mock.respond(vectors.to_request(earlier.request)).status < 300) == (earlier.result == "valid")
    clock.set(vector.clock or group.clock)
    reply = mock.respond(vectors.to_request(vector.request))
    situation = mock.demo_state.journal.entries[-1].situation
    if vector.error:
        assert (situation, reply.status) == (vector.error.id, vector.error.status)
        assert str(vector.error.code).encode() in reply.body
    else:
        assert reply.status < 300 or (situation, vector.provenance is not None) == ("bad-parameter", True), situation


def vouched(mock: Mock, clock: Clock, group: VectorGroup, vector: Vector) -> None:
    """A request to another product of the vendor's, which no operation of ours matches: its signature alone is asked."""
    clock.set(group.clock)
    service = mock.services["aliyun"]
    endpoint = next(
        endpoint
        for methods in service.routes.values()
        for endpoints in methods.values()
        for endpoint in endpoints.values()
    )
    parsed = parse_request(vectors.to_request(vector.request))
    authentication = authenticate(mock.demo_state, RequestContext(service, endpoint, parsed))
    assert authentication.account == Account(dict(group.credentials))
    assert vector.result == "valid"
