"""What each scheme says in a request of how it was signed, and where else its proof may stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from lookalike_specs import SecurityScheme
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request
from lookalike_specs.signing.sign import Credentials, SigningContext, sign_rpc


class SchemeField(NamedTuple):
    """A word that says how it was signed, the part that has it, another one, and what that is refused as."""

    refusal: Refusal
    name: str
    valid_value: str
    invalid_value: str


@dataclass(frozen=True)
class SchemeShape:
    """The words of a scheme, and its headers that tell a digest of the body."""

    fields: tuple[SchemeField, ...] = ()
    digest_headers: tuple[str, ...] = ()


SignFunction = Callable[[Request, Credentials, SigningContext], Request]


def get_scheme_shape(scheme: SecurityScheme) -> SchemeShape:
    """That of a scheme; one that is not known here has neither."""
    return SCHEME_SHAPES.get(scheme.extension.scheme, SchemeShape())


def get_placements(scheme: SecurityScheme) -> Mapping[str, SignFunction]:
    """Other places where a scheme's proof may stand, of an operation that takes its parameters in either."""
    return PLACEMENTS.get(scheme.extension.scheme, {})


SCHEME_SHAPES: Final[Mapping[str, SchemeShape]] = {
    "acs-rpc": SchemeShape(
        (
            SchemeField("algorithm", "SignatureMethod", "HMAC-SHA1", "HMAC-MD5"),
            SchemeField("version", "SignatureVersion", "1.0", "9.0"),
        )
    ),
    "acs-roa": SchemeShape(
        (
            SchemeField("algorithm", "x-acs-signature-method", "HMAC-SHA1", "HMAC-MD5"),
            SchemeField("version", "x-acs-signature-version", "1.0", "9.0"),
        ),
        ("content-md5",),
    ),
    "acs3": SchemeShape(
        (SchemeField("algorithm", "authorization", "ACS3-HMAC-SHA256", "ACS3-HMAC-MD5"),), ("x-acs-content-sha256",)
    ),
}
PLACEMENTS: Final[Mapping[str, Mapping[str, SignFunction]]] = {
    "acs-rpc": {
        "all in the form": partial(sign_rpc, placement="form"),
        "all in the query": partial(sign_rpc, placement="everything-in-query"),
    }
}
