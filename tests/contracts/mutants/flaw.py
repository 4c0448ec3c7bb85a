"""What may be wrong with a request that a careless server lets in, or be unusual about one that a fearful one keeps out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lookalike_contracts.checks.signature.request_edit import find_part, list_parts, remove_part, replace_value
from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.signing import MalformedCredential, acs3, canonical

from .lock import SIGNING_PARAMETERS, RequestCondition, SchemeOracle

TextComparison = Callable[[str, str], bool]
# what a parameter may have said when it was signed, for those that do not look at it
CANDIDATE_VALUES = [*map(str, range(30)), "2020-12-140", "zh0", "en0"]


def is_wrongly_signed(lock: SchemeOracle, request: Request) -> bool:
    return lock.is_wrongly_signed(request)


def is_unsigned(_: SchemeOracle, request: Request) -> bool:
    return not any(find_part(request, name) for name in ("sign", "appSecret", "Signature", "authorization"))


def when_valid_without(name: str) -> RequestCondition:
    """Right when that part is left out, or has another value."""

    def when(lock: SchemeOracle, request: Request) -> bool:
        found = find_part(request, name)
        if not lock.is_wrongly_signed(request) or found is None:
            return False
        return any(
            map(
                lock.is_rightly_signed,
                (remove_part(request, found), *(replace_value(request, found, each) for each in CANDIDATE_VALUES)),
            )
        )

    return when


def is_valid_without_unknown(lock: SchemeOracle, request: Request) -> bool:
    """Right when what the operation does not know is left out."""
    if not lock.is_wrongly_signed(request):
        return False
    known = lock.known | set(SIGNING_PARAMETERS)
    while found := next(
        (p for p in list_parts(request) if p.location in ("query", "form") and p.name not in known), None
    ):
        request = remove_part(request, found)
    return lock.is_rightly_signed(request)


def is_valid_with_first_values(lock: SchemeOracle, request: Request) -> bool:
    """Right over the first value of each name."""
    first = dict(reversed(parse_pairs(request.query)))
    return lock.is_wrongly_signed(request) and lock.is_rightly_signed(
        replace(request, query=canonical.encode_pairs(tuple(first.items())).encode())
    )


def is_valid_with_stated_digest(lock: SchemeOracle, request: Request) -> bool:
    """Right over the digest that is told, which is not the body's."""
    told, found = (
        request.get_header(b"x-acs-content-sha256"),
        acs3.parse_credential(request.get_header(b"authorization") or ""),
    )
    if told in (None, canonical.sha256(request.body)) or isinstance(found, MalformedCredential):
        return False
    made = acs3.compute_stages(
        method=request.method, path=request.path, query=parse_pairs(request.query), headers=canonical.decode_headers(request),
        signed_headers=found.signed_headers, body_hash=told or "", secret=lock.secret,
    )  # fmt: skip
    return made.signature == found.signature


def is_valid_with_wrong_md5(lock: SchemeOracle, request: Request) -> bool:
    """Right over the digest that is told, which is not the body's."""
    return lock.is_rightly_signed(request) and request.get_header(b"content-md5") not in (
        None,
        canonical.content_md5(request.body),
    )


def when_signed_with(secret: Callable[[str], str]) -> RequestCondition:
    """Signed with what becomes of the secret."""
    return lambda lock, request: (
        lock.compute_signature(request, secret(lock.secret)) == lock.read_signature(request) != ""
    )


def when_signature_resembles(same: TextComparison) -> RequestCondition:
    """The signature is much like the right one."""
    return lambda lock, request: (
        lock.is_wrongly_signed(request) and same(lock.read_signature(request), lock.compute_signature(request))
    )


def when_credential_resembles(name: str, same: TextComparison) -> RequestCondition:
    """What stands in that part is much like the demo account's credential of that name."""

    def when(lock: SchemeOracle, request: Request) -> bool:
        found, key = find_part(request, name), find_part(request, "appKey")
        if found is None or (name != "appKey" and key and key.value != lock.account["appKey"]):
            return False
        return same(found.value, lock.account.get(lock.scheme.parameter, lock.account.get(name, "")))

    return when


def when_clock_is_off(name: str, way: int) -> RequestCondition:
    """Right, and that far off that way."""

    def when(lock: SchemeOracle, request: Request) -> bool:
        found = find_part(request, name)
        if found is None or not lock.is_rightly_signed(request) or not found.value.endswith("Z"):
            return False
        off = datetime.fromisoformat(found.value) - datetime.now(UTC)
        return off * way > timedelta(seconds=lock.scheme.extension.skew)

    return when


def is_ten_minutes_old(_: SchemeOracle, request: Request) -> bool:
    found = find_part(request, "x-acs-date")
    if found is None or not found.value.endswith("Z"):
        return False
    return datetime.now(UTC) - datetime.fromisoformat(found.value) > timedelta(minutes=10)


def when_part_contains(name: str, wrong: str) -> RequestCondition:
    """Another algorithm or version is named."""

    def when(_: SchemeOracle, request: Request) -> bool:
        found = find_part(request, name)
        return found is not None and wrong in found.value

    return when


def when_query_contains(*texts: str) -> RequestCondition:
    """A value has one of these in it."""

    def when(_: SchemeOracle, request: Request) -> bool:
        values = [
            each.value
            for each in list_parts(request)
            if each.location == "query" and each.name not in SIGNING_PARAMETERS
        ]
        return any(text in value for value in values for text in texts)

    return when


def has_a_plus(_: SchemeOracle, request: Request) -> bool:
    return b"+" in request.query


def has_an_empty_value(_: SchemeOracle, request: Request) -> bool:
    return any(not each.value for each in list_parts(request) if each.location == "query")


def has_many_parts(_: SchemeOracle, request: Request) -> bool:
    return len(list_parts(request)) > 50


def is_order_case_sensitive(_: SchemeOracle, request: Request) -> bool:
    names = [
        each.name for each in list_parts(request) if each.location == "query" and each.name not in SIGNING_PARAMETERS
    ]
    return sorted(names) != sorted(names, key=str.lower)


def is_reordered(_: SchemeOracle, request: Request) -> bool:
    names = [each.name for each in list_parts(request) if each.name in ("Aside_query", "zz_note_query")]
    return len(names) == 2 and names != sorted(names)


def is_signed_in_form(_: SchemeOracle, request: Request) -> bool:
    found = find_part(request, "Signature")
    return found is not None and found.location == "form"


def has_no_nonce(_: SchemeOracle, request: Request) -> bool:
    return find_part(request, "x-acs-signature-nonce") is None
