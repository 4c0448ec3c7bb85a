"""Who calls: no proof, no key, another key, another secret, and proofs where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject
from .parts import Part, added, without
from .signer import Signer, scrambled
from .trial import Trial, refused
from .which import SOURCE, has_secret, having, is_sent, signers, signs


@probe(
    "signature/missing",
    says="A request without a proof, or with half of one, is refused.",
    why="Whoever leaves the signature out would get in otherwise.",
    how="Refuse before anything else is looked at; an empty signature is none.",
    source=SOURCE,
)
def missing(subject: Subject) -> Iterator[Broken]:
    """In every scheme."""
    for scheme in subject.schemes:
        signer = Signer(subject, scheme)
        yield from refused(signer, missing_trials(signer))


@probe(
    "signature/key",
    says="A key that nobody has is refused.",
    why="A server that knows the right key only by its beginning, or in any case, can be guessed at.",
    how="Look the whole key up, as it was sent.",
    source=SOURCE,
)
def key(subject: Subject) -> Iterator[Broken]:
    """Another one, an empty one; where the key is all there is, also much the same ones."""
    for signer in signers(subject):
        yield from refused(signer, key_trials(signer))


@probe(
    "signature/secret",
    says="What was signed with another secret is refused.",
    why="The secret is what tells the owner of a key from those who saw the key.",
    how="Make the signature anew with the secret of that key, and compare all of it.",
    source=SOURCE,
    applies=having(has_secret),
)
def secret(subject: Subject) -> Iterator[Broken]:
    """Secrets much like the right one, none, and the key in its place."""
    for signer in signers(subject, has_secret):
        yield from refused(signer, secret_trials(signer))


@probe(
    "signature/place",
    says="A credential counts only where the document has it.",
    why="A key that is taken from anywhere gets into logs and caches, and around those who look for it in its place.",
    how="Read it from the parameter or the header that the security scheme names.",
    source=SOURCE,
    applies=having(is_sent),
)
def place(subject: Subject) -> Iterator[Broken]:
    """A header's in the query, a parameter's in a header, and where variants do not want it."""
    for signer in signers(subject, is_sent):
        yield from refused(signer, place_trials(signer))


def missing_trials(signer: Signer) -> Iterator[Trial]:
    """Nothing at all; no signature; an empty one; the secret in its place; no key; no token."""
    none = signer.none_at_all
    yield Trial("without any proof", lambda: signer.plain, "missing-signature", none)
    if signs(signer):
        # where key and signature stand together, there is nothing left to see who calls
        together = signer.key in signer.shown_with(signer.signed())
        lone = none if together else signer.errors("missing-signature")
        yield Trial("without a signature", partial(_dropped, signer), "missing-signature", lone)
        yield Trial("with the secret in the place of the signature", lambda: _bearing(signer, signer.secret))
        yield Trial("with the secret and no signature", lambda: _with_secret(signer))
    yield Trial(
        "with an empty signature" if signs(signer) else "with an empty credential", lambda: _bearing(signer, "")
    )
    if signer.subject.account.get("SecurityToken"):
        yield from _token_trials(signer)


def key_trials(signer: Signer) -> Iterator[Trial]:
    """Keys that are nobody's."""
    other, mine = scrambled(signer.key, signer.dice), signer.key
    yield Trial("with a key that nobody has", lambda: signer.keyed(other), "unknown-key", signer.errors("unknown-key"))
    if has_secret(signer):
        empty = signer.errors("missing-key", "unknown-key", "malformed")
        yield Trial("with an empty key", lambda: signer.keyed(""), "missing-key", empty)
        return
    yield Trial("with the beginning of the key", lambda: signer.keyed(mine[:-1]), "unknown-key")
    yield Trial("with something behind the key", lambda: signer.keyed(f"{mine}0"), "unknown-key")
    # a UUID means the same in either case, so that a server may well take both
    if mine.swapcase() != mine and not _is_uuid(mine):
        yield Trial("with the key in another case", lambda: signer.keyed(mine.swapcase()), "unknown-key")


def secret_trials(signer: Signer) -> Iterator[Trial]:
    """Secrets that are another one, as far as the signature shows it."""
    mine = signer.secret
    others = {
        "another secret": scrambled(mine, signer.dice),
        "the secret in another case": mine.swapcase(),
        "the beginning of the secret": mine[:-1],
        "something behind the secret": f"{mine}0",
        "the key for a secret": signer.key,
    }
    for told, other in others.items():
        if not (signs(signer) and signer.is_right(_by(signer, other))) and other != mine:
            yield Trial(f"with {told}", partial(_by, signer, other), "mismatch", signer.errors("mismatch"))
    if signs(signer):
        yield Trial("signed with an empty secret", partial(_by, signer, ""), "mismatch", signer.errors("mismatch"))


def place_trials(signer: Signer) -> Iterator[Trial]:
    """The credential on the other side, and where a scheme that does not count has it."""
    counting = {(scheme.place, scheme.parameter.lower()) for scheme in signer.subject.schemes}
    known = {(scheme.place, scheme.parameter) for scheme in signer.subject.operation.schemes}
    other = ("query" if signer.scheme.place == "header" else "header", signer.scheme.parameter)
    for where, name in sorted({*known, other}):
        if (where, name.lower()) not in counting and where in ("query", "header"):
            yield Trial(
                f"with its credential in the {where} as {name}",
                partial(_moved, signer, Part("query" if where == "query" else "header", name, signer.secret)),
                "missing-key",
                frozenset() if has_secret(signer) else signer.none_at_all,
            )


def _token_trials(signer: Signer) -> Iterator[Trial]:
    token = signer.subject.account["SecurityToken"]
    if not signer.errors("missing-token"):
        return
    without_it = {name: value for name, value in signer.subject.account.items() if name != "SecurityToken"}
    told, other = signer.errors("bad-token"), scrambled(token, signer.dice)
    yield Trial("with another token", lambda: signer.instead(SecurityToken=other), "bad-token", told)
    told = signer.errors("missing-token")
    yield Trial("without its token", lambda: signer.signed(by=without_it), "missing-token", told)


def _dropped(signer: Signer) -> Request:
    made = signer.signed()
    found = signer.proof(made)
    return without(made, found) if found else made


def _bearing(signer: Signer, signature: str) -> Request:
    return signer.bearing(signer.signed(), signature)


def _with_secret(signer: Signer) -> Request:
    made = _dropped(signer)
    return added(made, Part("field" if signer.kind == "oss-policy" else "query", "secret", signer.secret))


def _by(signer: Signer, secret: str) -> Request:
    """The plain request with the account's key and another secret."""
    return signer.instead(**{signer.secret_name: secret})


def _moved(signer: Signer, part: Part) -> Request:
    made = signer.signed()
    found = signer.proof(made)
    return added(without(made, found) if found else made, part)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
