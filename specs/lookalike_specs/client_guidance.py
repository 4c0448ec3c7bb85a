"""What an error asks of a client: what went wrong, whether to send the request again, and what the call cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from .provenance import UNSTATED, Extension, Source

ErrorKind = Literal[
    "credential", "signature", "quota", "rate", "parameter", "image", "request", "server", "transport", "unknown"
]  # fmt: skip
Retry = Literal["never", "later", "idempotent", "unknown"]
Billing = Literal["charged", "free", "unknown"]
TimeUnit = Literal["seconds", "milliseconds"]
# a value of kind, retry and billing alike, so that silence of the documents is never taken for a yes or a no
UNKNOWN: Final = "unknown"
# what every error says; `retry-after` stands only where an answer has such a header
GUIDANCE_KEYS: Final = ("kind", "retry", "billing")
NOTHING_KNOWN: Final = Source("invented", "nothing is known")

KIND_TEXTS: Final[Mapping[ErrorKind, str]] = {
    "credential": "the key is missing or wrong, or its account may not do this",
    "signature": "the signature, its time or its nonce is missing or wrong",
    "quota": "what the account has bought is used up",
    "rate": "too many requests at once, or within a second",
    "parameter": "a value is missing, or not allowed",
    "image": "the picture cannot be had, read or taken",
    "request": "the path, the method, the version or the body is wrong",
    "server": "the vendor failed, and not the request",
    "transport": "the answer was late, cut or broken on its way",
    "unknown": "it is not known what went wrong",
}
RETRY_TEXTS: Final[Mapping[Retry, str]] = {
    "never": "a client should not send the same request again",
    "later": "a client may send the same request again after a pause",
    "idempotent": "a client may send the same request again only if it is idempotent, as GET is",
    "unknown": "it is not known whether a client may send the request again",
}
BILLING_TEXTS: Final[Mapping[Billing, str]] = {
    "charged": "the call is billed",
    "free": "the call is not billed",
    "unknown": "it is not known whether the call is billed",
}


class RetryAfter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header of an answer that says how long to wait, and the unit of its number."""

    header: str
    unit: TimeUnit = "seconds"


class ClientGuidance(Extension, frozen=True, kw_only=True):
    """What an error asks of a client.

    `kind` is what went wrong. `retry` says whether the same request may be sent again: `never` where it can only fail
    again, `later` after a pause, `idempotent` where nobody knows whether the first one was carried out. `billing` says
    what the failed call costs. `unknown` is a value of each: nothing may be held against anybody by it.
    """

    kind: ErrorKind = "unknown"
    retry: Retry = "unknown"
    billing: Billing = "unknown"
    retry_after: RetryAfter | None = None

    def find_source(self, key: str) -> Source:
        """Return where the value of `kind`, `retry`, `billing` or `retry-after` comes from; UNSTATED where nobody says."""
        stated = self.x_provenance
        if stated is None:
            return UNSTATED
        return stated.keywords.get(key, Source(stated.kind, stated.source))


class GuidanceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What an error asks of a client, with the source of each value that is known, as programs read it."""

    kind: ErrorKind
    retry: Retry
    billing: Billing
    retry_after: RetryAfter | None = None
    provenance: dict[str, Source]


def summarize_guidance(guidance: ClientGuidance) -> GuidanceSummary:
    """Return the values of a guidance, and by their keys where they come from."""
    # a header that no answer has needs no source
    keys: tuple[str, ...] = GUIDANCE_KEYS
    if guidance.retry_after is not None:
        keys = (*GUIDANCE_KEYS, "retry-after")
    return GuidanceSummary(
        kind=guidance.kind,
        retry=guidance.retry,
        billing=guidance.billing,
        retry_after=guidance.retry_after,
        provenance={key: guidance.find_source(key) for key in keys},
    )


def describe_guidance(summary: GuidanceSummary) -> dict[str, str]:
    """Return key -> its value in plain words, and how sure it is, such as `the call is billed (documented: the page)`."""
    kind_text = KIND_TEXTS[summary.kind]
    if summary.kind != UNKNOWN:
        kind_text = f"{summary.kind}: {kind_text}"
    texts = {
        "kind": _add_source(kind_text, summary.kind, summary.provenance["kind"]),
        "retry": _add_source(RETRY_TEXTS[summary.retry], summary.retry, summary.provenance["retry"]),
        "billing": _add_source(BILLING_TEXTS[summary.billing], summary.billing, summary.provenance["billing"]),
    }
    hint = summary.retry_after
    if hint is not None:
        text = f"the header {hint.header} says how many {hint.unit} to wait"
        texts["retry-after"] = _add_source(text, hint.header, summary.provenance["retry-after"])
    return texts


def _add_source(text: str, value: str, source: Source) -> str:
    if value != UNKNOWN:
        return f"{text} ({source})"
    # nobody is the source of what is unknown, but there may be a reason: a page that says neither yes nor no
    if source in (NOTHING_KNOWN, UNSTATED):
        return text
    return f"{text}: {source.source}"
