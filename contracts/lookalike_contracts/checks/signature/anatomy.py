"""What each scheme says in a request of how it was signed, and where else its proof may stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from lookalike_specs import Scheme
from lookalike_specs.extension import Refusal
from lookalike_specs.proof import Account, Moment, rpc
from lookalike_specs.wire import Request


class Word(NamedTuple):
    """A word that says how it was signed, the part that has it, another one, and what that is refused as."""

    kind: Refusal
    name: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Anatomy:
    """The words of a scheme, and its headers that tell a digest of the body."""

    words: tuple[Word, ...] = ()
    digests: tuple[str, ...] = ()


Place = Callable[[Request, Account, Moment], Request]


def anatomy(scheme: Scheme) -> Anatomy:
    """That of a scheme; one that is not known here has neither."""
    return ANATOMIES.get(scheme.extension.scheme, Anatomy())


def placements(scheme: Scheme) -> Mapping[str, Place]:
    """Other places where a scheme's proof may stand, of an operation that takes its parameters in either."""
    return PLACEMENTS.get(scheme.extension.scheme, {})


ANATOMIES: Final[Mapping[str, Anatomy]] = {
    "acs-rpc": Anatomy(
        (
            Word("algorithm", "SignatureMethod", "HMAC-SHA1", "HMAC-MD5"),
            Word("version", "SignatureVersion", "1.0", "9.0"),
        )
    ),
    "acs-roa": Anatomy(
        (
            Word("algorithm", "x-acs-signature-method", "HMAC-SHA1", "HMAC-MD5"),
            Word("version", "x-acs-signature-version", "1.0", "9.0"),
        ),
        ("content-md5",),
    ),
    "acs3": Anatomy(
        (Word("algorithm", "authorization", "ACS3-HMAC-SHA256", "ACS3-HMAC-MD5"),), ("x-acs-content-sha256",)
    ),
}
PLACEMENTS: Final[Mapping[str, Mapping[str, Place]]] = {
    "acs-rpc": {
        "all in the form": partial(rpc, placement="form"),
        "all in the query": partial(rpc, placement="everything-in-query"),
    }
}
