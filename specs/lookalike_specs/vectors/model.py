"""A request of a vector as the packages of this project know requests, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote, unquote

import msgspec

from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import StageName


def to_request(message: VectorRequest) -> Request:
    """The request as a server sees it: header names in lower case, `Host` first, the path decoded."""
    headers = (("host", message.host), *message.headers)
    return Request(
        method=message.method,
        scheme=message.scheme,
        path=unquote(message.path),
        query=message.query.encode(),
        headers=tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers),
        body=b64decode(message.body_base64, validate=True) if message.body_base64 else message.body.encode(),
    )


def from_request(request: Request) -> VectorRequest:
    """How a vector writes this request down; header names stay as they are spelled."""
    others = tuple(pair for pair in request.headers if pair[0].lower() != b"host")
    host = next((value.decode("latin-1") for name, value in request.headers if name.lower() == b"host"), "")
    text, encoded = _encode_body(request.body)
    return VectorRequest(
        method=request.method,
        scheme="https" if request.scheme == "https" else "http",
        host=host,
        path=quote(request.path),
        query=request.query.decode(),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in others),
        body=text,
        body_base64=encoded,
    )


def _encode_body(body: bytes) -> tuple[str, str]:
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return "", b64encode(body).decode("ascii")


VectorResult = Literal["valid", "invalid"]
Placement = Literal["query", "form", "everything-in-query"]
BugType = Literal[
    "BASIC", "AUTH_BYPASS", "EDGE_CASE", "ENCODING", "LEGACY", "MISSING_STEP", "SIGNATURE_MALLEABILITY",
    "WRONG_PRIMITIVE",
]  # fmt: skip
Confirmer = Literal[
    "node-driver",
    "@alicloud/openapi-core",
    "alibabacloud-tea-openapi",
    "aliyun-python-sdk-core",
    "vendor-documents",
]


class VectorRecord(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True
):
    """Any object of a file."""


class VectorRequest(VectorRecord, frozen=True, kw_only=True):
    """A request as it is on the wire; `path` and `query` are percent-encoded, the host stands in no other header.

    The body is text in UTF-8, or Base64 where it is none.
    """

    method: str
    scheme: Literal["http", "https"]
    host: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_base64: str = ""


class UnsignedRequest(VectorRecord, frozen=True, kw_only=True):
    """What is to be signed: a request that lacks its signature alone, and what a client would put in by itself."""

    request: VectorRequest
    timestamp: str = ""
    nonce: str = ""
    placement: Placement | None = None
    signed_headers: tuple[str, ...] = ()


class EarlierRequest(VectorRecord, frozen=True, kw_only=True):
    """A request that the server saw before, when, and what came of it."""

    clock: str
    request: VectorRequest
    result: VectorResult


class ExpectedError(VectorRecord, frozen=True, kw_only=True):
    """How a request is refused: why, the error's id in the catalogue of `api`, the vendor's status and code."""

    refusal: Refusal
    id: str
    status: int
    code: int | str


class Vector(VectorRecord, frozen=True, kw_only=True):
    """One test; `clock` where it is not the group's, `stages` in the order of signing."""

    tc_id: int
    comment: str
    flags: tuple[str, ...]
    result: VectorResult
    request: VectorRequest
    clock: str = ""
    before: tuple[EarlierRequest, ...] = ()
    sign: UnsignedRequest | None = None
    stages: dict[StageName, str] = {}
    error: ExpectedError | None = None
    confirmed_by: tuple[Confirmer, ...]
    provenance: Source | None = None


class VectorGroup(VectorRecord, frozen=True, kw_only=True):
    """Tests with one set of credentials and one clock; `api` is "" where none of our five APIs is asked.

    `skew` is how many seconds a time of signing may be off, where a scheme has one.
    """

    comment: str
    api: str = ""
    credentials: dict[str, str]
    clock: str
    skew: int | None = None
    tests: tuple[Vector, ...]


class FlagNote(VectorRecord, frozen=True, kw_only=True):
    """What a flag means."""

    bug_type: BugType
    description: str
    provenance: Source
    links: tuple[str, ...] = ()


class VectorSuite(VectorRecord, frozen=True, kw_only=True):
    """The vectors of one scheme."""

    schema: str = msgspec.field(name="$schema")
    scheme: str
    algorithm: str
    number_of_tests: int
    provenance: Source
    stages: dict[StageName, str]
    notes: dict[str, FlagNote]
    test_groups: tuple[VectorGroup, ...]

    @property
    def cases(self) -> Iterator[tuple[VectorGroup, Vector]]:
        """Every vector, with its group."""
        return ((group, vector) for group in self.test_groups for vector in group.tests)
