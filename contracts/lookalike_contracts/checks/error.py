"""Family `error`: whatever is refused, is refused with an error of the catalogue, to the letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from lookalike_specs.messages import Request
from lookalike_specs.pointers import join_pointer

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..generation.mutation import Mutator, confirm_failure, describe_values, get_mutator
from ..generation.oracle import TOLERANT_REACTIONS, ParameterValues, iter_reactions
from ..generation.values import ParameterValue
from ..registry import active_check, passive_check
from ..responses.error_match import Aspect, ErrorMismatch
from ..responses.openapi_adapter import match_operation

SOURCE: Final = "the catalogue of errors, `x-lookalike.errors`"
MAX_ATTEMPTS: Final = 3


def _has_error_bodies(context: CheckContext) -> bool:
    """Return whether the document says how errors look, besides the schemas of its responses."""
    root = context.api.root
    wrong_method = context.resolve_reaction(root.routing.method)
    ours = (root.routing.not_found, wrong_method, root.quota.rate, root.quota.count)
    patterns = context.classifier.error_patterns
    return any(pattern.error_format.body is not None for pattern in patterns if pattern.id not in ours)


@passive_check(
    "error/code",
    summary="An error has a code of the catalogue.",
    rationale="Clients decide by the code whether to try again, to tell the user, or to give up.",
    remediation="Send the code as it stands in the catalogue, as a number or as text.",
    source=SOURCE,
    applies=_has_error_bodies,
)
def code(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the code with that of the closest error."""
    return _compare_with_closest_error(context, exchange, ("code",))


