"""The credential that a request carries, and what every verifier needs: compare secrets, refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any, Final

import msgspec

from lookalike_specs import SecurityScheme
from lookalike_specs.extensions import Refusal
from lookalike_specs.pointers import join_pointer
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.scheme import get_key_location

from ..exceptions import Breach, VendorError
from ..parsing import ParsedRequest, get_first, parse_cookies
from ..service import NO_CREDENTIAL, Account, Credential, CredentialReader, Service

# which part of the proof a kind of refusal is about; the rest is about the key
TIME_REFUSALS: Final = frozenset(("missing-timestamp", "malformed-timestamp", "expired", "future"))
NONCE_REFUSALS: Final = frozenset(("missing-nonce", "replayed"))
SIGNATURE_REFUSALS: Final = frozenset(("missing-signature", "mismatch", "unsigned-header"))


class Authentication(msgspec.Struct, frozen=True):
    """Who calls, and what an error of the vendor's may say of the proof, such as the text that had to be signed."""

    account: Account
    error_values: Mapping[str, Any] = {}


def read_credential(service: Service, parsed: ParsedRequest) -> Credential:
    """Return the first credential that a request carries for any of the API's schemes."""
    for reader in service.credential_readers.values():
        value = reader(parsed)
        if value:
            return Credential(reader, value)
    return NO_CREDENTIAL


def compare_secrets(ours: str, theirs: str) -> bool:
    """Return whether two secrets are equal, in a time that does not tell where they differ."""
    return compare_digest(ours.encode("utf-8", "replace"), theirs.encode("utf-8", "replace"))


def build_auth_error(scheme: SecurityScheme, kind: Refusal, **facts: Any) -> VendorError:
    """Return the scheme's error for that kind of refusal; `facts` fill the placeholders of its message."""
    error_id = scheme.extension.errors[kind]
    template_values = {"rule": kind, "parameter": scheme.parameter, "value": "", **facts}
    record = SCHEMES[scheme.extension.scheme]
    parameter = ""
    if kind in TIME_REFUSALS:
        parameter = record.timestamp_name
    elif kind in NONCE_REFUSALS:
        parameter = record.nonce_name
    elif kind in SIGNATURE_REFUSALS:
        parameter = record.signature_name
    pointer = join_pointer("components", "securitySchemes", scheme.name)
    if kind in ("expired", "future"):
        pointer += "/x-lookalike/skew"
    return VendorError(error_id, template_values, breach=Breach(pointer, parameter))


def build_credential_reader(scheme: SecurityScheme) -> CredentialReader:
    """Return what finds the key that a scheme's requests carry; it returns "" when there is none."""
    if scheme.parts:
        # the first of several that are all needed says who calls, the others only prove it
        return build_credential_reader(scheme.parts[0])
    location = get_key_location(SCHEMES[scheme.extension.scheme], scheme)
    if location.place == "cookie":
        return lambda parsed: get_first(parse_cookies(parsed.request), location.name)
    if location.place == "form":
        return lambda parsed: get_first(parsed.form, location.name)
    if location.place == "parameter":
        return lambda parsed: get_first(parsed.pairs, location.name)
    return _build_header_reader(location.name.encode(), location.pattern, location.decode)


def _build_header_reader(
    name: bytes, pattern: re.Pattern[str] | None, decode: Callable[[str], str] | None
) -> CredentialReader:
    if pattern is None:
        return lambda parsed: parsed.request.get_header(name) or ""

    def read_key(parsed: ParsedRequest) -> str:
        # a header that no verifier takes still tells whose it is, so that its owner finds it in the journal
        match = pattern.search(parsed.request.get_header(name) or "")
        if match is None:
            return ""
        if decode is None:
            return match[1]
        return decode(match[1])

    return read_key
