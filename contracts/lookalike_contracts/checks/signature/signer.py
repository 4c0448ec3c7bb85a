"""Requests in one security scheme, right ones and forged ones, and how to tell them apart."""

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

CORE_REFUSALS: Final = ("missing-key", "unknown-key", "missing-signature", "mismatch")


@dataclass(frozen=True)
class Signer:
    """A maker of requests to one operation in one security scheme, right ones and forged ones."""

    context: CheckContext
    scheme: SecurityScheme

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return a good request's values, with the smallest page, and without what the example has of a signature."""
        values = self.context.build_values(self.scheme)
        paging = self.context.operation.extension.invariants.paging
        if paging and paging.size:
            values |= {paging.size: 1}
        return {
            name: value for name, value in values.items() if name not in (self.scheme.parameter, self.signature_name)
        }

    @cached_property
    def minimal(self) -> Request:
        """Return a good request without a signature."""
        return build_request(self.context.operation, self.values, self.context.target.url)

    @cached_property
    def with_extra(self) -> Request:
        """Return the same with parameters that the operation does not know, wherever it takes parameters."""
        request = self.minimal
        for location in self.locations:
            for name, value in EXTRA_PARAMETERS:
                request = add_part(request, RequestPart(location, f"{name}_{location}", value))
        return request

    @cached_property
    def locations(self) -> tuple[PartLocation, ...]:
        """Return where the operation takes parameters that are signed one by one."""
        if self.record.signed_field:
            return ()
        if self.context.operation.body_location == "form":
            return ("query", "form")
        return ("query",)

    @property
    def scheme_name(self) -> str:
        """Return the name of the scheme, such as `acs-rpc`."""
        return self.scheme.extension.scheme

    @property
    def record(self) -> SigningScheme:
        """Return what is known of the scheme by its name."""
        return SCHEMES[self.scheme_name]

    @property
    def signature_name(self) -> str:
        """Return the name of the part that has the signature, or the credential of a scheme that signs nothing."""
        if self.record.signature_name:
            return self.record.signature_name
        # headers come in lower case, as requests hold them
        if self.scheme.location == "header":
            return self.scheme.parameter.lower()
        return self.scheme.parameter

    @property
    def nonce_name(self) -> str:
        """Return the name of the part that has the nonce; "" where there is none."""
        return self.record.nonce_name

    @property
    def key(self) -> str:
        """Return the account's key."""
        return self.context.account[get_credential_name(self.scheme)]

    @property
    def secret(self) -> str:
        """Return the account's secret; its key where the scheme has no other secret."""
        return self.context.account[self.secret_name]

    @property
    def secret_name(self) -> str:
        """Return the name of the secret among the account's credentials."""
        return self.record.secret_name or get_credential_name(self.scheme)

    @property
    def rng(self) -> Random:
        """Return a generator that draws the same in each run with the same seed."""
        return Random(self.context.check_seed)  # noqa: S311 - for what is drawn, not for secrets

    def sign(
        self,
        request: Request | None = None,
        moment: SigningContext | None = None,
        credentials: Credentials | None = None,
    ) -> Request:
        """Return a request (the minimal one) signed with the account's credentials, or with others."""
        if request is None:
            request = self.minimal
        if credentials is None:
            return self.context.sign_request(request, self.scheme, moment)
        return sign(request, self.scheme, credentials, moment or create_signing_context())

    def sign_with_credentials(self, **credentials: str) -> Request:
        """Return the minimal request, signed with these in place of some of the account's credentials."""
        return self.sign(credentials={**self.context.account, **credentials})

    def sign_with_key(self, key: str) -> Request:
        """Return the minimal request, signed with another key and the account's secret."""
        return self.sign_with_credentials(**{get_credential_name(self.scheme): key})

    def sign_at_offset(self, seconds: float) -> Request:
        """Return the minimal request, signed so many seconds later than now."""
        now = create_signing_context()
        return self.sign(moment=SigningContext(now.time + timedelta(seconds=seconds), now.nonce))

    def compute_signature(self, request: Request) -> str:
        """Return the signature that a signed request should have; "" where none can be computed."""
        stages = self.record.recompute_stages(request, self.secret)
        if isinstance(stages, MalformedCredential):
            return ""
        return stages.signature

    def read_signature(self, request: Request) -> str:
        """Return the signature that a request has, or the credential of a scheme that signs nothing."""
        if self.record.has_signature:
            return self.record.read_signature(request) or ""
        return self.read_signature_part(request)

    def read_signature_part(self, request: Request) -> str:
        """Return all of the part that has the signature: of `acs AK:c2ln`, the key and the scheme's name too."""
        part = self.find_signature_part(request)
        return part.value if part else ""

    def find_signature_part(self, request: Request) -> RequestPart | None:
        """Return the part that has the signature or the credential."""
        return next((part for part in list_parts(request) if part.name == self.signature_name), None)

    def replace_signature(self, request: Request, signature: str) -> Request:
        """Return the request with that signature in place of its own."""
        part = self.find_signature_part(request)
        if part is None:
            return request
        prefix = part.value.removesuffix(self.read_signature(request))
        return replace_value(request, part, prefix + signature)

    def update_signature(self, request: Request) -> Request:
        """Return a signed request with the signature that it should have."""
        return self.replace_signature(request, self.compute_signature(request))

    def has_valid_signature(self, request: Request) -> bool:
        """Tell whether a request has the signature that it should have, and the digests of its own body."""
        for name, compute_digest in self.record.body_digests.items():
            digest = request.get_header(name.encode())
            if digest is not None and digest != compute_digest(request.body):
                return False
        return self.compute_signature(request) == self.record.read_signature(request)

    def get_errors(self, *refusals: Refusal) -> frozenset[str]:
        """Return the errors of these kinds of refusal in this scheme; all of the scheme's errors if none is given."""
        errors = self.scheme.extension.errors
        return frozenset(errors[refusal] for refusal in refusals or errors if refusal in errors)

    @property
    def unauthenticated_errors(self) -> frozenset[str]:
        """Return the error of a request without any credential, which the operation's first scheme tells."""
        errors = self.context.schemes[0].extension.errors
        refusals: tuple[Refusal, ...] = ("missing-signature", "missing-key")
        return frozenset([next(errors[refusal] for refusal in refusals if refusal in errors)])

    def locate_rule(self, refusal: str = "") -> str:
        """Return the pointer to the scheme in the document, or to its error for that refusal.

        That a scheme looks at key and signature at all is said by the scheme itself. What else it looks at, such as the
        time, it does only where it has an error for that.
        """
        pointer = f"/components/securitySchemes/{self.scheme.name}"
        if refusal not in CORE_REFUSALS and refusal in self.scheme.extension.errors:
            return f"{pointer}/x-lookalike/errors/{refusal}"
        return pointer

    def locate_error(self, refusal: str) -> str:
        """Return where the document says which error a kind of refusal is."""
        return f"/components/securitySchemes/{self.scheme.name}/x-lookalike/errors/{refusal}"


def scramble_text(text: str, rng: Random) -> str:
    """Return another text that looks like this one: digits for digits, letters of hexadecimal for letters."""
    scrambled = "".join(_scramble_letter(letter, rng) for letter in text)
    if scrambled.lower() == text.lower():
        return f"{text}-not"
    return scrambled


def _scramble_letter(letter: str, rng: Random) -> str:
    if letter.isdigit():
        return rng.choice("0123456789")
    if letter.islower():
        return rng.choice("abcdef")
    if letter.isupper():
        return rng.choice("ABCDEF")
    return letter
