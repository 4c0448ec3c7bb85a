"""Who calls: no proof, no key, another key, another secret, and proofs where they do not belong."""

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
    has_plain_credential,
    has_secret,
    has_signature,
    list_signers,
    require_signer,
    select_signers,
)
from .case import SignatureCase, check_refused
from .request_edit import RequestPart, add_part, remove_part
from .signer import Signer, scramble_text


@active_check(
    "signature/missing",
    summary="A request without a proof, or with half of one, is refused.",
    rationale="Whoever leaves the signature out would get in otherwise.",
    remediation="Refuse before anything else is looked at; an empty signature is none.",
    source=SOURCE,
    applies=lambda subject: bool(list_signers(subject)),
)
def missing_credentials(subject: CheckContext) -> Iterator[Failure]:
    """In every scheme."""
    for signer in list_signers(subject):
        yield from check_refused(signer, generate_missing_cases(signer))


@active_check(
    "signature/key",
    summary="A key that nobody has is refused.",
    rationale="A server that knows the right key only by its beginning, or in any case, can be guessed at.",
    remediation="Look the whole key up, as it was sent.",
    source=SOURCE,
    applies=lambda subject: bool(list_signers(subject)),
)
def unknown_key(subject: CheckContext) -> Iterator[Failure]:
    """Another one, an empty one; where the key is all there is, also much the same ones."""
    for signer in select_signers(subject):
        yield from check_refused(signer, generate_key_cases(signer))


@active_check(
    "signature/secret",
    summary="What was signed with another secret is refused.",
    rationale="The secret is what tells the owner of a key from those who saw the key.",
    remediation="Make the signature anew with the secret of that key, and compare all of it.",
    source=SOURCE,
    applies=require_signer(has_secret),
)
def wrong_secret(subject: CheckContext) -> Iterator[Failure]:
    """Secrets much like the right one, none, and the key in its place."""
    for signer in select_signers(subject, has_secret):
        yield from check_refused(signer, generate_secret_cases(signer))


@active_check(
    "signature/place",
    summary="A credential counts only where the document has it.",
    rationale="A key that is taken from anywhere gets into logs and caches, and around those who look for it in its place.",
    remediation="Read it from the parameter or the header that the security scheme names.",
    source=SOURCE,
    applies=require_signer(has_plain_credential),
)
def credential_location(subject: CheckContext) -> Iterator[Failure]:
    """A header's in the query, a parameter's in a header, and where variants do not want it."""
    for signer in select_signers(subject, has_plain_credential):
        yield from check_refused(signer, generate_location_cases(signer))


def generate_missing_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Nothing at all; no signature; an empty one; the secret in its place; no key; no token."""
    none = signer.unauthenticated_errors
    yield SignatureCase("without any proof", lambda: signer.minimal, "missing-signature", none)
    if has_signature(signer):
        # where key and signature stand together, there is nothing left to see who calls
        together = signer.key in signer.read_signature_part(signer.sign())
        lone = none if together else signer.get_errors("missing-signature")
        yield SignatureCase("without a signature", partial(_remove_signature, signer), "missing-signature", lone)
        yield SignatureCase(
            "with the secret in the place of the signature", lambda: _set_signature(signer, signer.secret)
        )
        yield SignatureCase("with the secret and no signature", lambda: _add_secret_without_signature(signer))
    yield SignatureCase(
        "with an empty signature" if has_signature(signer) else "with an empty credential",
        lambda: _set_signature(signer, ""),
    )
    if signer.context.account.get("SecurityToken"):
        yield from _generate_token_cases(signer)


def generate_key_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Keys that are nobody's."""
    other = scramble_text(signer.key, signer.rng)
    mine = signer.key
    yield SignatureCase(
        "with a key that nobody has",
        lambda: signer.sign_with_key(other),
        "unknown-key",
        signer.get_errors("unknown-key"),
    )
    if has_secret(signer):
        empty = signer.get_errors("missing-key", "unknown-key", "malformed")
        yield SignatureCase("with an empty key", lambda: signer.sign_with_key(""), "missing-key", empty)
        return
    yield SignatureCase("with the beginning of the key", lambda: signer.sign_with_key(mine[:-1]), "unknown-key")
    yield SignatureCase("with something behind the key", lambda: signer.sign_with_key(f"{mine}0"), "unknown-key")
    # a UUID means the same in either case, so that a server may well take both
    if mine.swapcase() != mine and not _is_uuid(mine):
        yield SignatureCase(
            "with the key in another case", lambda: signer.sign_with_key(mine.swapcase()), "unknown-key"
        )


