"""No secret gets into anything that a run leaves behind, however a server echoes it."""

import html
import json
import re
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli
from lookalike_contracts.baseline import Baseline, encode_baseline, index_check_results
from lookalike_contracts.checks import select_checks
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.reports import FORMATS, CompletedRun, assemble_report
from lookalike_contracts.reproduction import build_evidence, get_variable_name
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_mocks.sandbox import Sandbox
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import PROVENANCE_KINDS
from lookalike_specs.signing import SCHEMES

from ..specs.redaction.reader import decode_all, is_secret_readable

TOKEN = re.compile(r"[^\s\"'<>,;:()]{8,}")
ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    quote_plus,
    lambda text: json.dumps(text)[1:-1],
    lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    html.escape,
    lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    lambda text: b64encode(text.encode()).decode(),
    lambda text: urlsafe_b64encode(f"x{text}".encode()).decode(),
    lambda text: quote(quote(text, safe=""), safe=""),
    lambda text: quote(b64encode(text.encode()).decode(), safe=""),
)
SPOILT = re.compile(rb'(:\s?)(-?\d+(?:\.\d+)?|"[^"]{0,40}")(?=[,}])')


def proofs(request: Request) -> set[str]:
    """The signatures that a request carries."""
    return {found for scheme in SCHEMES.values() if (found := scheme.read_signature(request)) and len(found) > 8}


def echo(secrets: set[str]) -> str:
    return " ".join(encode(secret) for secret in sorted(secrets) for encode in ENCODINGS)


def spoilt(honest: Response, told: str) -> Response:
    """The honest answer with a secret in the place of some values."""
    text = json.dumps(told, ensure_ascii=False).encode()
    places = [found for number, found in enumerate(SPOILT.finditer(honest.body)) if number % 7 == 5]
    body = honest.body
    for found in reversed(places[:4]):
        body = body[: found.start(2)] + text + body[found.end(2) :]
    return msgspec.structs.replace(honest, body=body)


def refused(honest: Response, told: str) -> Response:
    """An error that tells it."""
    return Response(status=400, body=json.dumps({"code": told, "message": told, "msg": told, "Message": told}).encode())


def choked(_: Response, told: str) -> Response:
    """No JSON at all."""
    return Response(
        status=200, body=f"<html><b>{told}</b><!-- {html.escape(told)} -->".encode(), media_type=f"x/{told}"
    )


FULL = [("daji-1688", "spoilt")]
WAYS: dict[str, Callable[[Response, str], Response]] = {"spoilt": spoilt, "refused": refused, "choked": choked}


@dataclass
class Gossip:
    """A server that echoes what it was sent, in body and headers."""

    mock: Mock
    sandbox: Sandbox
    api: str
    way: Callable[[Response, str], Response]
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        names = load_api(self.api).root.secrets
        own = {value for name, value in self.sandbox.credentials[self.api].items() if name in names}
        heard[self.api] |= own | proofs(request)
        told = echo(own | proofs(request))
        reply = self.way(self.mock.respond(request), told)
        plain = told.encode("latin-1", "replace").replace(b"\n", b" ")
        return msgspec.structs.replace(reply, headers=(*reply.headers, (b"x-echo", plain), (b"set-cookie", plain)))


heard: dict[str, set[str]] = {api: set() for api in list_api_ids()}


@cache
def mock() -> Mock:
    return Mock()


def artefacts(api: str, way: str) -> Iterator[tuple[str, str]]:
    """Everything that a run at that gossip leaves behind, by name."""
    loaded, sandbox = load_api(api), mock().create_sandbox()
    account = dict(sandbox.credentials[api])
    # every check at one API; elsewhere those that look at every answer, and a few that ask
    checks = (
        select_checks()
        if (api, way) in FULL or way != "spoilt"
        else select_checks(("answer", "request", "paging/doubled"))
    )
    plan = RunConfig(
        (loaded,), checks, {api: Gossip(mock(), sandbox, api, WAYS[way])}, {api: account}, max_cases=3,
        selected_operations=frozenset({f"{api}/{loaded.operations[0].id}"}),
    )  # fmt: skip
    outcomes = tuple(execute_checks(plan))
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    assert findings
    yield "shown", "\n".join(map(str, (build_evidence(finding, loaded, account) for finding in findings)))
    verdict = RunResult("http://127.0.0.1:8765", 0, outcomes, 1.0)
    told = assemble_report(
        CompletedRun("0", plan.apis, plan.checks, plan.accounts, verdict, Coverage()), lambda _: "again", Baseline()
    )
    yield from ((name, form(told)) for name, form in FORMATS.items())
    yield "baseline", encode_baseline(index_check_results(outcomes), Baseline()).decode()


def leaks(secrets: set[str], text: str) -> list[str]:
    """The secrets that somebody can read in it."""
    words = {text, *TOKEN.findall(text)}
    every = words | {read for word in words for read in decode_all(word)}
    twice = every | {read for word in every if len(word) < 5000 for read in (*_light(word),)}
    low = "\0".join(twice).casefold()
    return [secret for secret in secrets if secret.casefold() in low]


def _light(text: str) -> set[str]:
    return decode_all(text) if "%" in text or "&" in text or "\\" in text else set()


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", list_api_ids())
def test_no_secret_is_in_anything_that_a_run_leaves_behind(api: str, way: str) -> None:
    for name, text in artefacts(api, way):
        found = leaks(heard[api], text)
        assert not found, f"{name} tells {found}: {around(text, found[0])}"


