"""Family `error`: whatever is refused, is refused with an error of the catalogue, to the letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..generation.mutation import Mutator, describe_values, get_mutator
from ..generation.oracle import TOLERANT_REACTIONS, ParameterValues, iter_reactions
from ..registry import active_check, passive_check
from ..responses.error_match import Aspect

SOURCE: Final = "the catalogue of errors, `x-lookalike.errors`"
MAX_ATTEMPTS: Final = 3


def _has_error_bodies(subject: CheckContext) -> bool:
    """Return whether the document says how errors look, besides the schemas of its responses."""
    root = subject.api.root
    ours = (root.routing.not_found, root.routing.method, root.quota.rate, root.quota.count)
    patterns = subject.classifier.error_patterns
    return any(form.error_format.body is not None for form in patterns if form.id not in ours)


@passive_check(
    "error/code",
    summary="An error has a code of the catalogue.",
    rationale="Clients choose by the code whether to try again, to tell the user, or to give up.",
    remediation="Send the code as it stands in the catalogue, type included.",
    source=SOURCE,
    applies=_has_error_bodies,
)
def code(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The code of the error that it is most like."""
    return _compare_with_closest_error(subject, exchange, ("code",))


@passive_check(
    "error/message",
    summary="An error has the message that the catalogue has for its code.",
    rationale="It is what people read and search for; and some clients tell errors apart by it.",
    remediation="Send the message word for word.",
    source=SOURCE,
    applies=_has_error_bodies,
)
def message(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The message of the error that it is most like."""
    return _compare_with_closest_error(subject, exchange, ("message",))


@passive_check(
    "error/transport",
    summary="An error travels as the document says: HTTP status, media type, shape of the body.",
    rationale="A client that cannot read the error sees its own parser fail, and not what was wrong.",
    remediation="Send the status, the media type and the members that the error's transport has.",
    source="`x-lookalike.error-formats`",
    applies=_has_error_bodies,
)
def error_format(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """All but code and message of the error that it is most like."""
    return _compare_with_closest_error(subject, exchange, ("status", "media type", "shape"))


@passive_check(
    "error/headers",
    summary="An error has the headers that the document has for it.",
    rationale="`Allow` and `Retry-After` tell a client what to do next.",
    remediation="Send the headers of the error and of its transport.",
    source=SOURCE,
)
def headers(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The headers of each error that it can be; one of them has to be there whole."""
    reply = exchange.response
    forms = [form for form in subject.classifier.error_patterns if form.quick_match(reply) and form.matches(reply)]
    missing = [tuple(form.find_missing_headers(reply)) for form in forms]
    if forms and all(missing):
        name = missing[0][0]
        where = f"/x-lookalike/errors/{forms[0].id}/headers"
        yield Failure(f"the error {forms[0].id} has no header {name!r} as documented", "", where, (exchange,))


@active_check(
    "error/catalogue",
    summary="Each error that a single broken rule brings does come.",
    rationale="An error that never comes is handled by nobody, until it does.",
    remediation="Answer each broken rule with its own error.",
    source=SOURCE,
    applies=lambda subject: not subject.operation.extension.lenient,
)
def documented_errors(subject: CheckContext) -> Iterator[Failure]:
    """For each of them, requests that break one rule, until one brings it."""
    ask = get_mutator(subject)
    for error, tried in _map_errors_to_mutations(subject, ask).items():
        seen: list[Exchange] = []
        for sent in tried[:MAX_ATTEMPTS]:
            seen.append(ask.send_values(ask.smallest_page_values | sent))
            if subject.classifier.matches_any(seen[-1].response, (error,)):
                break
        else:
            where = f"/x-lookalike/errors/{error}"
            yield Failure(
                f"the error {error} does not come, though it should: {describe_values(tried[0])}",
                "",
                where,
                tuple(seen[:1]),
            )


def _map_errors_to_mutations(subject: CheckContext, ask: Mutator) -> dict[str, list[ParameterValues]]:
    """Error -> what brings it, and it alone."""
    found: dict[str, list[ParameterValues]] = {}
    for name, pool in ask.value_pools.items():
        for value in pool:
            errors = {
                subject.resolve_error(each)
                for each in iter_reactions(subject, ask.fields[name], value)
                if each not in TOLERANT_REACTIONS
            }
            if (
                value.is_unambiguous
                and len(errors) == 1
                and not ask.predict_response({name: value}).also_allowed & errors
            ):
                found.setdefault(errors.pop(), []).append({name: value})
    return found


def _compare_with_closest_error(
    subject: CheckContext, exchange: Exchange, aspects: tuple[Aspect, ...]
) -> Iterator[Failure]:
    reader = subject.classifier
    reply = exchange.response
    # what says that it went well is no error, whatever its status says
    if reader.is_good(reply) or reader.body_says_success(reply) or reader.find_exact_errors(reply):
        return
    form, differences = reader.find_closest_error(reply)
    # under a status of success that the error does not have, it may be anything: other checks tell what
    if 200 <= reply.status < 300 and any(found.aspect == "status" for found in differences):
        return
    for found in differences:
        if found.aspect in aspects:
            where = f"/x-lookalike/errors/{form.id}"
            yield Failure(f"most like the error {form.id}, but {found.message}", found.pointer, where, (exchange,))
