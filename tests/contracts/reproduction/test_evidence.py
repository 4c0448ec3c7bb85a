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


def create_context(api: str, operation: Operation, target: Direct, account: Mapping[str, str]) -> CheckContext:
    loaded = load_api(api)
    return CheckContext(loaded, operation, Session(target), account, resolve_variants(loaded, {}))


def create_finding(context: CheckContext, *exchanges: Exchange, message: str = "", pointer: str = "") -> Finding:
    return Finding(
        "a/check", "error", context.api.id, context.operation.id, message, pointer,
        f"{context.operation.pointer}/responses", exchanges, 0, context.target.url,
    )  # fmt: skip


def show(context: CheckContext, *exchanges: Exchange, **more: str) -> Evidence:
    return build_evidence(create_finding(context, *exchanges, **more), context.api, context.account)


def build_environment(context: CheckContext) -> dict[str, str]:
    credentials = {get_variable_name(context.api.id, name): value for name, value in context.account.items()}
    return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **credentials}


def run_command(context: CheckContext, *command: str) -> str:
    completed = subprocess.run(
        command, env=build_environment(context), capture_output=True, text=True, timeout=60, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def is_answered_well(context: CheckContext, exchange: Exchange, text: str) -> bool:
    return context.classifier.is_good(Response(status=exchange.response.status, body=text.encode()))


def get_name(case: Any) -> str:
    return getattr(case, "id", None) or getattr(case, "name", None) or str(case)


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize(("api", "operation", "scheme"), FIRST, ids=get_name)
def test_the_curl_line_repeats_the_request(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    context = create_context(api, operation, target, sandbox.credentials[api])
    exchange = context.send(context.build_signed_request(context.build_values(scheme), scheme))
    assert context.classifier.is_good(exchange.response)
    assert is_answered_well(context, exchange, run_command(context, "sh", "-c", show(context, exchange).curl))


@pytest.mark.slow
@pytest.mark.parametrize(("api", "operation", "scheme"), FIRST, ids=get_name)
def test_the_snippet_repeats_the_request(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    context = create_context(api, operation, target, sandbox.credentials[api])
    exchange = context.send(context.build_signed_request(context.build_values(scheme), scheme))
    status, _, text = run_command(context, sys.executable, "-c", show(context, exchange).python).partition(" ")
    assert (int(status), is_answered_well(context, exchange, text)) == (exchange.response.status, True)


@pytest.mark.parametrize(("api", "operation", "scheme"), OTHERS, ids=get_name)
def test_every_operation_has_a_line_of_use(
    target: Direct, sandbox: Sandbox, api: str, operation: Operation, scheme: SecurityScheme
) -> None:
    context = create_context(api, operation, target, sandbox.credentials[api])
    line = show(context, context.send(context.build_signed_request(context.build_values(scheme), scheme))).curl
    assert "***" not in line
    assert "$LOOKALIKE_" in line


def create_signed(target: Direct, sandbox: Sandbox) -> tuple[CheckContext, Request]:
    """A request whose signature ages."""
    context = create_context("aliyun", load_api("aliyun").operations[0], target, sandbox.credentials["aliyun"])
    return context, context.build_signed_request(context.build_values())


def create_plain(target: Direct, sandbox: Sandbox) -> tuple[CheckContext, Request]:
    """A request with a key."""
    context = create_context("tmapi", load_api("tmapi").operations[0], target, sandbox.credentials["tmapi"])
    return context, context.build_signed_request(context.build_values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["curl", "python"])
def test_the_same_request_twice_is_the_same_twice(target: Direct, sandbox: Sandbox, kind: str) -> None:
    context, request = create_signed(target, sandbox)
    evidence = show(context, context.send(request), context.send(request))
    text = run_command(
        context, *(("sh", "-c", evidence.curl) if kind == "curl" else (sys.executable, "-c", evidence.python))
    )
    assert text.count('"Code":"SignatureNonceUsed"') == 1
    assert '"Success":true' in text.partition("SignatureNonceUsed")[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["curl", "python"])
def test_a_time_that_was_chosen_stays(target: Direct, sandbox: Sandbox, kind: str) -> None:
    context, _ = create_signed(target, sandbox)
    old = SigningContext(datetime.now(UTC) - timedelta(days=1), "nonce-of-yesterday")
    evidence = show(context, context.send(context.build_signed_request(context.build_values(), signing_context=old)))
    command = ("sh", "-c", evidence.curl) if kind == "curl" else (sys.executable, "-c", evidence.python)
    assert "Expired" in run_command(context, *command)


@pytest.mark.slow
def test_a_server_below_a_path_is_reached_there(target: Direct, sandbox: Sandbox) -> None:
    below = Direct(f"{target.url}/aliyun", target.mock)
    for scheme in load_api("aliyun").operations[6].schemes:
        context = create_context("aliyun", load_api("aliyun").operations[6], below, sandbox.credentials["aliyun"])
        evidence = show(
            context,
            Exchange(
                context.build_signed_request(context.build_values(scheme), scheme), Response(status=200, body=b"")
            ),
        )
        for command in (("sh", "-c", evidence.curl), (sys.executable, "-c", evidence.python)):
            assert '"Success":true' in run_command(context, *command)


def test_a_wrong_proof_is_covered_and_said_to_be(target: Direct, sandbox: Sandbox) -> None:
    context, request = create_signed(target, sandbox)
    changed = msgspec.structs.replace(request, query=request.query.replace(b"Version=", b"Versiom="), body=b"a=b")
    evidence = show(context, context.send(changed))
    assert evidence.curl.startswith("# ***")
    assert "Signature=***" in evidence.curl
    assert evidence.request.count("Signature=***") == 1
    assert "# ***" in evidence.python


def test_the_signature_that_would_be_right_is_covered_too(target: Direct, sandbox: Sandbox) -> None:
    """A server may tell which one it wanted."""
    context = create_context("daji-1688", load_api("daji-1688").operations[0], target, sandbox.credentials["daji-1688"])
    right = context.build_signed_request(context.build_values())
    sign = dict(part.split("=") for part in right.query.decode().split("&"))["sign"]
    wrong = msgspec.structs.replace(right, query=right.query.replace(sign.encode(), b"0" * 32))
    evidence = show(
        context, Exchange(wrong, Response(status=400, body=f"wanted {sign.lower()}".encode())), message=sign
    )
    assert sign.lower() not in repr(evidence).lower()


@pytest.mark.parametrize("body", [b"\x1b[2J\x07 bell % \\", b"\xff\xfe\x00", "\u202eover".encode(), b"a\r\nb", b"it's"])
def test_what_a_terminal_obeys_is_written_out(target: Direct, sandbox: Sandbox, body: bytes) -> None:
    context, request = create_plain(target, sandbox)
    edited = msgspec.structs.replace(request, method="POST", body=body)
    evidence = show(
        context, Exchange(edited, Response(status=200, body=body)), message=body.decode("latin-1"), pointer="/\x1b"
    )
    for text in (
        evidence.message,
        evidence.pointer,
        evidence.curl,
        evidence.python,
        evidence.request,
        evidence.response,
    ):
        assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("body", [b"\x1b[2J\x07 bell % \\", b"\xff\xfe\x01", "\u202eover".encode(), b"a\r\nb", b"it's"])
@pytest.mark.parametrize("kind", ["curl", "python"])
def test_every_byte_of_a_body_is_sent(sandbox: Sandbox, mock: Mock, body: bytes, kind: str) -> None:
    with Server(MockApp(mock)) as server:
        context, request = create_plain(Direct(server.url, mock), sandbox)
        headers = (*request.headers, (b"content-type", b"text/plain"))
        edited = msgspec.structs.replace(request, method="POST", body=body, headers=headers)
        evidence = show(context, Exchange(edited, Response(status=405, body=b"")))
        run_command(
            context, *(("sh", "-c", evidence.curl) if kind == "curl" else (sys.executable, "-c", evidence.python))
        )
    last = sandbox.journal.entries[-1].request
    assert (last.body, last.query) == (body, request.query)


def test_a_picture_is_shortened(target: Direct, sandbox: Sandbox) -> None:
    context, request = create_plain(target, sandbox)
    long = msgspec.structs.replace(request, method="POST", body=b"pic=" + b"A" * 30_000)
    evidence = show(context, Exchange(long, Response(status=200, body=b'{"pic": "' + b"B" * 50_000 + b'"}')))
    assert "29,960 characters more" in evidence.request
    assert "17,243 bytes more" in evidence.response
    # pasted, none of it sends another request than the finding's
    assert "# shortened" in evidence.curl
    assert all(line.startswith("# ") for line in evidence.curl.splitlines())
    assert "# shortened" in evidence.python
    assert max(map(len, (evidence.curl, evidence.python, evidence.request, evidence.response))) < 2000


def test_several_exchanges_are_numbered(target: Direct, sandbox: Sandbox) -> None:
    context, request = create_plain(target, sandbox)
    other = context.build_signed_request(context.build_values() | {"page": 2})
    evidence = show(context, context.send(request), context.send(other))
    for text in (evidence.curl, evidence.request, evidence.response):
        assert [line for line in text.splitlines() if line.startswith(("# 1", "# 2"))] == ["# 1 of 2", "# 2 of 2"]
    assert run_command(context, sys.executable, "-c", evidence.python).count('"code":200') == 2


def test_the_demo_key_stands_in_the_line_and_needs_no_environment(target: Direct) -> None:
    context = create_context("tmapi", load_api("tmapi").operations[0], target, load_api("tmapi").account)
    exchange = context.send(context.build_signed_request(context.build_values()))
    evidence = show(context, exchange)
    assert "$LOOKALIKE" not in evidence.curl
    assert "os.environ" not in evidence.python
    completed = subprocess.run(["sh", "-c", evidence.curl], capture_output=True, text=True, timeout=60, check=True)
    assert is_answered_well(context, exchange, completed.stdout)
    # what was sent and answered is shown without it all the same, as with any other account
    assert "lookalike-demo-token" not in evidence.request


def test_another_key_is_named_above_the_line_and_nothing_is_overwritten(target: Direct, sandbox: Sandbox) -> None:
    context, request = create_plain(target, sandbox)
    first, *_ = show(context, context.send(request)).curl.splitlines()
    assert first == "# export LOOKALIKE_TMAPI_APITOKEN=…"


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("size", [4_000_000, 20_000])
def test_a_large_upload_is_a_line_that_a_terminal_takes(target: Direct, sandbox: Sandbox, size: int) -> None:
    operation = next(operation for operation in load_api("daji-1688").operations if operation.id == "uploadImage")
    context = create_context("daji-1688", operation, target, sandbox.credentials["daji-1688"])
    scheme = operation.schemes[0]
    values = context.build_values(scheme) | {"image_base64": "A" * size}
    request = context.build_signed_request(values, scheme)
    evidence = show(context, Exchange(request, Response(status=200, body=b"{}")))
    assert len(evidence.curl) < 2500
    assert "# shortened" in evidence.curl
    assert f"{len(request.body):,} bytes in all, SHA-256 " in evidence.request


def test_a_finding_without_an_exchange_is_shown(target: Direct, sandbox: Sandbox) -> None:
    context, _ = create_plain(target, sandbox)
    evidence = show(context, message="nothing was context")
    assert (evidence.message, evidence.curl, evidence.python, evidence.request, evidence.response) == (
        "nothing was context",
        "",
        "",
        "",
        "",
    )


def test_the_place_is_that_of_the_rule(target: Direct, sandbox: Sandbox) -> None:
    context, request = create_plain(target, sandbox)
    place = show(context, context.send(request)).location
    assert place.file == "apis/tmapi/openapi.yaml"
    assert place.pointer == f"{context.operation.pointer}/responses"
