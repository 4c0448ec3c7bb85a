"""Prove who calls, in the scheme that a document has, and show how the signature came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ..api import SecurityScheme
from ..messages import Request
from .base import MalformedCredential, Stages
from .scheme import Credentials, SigningContext, get_key_name
from .schemes import SCHEMES

TIME_PARSERS: Final[tuple[Callable[[str], datetime], ...]] = (datetime.fromisoformat, parsedate_to_datetime)


def get_credential_name(scheme: SecurityScheme) -> str:
    """Return the name of the account's key that the scheme goes by."""
    return get_key_name(SCHEMES[scheme.extension.scheme], scheme)


def parse_time(text: str) -> datetime | None:
    """Return the time that a request tells, in ISO 8601 or as HTTP has it; None where it is none."""
    for parse in TIME_PARSERS:
        try:
            time = parse(text)
        except ValueError:
            continue
        # `2026-11-21T00:26:32` names no zone; what is signed is in UTC
        if time.tzinfo is None:
            return time.replace(tzinfo=UTC)
        return time
    return None


def accepts_any_case(switches: Mapping[str, str]) -> bool:
    """Return whether a signature counts in the other letter case too, for a choice of variants."""
    return switches.get("lower-case-sign") == "accepted"


def accepts_unsigned_headers(variants: Mapping[str, str]) -> bool:
    """Return whether a signature may leave out headers that have to be signed, for a choice of variants."""
    return variants.get("signed-headers") == "named"


def sign(request: Request, scheme: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    """Return the request with the proof that the scheme wants."""
    for part in scheme.parts or (scheme,):
        request = SCHEMES[part.extension.scheme].sign(request, part, account, context)
    return request


def compute_stages(
    request: Request, scheme: SecurityScheme, account: Credentials, *, reveal: bool
) -> Stages | MalformedCredential | None:
    """Return how the signature of a signed request came about; None for a scheme that signs nothing.

    With `reveal` the texts show the secret where the vendor's rule puts it into them, else `***` stands there.
    """
    record = SCHEMES[scheme.extension.scheme]
    if not record.has_signature:
        return None
    secret = account[record.secret_name]
    if reveal and record.reveal_stages is not None:
        return record.reveal_stages(request, secret)
    return record.recompute_stages(request, secret)
