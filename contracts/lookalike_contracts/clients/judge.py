"""Holds requests that a client sent to the API's document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import NamedTuple

from lookalike_specs import Api, load, variants
from lookalike_specs.wire import Request

from ..answers.exchange import meant
from .asked import Asked
from .complaint import Complaint
from .document import invalid
from .freshness import timely, unused
from .leaks import misplaced, veil
from .names import repeated, unknown
from .proof import Account, caller, found, proven


class Sent(NamedTuple):
    """A request, and when it came, in seconds since 1970; None where nobody knows."""

    request: Request
    at: float | None = None


def complaints(
    api: str, request: Request, *accounts: Account, at: float | None = None, switches: Mapping[str, str] | None = None
) -> tuple[Complaint, ...]:
    """What is wrong with one request, secrets covered; empty when it conforms."""
    return judged(api, [Sent(request, at)], *accounts, switches=switches)


def judged(
    api: str, sent: Iterable[Sent], *accounts: Account, switches: Mapping[str, str] | None = None
) -> tuple[Complaint, ...]:
    """What is wrong with the requests of one client, in their order, secrets covered; empty when all conform.

    `accounts` are those that the client may call as, the spec's demo account when none is given. `switches` are
    variants. Raises UnknownApi, UnknownVariant.
    """
    spec = load(api)
    judge = _Judge(spec, accounts or (spec.account,), variants(spec, dict(switches or {})))
    return tuple(wrong for number, each in enumerate(sent, start=1) for wrong in judge.hear(each, number))


@dataclass
class _Judge:
    api: Api
    accounts: tuple[Account, ...]
    switches: Mapping[str, str]
    used: dict[tuple[str, str], int] = field(default_factory=dict)

    def hear(self, sent: Sent, number: int) -> Iterator[Complaint]:
        """What is wrong with one request."""
        cover = veil(self.api, sent.request, self.accounts)
        for each in self._all(sent, number):
            message = cover.cover(each.message.encode("utf-8", "replace")).decode("utf-8", "replace")
            parameter = cover.cover(each.parameter.encode("utf-8", "replace")).decode("utf-8", "replace")
            yield replace(each, message=message, parameter=parameter, number=number)

    def _all(self, sent: Sent, number: int) -> Iterator[Complaint]:
        operation = meant(self.api, sent.request)
        if operation is None:
            yield _nowhere(self.api, sent.request)
            return
        asked = Asked(self.api, operation, sent.request, self.switches)
        yield from invalid(asked)
        yield from unknown(asked)
        yield from repeated(asked)
        yield from proven(asked, caller(asked, self.accounts))
        yield from misplaced(asked, self.accounts)
        if (scheme := found(asked)) is not None:
            yield from timely(asked, scheme, sent.at)
            yield from unused(asked, scheme, self.used, number)


def _nowhere(api: Api, request: Request) -> Complaint:
    known = [f"{each.method} {each.path}" for each in api.operations]
    near = get_close_matches(f"{request.method} {request.path}", known, n=1, cutoff=0)[0]
    return Complaint("operation", "", f"{api.id} has no {request.method} {request.path}; nearest: {near}", "#/paths")
