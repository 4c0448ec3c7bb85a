"""What a check reports: a promise that was not kept, what shows it, and how to see it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, NamedTuple

from lookalike_specs.messages import Request, Response

Severity = Literal["error", "warning"]
ARRAY_INDEX = re.compile(r"/\d+(?=/|$)")


class Exchange(NamedTuple):
    """One request and the response to it; a request that the account signed is a `SignedRequest`."""

    request: Request
    response: Response


@dataclass(frozen=True)
class Failure:
    """A rule that was broken, as a check reports it.

    `pointer` is the place in the response (or in the request), `rule` the place in the API's document; both are JSON
    pointers. `exchanges` show it, the decisive one last.
    """

    message: str
    pointer: str = ""
    rule: str = ""
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A broken rule, with the check that found it and the seed that finds it again; `url` is the server's base URL."""

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

    @property
    def fingerprint(self) -> str:
        """Return what is the same for the same broken rule in another run: no wording, no list positions, no seed.

        Baselines hold fingerprints: another way to compute them would make every accepted finding a new one.
        """
        pointer = ARRAY_INDEX.sub("/*", self.pointer)
        parts = "\n".join((self.check, self.api, self.operation, pointer, self.rule))
        return blake2b(parts.encode("utf-8", "replace"), digest_size=8).hexdigest()
