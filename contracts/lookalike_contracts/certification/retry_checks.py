"""What is held of a client that asks again: whether it may, how long it waits, and that each request is a fresh one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from lookalike_specs.client_guidance import RETRY_TEXTS
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES

from .attempts import Attempt, build_client_request, find_guidance, find_pause_hint, identify_request, iter_attempts
from .case import ClientOutcome
from .registry import ClientFinding, client_check

# a client that asks more often than that for one task does not give up
MAX_ATTEMPTS: Final = 10
TOO_MANY: Final = Source("invented", f"more than {MAX_ATTEMPTS} requests for one task are too many")
# RFC 9110, 9.2.2
IDEMPOTENT_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
# no more than inferred: a document that does not say so may still mean an operation that can be repeated
UNSAFE_RETRY: Final = Source(
    "inferred", "RFC 9110, 9.2.2: POST is not repeated by itself, unless it is known that no harm comes of it"
)
# seconds; less is no pause, only the time that a client and a network need
MIN_PAUSE: Final = 0.05
NO_PAUSE: Final = Source("invented", f"less than {MIN_PAUSE * 1000:.0f} ms are no pause")
# timers end a little early, and two clocks never agree
PAUSE_TOLERANCE: Final = 0.05
# seconds after which the time of another request has to be another: most schemes count whole seconds
MIN_TIME_STEP: Final = 2.0


@client_check(
    "retry/bounded",
    summary="The client gives up some time.",
    rationale="Thousands of clients that ask again and again keep a service down.",
    remediation="Bound the number of attempts, and wait longer before each.",
    since=1,
)
def check_retries(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Count the requests of each operation; of a client that reads all pages, those for the same page."""
    counts: Counter[tuple[object, ...]] = Counter()
    for exchange in outcome.exchanges:
        operation_id = build_client_request(outcome, exchange).operation.id
        key: tuple[object, ...] = (operation_id,)
        if outcome.case.task == "search-all":
            key = (operation_id, identify_request(outcome, exchange))
        counts[key] += 1
    for (operation, *_), count in counts.items():
        if count > MAX_ATTEMPTS:
            yield ClientFinding(f"{count} requests to {operation} for one task", TOO_MANY, subject=str(operation))
            return


