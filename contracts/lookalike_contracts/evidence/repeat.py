"""How a request proves who calls, found out from the request itself: what has to be done to send it once more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from lookalike_specs import Api, Operation, Scheme
from lookalike_specs.proof import PROOFS, Moment, parse_time, prove
from lookalike_specs.sample import build, examples, required, typed
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.parameters import sent
from lookalike_specs.wire import Pairs, Request

from ..answers.exchange import meant

# what nobody sends, to see where a time and a nonce go
MARK: Final = Moment(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), "lookalike-nonce")
NEAR: Final = timedelta(minutes=10)
PART: Final = re.compile(rb'name="([^"]*)"[^\r\n]*\r\n\r\n(.*?)\r\n--', re.DOTALL)


@dataclass(frozen=True)
class Proof:
    """The scheme that a request is signed by, rightly, and when and with which nonce."""

    scheme: Scheme
    moment: Moment

    @property
    def is_of_now(self) -> bool:
        """Whether the time was not chosen on purpose."""
        return abs(datetime.now(UTC) - self.moment.time) < NEAR


def operation(api: Api, request: Request, id: str) -> Operation:
    """The operation that a request is meant for; the one of that id where none is."""
    return meant(api, request) or next(each for each in api.operations if each.id == id)


def proof(schemes: tuple[Scheme, ...], account: Mapping[str, str], request: Request) -> Proof | None:
    """How it is signed; None where it is not, or not rightly: then it cannot be made anew."""
    for scheme in schemes:
        kind = scheme.extension.scheme
        if kind in SCHEMES and SCHEMES[kind].presented(request) is not None:
            moment = _moment(prove(request, scheme, account, MARK), request)
            if _same(prove(request, scheme, account, moment), request):
                return Proof(scheme, moment)
    return None


def values(
    api: Api, found: Operation, account: Mapping[str, str], request: Request, made: Proof
) -> dict[str, str] | None:
    """The values from which `lookalike sign` makes the request, as texts; None where it would make another one."""
    bare = build(found, {}, _base(request))
    added = {name for name, _ in {*_pairs(prove(bare, made.scheme, account, made.moment))} - {*_pairs(bare)}}
    fields = {field.name.lower(): field.name for field in found.fields if field.place == "header"}
    headers = [(fields[name], value) for name, value in _headers(request) if name in fields]
    given = {name: text for name, text in [*headers, *_values(request)] if not {name, name.lower()} & added}
    if not given or any("=" in name or name[:1] == "-" or text[:1] == "@" for name, text in given.items()):
        return None
    known = examples(api, found)
    needs = {name: known[name] for name in PROOFS[made.scheme.extension.scheme].needs if name in known}
    rebuilt = build(found, needs | required(found, account) | typed(found, given), _base(request))
    return given if _same(prove(rebuilt, made.scheme, account, made.moment), request) else None


def _moment(marked: Request, request: Request) -> Moment:
    """The time and the nonce that stand where the mark's do."""
    sent_pairs, found = dict(_pairs(request)), MARK
    for name, value in _pairs(marked):
        text = sent_pairs.get(name, "")
        if value == MARK.nonce:
            found = replace(found, nonce=text)
        elif value in (MARK.timestamp, format_datetime(MARK.time, usegmt=True)):
            found = replace(found, time=parse_time(text) or MARK.time)
    return found if found != MARK else replace(found, time=datetime.now(UTC))


def _same(one: Request, other: Request) -> bool:
    """Whether both say the same, in whatever order."""
    return _said(one) == _said(other)


def _said(request: Request) -> tuple[str, str, list[tuple[str, str]]]:
    return request.method, request.path, sorted(_pairs(request))


def _pairs(request: Request) -> Pairs:
    return (*_headers(request), *_values(request))


def _headers(request: Request) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in request.headers)


def _values(request: Request) -> list[tuple[str, str]]:
    """The values of query and body, as texts."""
    found = list(sent(request))
    if request.content_type == "multipart/form-data":
        found += [(n.decode("utf-8", "replace"), v.decode("utf-8", "replace")) for n, v in PART.findall(request.body)]
    elif request.content_type == "application/json":
        found += [(name, _text(value)) for name, value in _json(request.body).items()]
    elif request.body and not sent(msgspec.structs.replace(request, query=b"")):
        found.append(("", request.body.decode("latin-1")))
    return found


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"": body.decode("latin-1")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _base(request: Request) -> str:
    return f"{request.scheme}://{request.host}"
