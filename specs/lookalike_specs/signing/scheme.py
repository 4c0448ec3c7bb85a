"""What a signing scheme is: one record, which says how it signs and where its parts stand in a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from ..api import SecurityScheme
from ..extensions import Refusal
from ..messages import Request
from .base import MalformedCredential, Stages

Credentials = Mapping[str, str]
ISO_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class SigningContext:
    """What a signature takes from outside: the time, a nonce, and whether the proof has to fit into the URL."""

    time: datetime
    nonce: str
    in_url: bool = False

    @property
    def timestamp(self) -> str:
        """Return the time as Alibaba Cloud writes it: `2026-11-21T00:26:28Z`."""
        return self.time.astimezone(UTC).strftime(ISO_FORMAT)


SignFunction = Callable[[Request, SecurityScheme, Credentials, SigningContext], Request]
SignatureReader = Callable[[Request], str | None]
StagesFunction = Callable[[Request, str], Stages | MalformedCredential]


@dataclass(frozen=True, slots=True)
class KeyLocation:
    """Where a request carries the key, which says who calls.

    `place`: `parameter` is query or form, `form` is the form alone. `pattern` finds the key where more stands there
    than the key, in one of its groups; `decode` makes the key of what was found.
    """

    place: Literal["parameter", "form", "header", "cookie"]
    name: str
    pattern: re.Pattern[str] | None = None
    decode: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class FixedField:
    """A part of the request that says how it was signed and has to say `value`.

    A server refuses another one as `refusal`; `invalid_value` is one that no version of the scheme has.
    """

    refusal: Refusal
    name: str
    value: str
    invalid_value: str


@dataclass(frozen=True, slots=True)
class CoveredHeaders:
    """Which headers a signature has to cover, in a scheme whose requests say themselves which it does.

    `list_required` and `list_left_out` return names in lower case: what has to be signed, and what of it is not.
    `sign_over` takes a signed request, names and the secret, and returns the request signed over these headers alone.
    """

    list_required: Callable[[Request], tuple[str, ...]]
    list_left_out: Callable[[Request], tuple[str, ...]]
    sign_over: Callable[[Request, tuple[str, ...], str], Request]


def _read_no_signature(_: Request) -> str | None:
    return None


def _compute_no_stages(_: Request, __: str) -> MalformedCredential:
    return MalformedCredential("malformed", "the scheme signs nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningScheme:
    """How callers prove who they are, under the name that a document's security scheme gives.

    `sign` puts the proof into a request. `key_name` and `secret_name` are the account's names of key and secret;
    without `key_name` it is the name that the document has. `key_location`: without one, the key stands where the
    document says.
    `required_parameters` have to be there before anybody signs, as their values are signed.

    A scheme that signs has a `signature_name`, the parameter or header that holds the signature, with `read_signature`
    (None for a request that carries none) and `recompute_stages` (from the request as it came and the secret).
    `reveal_stages` does the same and shows the secret in the texts, where `recompute_stages` hides it.

    `timestamp_name` and `nonce_name` are parameters or headers; a scheme with a time refuses the same bytes later, or a
    second time. How far the clocks may be apart is the document's to say (`skew`), as vendors differ in it.

    `covered_headers`: where requests name the headers that they sign, which of them they have to name.
    `fixed_fields` say how it was signed. `body_digests`: header -> the digest of the body that it has to hold.
    `placements`: other places where the proof may stand, as a person calls them -> a function that signs so.
    `signed_field`: the one field of a multipart form that is signed, where that is all that is.
    """

    name: str
    sign: SignFunction
    key_name: str = ""
    secret_name: str = ""
    key_location: KeyLocation | None = None
    required_parameters: tuple[str, ...] = ()
    signature_name: str = ""
    read_signature: SignatureReader = _read_no_signature
    recompute_stages: StagesFunction = _compute_no_stages
    reveal_stages: StagesFunction | None = None
    timestamp_name: str = ""
    nonce_name: str = ""
    covered_headers: CoveredHeaders | None = None
    fixed_fields: tuple[FixedField, ...] = ()
    body_digests: Mapping[str, Callable[[bytes], str]] = field(default_factory=dict)
    placements: Mapping[str, SignFunction] = field(default_factory=dict)
    signed_field: str = ""

    @property
    def has_signature(self) -> bool:
        """Return whether anything is signed; a bare key, or a secret in clear, is not."""
        return bool(self.signature_name)

    @property
    def expires(self) -> bool:
        """Return whether the same bytes are refused later, or a second time."""
        return bool(self.timestamp_name)


def get_key_name(record: SigningScheme, scheme: SecurityScheme) -> str:
    """Return the name of the account's key that a document's scheme goes by."""
    return record.key_name or scheme.extension.credential or scheme.parameter


def get_key_location(record: SigningScheme, scheme: SecurityScheme) -> KeyLocation:
    """Return where the key stands in requests of a document's scheme."""
    if record.key_location is not None:
        return record.key_location
    if scheme.location == "header":
        return KeyLocation("header", scheme.parameter.lower())
    if scheme.location == "cookie":
        return KeyLocation("cookie", scheme.parameter)
    return KeyLocation("parameter", scheme.parameter)
