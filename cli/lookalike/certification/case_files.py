"""Cases on disk: raw answers and what must come of them, for unit tests in any language, without a process.

`case.schema.json` beside this describes a file.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from lookalike_contracts.certification.attempts import find_guidance
from lookalike_contracts.certification.case import ClientCase, ClientOutcome, RecordedExchange
from lookalike_contracts.certification.served_items import find_last_page, find_total, list_item_ids
from lookalike_mocks import Mock
from lookalike_specs import Api, Operation, load_api
from lookalike_specs.client_guidance import GuidanceSummary, summarize_guidance
from lookalike_specs.files import write_atomically
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import Source
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign

from .cases import list_cases

FORMAT_VERSION: Final = 1
SCHEMA_FILE: Final = "case.schema.json"
BASE_URL: Final = "http://127.0.0.1"
# A signature has a time and a nonce. With the same ones the answers are the same, byte for byte, whenever they are written.
FIXED_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
NONCE_BYTES: Final = 16
MAX_CACHED_OPERATIONS: Final = 32


class CaseReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer: `body` where it is UTF-8, `body_base64` where it is not. A header's name may come twice."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str | None = None
    body_base64: str | None = None


class ExpectedItem(msgspec.Struct, frozen=True):
    """A product of the answer; `ids` are the texts that may be its id: each of its fields, or all with slashes between."""

    ids: tuple[str, ...]


class ExpectedResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client has to make of the answer: items and their total (null where the answer has none), or an error."""

    items: tuple[ExpectedItem, ...] | None = None
    total: int | None = None
    error: GuidanceSummary | None = None


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One case; `source` says where it is known from that the API answers so."""

    version: Literal[1] = FORMAT_VERSION
    id: str
    api: str
    operation: str
    situation: str
    source: Source
    response: CaseReply
    expected: ExpectedResult


def create_case_mock(apis: Sequence[str], seed: int = 0, variants: Mapping[str, str] | None = None) -> Mock:
    """Return a mock whose answers are the same whenever they are asked for. Raise UnknownApi, UnknownVariant."""
    return Mock(*apis, seed=seed, variants=variants, clock=FIXED_TIME.timestamp)


def build_case_files(mock: Mock, api_id: str) -> Iterator[CaseFile]:
    """Yield the cases of an API, but for those that no file can hold, such as a connection that is cut."""
    api = load_api(api_id)
    operations = {operation.id: operation for operation in api.operations}
    for case in list_cases(api):
        # one answer and what it means; all pages of a search would be many
        if case.task != "search" or case.is_scripted:
            continue
        operation = operations[case.operation]
        request = build_case_request(api, operation, case)
        response = mock.respond(request)
        # what a fault does to the bytes on their way is not in the answer; a body that the fault has changed is
        if response.fault is None:
            yield _build_case_file(mock, api, operation, case, RecordedExchange(request, response, 0.0))


def write_case_files(mock: Mock, api_id: str, folder: Path) -> int:
    """Write a file for each case of an API into a folder of its name, and the schema beside it; return how many.

    Raise OSError.
    """
    count = 0
    (folder / api_id).mkdir(parents=True, exist_ok=True)
    write_atomically(folder / SCHEMA_FILE, (files(__package__) / SCHEMA_FILE).read_bytes())
    for case_file in build_case_files(mock, api_id):
        content = msgspec.json.format(msgspec.json.encode(case_file), indent=2) + b"\n"
        write_atomically(folder / f"{case_file.id}.json", content)
        count += 1
    return count


@lru_cache(maxsize=MAX_CACHED_OPERATIONS)
def _collect_values(api: Api, operation: Operation) -> Mapping[str, Any]:
    """Return the values of the document's example; a hundred cases of one operation have the same."""
    scheme = operation.schemes[0]
    examples = collect_examples(api, operation)
    values = build_minimal_values(api, operation, api.account)
    return values | {name: examples[name] for name in SCHEMES[scheme.extension.scheme].required_parameters}


def build_case_request(api: Api, operation: Operation, case: ClientCase) -> Request:
    """Return the request of the document's example, signed, by which the demo account gets the case's answer."""
    scheme = operation.schemes[0]
    request = build_request(operation, _collect_values(api, operation), BASE_URL)
    if case.situation:
        prefer = (b"prefer", f"example={case.api}/{case.situation}".encode())
        request = msgspec.structs.replace(request, headers=(*request.headers, prefer))
    # one for each case: of a nonce that comes twice a vendor says so, and nothing else
    nonce = blake2b(case.base_id.encode(), digest_size=NONCE_BYTES).hexdigest()
    return sign(request, scheme, api.account, SigningContext(FIXED_TIME, nonce))


def _build_case_file(
    mock: Mock, api: Api, operation: Operation, case: ClientCase, exchange: RecordedExchange
) -> CaseFile:
    return CaseFile(
        id=case.id,
        api=case.api,
        operation=case.operation,
        situation=case.situation,
        source=case.source,
        response=build_reply(exchange.response),
        expected=_build_expected(mock, api, operation, case, exchange),
    )


def build_reply(response: Response) -> CaseReply:
    """Return an answer as a file holds it."""
    headers = [("content-type", response.media_type)]
    headers += [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    try:
        return CaseReply(response.status, tuple(headers), body=response.body.decode())
    except UnicodeDecodeError:
        return CaseReply(response.status, tuple(headers), body_base64=b64encode(response.body).decode())


def _build_expected(
    mock: Mock, api: Api, operation: Operation, case: ClientCase, exchange: RecordedExchange
) -> ExpectedResult:
    if case.expectation == "failure":
        guidance = find_guidance(api, case.situation)
        if guidance is None:
            return ExpectedResult()
        return ExpectedResult(error=summarize_guidance(guidance))
    # the judge's own reading of a page, so that a file wants nothing else than `lookalike certify` does
    outcome = ClientOutcome(
        case=case,
        api=api,
        operation=operation,
        variants=mock.services[api.id].variants,
        response=None,
        exchanges=(exchange,),
        violations=(),
        secrets=(),
        seconds=0.0,
        timeout=0.0,
    )
    page = find_last_page(outcome)
    if page is None:
        return ExpectedResult()
    items = tuple(ExpectedItem(tuple(sorted(ids))) for ids in list_item_ids(page))
    return ExpectedResult(items, find_total(page, outcome.variants))
