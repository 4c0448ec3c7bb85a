"""What is held of a client in each case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lookalike_specs.client_guidance import UNKNOWN
from lookalike_specs.provenance import Source
from lookalike_specs.redaction import Redactor

from .attempts import find_guidance
from .case import KNOWN_CA, SLOW_SCRIPTS, UNKNOWN_CA, ClientOutcome
from .registry import ClientFinding, client_check
from .served_items import find_last_page, find_total, find_uploaded_image, list_item_ids, list_possible_totals

# of ids, in a message
MAX_SHOWN: Final = 3
# what the client got and gave is recorded, so nobody has to believe it
RECORDED: Final = Source("measured", "what the client sent, got and gave in this case")


@client_check(
    "sent/conformant",
    summary="Every request of the client is as the API's document wants it.",
    rationale="What a vendor takes today against its own document, it may refuse tomorrow.",
    remediation="Send what the document says: names, types, limits, signature, time and nonce.",
    since=1,
)
def check_requests(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look at what the judge of requests found."""
    for violation in outcome.violations:
        message = f"request {violation.request_number}: {violation.message}"
        yield ClientFinding(message, violation.source, subject=f"{violation.parameter} {violation.rule}")


@client_check(
    "sent/anything",
    summary="The client asks the API.",
    rationale="A client that answers by itself, or asks elsewhere, is not seen at work.",
    remediation="Let the client use the base URL of the task.",
    since=1,
    # a machine that is busy may use up the task's time before the client has sent anything
    is_timed=True,
)
def check_anything_sent(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Count the requests."""
    # a client may well refuse to talk to a server that it cannot verify
    if outcome.case.script in (KNOWN_CA, UNKNOWN_CA):
        return
    if not outcome.exchanges and outcome.response is not None and outcome.response.unsupported is None:
        yield ClientFinding("nothing was sent to the base URL of the task", RECORDED)


@client_check(
    "result/success",
    summary="The client gives the goods of a good answer.",
    rationale="A late answer, an empty one or one with rare values is a good one.",
    remediation="Wait as long as the task's timeout, and read whatever the document allows.",
    since=1,
)
def check_success(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for an error where there was a good answer."""
    response = outcome.response
    if outcome.case.expectation in ("failure", "any") or response is None or response.error is None:
        return
    if find_last_page(outcome) is not None or find_uploaded_image(outcome) is not None:
        yield ClientFinding(f"the answer was good, and the client failed: {describe_error(outcome)}", RECORDED)


@client_check(
    "result/items",
    summary="The client gives exactly the goods of the answer, in their order.",
    rationale="A product that is left out, added or mixed up is a wrong result that nobody notices.",
    remediation="Give each item of the answer, with its own id.",
    since=1,
)
def check_items(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the ids with those of the page that the client got last."""
    # of all pages: `pages/items`
    if outcome.case.task != "search" or outcome.case.expectation != "items":
        return
    difference = describe_item_difference(outcome)
    if difference:
        yield ClientFinding(difference, RECORDED)


def describe_item_difference(outcome: ClientOutcome) -> str:
    """Return where the client's items are others than those of the page that it got last; "" where they are the same."""
    response = outcome.response
    page = find_last_page(outcome)
    if response is None or response.items is None or page is None:
        return ""
    expected = list_item_ids(page)
    ids = [str(item.id) for item in response.items]
    if len(ids) != len(expected):
        return f"the answer has {len(expected)} items, and the client gave {len(ids)}"
    for position, (item_id, possible_ids) in enumerate(zip(ids, expected, strict=True), start=1):
        if item_id not in possible_ids:
            return f"item {position} is {min(possible_ids)!r} in the answer, and the client gave {item_id!r}"
    return ""


@client_check(
    "result/total",
    summary="The total that the client gives is that of the answer.",
    rationale="Whoever shows pages counts them by the total.",
    remediation="Give the total of the answer, or none.",
    since=1,
)
def check_total(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the total with that of the page that the client got last."""
    response = outcome.response
    # while pages are read the total may change, so that there is more than one that is right
    if outcome.case.task != "search" or outcome.case.expectation != "items":
        return
    if response is None or response.total is None:
        return
    page = find_last_page(outcome)
    if page is None:
        return
    total = find_total(page, outcome.variants)
    # documents do not tell which of two fields it is, and a client has read one of them
    if outcome.case.variant and response.total in list_possible_totals(page):
        return
    if total is not None and total != response.total:
        yield ClientFinding(f"the answer says {total} in all, and the client gave {response.total}", RECORDED)


@client_check(
    "result/image",
    summary="The client gives what the API calls the image that it was given.",
    rationale="A search by another name finds other goods, or none.",
    remediation="Give the id or the address of the answer, unchanged: an id is a text, and longer than a double holds.",
    since=1,
)
def check_image(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the image with that of the last good answer to an upload."""
    response = outcome.response
    if outcome.case.expectation != "image" or response is None or response.error is not None or response.has_ended:
        return
    image = find_uploaded_image(outcome)
    if image is None or response.unsupported is not None:
        return
    if response.image is None:
        yield ClientFinding(f"the answer calls the image {image!r}, and the client gave nothing", RECORDED)
    elif response.image != image:
        yield ClientFinding(f"the answer calls the image {image!r}, and the client gave {response.image!r}", RECORDED)


@client_check(
    "failure/reported",
    summary="The client tells its caller that the call failed.",
    rationale="An error that looks like an empty result is taken for one: nothing was found.",
    remediation="Raise, or return an error, where the API refused or the answer cannot be read.",
    since=1,
)
def check_failure(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for a result where there was an error."""
    response = outcome.response
    if outcome.case.expectation != "failure" or response is None or response.error is not None:
        return
    if response.unsupported is not None or not outcome.has_met_situation:
        return
    message = "the client ended as if all had gone well"
    if response.items is not None:
        message = f"the client gave {len(response.items)} items, and no error"
    elif response.image is not None:
        message = "the client gave an image, and no error"
    yield ClientFinding(f"{_describe_situation(outcome)}: {message}", outcome.case.source)


@client_check(
    "failure/message",
    summary="The error that the client tells of says what happened.",
    rationale="Whoever reads the log has nothing else.",
    remediation="Give the error a message: the API's own, or what went wrong on the way.",
    since=1,
)
def check_message(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for an error without a word."""
    response = outcome.response
    if response is None or response.error is None or response.has_ended:
        return
    if not response.error.kind.strip() and not response.error.message.strip():
        yield ClientFinding("the client's error has neither a kind nor a message", RECORDED)


@client_check(
    "failure/kind",
    summary="The kind of the error is the right one, where the client gives kinds.",
    rationale="A caller decides by the kind whether to wait, to pay, or to mend the request.",
    remediation="Map each of the API's codes to the kind that its document says.",
    since=1,
)
def check_kind(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Compare the kind with the guidance of the situation; a kind that the driver does not translate is not judged."""
    response = outcome.response
    if response is None or response.error is None or outcome.case.expectation != "failure":
        return
    guidance = find_guidance(outcome.api, outcome.case.situation)
    kinds = outcome.kinds.get(response.error.kind, ())
    if guidance is None or guidance.kind == UNKNOWN or not kinds or UNKNOWN in kinds:
        return
    if outcome.case.variant and not _is_code_told(outcome):
        return
    if guidance.kind not in kinds:
        message = f"{outcome.case.situation} is of the kind {guidance.kind}, and the client says {' or '.join(kinds)}"
        yield ClientFinding(message, guidance.find_source("kind"))


def _is_code_told(outcome: ClientOutcome) -> bool:
    """Return whether an answer has the error's code: some forms of errors leave it out, and nobody can tell what it was."""
    error = outcome.api.root.errors.get(outcome.case.situation)
    if error is None or error.code is None:
        return True
    code = str(error.code).encode()
    return any(code in exchange.response.body for exchange in outcome.exchanges)


@client_check(
    "failure/crash",
    summary="The client survives whatever comes.",
    rationale="A crash ends more than the one call.",
    remediation="Catch what a bad answer makes, and tell the caller.",
    since=1,
)
def check_crash(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for a driver that has ended, or speaks no protocol any more."""
    if outcome.problem == "malformed" and outcome.drawn is not None and outcome.drawn.kind == "forbidden":
        # a client that hands on what it cannot know, such as a title that is no text: its driver has no way to say so
        return
    if outcome.problem in ("crash", "malformed"):
        yield ClientFinding(f"the driver {outcome.words}", RECORDED)


@client_check(
    "failure/hang",
    summary="The client ends within the task's timeout.",
    rationale="A call that never returns holds up its caller for ever.",
    remediation="Give each call a deadline over all of it: connecting, waiting, reading, retrying.",
    since=1,
    is_timed=True,
)
def check_hang(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for a driver that did not answer in time."""
    # `wire/deadline` holds it where that is what the case is about
    if outcome.problem == "hang" and outcome.case.script not in SLOW_SCRIPTS:
        yield ClientFinding(f"the client had {outcome.timeout:g} s, and gave no answer", RECORDED)


@client_check(
    "secret/words",
    summary="No secret is in what the client says: in errors, logs and on stderr.",
    rationale="Logs go where secrets must not: to colleagues, to services, into reports.",
    remediation="Leave the query of a URL, and headers with credentials, out of messages.",
    since=1,
)
def check_secrets(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for each secret, in every encoding that the redactor knows."""
    places = {"what it wrote to stderr": outcome.stderr}
    if outcome.response is not None:
        places["its log"] = outcome.response.log
        if outcome.response.error is not None:
            places["its error"] = f"{outcome.response.error.kind}: {outcome.response.error.message}"
    # by value: one that has two names is told of once, by the first of them
    names: dict[str, str] = {}
    for name, value in outcome.secrets:
        names.setdefault(value, name)
    for value, name in names.items():
        redactor = Redactor([value.encode()])
        for place, text in places.items():
            data = text.encode("utf-8", "replace")
            if redactor.redact(data) != data:
                message = f"{name} stands in {place}"
                yield ClientFinding(message, RECORDED, subject=message)


def describe_error(outcome: ClientOutcome) -> str:
    """Return the client's own words on its failure, without a secret."""
    response = outcome.response
    if response is None or response.error is None:
        return ""
    text = ": ".join(filter(None, (response.error.kind, response.error.message)))
    redactor = Redactor([value.encode() for _, value in outcome.secrets])
    return redactor.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _describe_situation(outcome: ClientOutcome) -> str:
    statuses = dict.fromkeys(f"HTTP {exchange.response.status}" for exchange in outcome.exchanges)
    met = ", ".join(list(statuses)[:MAX_SHOWN])
    name = outcome.case.situation or outcome.case.script
    if met:
        return f"{name} ({met})"
    return name