def generate_secret_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Secrets that are another one, as far as the signature shows it."""
    mine = signer.secret
    others = {
        "another secret": scramble_text(mine, signer.rng),
        "the secret in another case": mine.swapcase(),
        "the beginning of the secret": mine[:-1],
        "something behind the secret": f"{mine}0",
        "the key for a secret": signer.key,
    }
    for told, other in others.items():
        if (
            not (has_signature(signer) and signer.has_valid_signature(_sign_with_secret(signer, other)))
            and other != mine
        ):
            yield SignatureCase(
                f"with {told}", partial(_sign_with_secret, signer, other), "mismatch", signer.get_errors("mismatch")
            )
    if has_signature(signer):
        yield SignatureCase(
            "signed with an empty secret",
            partial(_sign_with_secret, signer, ""),
            "mismatch",
            signer.get_errors("mismatch"),
        )


def generate_location_cases(signer: Signer) -> Iterator[SignatureCase]:
    """The credential on the other side, and where a scheme that does not count has it."""
    counting = {(scheme.location, scheme.parameter.lower()) for scheme in signer.context.schemes}
    known = {(scheme.location, scheme.parameter) for scheme in signer.context.operation.schemes}
    other = ("query" if signer.scheme.location == "header" else "header", signer.scheme.parameter)
    for where, name in sorted({*known, other}):
        if (where, name.lower()) not in counting and where in ("query", "header"):
            yield SignatureCase(
                f"with its credential in the {where} as {name}",
                partial(
                    _move_credential,
                    signer,
                    RequestPart("query" if where == "query" else "header", name, signer.secret),
                ),
                "missing-key",
                frozenset() if has_secret(signer) else signer.unauthenticated_errors,
            )


def _generate_token_cases(signer: Signer) -> Iterator[SignatureCase]:
    token = signer.context.account["SecurityToken"]
    if not signer.get_errors("missing-token"):
        return
    without_it = {name: value for name, value in signer.context.account.items() if name != "SecurityToken"}
    told = signer.get_errors("bad-token")
    other = scramble_text(token, signer.rng)
    yield SignatureCase(
        "with another token", lambda: signer.sign_with_credentials(SecurityToken=other), "bad-token", told
    )
    told = signer.get_errors("missing-token")
    yield SignatureCase("without its token", lambda: signer.sign(by=without_it), "missing-token", told)


def _remove_signature(signer: Signer) -> Request:
    made = signer.sign()
    found = signer.find_signature_part(made)
    return remove_part(made, found) if found else made


def _set_signature(signer: Signer, signature: str) -> Request:
    return signer.replace_signature(signer.sign(), signature)


def _add_secret_without_signature(signer: Signer) -> Request:
    made = _remove_signature(signer)
    return add_part(made, RequestPart("field" if signer.record.signed_field else "query", "secret", signer.secret))


def _sign_with_secret(signer: Signer, secret: str) -> Request:
    """The plain request with the account's key and another secret."""
    return signer.sign_with_credentials(**{signer.secret_name: secret})


def _move_credential(signer: Signer, part: RequestPart) -> Request:
    made = signer.sign()
    found = signer.find_signature_part(made)
    return add_part(remove_part(made, found) if found else made, part)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
