"""What every verifier needs: to find a value, to compare it, to refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any, Final

from lookalike_specs import SecurityScheme
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Pairs

from ..exceptions import VendorError
from ..parsing import ParsedRequest


def get_first(pairs: Pairs, name: str) -> str:
    """The first value of that name; "" when there is none."""
    for key, value in pairs:
        if key == name:
            return value
    return ""


def compare_secrets(ours: str, theirs: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return compare_digest(ours.encode("utf-8", "replace"), theirs.encode("utf-8", "replace"))


def build_auth_error(scheme: SecurityScheme, kind: Refusal, **facts: Any) -> VendorError:
    """The scheme's error for that kind of refusal."""
    return VendorError(
        scheme.extension.errors[kind], {"rule": kind, "parameter": scheme.parameter, "value": "", **facts}
    )


CredentialReader = Callable[[ParsedRequest], str]
AUTHORIZATION_KEY: Final = re.compile(r"Credential=([^,\s]+)|^\s*acs\s+([^:\s]+):")


def build_credential_reader(scheme: SecurityScheme) -> CredentialReader:
    """How the credential is found that a scheme's requests carry; "" when there is none."""
    return CREDENTIAL_READERS[scheme.extension.scheme](scheme)


def _build_key_reader(scheme: SecurityScheme) -> CredentialReader:
    name = scheme.parameter.lower().encode()
    if scheme.location == "header":
        return lambda sent: sent.request.get_header(name) or ""
    return lambda sent: get_first(sent.pairs, scheme.parameter)


def _read_authorization_key(sent: ParsedRequest) -> str:
    found = AUTHORIZATION_KEY.search(sent.request.get_header(b"authorization") or "")
    return found[1] or found[2] if found else ""


CREDENTIAL_READERS: Final[Mapping[str, Callable[[SecurityScheme], CredentialReader]]] = {
    "key": _build_key_reader,
    "daji-md5": lambda _: lambda sent: get_first(sent.pairs, "appKey"),
    "daji-secret": lambda _: lambda sent: get_first(sent.pairs, "appKey"),
    "acs-rpc": lambda _: lambda sent: get_first(sent.pairs, "AccessKeyId"),
    "acs-roa": lambda _: _read_authorization_key,
    "acs3": lambda _: _read_authorization_key,
    "oss-policy": lambda _: lambda sent: get_first(sent.form, "OSSAccessKeyId"),
}
