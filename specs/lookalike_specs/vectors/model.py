"""The structure of a file of vectors, and its requests as the other packages know requests."""

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
    """Return the request as a server sees it: header names in lower case, `Host` first, the path decoded."""
    headers = (("host", message.host), *message.headers)
    body = message.body.encode()
    if message.body_base64:
        body = b64decode(message.body_base64, validate=True)
    return Request(
        method=message.method,
        scheme=message.scheme,
        path=unquote(message.path),
        query=message.query.encode(),
        headers=tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers),
        body=body,
    )


def from_request(request: Request) -> VectorRequest:
    """Return how a vector writes a request down; header names stay as they are spelled."""
    host = ""
    headers = []
    for name, value in request.headers:
        if name.lower() != b"host":
            headers.append((name.decode("latin-1"), value.decode("latin-1")))
        elif not host:
            host = value.decode("latin-1")
    scheme: Literal["http", "https"] = "http"
    if request.scheme == "https":
        scheme = "https"
    text, encoded = _encode_body(request.body)
    return VectorRequest(
        method=request.method,
        scheme=scheme,
        host=host,
        path=quote(request.path),
        query=request.query.decode(),
        headers=tuple(headers),
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
    """The base of every object of a file; what is empty is left out of it."""


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
        """Yield every vector, with its group."""
        for group in self.test_groups:
            for vector in group.tests:
                yield group, vector
