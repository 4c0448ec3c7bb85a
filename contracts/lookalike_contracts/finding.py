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
    """One request and the reply to it."""

    request: Request
    response: Response


@dataclass(frozen=True)
class Failure:
    """A rule that was broken, as a check tells it.

    `pointer` is the place in the answer (or in the request), `rule` the place in the API's document; both are JSON
    pointers. `exchanges` show it, the last one last.
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
        """The same for the same broken rule in another run: no wording, no positions in lists, no seed."""
        where = ARRAY_INDEX.sub("/*", self.pointer)
        parts = "\n".join((self.check, self.api, self.operation, where, self.rule))
        return blake2b(parts.encode("utf-8", "replace"), digest_size=8).hexdigest()
