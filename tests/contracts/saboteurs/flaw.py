"""What may be wrong with a request that a careless server lets in, or be unusual about one that a fearful one keeps out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lookalike_contracts.checks.signature.parts import changed, part, parts, without
from lookalike_specs.signing import Malformed, acs3, digest, header, percent
from lookalike_specs.wire import Request, pairs

from .lock import OF_PROOFS, Lock, When

Same = Callable[[str, str], bool]
# what a parameter may have said when it was signed, for those that do not look at it
VALUES = [*map(str, range(30)), "2020-12-140", "zh0", "en0"]


def wrong(lock: Lock, request: Request) -> bool:
    return lock.is_wrong(request)


def none(_: Lock, request: Request) -> bool:
    return not any(part(request, name) for name in ("sign", "appSecret", "Signature", "authorization"))


def but_for(name: str) -> When:
    """Right when that part is left out, or has another value."""

    def when(lock: Lock, request: Request) -> bool:
        found = part(request, name)
        if not lock.is_wrong(request) or found is None:
            return False
        return any(map(lock.is_right, (without(request, found), *(changed(request, found, each) for each in VALUES))))

    return when


def but_for_strangers(lock: Lock, request: Request) -> bool:
    """Right when what the operation does not know is left out."""
    if not lock.is_wrong(request):
        return False
    known = lock.known | set(OF_PROOFS)
    while found := next((p for p in parts(request) if p.place in ("query", "form") and p.name not in known), None):
        request = without(request, found)
    return lock.is_right(request)


def but_for_seconds(lock: Lock, request: Request) -> bool:
    """Right over the first value of each name."""
    first = dict(reversed(pairs(request.query)))
    return lock.is_wrong(request) and lock.is_right(
        replace(request, query=percent.encode_pairs(tuple(first.items())).encode())
    )


def but_for_body(lock: Lock, request: Request) -> bool:
    """Right over the digest that is told, which is not the body's."""
    told, found = request.header(b"x-acs-content-sha256"), acs3.credential(request.header(b"authorization") or "")
    if told in (None, digest.sha256(request.body)) or isinstance(found, Malformed):
        return False
    made = acs3.stages(
        method=request.method, path=request.path, query=pairs(request.query), headers=header.sent(request),
        signed_headers=found.signed_headers, body_hash=told or "", secret=lock.secret,
    )  # fmt: skip
    return made.signature == found.signature


def but_for_md5(lock: Lock, request: Request) -> bool:
    """Right over the digest that is told, which is not the body's."""
    return lock.is_right(request) and request.header(b"content-md5") not in (None, digest.content_md5(request.body))


def by(secret: Callable[[str], str]) -> When:
    """Signed with what becomes of the secret."""
    return lambda lock, request: lock.made(request, secret(lock.secret)) == lock.shown(request) != ""


def much_like(same: Same) -> When:
    """The signature is much like the right one."""
    return lambda lock, request: lock.is_wrong(request) and same(lock.shown(request), lock.made(request))


def having(name: str, same: Same) -> When:
    """What stands in that part is much like the demo account's credential of that name."""

    def when(lock: Lock, request: Request) -> bool:
        found, key = part(request, name), part(request, "appKey")
        if found is None or (name != "appKey" and key and key.value != lock.account["appKey"]):
            return False
        return same(found.value, lock.account.get(lock.scheme.parameter, lock.account.get(name, "")))

    return when


def off(name: str, way: int) -> When:
    """Right, and that far off that way."""

    def when(lock: Lock, request: Request) -> bool:
        found = part(request, name)
        if found is None or not lock.is_right(request) or not found.value.endswith("Z"):
            return False
        off = datetime.fromisoformat(found.value) - datetime.now(UTC)
        return off * way > timedelta(seconds=lock.scheme.extension.skew)

    return when


def ten_minutes_old(_: Lock, request: Request) -> bool:
    found = part(request, "x-acs-date")
    if found is None or not found.value.endswith("Z"):
        return False
    return datetime.now(UTC) - datetime.fromisoformat(found.value) > timedelta(minutes=10)


def names(name: str, wrong: str) -> When:
    """Another algorithm or version is named."""

    def when(_: Lock, request: Request) -> bool:
        found = part(request, name)
        return found is not None and wrong in found.value

    return when


def has(*texts: str) -> When:
    """A value has one of these in it."""

    def when(_: Lock, request: Request) -> bool:
        values = [each.value for each in parts(request) if each.place == "query" and each.name not in OF_PROOFS]
        return any(text in value for value in values for text in texts)

    return when


def has_a_plus(_: Lock, request: Request) -> bool:
    return b"+" in request.query


def has_an_empty_value(_: Lock, request: Request) -> bool:
    return any(not each.value for each in parts(request) if each.place == "query")


def is_long(_: Lock, request: Request) -> bool:
    return len(parts(request)) > 50


def is_cased(_: Lock, request: Request) -> bool:
    names = [each.name for each in parts(request) if each.place == "query" and each.name not in OF_PROOFS]
    return sorted(names) != sorted(names, key=str.lower)


def is_turned(_: Lock, request: Request) -> bool:
    names = [each.name for each in parts(request) if each.name in ("Aside_query", "zz_note_query")]
    return len(names) == 2 and names != sorted(names)


def in_the_form(_: Lock, request: Request) -> bool:
    found = part(request, "Signature")
    return found is not None and found.place == "form"


def without_nonce(_: Lock, request: Request) -> bool:
    return part(request, "x-acs-signature-nonce") is None