def around(text: str, secret: str) -> str:
    at = text.casefold().find(secret.casefold())
    return text[max(0, at - 100) : at + 200] if at >= 0 else "encoded"


@contextmanager
def gossiping(api: str, way: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The base URL of a gossip, and the credentials that it knows."""
    sandbox = mock().create_sandbox()
    gossip = Gossip(mock(), sandbox, api, WAYS[way])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items())
            reply = gossip.send(
                Request(method=self.command, path=path, query=query.encode("latin-1"), headers=headers, body=body)
            )
            self.send_response(reply.status)
            for name, value in ((b"content-type", reply.media_type.encode("latin-1", "replace")), *reply.headers):
                self.send_header(name.decode("latin-1"), value.decode("latin-1").replace("\n", " "))
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", dict(sandbox.credentials[api])
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", ["tmapi", "daji-1688"])
@pytest.mark.parametrize("place", ["environment", "option"])
def test_the_command_line_tells_no_secret(tmp_path: Path, api: str, way: str, place: str) -> None:
    only = ["--operation", load_api(api).operations[0].id, "--only", "answer", "--only", "request"]
    with gossiping(api, way) as (url, account):
        given = [f"--credentials={api}.{name}={value}" for name, value in account.items()]
        environment = {get_variable_name(api, name): value for name, value in account.items()}
        done = CliRunner().invoke(
            cli,
            [
                "check",
                api,
                "--url",
                url,
                *only,
                "--max-cases",
                "2",
                "--trust",
                ",".join(PROVENANCE_KINDS),
                "--write-baseline",
                str(tmp_path / "baseline"),
            ]
            + [f"--report={name}={tmp_path / name}" for name in FORMATS]
            + (given if place == "option" else []),
            env=environment if place == "environment" else {},
        )
    assert done.exit_code == 1, done.output
    texts = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert set(texts) == {*FORMATS, "baseline"}
    for name, text in {**texts, "stdout": done.stdout, "stderr": done.stderr}.items():
        assert not (found := leaks(heard[api], text)), f"{name} tells {found}: {around(text, found[0])}"


CANARY = "c4nary-Kq8zT4mNx7Vb2Lw9"


@pytest.mark.parametrize(
    "words",
    [
        ["--credentials", CANARY],
        ["--credentials", f"tmapi={CANARY}"],
        ["--credentials", f"tmapi.nothing={CANARY}"],
        ["--credentials", f"nobody.apiToken={CANARY}"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--credentials", f"tmapi.apiToken={CANARY}"],
        ["--credentials", f"tmapi.apiToken={CANARY}\n", "--url", "http://127.0.0.1:1"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--url", f"http://{CANARY}@127.0.0.1:1"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--url", f"http://me:{CANARY}@127.0.0.1:1"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--url", f"http://127.0.0.1:1/?key={CANARY}"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--url", "http://api.tmapi.top"],
        ["--credentials", f"tmapi.apiToken={CANARY}", "--url", "http://127.0.0.1:1"],
    ],
)
def test_an_error_of_the_command_line_tells_no_secret(words: list[str]) -> None:
    done = CliRunner().invoke(cli, ["check", "tmapi", "--only", "request", *words])
    assert done.exit_code in (2, 3)
    told = done.output + done.stderr
    if done.exc_info and not isinstance(done.exception, SystemExit):
        told += "".join(traceback.format_exception(*done.exc_info))
    assert not leaks({CANARY}, told)
    assert "Traceback" not in told


def test_the_reader_would_find_them() -> None:
    """Broken on purpose: with every encoding, the secret is found where nothing covers it."""
    secret = "Kq8+zT/4mN_x7-Vb2Lw9"
    for encode in ENCODINGS:
        assert leaks({secret}, f'{{"a": "{encode(secret)}", "b": 1}}'), encode(secret)
    assert is_secret_readable(secret, quote(secret, safe=""))


@pytest.mark.parametrize("other", [{"daji-1688": {"appKey": "k", "appSecret": CANARY}}, {}])
def test_a_report_on_one_api_tells_no_secret_of_another(monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]) -> None:
    """A server that plays both, or a variable that stands in the environment beside the one that was asked for."""
    if not other:
        monkeypatch.setenv("LOOKALIKE_DAJI_1688_APPSECRET", CANARY)
    apis = (load_api("tmapi"), load_api("daji-1688"))
    request = Request(method="GET", path="/", headers=((b"host", b"h"),))
    answer = Response(status=200, body=f'{{"a": "{CANARY.encode().hex()}", "b": "{CANARY}"}}'.encode())
    finding = Finding(
        "answer/schema",
        "error",
        "tmapi",
        apis[0].operations[0].id,
        f"says {CANARY}",
        "/a",
        "",
        (Exchange(request, answer),),
        0,
    )
    accounts = {api.id: dict(other.get(api.id, api.account)) for api in apis}
    outcome = CheckResult("answer/schema", "tmapi", apis[0].operations[0].id, "failed", (finding,), f"because {CANARY}")
    verdict = RunResult("http://127.0.0.1:8765", 0, (outcome,), 1.0)
    report = assemble_report(
        CompletedRun("0", apis, select_checks(("answer",)), accounts, verdict, Coverage()),
        lambda _: "again",
        Baseline(),
    )
    for name, form in FORMATS.items():
        assert not leaks({CANARY}, form(report)), name
