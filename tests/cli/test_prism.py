"""Prism, as a proxy in front of the mock, and the judge before it: what Prism reports is explained in docs/check.md."""

import json
import re
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator

import lookalike
from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.events import Event, ExchangeRecorded
from lookalike_contracts.responses.openapi_adapter import match_operation, to_openapi_request
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_contracts.session import Session
from lookalike_contracts.transport import HttpClient
from lookalike_specs import list_api_ids, load_api, read_document, resolve_variants
from lookalike_specs.messages import Request, Response

from ..contracts.transport.misbehaving_server import OK_HEAD, send_and_close, serve_badly
from ..ports import find_free_port

pytestmark = pytest.mark.node
TOOLS = Path(__file__).parents[1] / "specs" / "node"
REPORTED = re.compile(r"prism/errors#(\w+)")
# of any type, as the judge has them: openapi-core asks for attributes that can be set, and sets none
VALIDATORS: dict[str, Any] = {"3.0": V30RequestValidator, "3.1": V31RequestValidator}
# what Prism says of requests; `VIOLATIONS` would be of answers
OF_REQUESTS = {"UNPROCESSABLE_ENTITY", "UNAUTHORIZED", "NO_PATH_MATCHED_ERROR", "NO_METHOD_MATCHED_ERROR"}
GREATEST = 2**53 - 1
HIOBUY = load_api("hiobuy")


@contextmanager
def prism(tools: Path, folder: Path, api: str, upstream: str) -> Iterator[tuple[str, Path]]:
    """Prism before that server: its base URL, and its log."""
    document, log = folder / f"{api}.json", folder / f"{api}.log"
    document.write_text(json.dumps(read_document(api)), "utf-8")
    port = find_free_port()
    command: list[str | Path] = [tools / "prism", "proxy", document, upstream, "-p", str(port), "--errors"]
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        try:
            listens(port)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()
            process.wait(timeout=10)


def listens(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Prism does not listen")


def judged(api: str, url: str) -> list[tuple[Request, dict[str, Any]]]:
    """The requests that Prism refused itself, each with its problem."""
    refused: list[tuple[Request, dict[str, Any]]] = []
    replies: list[Response] = []

    def watch(event: Event) -> None:
        if not isinstance(event, ExchangeRecorded):
            return
        exchange = event.exchange
        replies.append(exchange.response)
        if exchange.response.media_type.startswith("application/problem+json"):
            refused.append((exchange.request, msgspec.json.decode(exchange.response.body)))

    loaded = load_api(api)
    with HttpClient(url) as http:
        checks = select_checks(("answer", "request", "limits", "signature/error"))
        plan = RunConfig((loaded,), checks, {api: http}, {api: loaded.account}, max_cases=10)
        execute_checks(plan, watch)
    assert len(refused) < len(replies), "nothing got through"
    return refused


def is_wrong(api: str, request: Request) -> bool:
    """Whether openapi-core finds something wrong with a request too."""
    validator = VALIDATORS[read_document(api)["openapi"][:3]](SchemaPath.from_dict(dict(read_document(api))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that words of the documents are deprecated
        return any(validator.iter_errors(to_openapi_request(load_api(api), request)))


def values(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query.decode(), keep_blank_values=True)


def is_twice(_: str, request: Request) -> bool:
    names = [name for name, _ in values(request)]
    return len(set(names)) < len(names)


def is_great(_: str, request: Request) -> bool:
    return any(value.lstrip("-").isdecimal() and abs(int(value)) > GREATEST for _, value in values(request))


def is_empty_key(api: str, request: Request) -> bool:
    sent = [*values(request), *((name.decode(), value.decode("latin-1")) for name, value in request.headers)]
    names = {name.lower() for name in load_api(api).root.secrets}
    return any(name.lower() in names and not value for name, value in sent)


def shares_its_path(api: str, request: Request) -> bool:
    operation = match_operation(load_api(api), request)
    return operation is not None and "#" in operation.document_path


def has_its_proof_in_the_form(api: str, request: Request) -> bool:
    names = load_api(api).root.secrets
    return any(f"{name}=".encode() in request.body or f'name="{name}"'.encode() in request.body for name in names)


# as docs/check.md explains them
EXPLAINED = (is_wrong, is_twice, is_great, is_empty_key, shares_its_path, has_its_proof_in_the_form)


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_what_prism_reports_is_explained(npm: Callable[[Path], Path], tmp_path: Path, api: str) -> None:
    with lookalike.serve(api) as stage, prism(npm(TOOLS), tmp_path, api, stage.url) as (url, _):
        refused = judged(api, url)
    assert {problem["type"].rpartition("#")[2] for _, problem in refused} <= OF_REQUESTS
    unexplained = [pair for pair in refused if not any(known(api, pair[0]) for known in EXPLAINED)]
    assert not unexplained, unexplained[0]


@pytest.mark.slow
def test_the_command_runs_through_prism(npm: Callable[[Path], Path], tmp_path: Path) -> None:
    with lookalike.serve("hiobuy") as stage, prism(npm(TOOLS), tmp_path, "hiobuy", stage.url) as (url, log):
        process = subprocess.run(
            [sys.executable, "-m", "lookalike", "check", "hiobuy", "--url", url, "--only", "answer", "--only", "request", "--max-cases", "5"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert process.returncode in (0, 1), process.stderr
    assert set(REPORTED.findall(log.read_text("utf-8"))) <= OF_REQUESTS
    assert stage.mock.demo_state.journal.entries, "nothing got through"


@pytest.mark.slow
def test_prism_does_report_an_answer_that_is_wrong(npm: Callable[[Path], Path], tmp_path: Path) -> None:
    """Else the silence above would say nothing."""
    wrong = OK_HEAD + b'Content-Length: 14\r\n\r\n{"ret": "one"}'
    with (
        serve_badly(send_and_close(wrong)) as (upstream, _),
        prism(npm(TOOLS), tmp_path, "hiobuy", upstream) as (url, _),
        HttpClient(url) as http,
    ):
        subject = CheckContext(
            HIOBUY, HIOBUY.operations[0], Session(http), HIOBUY.account, resolve_variants(HIOBUY, {})
        )
        reply = subject.send_sample().response
    assert (reply.status, msgspec.json.decode(reply.body)["type"].rpartition("#")[2]) == (500, "VIOLATIONS")
