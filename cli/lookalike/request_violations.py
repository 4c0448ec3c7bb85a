"""What is wrong with the requests that a mock recorded: by the API's document, and by the mock's answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args

from lookalike_contracts.clients import LISTED, RecordedRequest, RequestViolation, validate_requests
from lookalike_mocks import Mock
from lookalike_mocks.reason import ROUTE_RULES, Reason
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import load_api
from lookalike_specs.extensions import Refusal
from lookalike_specs.provenance import PROVENANCE_KINDS, Source

# what is wrong with the proof of who calls, as the judge names it and as the mock does
PROOF_KINDS: Final = ("credential", "signature", "timestamp", "nonce")
PROOF_RULES: Final = frozenset(get_args(Refusal))


def find_api_violations(
    mock: Mock, api: str, credentials: Mapping[str, str], entries: Sequence[JournalEntry]
) -> list[RequestViolation]:
    """Return what is wrong with what was sent to an API, in the order of the requests.

    That is what the document does not allow, and what the API refused though nobody had asked for it. `credentials` are
    those of the client's sandbox; the demo accounts may call as well.
    """
    if not entries:
        return []
    accounts = [credentials, *(account for account, _ in load_api(api).accounts)]
    requests = [RecordedRequest(entry.request, entry.timestamp) for entry in entries]
    violations = validate_requests(api, requests, *accounts, variants=mock.services[api].variants)
    refusals = _find_refusals(entries, violations)
    return sorted([*violations, *refusals], key=lambda violation: violation.request_number)


def find_stray_requests(entries: Iterable[JournalEntry], count_before: int = 0) -> Iterator[RequestViolation]:
    """Yield what was sent to no API, numbered from `count_before` on."""
    for number, entry in enumerate(entries, start=count_before + 1):
        message = f"{entry.request.method} {entry.request.path} was answered by no API"
        if entry.why is not None:
            message += f": {entry.why.text}"
        yield RequestViolation("operation", "", message, "#/paths", LISTED, number)


def _find_refusals(
    entries: Iterable[JournalEntry], violations: Collection[RequestViolation]
) -> Iterator[RequestViolation]:
    """Yield each refusal that nobody asked for and that no violation explains."""
    for number, entry in enumerate(entries, start=1):
        reason = entry.why
        if reason is None or not reason.error or reason.is_requested:
            continue
        explanations = [violation for violation in violations if violation.request_number == number]
        if any(_explains(violation, reason) for violation in explanations):
            continue
        message = f"HTTP {entry.response.status} {entry.api}/{reason.error}: {reason.text}"
        yield RequestViolation("refused", reason.parameter, message, f"#{reason.pointer}", _get_source(reason), number)


def _explains(violation: RequestViolation, reason: Reason) -> bool:
    """Return whether a violation and a refusal are about the same thing, which is said once."""
    if violation.kind == "operation":
        return reason.rule in ROUTE_RULES
    if violation.kind in PROOF_KINDS:
        return reason.rule in PROOF_RULES
    name = violation.parameter.partition(".")[0]
    return bool(name) and name == reason.parameter


def _get_source(reason: Reason) -> Source:
    for kind in PROVENANCE_KINDS:
        if kind == reason.provenance:
            return Source(kind, reason.source)
    # a rule that says nothing of where it comes from is our own
    return Source("invented", reason.source)
