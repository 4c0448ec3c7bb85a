"""How a request proves who calls, found out from the request itself: what has to be done to send it once more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from lookalike_specs import Api, Operation, SecurityScheme
from lookalike_specs.messages import JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, Request
from lookalike_specs.request_builder import build_request, collect_examples, parse_values, select_required_credentials
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.canonical import decode_parameters
from lookalike_specs.signing.sign import parse_time, sign

from ..responses.openapi_adapter import match_operation

# what nobody sends, to see where a time and a nonce go
MARKER: Final = SigningContext(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), "lookalike-nonce")
MAX_CLOCK_DIFFERENCE: Final = timedelta(minutes=10)
MULTIPART_FIELD: Final = re.compile(rb'name="([^"]*)"[^\r\n]*\r\n\r\n(.*?)\r\n--', re.DOTALL)


@dataclass(frozen=True)
class DetectedSigning:
    """The scheme that a request is signed by, rightly, and when and with which nonce."""

    scheme: SecurityScheme
    signing_context: SigningContext

    @property
    def is_current(self) -> bool:
        """Whether the time was not chosen on purpose."""
        return abs(datetime.now(UTC) - self.signing_context.time) < MAX_CLOCK_DIFFERENCE


def find_operation(api: Api, request: Request, id: str) -> Operation:
    """The operation that a request is meant for; the one of that id where none is."""
    return match_operation(api, request) or next(each for each in api.operations if each.id == id)


def detect_signing(
    schemes: tuple[SecurityScheme, ...], account: Mapping[str, str], request: Request
) -> DetectedSigning | None:
    """How it is signed; None where it is not, or not rightly: then it cannot be made anew."""
    for scheme in schemes:
        kind = scheme.extension.scheme
        if SCHEMES[kind].has_signature and SCHEMES[kind].read_signature(request) is not None:
            moment = _recover_signing_context(sign(request, scheme, account, MARKER), request)
            if _is_equivalent(sign(request, scheme, account, moment), request):
                return DetectedSigning(scheme, moment)
    return None


def recover_values(
    api: Api, found: Operation, account: Mapping[str, str], request: Request, made: DetectedSigning
) -> dict[str, str] | None:
    """The values from which `lookalike sign` makes the request, as texts; None where it would make another one."""
    bare = build_request(found, {}, _get_base_url(request))
    added = {name for name, _ in {*_pairs(sign(bare, made.scheme, account, made.signing_context))} - {*_pairs(bare)}}
    fields = {field.name.lower(): field.name for field in found.fields if field.location == "header"}
    headers = [(fields[name], value) for name, value in _headers(request) if name in fields]
    given = {name: text for name, text in [*headers, *_values(request)] if not {name, name.lower()} & added}
    if not given or any("=" in name or name[:1] == "-" or text[:1] == "@" for name, text in given.items()):
        return None
    known = collect_examples(api, found)
    needs = {name: known[name] for name in SCHEMES[made.scheme.extension.scheme].required_parameters if name in known}
    rebuilt = build_request(
        found, needs | select_required_credentials(found, account) | parse_values(found, given), _get_base_url(request)
    )
    return given if _is_equivalent(sign(rebuilt, made.scheme, account, made.signing_context), request) else None


def _recover_signing_context(marked: Request, request: Request) -> SigningContext:
    """The time and the nonce that stand where the mark's do."""
    sent_pairs = dict(_pairs(request))
    found = MARKER
    for name, value in _pairs(marked):
        text = sent_pairs.get(name, "")
        if value == MARKER.nonce:
            found = replace(found, nonce=text)
        elif value in (MARKER.timestamp, format_datetime(MARKER.time, usegmt=True)):
            found = replace(found, time=parse_time(text) or MARKER.time)
    return found if found != MARKER else replace(found, time=datetime.now(UTC))


def _is_equivalent(one: Request, other: Request) -> bool:
    """Whether both say the same, in whatever order."""
    return _normalize_request(one) == _normalize_request(other)


def _normalize_request(request: Request) -> tuple[str, str, list[tuple[str, str]]]:
    return request.method, request.path, sorted(_pairs(request))


def _pairs(request: Request) -> Pairs:
    return (*_headers(request), *_values(request))


def _headers(request: Request) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in request.headers)


def _values(request: Request) -> list[tuple[str, str]]:
    """The values of query and body, as texts."""
    found = list(decode_parameters(request))
    if request.content_type == MULTIPART_MEDIA_TYPE:
        found += [
            (n.decode("utf-8", "replace"), v.decode("utf-8", "replace"))
            for n, v in MULTIPART_FIELD.findall(request.body)
        ]
    elif request.content_type == JSON_MEDIA_TYPE:
        found += [(name, _to_text(value)) for name, value in _decode_json_object(request.body).items()]
    elif request.body and not decode_parameters(msgspec.structs.replace(request, query=b"")):
        found.append(("", request.body.decode("latin-1")))
    return found


def _decode_json_object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"": body.decode("latin-1")}


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _get_base_url(request: Request) -> str:
    return f"{request.scheme}://{request.host}"
