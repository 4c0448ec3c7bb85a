"""Requests in one scheme, right ones and forged ones, and which is which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from lookalike_specs import Scheme
from lookalike_specs.extension import Refusal
from lookalike_specs.proof import PROOFS, Account, Moment, credential, prove
from lookalike_specs.sample import build
from lookalike_specs.signing import SCHEMES, Malformed, digest, oss_policy
from lookalike_specs.wire import Request

from ...subject import Subject, now
from .anatomy import Anatomy, anatomy
from .parts import Part, Place, added, changed, parts

DIGESTS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "content-md5": digest.content_md5,
    "x-acs-content-sha256": digest.sha256,
}
# parameters that no operation knows; their names sort before and after the others
STRANGERS: Final = (("Aside", "1"), ("zz_note", "2"))


@dataclass(frozen=True)
class Signer:
    """Makes requests to one operation in one scheme."""

    subject: Subject
    scheme: Scheme

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """A good request's values, with the smallest page; what the example has of a proof is left out."""
        paging = self.subject.operation.extension.promises.paging
        smallest = {paging.size: 1} if paging and paging.size else {}
        found = self.subject.values(self.scheme) | smallest
        return {name: found[name] for name in found if name not in (self.scheme.parameter, self.signature)}

    @cached_property
    def plain(self) -> Request:
        """A good request that nobody signed."""
        return build(self.subject.operation, self.values, self.subject.target.url)

    @cached_property
    def rich(self) -> Request:
        """The same with parameters that the operation does not know, wherever it takes some."""
        made = self.plain
        for place in self.places:
            for name, value in STRANGERS:
                made = added(made, Part(place, f"{name}_{place}", value))
        return made

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the operation takes parameters."""
        if self.kind == oss_policy.SCHEME:
            return ()
        return ("query", "form") if self.subject.operation.body_place == "form" else ("query",)

    @property
    def kind(self) -> str:
        """The scheme's name."""
        return self.scheme.extension.scheme

    @property
    def anatomy(self) -> Anatomy:
        """What the scheme says of how it was signed."""
        return anatomy(self.scheme)

    @property
    def signature(self) -> str:
        """The part that has the signature; of a scheme that signs nothing, its proof."""
        own = self.scheme.parameter.lower() if self.scheme.place == "header" else self.scheme.parameter
        return PROOFS[self.kind].signature or own

    @property
    def nonce(self) -> str:
        """The part that has the nonce; "" where there is none."""
        return PROOFS[self.kind].nonce

    @property
    def key(self) -> str:
        """The account's key."""
        return self.subject.account[credential(self.scheme)]

    @property
    def secret(self) -> str:
        """The account's secret; the key, where that is all."""
        return self.subject.account[self.secret_name]

    @property
    def secret_name(self) -> str:
        """What accounts call it."""
        return PROOFS[self.kind].secret or credential(self.scheme)

    @property
    def dice(self) -> Random:
        """The same in each run with the same seed."""
        return Random(self.subject.draw)  # noqa: S311 - for what is drawn, not for secrets

    def signed(
        self, request: Request | None = None, moment: Moment | None = None, by: Account | None = None
    ) -> Request:
        """A request (the plain one) with a proof, by the account or another one."""
        return prove(request or self.plain, self.scheme, by or self.subject.account, moment or now())

    def instead(self, **credentials: str) -> Request:
        """The plain request, with other credentials in place of some of the account's."""
        return self.signed(by={**self.subject.account, **credentials})

    def keyed(self, key: str) -> Request:
        """The plain request with another key and the account's secret."""
        return self.instead(**{credential(self.scheme): key})

    def at(self, seconds: float) -> Request:
        """The plain request, signed so much later than now."""
        moment = now()
        return self.signed(moment=Moment(moment.time + timedelta(seconds=seconds), moment.nonce))

    def made_of(self, request: Request) -> str:
        """The signature that a request with a proof should have; "" where it cannot be made."""
        made = SCHEMES[self.kind].recomputed(request, self.secret)
        return "" if isinstance(made, Malformed) else made.signature

    def shown(self, request: Request) -> str:
        """The signature, or the secret, that a request has."""
        return (SCHEMES[self.kind].presented(request) or "") if self.kind in SCHEMES else self.shown_with(request)

    def shown_with(self, request: Request) -> str:
        """All that stands where the signature stands."""
        found = self.proof(request)
        return found.value if found else ""

    def proof(self, request: Request) -> Part | None:
        """The part that has the signature, or the secret."""
        return next((each for each in parts(request) if each.name == self.signature), None)

    def bearing(self, request: Request, signature: str) -> Request:
        """The request with that signature in place of its own."""
        found = self.proof(request)
        return changed(request, found, found.value.removesuffix(self.shown(request)) + signature) if found else request

    def resigned(self, request: Request) -> Request:
        """The request, which has a proof, with the signature that it should have."""
        return self.bearing(request, self.made_of(request))

    def is_right(self, request: Request) -> bool:
        """Whether its signature is the one that is made of it, and the digests that it tells are its body's."""
        told = ((name, request.header(name.encode())) for name in self.anatomy.digests)
        intact = all(value is None or DIGESTS[name](request.body) == value for name, value in told)
        return intact and self.made_of(request) == SCHEMES[self.kind].presented(request)

    def errors(self, *kinds: Refusal) -> frozenset[str]:
        """The errors that these kinds of refusal are in this scheme; all of the scheme's, if none is named."""
        known = self.scheme.extension.errors
        return frozenset(known[kind] for kind in kinds or known if kind in known)

    @property
    def none_at_all(self) -> frozenset[str]:
        """The errors of a request without any proof, which the operation's first scheme tells."""
        first = self.subject.schemes[0].extension.errors
        kinds: tuple[Refusal, ...] = ("missing-signature", "missing-key")
        return frozenset([next(first[kind] for kind in kinds if kind in first)])

    def rule(self, kind: str = "") -> str:
        """The place in the document."""
        at = f"/components/securitySchemes/{self.scheme.name}"
        return f"{at}/x-lookalike/errors/{kind}" if kind in self.scheme.extension.errors else at


def scrambled(text: str, dice: Random) -> str:
    """Another text that looks like this one."""
    made = "".join(
        dice.choice("0123456789") if c.isdigit() else dice.choice("abcdef") if c.islower()
        else dice.choice("ABCDEF") if c.isupper() else c
        for c in text
    )  # fmt: skip
    return made if made.lower() != text.lower() else f"{text}-not"
