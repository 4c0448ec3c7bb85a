"""A signing scheme is one record and a line in two tables: all that signs, verifies, judges and redacts finds it there."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_mocks.authentication.credentials import Authentication, build_auth_error
from lookalike_mocks.authentication.verifiers import VERIFIERS
from lookalike_specs import Api, load_api, read_document
from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import find_secrets
from lookalike_specs.registry import register_document
from lookalike_specs.request_builder import build_minimal_values, build_request
from lookalike_specs.signing import SCHEMES, KeyLocation, SigningContext, SigningScheme, Stages
from lookalike_specs.signing.base import build_stages
from lookalike_specs.signing.canonical import append_to_query, decode_parameters, encode_pairs, sort_by_name
from lookalike_specs.signing.sign import compute_stages, sign

CONTEXT = SigningContext(datetime(2026, 11, 21, tzinfo=UTC), "nonce")


def toy_stages(request: Request, secret: str) -> Stages:
    """SHA-256 of the secret and the sorted parameters."""
    pairs = tuple(pair for pair in decode_parameters(request) if pair[0] != "digest")
    text = encode_pairs(sort_by_name(pairs))
    signature = sha256(f"{secret}:{text}".encode()).hexdigest()
    return build_stages("toy", signed=text, canonical=text, string_to_sign=text, signature=signature)


def toy_sign(request: Request, _: Any, account: Any, __: SigningContext) -> Request:
    keyed = append_to_query(request, (("caller", account["caller"]),))
    return append_to_query(keyed, (("digest", toy_stages(keyed, account["password"]).signature),))


TOY = SigningScheme(
    name="toy",
    sign=toy_sign,
    key_name="caller",
    secret_name="password",
    key_location=KeyLocation("parameter", "caller"),
    signature_name="digest",
    read_signature=lambda request: dict(decode_parameters(request)).get("digest"),
    recompute_stages=toy_stages,
)


def verify_toy(state: Any, context: Any, scheme: Any, credential: str) -> Any:
    digests = [value for name, value in context.parsed.pairs if name == "digest"]
    if not "".join(digests):
        return None
    account = state.find_account(context.service, "caller", credential)
    if account is None:
        raise build_auth_error(scheme, "unknown-key")
    if digests != [toy_stages(context.parsed.request, account.credentials["password"]).signature]:
        raise build_auth_error(scheme, "mismatch")
    return Authentication(account)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """TMAPI, were it signed so."""
    monkeypatch.setitem(SCHEMES, "toy", TOY)
    monkeypatch.setitem(VERIFIERS, "toy", verify_toy)
    document = deepcopy(read_document("tmapi"))
    root = document["x-lookalike"]
    root["accounts"] = {"demo": {"caller": "anna-of-the-toys", "password": "a-long-password"}}
    root["credential-templates"] = {"caller": "lk{token}", "password": "{secret}"}
    root["secrets"] = ["password", "digest"]
    root["triggers"] = []
    error = next(iter(root["errors"]))
    document["components"]["securitySchemes"] = {
        "toy": {
            "type": "apiKey", "in": "query", "name": "digest",
            "x-lookalike": {
                "scheme": "toy", "errors": dict.fromkeys(("missing-signature", "unknown-key", "mismatch"), error),
                "x-provenance": {"kind": "invented", "source": "a test"},
            },
        }
    }  # fmt: skip
    document["security"] = [{"toy": []}]
    for item in document["paths"].values():
        item["get" if "get" in item else "post"].pop("security", None)
    register_document("toyapi", document, origin="a test")
    yield load_api("toyapi")
    register_document("toyapi", deepcopy(document), origin="a test")


def make_signed(api: Api) -> Request:
    operation = api.operations[0]
    plain = build_request(operation, build_minimal_values(api, operation, api.account), "http://127.0.0.1")
    return sign(plain, operation.schemes[0], api.account, CONTEXT)


def test_a_request_is_signed_and_let_in(api: Api) -> None:
    mock = Mock("toyapi")
    request = make_signed(api)
    assert msgspec.json.decode(mock.respond(request).body)["code"] == 200
    tampered = msgspec.structs.replace(request, query=request.query + b"&page=2")
    assert msgspec.json.decode(mock.respond(tampered).body)["code"] != 200
    unsigned = msgspec.structs.replace(request, query=request.query.partition(b"&digest=")[0])
    assert msgspec.json.decode(mock.respond(unsigned).body)["code"] != 200


def test_its_stages_are_shown_and_its_signature_is_a_secret(api: Api) -> None:
    request = make_signed(api)
    stages = compute_stages(request, api.operations[0].schemes[0], api.account, reveal=False)
    assert isinstance(stages, Stages)
    assert request.query.endswith(stages.signature.encode())
    assert stages.signature.encode() in find_secrets(api.root.secrets, request)


class InProcess:
    """A target for the judge."""

    url = "http://127.0.0.1:8765"

    def __init__(self, mock: Mock, *, careless: bool = False) -> None:
        self.mock = mock
        self.careless = careless

    def send(self, request: Request) -> Response:
        if self.careless:
            # whoever sent it, it is signed anew: nothing is ever refused
            request = sign(request, load_api("toyapi").operations[0].schemes[0], load_api("toyapi").account, CONTEXT)
        return self.mock.respond(request)


def judge(api: Api, target: InProcess) -> set[str]:
    checks = tuple(select_checks(["signature"]))
    operations = frozenset({f"toyapi/{api.operations[0].id}"})
    plan = RunConfig(
        (api,), checks, {"toyapi": target}, {"toyapi": api.account}, max_cases=5, selected_operations=operations
    )
    return {finding.check for result in execute_checks(plan) for finding in result.findings}


def test_the_judge_holds_a_server_to_it(api: Api) -> None:
    assert judge(api, InProcess(Mock("toyapi"))) == set()
    assert "signature/changed" in judge(api, InProcess(Mock("toyapi"), careless=True))
