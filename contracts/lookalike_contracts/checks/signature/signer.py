"""Requests in one scheme, right ones and forged ones, and which is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from lookalike_specs import SecurityScheme
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_request
from lookalike_specs.signing import SCHEMES, MalformedCredential, SigningContext, SigningScheme
from lookalike_specs.signing.scheme import Credentials
from lookalike_specs.signing.sign import get_credential_name, sign

from ...context import CheckContext, create_signing_context
from .request_edit import PartLocation, RequestPart, add_part, list_parts, replace_value

# parameters that no operation knows; their names sort before and after the others
EXTRA_PARAMETERS: Final = (("Aside", "1"), ("zz_note", "2"))


@dataclass(frozen=True)
class Signer:
    """Makes requests to one operation in one scheme."""

    context: CheckContext
    scheme: SecurityScheme

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """A good request's values, with the smallest page; what the example has of a proof is left out."""
        paging = self.context.operation.extension.invariants.paging
        smallest = {paging.size: 1} if paging and paging.size else {}
        found = self.context.build_values(self.scheme) | smallest
        return {name: found[name] for name in found if name not in (self.scheme.parameter, self.signature_name)}

    @cached_property
    def minimal(self) -> Request:
        """A good request that nobody signed."""
        return build_request(self.context.operation, self.values, self.context.target.url)

    @cached_property
    def with_extra(self) -> Request:
        """The same with parameters that the operation does not know, wherever it takes some."""
        made = self.minimal
        for place in self.locations:
            for name, value in EXTRA_PARAMETERS:
                made = add_part(made, RequestPart(place, f"{name}_{place}", value))
        return made

    @cached_property
    def locations(self) -> tuple[PartLocation, ...]:
        """Where the operation takes parameters."""
        if self.record.signed_field:
            return ()
        return ("query", "form") if self.context.operation.body_location == "form" else ("query",)

    @property
    def scheme_name(self) -> str:
        """The scheme's name."""
        return self.scheme.extension.scheme

    @property
    def record(self) -> SigningScheme:
        """Return what is known of the scheme by its name."""
        return SCHEMES[self.scheme_name]

    @property
    def signature_name(self) -> str:
        """The part that has the signature; of a scheme that signs nothing, its proof."""
        own = self.scheme.parameter.lower() if self.scheme.location == "header" else self.scheme.parameter
        return self.record.signature_name or own

    @property
    def nonce_name(self) -> str:
        """The part that has the nonce; "" where there is none."""
        return self.record.nonce_name

    @property
    def key(self) -> str:
        """The account's key."""
        return self.context.account[get_credential_name(self.scheme)]

    @property
    def secret(self) -> str:
        """The account's secret; the key, where that is all."""
        return self.context.account[self.secret_name]

    @property
    def secret_name(self) -> str:
        """What accounts call it."""
        return self.record.secret_name or get_credential_name(self.scheme)

    @property
    def rng(self) -> Random:
        """The same in each run with the same seed."""
        return Random(self.context.check_seed)  # noqa: S311 - for what is drawn, not for secrets

    def sign(
        self, request: Request | None = None, moment: SigningContext | None = None, by: Credentials | None = None
    ) -> Request:
        """A request (the plain one) with a proof, by the account or another one."""
        if by is None:
            return self.context.sign_request(request or self.minimal, self.scheme, moment)
        return sign(request or self.minimal, self.scheme, by, moment or create_signing_context())

    def sign_with_credentials(self, **credentials: str) -> Request:
        """The plain request, with other credentials in place of some of the account's."""
        return self.sign(by={**self.context.account, **credentials})

    def sign_with_key(self, key: str) -> Request:
        """The plain request with another key and the account's secret."""
        return self.sign_with_credentials(**{get_credential_name(self.scheme): key})

    def sign_at_offset(self, seconds: float) -> Request:
        """The plain request, signed so much later than now."""
        moment = create_signing_context()
        return self.sign(moment=SigningContext(moment.time + timedelta(seconds=seconds), moment.nonce))

    def compute_signature(self, request: Request) -> str:
        """The signature that a request with a proof should have; "" where it cannot be made."""
        made = self.record.recompute_stages(request, self.secret)
        return "" if isinstance(made, MalformedCredential) else made.signature

    def read_signature(self, request: Request) -> str:
        """The signature, or the secret, that a request has."""
        if self.record.has_signature:
            return self.record.read_signature(request) or ""
        return self.read_signature_part(request)

    def read_signature_part(self, request: Request) -> str:
        """All that stands where the signature stands."""
        found = self.find_signature_part(request)
        return found.value if found else ""

    def find_signature_part(self, request: Request) -> RequestPart | None:
        """The part that has the signature, or the secret."""
        return next((each for each in list_parts(request) if each.name == self.signature_name), None)

    def replace_signature(self, request: Request, signature: str) -> Request:
        """The request with that signature in place of its own."""
        found = self.find_signature_part(request)
        return (
            replace_value(request, found, found.value.removesuffix(self.read_signature(request)) + signature)
            if found
            else request
        )

    def update_signature(self, request: Request) -> Request:
        """The request, which has a proof, with the signature that it should have."""
        return self.replace_signature(request, self.compute_signature(request))

    def has_valid_signature(self, request: Request) -> bool:
        """Whether its signature is the one that is made of it, and the digests that it tells are its body's."""
        for name, compute_digest in self.record.body_digests.items():
            digest = request.get_header(name.encode())
            if digest is not None and digest != compute_digest(request.body):
                return False
        return self.compute_signature(request) == self.record.read_signature(request)

    def get_errors(self, *kinds: Refusal) -> frozenset[str]:
        """The errors that these kinds of refusal are in this scheme; all of the scheme's, if none is named."""
        known = self.scheme.extension.errors
        return frozenset(known[kind] for kind in kinds or known if kind in known)

    @property
    def unauthenticated_errors(self) -> frozenset[str]:
        """The errors of a request without any proof, which the operation's first scheme tells."""
        first = self.context.schemes[0].extension.errors
        kinds: tuple[Refusal, ...] = ("missing-signature", "missing-key")
        return frozenset([next(first[kind] for kind in kinds if kind in first)])

    def locate_rule(self, kind: str = "") -> str:
        """The place in the document."""
        at = f"/components/securitySchemes/{self.scheme.name}"
        return f"{at}/x-lookalike/errors/{kind}" if kind in self.scheme.extension.errors else at


def scramble_text(text: str, dice: Random) -> str:
    """Another text that looks like this one."""
    made = "".join(
        dice.choice("0123456789") if c.isdigit() else dice.choice("abcdef") if c.islower()
        else dice.choice("ABCDEF") if c.isupper() else c
        for c in text
    )  # fmt: skip
    return made if made.lower() != text.lower() else f"{text}-not"
