"""What is shown of a finding repeats the requests, is safe to print, and holds no secret."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lookalike_contracts.context import CheckContext
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.reproduction import Evidence, build_evidence, get_variable_name
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.sandbox import Sandbox
from lookalike_specs import Operation, SecurityScheme, list_api_ids, load_api, resolve_variants
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import SigningContext

BIN = Path(sys.executable).parent
FIRST = [
    (api, load_api(api).operations[0], scheme)
    for api in list_api_ids()
    for scheme in load_api(api).operations[0].schemes
    if scheme.extension.when is None or scheme.extension.when.matches(resolve_variants(load_api(api), {}))
]
OTHERS = [
    (api, operation, operation.schemes[0]) for api in list_api_ids() for operation in load_api(api).operations[1:]
]


@dataclass
class Direct:
    """The mock behind that URL, without the way there."""

    url: str
    mock: Mock

    def send(self, request: Request) -> Response:
        return self.mock.respond(request)


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


@pytest.fixture(scope="module")
def target(mock: Mock) -> Iterator[Direct]:
    with Server(MockApp(mock)) as server:
        yield Direct(server.url, mock)


@pytest.fixture(scope="module")
def sandbox(mock: Mock) -> Sandbox:
    return mock.create_sandbox(seed=7)


def subject(api: str, operation: Operation, target: Direct, account: Mapping[str, str]) -> CheckContext:
    loaded = load_api(api)
    return CheckContext(loaded, operation, Session(target), account, resolve_variants(loaded, {}))


def found(asked: CheckContext, *exchanges: Exchange, message: str = "", pointer: str = "") -> Finding:
    return Finding(
        "a/check", "error", asked.api.id, asked.operation.id, message, pointer,
        f"{asked.operation.pointer}/responses", exchanges, 0, asked.target.url,
    )  # fmt: skip


def told(asked: CheckContext, *exchanges: Exchange, **more: str) -> Evidence:
    return build_evidence(found(asked, *exchanges, **more), asked.api, asked.account)


def environment(asked: CheckContext) -> dict[str, str]:
    own = {get_variable_name(asked.api.id, name): value for name, value in asked.account.items()}
    return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **own}


def run(asked: CheckContext, *command: str) -> str:
    done = subprocess.run(command, env=environment(asked), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(asked: CheckContext, exchange: Exchange, text: str) -> bool:
    return asked.classifier.is_good(Response(status=exchange.response.status, body=text.encode()))


def named(case: Any) -> str:
    return getattr(case, "id", None) or getattr(case, "name", None) or str(case)


@pytest.mark.parametrize(("api", "operation", "scheme"), FIRST, ids=named)
def test_the_curl_line_repeats_the_request(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    asked = subject(api, operation, target, sandbox.credentials[api])
    exchange = asked.send(asked.build_signed_request(asked.build_values(scheme), scheme))
    assert asked.classifier.is_good(exchange.response)
    assert answers(asked, exchange, run(asked, "sh", "-c", told(asked, exchange).curl))


@pytest.mark.parametrize(("api", "operation", "scheme"), FIRST, ids=named)
def test_the_snippet_repeats_the_request(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    asked = subject(api, operation, target, sandbox.credentials[api])
    exchange = asked.send(asked.build_signed_request(asked.build_values(scheme), scheme))
    status, _, text = run(asked, sys.executable, "-c", told(asked, exchange).python).partition(" ")
    assert (int(status), answers(asked, exchange, text)) == (exchange.response.status, True)


@pytest.mark.parametrize(("api", "operation", "scheme"), OTHERS, ids=named)
def test_every_operation_has_a_line_of_use(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    asked = subject(api, operation, target, sandbox.credentials[api])
    line = told(asked, asked.send(asked.build_signed_request(asked.build_values(scheme), scheme))).curl
    assert "***" not in line
    assert "$LOOKALIKE_" in line


def signing(target: Direct, sandbox: Sandbox) -> tuple[CheckContext, Request]:
    """A request whose signature ages."""
    asked = subject("aliyun", load_api("aliyun").operations[0], target, sandbox.credentials["aliyun"])
    return asked, asked.build_signed_request(asked.build_values())


def plain(target: Direct, sandbox: Sandbox) -> tuple[CheckContext, Request]:
    """A request with a key."""
    asked = subject("tmapi", load_api("tmapi").operations[0], target, sandbox.credentials["tmapi"])
    return asked, asked.build_signed_request(asked.build_values())


@pytest.mark.parametrize("kind", ["curl", "python"])
def test_the_same_request_twice_is_the_same_twice(target: Direct, sandbox: Sandbox, kind: str) -> None:
    asked, request = signing(target, sandbox)
    seen = told(asked, asked.send(request), asked.send(request))
    text = run(asked, *(("sh", "-c", seen.curl) if kind == "curl" else (sys.executable, "-c", seen.python)))
    assert text.count('"Code":"SignatureNonceUsed"') == 1
    assert '"Success":true' in text.partition("SignatureNonceUsed")[0]


@pytest.mark.parametrize("kind", ["curl", "python"])
def test_a_time_that_was_chosen_stays(target: Direct, sandbox: Sandbox, kind: str) -> None:
    asked, _ = signing(target, sandbox)
    old = SigningContext(datetime.now(UTC) - timedelta(days=1), "nonce-of-yesterday")
    seen = told(asked, asked.send(asked.build_signed_request(asked.build_values(), signing_context=old)))
    command = ("sh", "-c", seen.curl) if kind == "curl" else (sys.executable, "-c", seen.python)
    assert "Expired" in run(asked, *command)


def test_a_server_below_a_path_is_reached_there(target: Direct, sandbox: Sandbox) -> None:
    below = Direct(f"{target.url}/aliyun", target.mock)
    for scheme in load_api("aliyun").operations[6].schemes:
        asked = subject("aliyun", load_api("aliyun").operations[6], below, sandbox.credentials["aliyun"])
        seen = told(
            asked,
            Exchange(asked.build_signed_request(asked.build_values(scheme), scheme), Response(status=200, body=b"")),
        )
        for command in (("sh", "-c", seen.curl), (sys.executable, "-c", seen.python)):
            assert '"Success":true' in run(asked, *command)


def test_a_wrong_proof_is_covered_and_said_to_be(target: Direct, sandbox: Sandbox) -> None:
    asked, request = signing(target, sandbox)
    changed = msgspec.structs.replace(request, query=request.query.replace(b"Version=", b"Versiom="), body=b"a=b")
    seen = told(asked, asked.send(changed))
    assert seen.curl.startswith("# ***")
    assert "Signature=***" in seen.curl
    assert seen.request.count("Signature=***") == 1
    assert "# ***" in seen.python


def test_the_signature_that_would_be_right_is_covered_too(target: Direct, sandbox: Sandbox) -> None:
    """A server may tell which one it wanted."""
    asked = subject("daji-1688", load_api("daji-1688").operations[0], target, sandbox.credentials["daji-1688"])
    right = asked.build_signed_request(asked.build_values())
    sign = dict(part.split("=") for part in right.query.decode().split("&"))["sign"]
    wrong = msgspec.structs.replace(right, query=right.query.replace(sign.encode(), b"0" * 32))
    seen = told(asked, Exchange(wrong, Response(status=400, body=f"wanted {sign.lower()}".encode())), message=sign)
    assert sign.lower() not in repr(seen).lower()


@pytest.mark.parametrize("body", [b"\x1b[2J\x07 bell % \\", b"\xff\xfe\x00", "\u202eover".encode(), b"a\r\nb", b"it's"])
def test_what_a_terminal_obeys_is_written_out(target: Direct, sandbox: Sandbox, body: bytes) -> None:
    asked, request = plain(target, sandbox)
    sent = msgspec.structs.replace(request, method="POST", body=body)
    seen = told(asked, Exchange(sent, Response(status=200, body=body)), message=body.decode("latin-1"), pointer="/\x1b")
    for text in (seen.message, seen.pointer, seen.curl, seen.python, seen.request, seen.response):
        assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.parametrize("body", [b"\x1b[2J\x07 bell % \\", b"\xff\xfe\x01", "\u202eover".encode(), b"a\r\nb", b"it's"])
@pytest.mark.parametrize("kind", ["curl", "python"])
def test_every_byte_of_a_body_is_sent(sandbox: Sandbox, mock: Mock, body: bytes, kind: str) -> None:
    with Server(MockApp(mock)) as server:
        asked, request = plain(Direct(server.url, mock), sandbox)
        headers = (*request.headers, (b"content-type", b"text/plain"))
        sent = msgspec.structs.replace(request, method="POST", body=body, headers=headers)
        seen = told(asked, Exchange(sent, Response(status=405, body=b"")))
        run(asked, *(("sh", "-c", seen.curl) if kind == "curl" else (sys.executable, "-c", seen.python)))
    last = sandbox.journal.entries[-1].request
    assert (last.body, last.query) == (body, request.query)


def test_a_picture_is_shortened(target: Direct, sandbox: Sandbox) -> None:
    asked, request = plain(target, sandbox)
    long = msgspec.structs.replace(request, method="POST", body=b"pic=" + b"A" * 30_000)
    seen = told(asked, Exchange(long, Response(status=200, body=b'{"pic": "' + b"B" * 50_000 + b'"}')))
    assert "29,960 characters more" in seen.request
    assert "17,243 bytes more" in seen.response
    assert seen.curl.startswith("# shortened")
    assert "# shortened" in seen.python
    assert max(map(len, (seen.curl, seen.python, seen.request, seen.response))) < 2000


def test_several_exchanges_are_numbered(target: Direct, sandbox: Sandbox) -> None:
    asked, request = plain(target, sandbox)
    other = asked.build_signed_request(asked.build_values() | {"page": 2})
    seen = told(asked, asked.send(request), asked.send(other))
    for text in (seen.curl, seen.request, seen.response):
        assert [line for line in text.splitlines() if line.startswith("# ")] == ["# 1 of 2", "# 2 of 2"]
    assert run(asked, sys.executable, "-c", seen.python).count('"code":200') == 2


def test_a_finding_without_an_exchange_is_shown(target: Direct, sandbox: Sandbox) -> None:
    asked, _ = plain(target, sandbox)
    seen = told(asked, message="nothing was asked")
    assert (seen.message, seen.curl, seen.python, seen.request, seen.response) == ("nothing was asked", "", "", "", "")


def test_the_place_is_that_of_the_rule(target: Direct, sandbox: Sandbox) -> None:
    asked, request = plain(target, sandbox)
    place = told(asked, asked.send(request)).location
    assert place.file == "apis/tmapi/openapi.yaml"
    assert place.pointer == f"{asked.operation.pointer}/responses"
