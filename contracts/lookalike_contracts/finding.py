"""What a check reports: a promise that was not kept, what shows it, and how to see it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Final, NamedTuple

from msgspec.structs import asdict

from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import UNSTATED, Source

from .severity import Severity

ARRAY_INDEX = re.compile(r"/\d+(?=/|$)")
MAX_KEPT_BYTES: Final = 96 * 1024


class Exchange(NamedTuple):
    """One request and the response to it; a request that the account signed is a `SignedRequest`."""

    request: Request
    response: Response


class TruncatedResponse(Response, frozen=True, kw_only=True):
    """A response of which the beginning of the body is kept; `full_length` in bytes and `digest` (SHA-256) are of all."""

    full_length: int
    digest: str


def truncate_response(response: Response) -> Response:
    """Return a response with MAX_KEPT_BYTES of its body: no report shows more, and a run may have many findings."""
    if len(response.body) <= MAX_KEPT_BYTES:
        return response
    fields = asdict(response) | {"body": response.body[:MAX_KEPT_BYTES]}
    return TruncatedResponse(**fields, full_length=len(response.body), digest=sha256(response.body).hexdigest())


@dataclass(frozen=True)
class Failure:
    """A rule that was broken, as a check reports it.

    `pointer` is the place in the response (or in the request), `rule` the place in the API's document; both are JSON
    pointers. `exchanges` show it, the decisive one last. `premises` are further places of the document that have to be
    true for the rule to be broken: the failure is as sure as the weakest of them. That 21 is no page size is one fact,
    that it brings the error 422 another one, and a server that answers 417 breaks the rule only if both are true.
    """

    message: str
    pointer: str = ""
    rule: str = ""
    exchanges: tuple[Exchange, ...] = ()
    premises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A broken rule, with the check that found it and the seed that finds it again; `url` is the server's base URL.

    `provenance` is how sure the rule is: that of the weakest fact that it takes for true. `provenance_pointer` is where
    the document has that fact; "" where the check itself says what it rests on.
    """

    check: str
    severity: Severity
    api: str
    operation: str
    message: str
    pointer: str
    rule: str
    exchanges: tuple[Exchange, ...]
    seed: int
    url: str = ""
    provenance: Source = UNSTATED
    provenance_pointer: str = ""

    @property
    def fingerprint(self) -> str:
        """Return what is the same for the same broken rule in another run: no wording, no list positions, no seed.

        Baselines hold fingerprints: another way to compute them would make every accepted finding a new one.
        """
        pointer = ARRAY_INDEX.sub("/*", self.pointer)
        parts = "\n".join((self.check, self.api, self.operation, pointer, self.rule))
        return blake2b(parts.encode("utf-8", "replace"), digest_size=8).hexdigest()