@client_check(
    "retry/permanent",
    summary="The client does not repeat a request that can only fail again.",
    rationale="A wrong key or an empty account is as wrong at the next try: it costs time, calls, and perhaps the account.",
    remediation="Tell errors that pass from those that stay, and repeat only the first.",
    since=1,
)
def check_permanent(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for the same request after an error that stays."""
    for situation, count in _count_repetitions(outcome).items():
        guidance = find_guidance(outcome.api, situation)
        if guidance is not None and guidance.retry == "never":
            message = f"{situation}: {RETRY_TEXTS['never']}; it was sent {count + 1} times"
            yield ClientFinding(message, guidance.find_source("retry"))


@client_check(
    "retry/billed",
    summary="The client does not repeat a request whose failure is billed.",
    rationale="Each try is paid for, and the caller does not know.",
    remediation="Give such an error to the caller, who can decide what another try is worth.",
    since=1,
)
def check_billed(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for the same request after an error that costs money."""
    for situation, count in _count_repetitions(outcome).items():
        guidance = find_guidance(outcome.api, situation)
        if guidance is not None and guidance.billing == "charged":
            message = f"{situation}: the failed call is billed; the same request was sent {count + 1} times"
            yield ClientFinding(message, guidance.find_source("billing"))


@client_check(
    "retry/unsafe",
    summary="The client repeats no request by itself that changes something, where its answer was lost.",
    rationale="The first request may have been carried out: what it stored is there twice, and nobody knows.",
    remediation="Give such a failure to the caller, or find out first what came of the request.",
    since=1,
)
def check_unsafe_retries(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for the same request after a lost answer, where the request may have changed something.

    A search only reads, and may be asked again, even where it is a POST: the operation says so.
    """
    for attempt in iter_attempts(outcome):
        guidance = find_guidance(outcome.api, attempt.earlier.situation)
        if guidance is None or guidance.retry != "idempotent":
            continue
        request = attempt.earlier.request
        operation = build_client_request(outcome, attempt.earlier).operation
        if request.method in IDEMPOTENT_METHODS or operation.extension.safe:
            continue
        message = (
            f"{attempt.earlier.situation}: {request.method} {operation.id} was sent again, and may have been done twice"
        )
        yield ClientFinding(message, UNSAFE_RETRY, subject=operation.id)
        return


def _count_repetitions(outcome: ClientOutcome) -> dict[str, int]:
    """Return situation -> how often a request was sent again that had been answered with it."""
    counts: dict[str, int] = {}
    for attempt in iter_attempts(outcome):
        situation = attempt.earlier.situation
        counts[situation] = counts.get(situation, 0) + 1
    return counts


@client_check(
    "retry/pause",
    summary="The client waits before it asks again, and as long as the answer says.",
    rationale="Who asks again at once meets the same overload, and makes it worse.",
    remediation="Read the header that says how long to wait; without one wait longer at each try.",
    since=1,
    is_timed=True,
)
def check_pauses(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the time between two attempts with what the first answer asks for. Yield the first that is too short."""
    for attempt in iter_attempts(outcome):
        finding = _judge_pause(outcome, attempt)
        if finding is not None:
            yield finding
            return


def _judge_pause(outcome: ClientOutcome, attempt: Attempt) -> ClientFinding | None:
    guidance = find_guidance(outcome.api, attempt.earlier.situation)
    if guidance is None:
        return None
    hint = find_pause_hint(guidance, attempt.earlier.response)
    if hint is not None and attempt.pause < hint.seconds * (1 - PAUSE_TOLERANCE):
        # no measured time in the message: it would be another one at each run
        message = f"{hint.header} asks for {hint.seconds:g} s, and the client did not wait so long"
        return ClientFinding(f"{attempt.earlier.situation}: {message}", hint.source)
    if hint is None and attempt.pause < MIN_PAUSE:
        return ClientFinding(f"{attempt.earlier.situation}: the client asked again without a pause", NO_PAUSE)
    return None


@client_check(
    "retry/nonce",
    summary="Each attempt has a nonce and a time of its own.",
    rationale="A server that has seen a nonce takes the second request for a replay, and refuses it for that alone.",
    remediation="Sign each attempt anew, and not once before the loop.",
    since=1,
)
def check_nonces(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare nonce and time of two attempts.

    `sent/conformant` holds a nonce to be new and a time to be near; that a time of two seconds ago was not renewed is
    held here alone, as most vendors allow for minutes.
    """
    for attempt in iter_attempts(outcome):
        names = list(_iter_stale_names(outcome, attempt))
        for name in names:
            request = build_client_request(outcome, attempt.later)
            message = f"request {attempt.later_number} has the {name} of request {attempt.earlier_number}"
            source = request.build_violation("nonce", name, message, subject=name).source
            yield ClientFinding(message, source)
        if names:
            return


def _iter_stale_names(outcome: ClientOutcome, attempt: Attempt) -> Iterator[str]:
    """Yield the names of a nonce, and of a time, that is the same at both attempts."""
    earlier = build_client_request(outcome, attempt.earlier)
    later = build_client_request(outcome, attempt.later)
    names: dict[str, None] = {}
    for scheme in later.schemes:
        for part in (scheme, *scheme.parts):
            signing = SCHEMES[part.extension.scheme]
            names[signing.nonce_name] = None
            if attempt.pause >= MIN_TIME_STEP:
                names[signing.timestamp_name] = None
    for name in names:
        if not name:
            continue
        value = later.read_value(name)
        if value and value == earlier.read_value(name):
            yield name
