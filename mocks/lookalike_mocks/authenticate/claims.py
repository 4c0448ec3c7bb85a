"""Whose request it claims to be, read before anything is verified: which sandbox is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Scheme

from ..sent import Sent
from .evidence import first

Claim = Callable[[Sent], str]
AUTHORIZED: Final = re.compile(r"Credential=([^,\s]+)|^\s*acs\s+([^:\s]+):")


def claim(scheme: Scheme) -> Claim:
    """How the credential is found that a scheme's requests carry; "" when there is none."""
    return CLAIMS[scheme.extension.scheme](scheme)


def _of_key(scheme: Scheme) -> Claim:
    name = scheme.parameter.lower().encode()
    if scheme.place == "header":
        return lambda sent: sent.request.header(name) or ""
    return lambda sent: first(sent.pairs, scheme.parameter)


def _authorized(sent: Sent) -> str:
    found = AUTHORIZED.search(sent.request.header(b"authorization") or "")
    return found[1] or found[2] if found else ""


CLAIMS: Final[Mapping[str, Callable[[Scheme], Claim]]] = {
    "key": _of_key,
    "daji-md5": lambda _: lambda sent: first(sent.pairs, "appKey"),
    "daji-secret": lambda _: lambda sent: first(sent.pairs, "appKey"),
    "acs-rpc": lambda _: lambda sent: first(sent.pairs, "AccessKeyId"),
    "acs-roa": lambda _: _authorized,
    "acs3": lambda _: _authorized,
    "oss-policy": lambda _: lambda sent: first(sent.form, "OSSAccessKeyId"),
}
