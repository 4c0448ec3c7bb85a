"""Whose request it claims to be, read before anything is verified: which sandbox is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import SecurityScheme

from ..sent import ParsedRequest
from .evidence import get_first

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