@passive_check(
    "error/message",
    summary="An error has the message that the catalogue has for its code.",
    rationale="People read it and search for it, and some clients tell errors apart by it.",
    remediation="Send the message word for word.",
    source=SOURCE,
    applies=_has_error_bodies,
)
def message(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the message with that of the closest error."""
    return _compare_with_closest_error(context, exchange, ("message",))


@passive_check(
    "error/transport",
    summary="An error has the HTTP status, the media type and the body that the document has for it.",
    rationale="A client that cannot read an error reports that it could not parse the response, not what was wrong.",
    remediation="Send the status, the media type and the members of the body that the error's format has.",
    source="`x-lookalike.error-formats`",
    applies=_has_error_bodies,
)
def error_format(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare all but code and message with the closest error."""
    return _compare_with_closest_error(context, exchange, ("status", "media type", "shape"))


@passive_check(
    "error/headers",
    summary="An error has the headers that the document has for it.",
    rationale="`Allow` and `Retry-After` tell a client what to do next.",
    remediation="Send the headers of the error and those of its format.",
    source=SOURCE,
)
def headers(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Look for the headers of each error that the response can be; one of them has to have all."""
    response = exchange.response
    failures = []
    for pattern in context.classifier.error_patterns:
        if not (pattern.quick_match(response) and pattern.matches(response)):
            continue
        mismatches = list(pattern.find_header_mismatches(response))
        # several errors can have one body and differ in their headers alone
        if not mismatches:
            return
        failures += [_build_failure(exchange, f"the error {pattern.id}", mismatch) for mismatch in mismatches]
    yield from failures


@active_check(
    "error/catalogue",
    summary="Each error that a single broken rule leads to does come, and each that the document has an example for.",
    rationale="Nobody handles an error that never comes, until the day it does.",
    remediation="Answer each broken rule with its own error.",
    source=SOURCE,
    applies=lambda context: not context.operation.extension.lenient,
)
def documented_errors(context: CheckContext) -> Iterator[Failure]:
    """Break one rule at a time, up to three times for each error, until the error comes; and send the document's examples.

    An example is for what no schema says: that nothing is at an address, or that a text is no image's id.
    """
    yield from _check_broken_rules(context)
    for error, documented in context.api.list_errors(context.operation).items():
        example = documented.example
        if example is None or example.operation != context.operation.id:
            continue
        if example.when is None or example.when.matches(context.variants):
            yield from confirm_failure(partial(_check_example, context, error, example.values))


def _check_example(context: CheckContext, error: str, values: Mapping[str, Any]) -> Failure | None:
    exchange = context.send_sample(**values)
    resolved = context.resolve_error(error)
    if context.classifier.matches_any(exchange.response, (resolved,)):
        return None
    sent = ", ".join(f"{name} = {value!r}" for name, value in values.items() if value is not None)
    message = f"the error {error} does not come, though it should: {sent}: {context.classifier.describe(*exchange)}"
    rule = join_pointer("x-lookalike", "errors", error)
    premises = [f"{rule}/example"]
    mismatch = context.classifier.find_surest_mismatch(exchange.response, resolved)
    if mismatch is not None and not context.classifier.is_good(exchange.response):
        premises += (mismatch.rule, *mismatch.premises)
    return Failure(message, "", rule, (exchange,), tuple(premises))


def _check_broken_rules(context: CheckContext) -> Iterator[Failure]:
    mutator = get_mutator(context)
    for error, attempts in _map_errors_to_mutations(context, mutator).items():
        exchanges: list[Exchange] = []
        for values in attempts[:MAX_ATTEMPTS]:
            exchange = mutator.send_values(mutator.smallest_page_values | values)
            exchanges.append(exchange)
            if context.classifier.matches_any(exchange.response, (error,)):
                break
        else:
            # no attempt brought it; the first one is the simplest to look at
            description = f"the error {error} does not come, though it should: {describe_values(attempts[0])}"
            premises = _list_premises(context, mutator, error, attempts[0], exchanges[0])
            rule = join_pointer("x-lookalike", "errors", error)
            yield Failure(description, "", rule, tuple(exchanges[:1]), premises)


def _list_premises(
    context: CheckContext, mutator: Mutator, error: str, values: ParameterValues, exchange: Exchange
) -> tuple[str, ...]:
    """Return what has to be true for an error to be missing: that these values bring it, and what it looks like."""
    premises = list(mutator.predict_response(values).premises)
    mismatch = context.classifier.find_surest_mismatch(exchange.response, error)
    if mismatch is not None and not context.classifier.is_good(exchange.response):
        premises += (mismatch.rule, *mismatch.premises)
    return tuple(premises)


def _map_errors_to_mutations(context: CheckContext, mutator: Mutator) -> dict[str, list[ParameterValues]]:
    """Return for each error the values that lead to it, and to nothing else."""
    mutations: dict[str, list[ParameterValues]] = {}
    for name, pool in mutator.value_pools.items():
        for value in pool:
            error = _find_only_error(context, mutator, name, value)
            if error is not None:
                mutations.setdefault(error, []).append({name: value})
    return mutations


def _find_only_error(context: CheckContext, mutator: Mutator, name: str, value: ParameterValue) -> str | None:
    """Return the one error that a value leads to; None where there is none, or the server may choose."""
    if not value.is_unambiguous:
        return None
    errors = {
        context.resolve_error(reaction)
        for reaction in iter_reactions(context, mutator.fields[name], value)
        if reaction not in TOLERANT_REACTIONS
    }
    if len(errors) != 1 or mutator.predict_response({name: value}).also_allowed & errors:
        return None
    return errors.pop()


def _compare_with_closest_error(
    context: CheckContext, exchange: Exchange, aspects: tuple[Aspect, ...]
) -> Iterator[Failure]:
    classifier = context.classifier
    response = exchange.response
    # a body that says that all went well is no error, whatever its status; `answer/envelope` looks at those
    if classifier.is_good(response) or classifier.body_says_success(response):
        return
    if classifier.find_exact_errors(response):
        return
    routing_errors = _map_routing_errors(context, exchange.request)
    pattern, mismatches = classifier.find_closest_error(response, routing_errors)
    # under a status of success that the error does not have, it may be anything: other checks tell what
    if 200 <= response.status < 300 and any(mismatch.aspect == "status" for mismatch in mismatches):
        return
    for mismatch in mismatches:
        if mismatch.aspect in aspects:
            failure = _build_failure(exchange, f"most like the error {pattern.id}, but", mismatch)
            yield replace(failure, premises=failure.premises + routing_errors.get(pattern.id, ()))


def _build_failure(exchange: Exchange, subject: str, mismatch: ErrorMismatch) -> Failure:
    message = f"{subject} {mismatch.message}"
    pointer = "" if mismatch.aspect == "header" else mismatch.pointer
    return Failure(message, pointer, mismatch.rule, (exchange,), mismatch.premises)


def _map_routing_errors(context: CheckContext, request: Request) -> dict[str, tuple[str, ...]]:
    """Return the errors that a request may bring of which no operation is meant, and what says so; none for all others.

    A wrong path is answered by a router, which knows nothing of the errors of operations.
    """
    if match_operation(context.api, request) is not None:
        return {}
    routing = context.api.root.routing
    methods = {operation.method for operation in context.api.operations if operation.path == request.path}
    if methods and request.method not in methods:
        premises = ["/x-lookalike/routing/method"]
        if isinstance(routing.method, dict):
            premises.append(join_pointer("x-lookalike", "variants", routing.method["variant"]))
        return {context.resolve_reaction(routing.method): tuple(premises)}
    errors: dict[str, tuple[str, ...]] = {routing.not_found: ("/x-lookalike/routing/not-found",)}
    if routing.unknown_action:
        errors[routing.unknown_action] = ("/x-lookalike/routing/unknown-action",)
    return errors
