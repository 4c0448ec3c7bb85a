"""Who calls: no credentials, a key that nobody has, another secret, and credentials where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from lookalike_specs.messages import Request

from ...context import CheckContext
from ...finding import Failure
from ...registry import active_check
from .applicability import (
    SOURCE,
    has_any_signer,
    has_plain_credential,
    has_secret,
    has_signature,
    list_signers,
    require_signer,
    select_signers,
)
from .case import SignatureCase, check_refused
from .request_edit import PartLocation, RequestPart, add_part, remove_part
from .signer import Signer, scramble_text


@active_check(
    "signature/missing",
    summary="A request without credentials, or with half of them, is refused.",
    rationale="Otherwise whoever leaves the signature out gets in.",
    remediation="Refuse such a request before you look at anything else; an empty signature counts as none.",
    source=SOURCE,
    applies=has_any_signer,
)
def missing_credentials(context: CheckContext) -> Iterator[Failure]:
    """Send such requests in every scheme."""
    for signer in list_signers(context):
        yield from check_refused(signer, generate_missing_cases(signer))


@active_check(
    "signature/key",
    summary="A key that nobody has is refused.",
    rationale="Where the beginning of a key is enough, or its letters in any case, a key can be guessed.",
    remediation="Look the whole key up, as it was sent.",
    source=SOURCE,
    applies=has_any_signer,
)
def unknown_key(context: CheckContext) -> Iterator[Failure]:
    """Send another key and an empty one; where the key is all there is, also keys much like the right one."""
    for signer in select_signers(context):
        yield from check_refused(signer, generate_key_cases(signer))


@active_check(
    "signature/secret",
    summary="A request that was signed with another secret is refused.",
    rationale="The secret distinguishes the owner of a key from those who have only seen the key.",
    remediation="Compute the signature with the secret of that key, and compare all of it.",
    source=SOURCE,
    applies=require_signer(has_secret),
)
def wrong_secret(context: CheckContext) -> Iterator[Failure]:
    """Sign with secrets much like the right one, with none, and with the key in its place."""
    for signer in select_signers(context, has_secret):
        yield from check_refused(signer, generate_secret_cases(signer))


@active_check(
    "signature/place",
    summary="A credential is accepted only where the document has it.",
    rationale="A key that may stand anywhere gets into logs and caches, and past the proxies that look for it.",
    remediation="Read it from the parameter or the header that the security scheme names.",
    source=SOURCE,
    applies=require_signer(has_plain_credential),
)
def credential_location(context: CheckContext) -> Iterator[Failure]:
    """Send a header's credential in the query, a parameter's in a header, and where variants do not want it."""
    for signer in select_signers(context, has_plain_credential):
        yield from check_refused(signer, generate_location_cases(signer))


def generate_missing_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests with no credentials, no signature, an empty one, the secret in its place, no token."""
    errors = signer.unauthenticated_errors
    yield SignatureCase("without any proof", lambda: signer.minimal, "missing-signature", errors)
    if has_signature(signer):
        yield from _generate_unsigned_cases(signer)
        empty = "with an empty signature"
    else:
        empty = "with an empty credential"
    yield SignatureCase(empty, lambda: _set_signature(signer, ""))
    if signer.context.account.get("SecurityToken") and signer.get_errors("missing-token"):
        yield from _generate_token_cases(signer)


def _generate_unsigned_cases(signer: Signer) -> Iterator[SignatureCase]:
    # in a header such as `acs AK:c2ln` key and signature stand together: without it nothing says who calls
    is_key_removed = signer.key in signer.read_signature_part(signer.sign())
    errors = signer.unauthenticated_errors if is_key_removed else signer.get_errors("missing-signature")
    yield SignatureCase("without a signature", partial(_remove_signature, signer), "missing-signature", errors)
    yield SignatureCase("with the secret in the place of the signature", lambda: _set_signature(signer, signer.secret))
    yield SignatureCase("with the secret and no signature", lambda: _add_secret_without_signature(signer))


