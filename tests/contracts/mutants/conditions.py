"""What is wrong with a request that a careless server accepts, or unusual about one that a fearful server refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lookalike_contracts.checks.signature.request_edit import (
    RequestPart,
    find_part,
    list_parts,
    remove_part,
    replace_value,
)
from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.signing import MalformedCredential, acs3, canonical

from .scheme_oracle import SIGNING_PARAMETERS, RequestCondition, SchemeOracle

TextComparison = Callable[[str, str], bool]
# values that a parameter may have had when it was signed, for servers that do not look at it
CANDIDATE_VALUES = [*map(str, range(30)), "2020-12-140", "zh0", "en0"]


def is_wrongly_signed(oracle: SchemeOracle, request: Request) -> bool:
    return oracle.is_wrongly_signed(request)


def is_unsigned(_: SchemeOracle, request: Request) -> bool:
    return not any(find_part(request, name) for name in ("sign", "appSecret", "Signature", "authorization"))


def when_valid_without(name: str) -> RequestCondition:
    """Match requests that are right when that part is left out, or has another value."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        part = find_part(request, name)
        if part is None or not oracle.is_wrongly_signed(request):
            return False
        if oracle.is_rightly_signed(remove_part(request, part)):
            return True
        return any(oracle.is_rightly_signed(replace_value(request, part, value)) for value in CANDIDATE_VALUES)

    return condition


def is_valid_without_unknown(oracle: SchemeOracle, request: Request) -> bool:
    """Match requests that are right when what the operation does not know is left out."""
    if not oracle.is_wrongly_signed(request):
        return False
    part = _find_unknown_part(oracle, request)
    while part is not None:
        request = remove_part(request, part)
        part = _find_unknown_part(oracle, request)
    return oracle.is_rightly_signed(request)


def _find_unknown_part(oracle: SchemeOracle, request: Request) -> RequestPart | None:
    known = oracle.parameter_names | set(SIGNING_PARAMETERS)
    for part in list_parts(request):
        if part.location in ("query", "form") and part.name not in known:
            return part
    return None


def is_valid_with_first_values(oracle: SchemeOracle, request: Request) -> bool:
    """Match requests that are right when only the first value of each name counts."""
    # a later pair wins in a dict, so they go in from the last to the first
    first_values = dict(reversed(parse_pairs(request.query)))
    shortened = replace(request, query=canonical.encode_pairs(tuple(first_values.items())).encode())
    return oracle.is_wrongly_signed(request) and oracle.is_rightly_signed(shortened)


def is_valid_with_stated_digest(oracle: SchemeOracle, request: Request) -> bool:
    """Match requests that are right for the digest in their header, which is not that of their body."""
    digest = request.get_header(b"x-acs-content-sha256")
    credential = acs3.parse_credential(request.get_header(b"authorization") or "")
    if digest in (None, canonical.sha256(request.body)) or isinstance(credential, MalformedCredential):
        return False
    stages = acs3.compute_stages(
        method=request.method,
        path=request.path,
        query=parse_pairs(request.query),
        headers=canonical.decode_headers(request),
        signed_headers=credential.signed_headers,
        body_hash=digest or "",
        secret=oracle.secret,
    )
    return stages.signature == credential.signature


def is_valid_with_wrong_md5(oracle: SchemeOracle, request: Request) -> bool:
    """Match requests that are right for the digest in their header, which is not that of their body."""
    digest = request.get_header(b"content-md5")
    return digest not in (None, canonical.content_md5(request.body)) and oracle.is_rightly_signed(request)


def when_signed_with(change_secret: Callable[[str], str]) -> RequestCondition:
    """Match requests that are signed with what the function makes of the secret."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        signature = oracle.read_signature(request)
        return signature != "" and signature == oracle.compute_signature(request, change_secret(oracle.secret))

    return condition


def when_signature_resembles(is_alike: TextComparison) -> RequestCondition:
    """Match requests whose signature is wrong, and much like the right one."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        if not oracle.is_wrongly_signed(request):
            return False
        return is_alike(oracle.read_signature(request), oracle.compute_signature(request))

    return condition


def when_credential_resembles(name: str, is_alike: TextComparison) -> RequestCondition:
    """Match requests in which that part is much like the demo account's credential of that name."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        part = find_part(request, name)
        if part is None:
            return False
        key = find_part(request, "appKey")
        # beside another key, a secret says nothing
        if name != "appKey" and key is not None and key.value != oracle.account["appKey"]:
            return False
        credential = oracle.account.get(oracle.scheme.parameter, oracle.account.get(name, ""))
        return is_alike(part.value, credential)

    return condition


def when_clock_is_off(name: str, sign: int) -> RequestCondition:
    """Match right requests whose time is too far from now: in the past with -1, in the future with 1."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        part = find_part(request, name)
        if part is None or not part.value.endswith("Z") or not oracle.is_rightly_signed(request):
            return False
        difference = datetime.fromisoformat(part.value) - datetime.now(UTC)
        return difference * sign > timedelta(seconds=oracle.scheme.extension.skew)

    return condition


def is_ten_minutes_old(_: SchemeOracle, request: Request) -> bool:
    part = find_part(request, "x-acs-date")
    if part is None or not part.value.endswith("Z"):
        return False
    return datetime.now(UTC) - datetime.fromisoformat(part.value) > timedelta(minutes=10)


def leaves_out_headers(*names: str) -> RequestCondition:
    """Match requests whose signature is right, and leaves out one of these headers, or any that it has to cover."""

    def condition(oracle: SchemeOracle, request: Request) -> bool:
        left_out = acs3.list_unsigned_headers(request)
        if names and not set(names) & set(left_out):
            return False
        return bool(left_out) and oracle.is_rightly_signed(request)

    return condition


def when_part_contains(name: str, text: str) -> RequestCondition:
    """Match requests that have this text in that part, such as the name of another algorithm."""

    def condition(_: SchemeOracle, request: Request) -> bool:
        part = find_part(request, name)
        return part is not None and text in part.value

    return condition


def when_query_contains(*texts: str) -> RequestCondition:
    """Match requests that have one of these texts in a value of their query."""

    def condition(_: SchemeOracle, request: Request) -> bool:
        values = [part.value for part in _list_query_parts(request)]
        return any(text in value for value in values for text in texts)

    return condition


def _list_query_parts(request: Request) -> list[RequestPart]:
    return [part for part in list_parts(request) if part.location == "query" and part.name not in SIGNING_PARAMETERS]


def has_a_plus(_: SchemeOracle, request: Request) -> bool:
    return b"+" in request.query


def has_an_empty_value(_: SchemeOracle, request: Request) -> bool:
    return any(not part.value for part in list_parts(request) if part.location == "query")


def has_many_parts(_: SchemeOracle, request: Request) -> bool:
    return len(list_parts(request)) > 50


def is_order_case_sensitive(_: SchemeOracle, request: Request) -> bool:
    names = [part.name for part in _list_query_parts(request)]
    return sorted(names) != sorted(names, key=str.lower)


def is_reordered(_: SchemeOracle, request: Request) -> bool:
    names = [part.name for part in list_parts(request) if part.name in ("Aside_query", "zz_note_query")]
    return len(names) == 2 and names != sorted(names)


def is_signed_in_form(_: SchemeOracle, request: Request) -> bool:
    part = find_part(request, "Signature")
    return part is not None and part.location == "form"


def has_no_nonce(_: SchemeOracle, request: Request) -> bool:
    return find_part(request, "x-acs-signature-nonce") is None
