"""Tests that every scheme of Alibaba Cloud's has: a time that is near, a new nonce, the key's token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from lookalike_specs.messages import Request

from .alibaba_cloud import SECOND, SKEW_LIMIT, TEMPORARY, TOKEN
from .scheme_signer import SchemeSigner
from .suite_builder import NOW, EarlierRequests, SuiteBuilder, VectorTiming

REPLAY_DELAYS = MappingProxyType({"The same bytes again": timedelta()})


def add_time_limits(suite: SuiteBuilder, signer: SchemeSigner, search: Request) -> None:
    """Add requests at both ends of the time allowed, and a second outside: one second decides."""
    suite.add_valid("Signed as long ago as may be", "Expired", signer.sign_request(search, time=NOW - SKEW_LIMIT))
    suite.add_valid("Signed as far ahead as may be", "Expired", signer.sign_request(search, time=NOW + SKEW_LIMIT))
    suite.add_invalid(
        "A second too late", "Expired", signer.sign_request(search, time=NOW - SKEW_LIMIT - SECOND), "expired"
    )
    suite.add_invalid(
        "A second too early", "Expired", signer.sign_request(search, time=NOW + SKEW_LIMIT + SECOND), "future"
    )


def add_kept_nonce(suite: SuiteBuilder, signer: SchemeSigner, search: Request) -> None:
    """Add a request with the nonce of one that was refused: only what is let in uses a nonce up."""
    # named, not numbered, as both requests have it
    nonce = f"{signer.nonce_prefix}-kept"
    refused = signer.sign_request(search, nonce=nonce, secret="wrong")
    comment = "The nonce of a request that was refused is not used up"
    request = signer.sign_request(search, nonce=nonce)
    suite.add_valid(comment, "NonceKept", request, before=((NOW, refused, "invalid"),))


def add_replays(
    suite: SuiteBuilder,
    signer: SchemeSigner,
    search: Request,
    other: Request,
    delays: Mapping[str, timedelta] = REPLAY_DELAYS,
) -> None:
    """Add the same bytes, so long afterwards, and another request with their nonce."""
    first = signer.sign_request(search)
    before: EarlierRequests = ((NOW, first, "valid"),)
    for comment, delay in delays.items():
        timing: VectorTiming = {"before": before}
        if delay:
            timing["clock"] = NOW + delay
        suite.add_invalid(comment, "Nonce", first, "replayed", **timing)
    second = signer.sign_request(other, nonce=signer.adapter.read_client_inputs(first)["nonce"])
    suite.add_invalid("Another request with a nonce that was used", "Nonce", second, "replayed", before=before)


def add_tokens(suite: SuiteBuilder, signer: SchemeSigner, search: Request, comment: str) -> None:
    """Add a temporary key with its token, without it, and with another."""
    suite.add_valid(comment, "SecurityToken", sign_with_temporary_key(signer, search, TOKEN))
    suite.add_invalid(
        "No token", "SecurityToken Missing", sign_with_temporary_key(signer, search, None), "missing-token"
    )
    suite.add_invalid("Another token", "SecurityToken", sign_with_temporary_key(signer, search, "another"), "bad-token")


def sign_with_temporary_key(
    signer: SchemeSigner, search: Request, token: str | None, secret: str = TEMPORARY["AccessKeySecret"]
) -> Request:
    """Return the request signed with the temporary key."""
    return signer.sign_request(search, key=TEMPORARY["AccessKeyId"], secret=secret, token=token)