def _generate_token_cases(signer: Signer) -> Iterator[SignatureCase]:
    account = signer.context.account
    other = scramble_text(account["SecurityToken"], signer.rng)
    yield SignatureCase(
        "with another token",
        lambda: signer.sign_with_credentials(SecurityToken=other),
        "bad-token",
        signer.get_errors("bad-token"),
    )
    without_token = {name: value for name, value in account.items() if name != "SecurityToken"}
    yield SignatureCase(
        "without its token",
        lambda: signer.sign(credentials=without_token),
        "missing-token",
        signer.get_errors("missing-token"),
    )


def generate_key_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests with keys that nobody has."""
    other = scramble_text(signer.key, signer.rng)
    errors = signer.get_errors("unknown-key")
    yield SignatureCase("with a key that nobody has", lambda: signer.sign_with_key(other), "unknown-key", errors)
    if has_secret(signer):
        errors = signer.get_errors("missing-key", "unknown-key", "malformed")
        yield SignatureCase("with an empty key", lambda: signer.sign_with_key(""), "missing-key", errors)
        return
    key = signer.key
    yield SignatureCase("with the beginning of the key", lambda: signer.sign_with_key(key[:-1]), "unknown-key")
    yield SignatureCase("with something behind the key", lambda: signer.sign_with_key(f"{key}0"), "unknown-key")
    # a UUID means the same in either case, so that a server may well take both
    if key.swapcase() != key and not _is_uuid(key):
        yield SignatureCase("with the key in another case", lambda: signer.sign_with_key(key.swapcase()), "unknown-key")


def generate_secret_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests that were signed with another secret, as far as the signature shows it."""
    secret = signer.secret
    errors = signer.get_errors("mismatch")
    others = {
        "another secret": scramble_text(secret, signer.rng),
        "the secret in another case": secret.swapcase(),
        "the beginning of the secret": secret[:-1],
        "something behind the secret": f"{secret}0",
        "the key for a secret": signer.key,
    }
    for description, other in others.items():
        if other == secret:
            continue
        # HMAC fills its key up with zero bytes, for one: another secret can make the same signature
        if has_signature(signer) and signer.has_valid_signature(_sign_with_secret(signer, other)):
            continue
        yield SignatureCase(f"with {description}", partial(_sign_with_secret, signer, other), "mismatch", errors)
    if has_signature(signer):
        make_request = partial(_sign_with_secret, signer, "")
        yield SignatureCase("signed with an empty secret", make_request, "mismatch", errors)


def generate_location_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests with the credential on the other side, and where a scheme that does not count here has it."""
    errors = frozenset[str]() if has_secret(signer) else signer.unauthenticated_errors
    active = {(scheme.location, scheme.parameter.lower()) for scheme in signer.context.schemes}
    for location, name in _list_credential_locations(signer):
        if (location, name.lower()) in active:
            continue
        part = RequestPart(location, name, signer.secret)
        description = f"with its credential in the {location} as {name}"
        yield SignatureCase(description, partial(_move_credential, signer, part), "missing-key", errors)


def _list_credential_locations(signer: Signer) -> list[tuple[PartLocation, str]]:
    scheme = signer.scheme
    locations = {(scheme.location, scheme.parameter) for scheme in signer.context.operation.schemes}
    locations.add(("query" if scheme.location == "header" else "header", scheme.parameter))
    listed: list[tuple[PartLocation, str]] = []
    for location, name in sorted(locations):
        if location == "query":
            listed.append(("query", name))
        elif location == "header":
            listed.append(("header", name))
    return listed


def _remove_signature(signer: Signer) -> Request:
    request = signer.sign()
    part = signer.find_signature_part(request)
    if part is None:
        return request
    return remove_part(request, part)


def _set_signature(signer: Signer, signature: str) -> Request:
    return signer.replace_signature(signer.sign(), signature)


def _add_secret_without_signature(signer: Signer) -> Request:
    location: PartLocation = "field" if signer.record.signed_field else "query"
    return add_part(_remove_signature(signer), RequestPart(location, "secret", signer.secret))


def _sign_with_secret(signer: Signer, secret: str) -> Request:
    return signer.sign_with_credentials(**{signer.secret_name: secret})


def _move_credential(signer: Signer, part: RequestPart) -> Request:
    return add_part(_remove_signature(signer), part)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
