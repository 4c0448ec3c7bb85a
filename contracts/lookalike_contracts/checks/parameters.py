"""Family `limits`: every limit and default that the document has for a parameter, and what breaking it leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from lookalike_specs.extensions import Rule
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.pointers import blank_values, join_pointer

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..generation.mutation import Mutator, build_changes_strategy, confirm_failure, describe_values, get_mutator
from ..generation.oracle import ParameterValues, iter_reactions, locate_reactions
from ..generation.values import ParameterValue
from ..registry import active_check
from ..responses.difference import Difference, find_difference
from ..responses.json_body import parse_json_body

SOURCE: Final = "the schemas of the parameters, and their `x-errors`"
# the two edges that break a keyword: 0 and 21 where 1 to 20 are allowed; any other value tells little more
INVALID_VALUES_PER_KEYWORD: Final = 2
VALID_VALUES_PER_PARAMETER: Final = 6
MAX_CHANGES: Final = 3


def _is_search(context: CheckContext) -> bool:
    return bool(context.operation.extension.invariants.items)


@active_check(
    "limits/inside",
    summary="A value that the document allows gets a good response, also at the limits.",
    rationale="Otherwise a client that keeps to the document is refused.",
    remediation="Allow what the schema of the parameter allows, including both ends of a range.",
    source=SOURCE,
)
def valid_values(context: CheckContext) -> Iterator[Failure]:
    """Send the edges of every keyword and each value of an enumeration, and leave out what may be; one at a time."""
    mutator = get_mutator(context)
    for name, pool in mutator.value_pools.items():
        valid = [value for value in pool if _is_sent_unambiguously(value) and not value.violated_keywords]
        enum = mutator.fields[name].schema.get("enum", ())
        yield from _find_first_failure(mutator, name, valid[: max(len(enum), VALID_VALUES_PER_PARAMETER)])


@active_check(
    "limits/outside",
    summary="A value that breaks a limit leads to the documented error, or is corrected where the document says so.",
    rationale="A client finds its mistake by the error. A value that is let through does something else than was meant.",
    remediation="Answer the error that `x-errors` has for the broken keyword; clamp or ignore only where that says so.",
    source=SOURCE,
)
def invalid_values(context: CheckContext) -> Iterator[Failure]:
    """Send one value past every edge, of a wrong type, outside an enumeration, against a pattern; one at a time."""
    mutator = get_mutator(context)
    for name, pool in mutator.value_pools.items():
        by_keywords: defaultdict[tuple[str, ...], list[ParameterValue]] = defaultdict(list)
        for value in pool:
            if _is_sent_unambiguously(value) and value.violated_keywords:
                by_keywords[value.violated_keywords].append(value)
        chosen: list[ParameterValue] = []
        for keywords in sorted(by_keywords):
            chosen += by_keywords[keywords][:INVALID_VALUES_PER_KEYWORD]
        yield from _find_first_failure(mutator, name, chosen)


def _is_sent_unambiguously(value: ParameterValue) -> bool:
    """Tell whether the value is sent at all, and can be read in one way only: `1.0` may be an integer or not."""
    return value.is_unambiguous and value.value is not None


@active_check(
    "limits/mended",
    summary="A value that is clamped counts as the limit, and one that is ignored counts as left out.",
    rationale="Otherwise a client gets something that it cannot foresee.",
    remediation="Take the nearest allowed number, or the default, where `x-errors` says `clamp` or `ignore`.",
    source=SOURCE,
    applies=_is_search,
)
def coerced_values(context: CheckContext) -> Iterator[Failure]:
    """Compare the first value that is clamped, and the first that is ignored, with what it should count as."""
    mutator = get_mutator(context)
    for name, pool in mutator.value_pools.items():
        # a parameter may be clamped at one end and ignored at the other: both are tried, each once
        checked: set[str] = set()
        for value in pool:
            reaction = _find_coercion(context, mutator, name, value)
            if not reaction or reaction in checked:
                continue
            checked.add(reaction)
            limit = _get_violated_limit(mutator, name, value) if reaction == "clamp" else None
            counterpart = mutator.classify_value(name, limit)
            if not counterpart.violated_keywords:
                premises = tuple(locate_reactions(context, mutator.fields[name], value))
                yield from _check_same_response(
                    mutator, {name: value}, {name: counterpart}, mutator.locate_rule(name, {name: value}), premises
                )


def _find_coercion(context: CheckContext, mutator: Mutator, name: str, value: ParameterValue) -> str:
    """Return "clamp" or "ignore" if that is all that a value leads to; else ""."""
    if not _is_sent_unambiguously(value):
        return ""
    reactions = set(iter_reactions(context, mutator.fields[name], value))
    if len(reactions) == 1 and reactions <= {"ignore", "clamp"}:
        return reactions.pop()
    return ""


@active_check(
    "limits/required",
    summary="Leaving out a required parameter leads to the error for it; leaving out any other leads to none.",
    rationale="A client that forgot something is told so, and nobody has to send what is optional.",
    remediation="Answer the error that `x-errors` has for `required`.",
    source=SOURCE,
)
def required_parameters(context: CheckContext) -> Iterator[Failure]:
    """Leave out each parameter of the good request, one at a time."""
    mutator = get_mutator(context)
    plain = context.build_values()
    for name, pool in mutator.value_pools.items():
        if name in plain or mutator.fields[name].required:
            yield from _find_first_failure(mutator, name, [value for value in pool if value.value is None])


@active_check(
    "limits/default",
    summary="A parameter that is left out counts as its default.",
    rationale="Clients leave out a parameter when its default is what they want.",
    remediation="Answer as if the documented default had been sent.",
    source="the defaults in the schemas of the parameters",
    applies=_is_search,
)
def default_values(context: CheckContext) -> Iterator[Failure]:
    """Send each default, leave it out, and compare the two responses."""
    mutator = get_mutator(context)
    extension = context.operation.extension
    for name, field in mutator.fields.items():
        if name in context.build_values() or "default" not in field.schema:
            continue
        default = field.schema["default"]
        # where the vendor's documents differ on a default, a variant says which of them counts
        if name in extension.defaults:
            default = resolve_choice(extension.defaults[name], context.variants)
        omitted = {name: mutator.classify_value(name, None)}
        sent = {name: mutator.classify_value(name, _to_text(default))}
        rule = mutator.locate_keyword(name, "default")
        yield from _check_same_response(mutator, omitted, sent, rule, _locate_default_choice(context, name))


def _locate_default_choice(context: CheckContext, name: str) -> tuple[str, ...]:
    """Return what has to be true for a parameter to have that default: the variant's value, where one decides."""
    choice = context.operation.extension.defaults.get(name)
    if choice is None:
        return ()
    premises = [f"{context.operation.pointer}/x-lookalike/defaults/{name}"]
    if isinstance(choice, dict):
        premises.append(join_pointer("x-lookalike", "variants", choice["variant"]))
    return tuple(premises)


@active_check(
    "limits/together",
    summary="When several rules are broken, the response is the error of one of them; when none is, it is good.",
    rationale="Limits hold for every combination of parameters, not only for the one that was tried.",
    remediation="Check every parameter of a request, whatever the others are.",
    source=SOURCE,
)
def parameter_combinations(context: CheckContext) -> Iterator[Failure]:
    """Send good and bad values of up to three parameters at once, as Hypothesis draws them."""
    mutator = get_mutator(context)
    pools = {name: tuple(value for value in pool if value.is_unambiguous) for name, pool in mutator.value_pools.items()}
    failure = context.falsify(build_changes_strategy(pools, MAX_CHANGES), mutator.check_values)
    if failure is not None:
        yield failure


@active_check(
    "limits/rules",
    summary="A rule on several parameters holds at its limit: what just keeps it gets a good response, one more not.",
    rationale="Clients page to the very end, and send only one of several parameters where one is enough.",
    remediation="Refuse what breaks a rule with the error that the rule names, and refuse nothing else.",
    source="the `rules` of each operation",
    applies=lambda context: bool(context.operation.extension.rules),
)
def cross_parameter_rules(context: CheckContext) -> Iterator[Failure]:
    """Send none of the parameters of `any-of`, and each alone; sums that are just allowed, and one more."""
    mutator = get_mutator(context)
    for index, rule in enumerate(context.operation.extension.rules):
        pointer = f"{context.operation.pointer}/x-lookalike/rules/{index}"
        for values in _generate_rule_values(mutator, rule):
            yield from confirm_failure(partial(_check_rule, mutator, values, pointer))


def _check_rule(mutator: Mutator, values: ParameterValues, pointer: str) -> Failure | None:
    exchange = mutator.send_values(values)
    expected = mutator.predict_response(values)
    return expected.find_failure(mutator.context, exchange, describe_values(values), pointer)


def _generate_rule_values(mutator: Mutator, rule: Rule) -> Iterator[ParameterValues]:
    names = [name for name in rule.parameters if name in mutator.fields]
    if rule.rule == "any-of":
        return _generate_alternatives(mutator, names)
    return _generate_boundary_sums(mutator, names, rule.limit)


def _generate_alternatives(mutator: Mutator, names: list[str]) -> Iterator[ParameterValues]:
    none = {name: mutator.classify_value(name, None) for name in names}
    yield none
    examples = mutator.context.build_values() | mutator.context.example_values
    for name in names:
        if examples.get(name):
            yield none | {name: mutator.classify_value(name, _to_text(examples[name]))}


def _generate_boundary_sums(mutator: Mutator, names: list[str], limit: int) -> Iterator[ParameterValues]:
    """Yield the second parameter at its minimum and maximum, the first as large as is allowed then, and one more."""
    first, second = names
    schema = mutator.fields[second].schema
    for number in (schema["minimum"], schema["maximum"]):
        for excess in (0, 1):
            values = {
                first: mutator.classify_value(first, str(limit - number + excess)),
                second: mutator.classify_value(second, str(number)),
            }
            # a value that breaks its own limit says nothing about the sum
            if not any(value.violated_keywords for value in values.values()):
                yield values


def _find_first_failure(mutator: Mutator, name: str, values: list[ParameterValue]) -> Iterator[Failure]:
    """Yield the failure of the first of a parameter's values that is not answered as it should be."""
    notes = list[Failure]()
    for value in values:
        failures = list(confirm_failure(partial(mutator.check_values, {name: value})))
        # a note must not hide the error that the next value shows
        notes += [failure for failure in failures if mutator.context.is_note(failure)]
        errors = [failure for failure in failures if not mutator.context.is_note(failure)]
        if errors:
            yield from errors
            return
    yield from notes[:1]


def _check_same_response(
    mutator: Mutator, values: ParameterValues, equivalent: ParameterValues, rule: str, premises: tuple[str, ...]
) -> Iterator[Failure]:
    for failure in confirm_failure(partial(_compare_responses, mutator, values, equivalent)):
        yield replace(failure, rule=rule, premises=premises)


def _compare_responses(mutator: Mutator, values: ParameterValues, equivalent: ParameterValues) -> Failure | None:
    exchange = mutator.send_values(mutator.smallest_page_values | values)
    reference = mutator.send_values(mutator.smallest_page_values | equivalent)
    difference = _find_response_difference(mutator.context, exchange, reference)
    if difference is None:
        return None
    message = f"{describe_values(values)} is not answered as {describe_values(equivalent)} is: {difference}"
    return Failure(message, difference.pointer, exchanges=(reference, exchange))


def _find_response_difference(context: CheckContext, exchange: Exchange, reference: Exchange) -> Difference | None:
    """Return the first place where two responses differ that is not documented to be another each time."""
    if exchange.response.status != reference.response.status:
        return Difference("", f"HTTP {exchange.response.status}", f"HTTP {reference.response.status}")
    volatile = tuple(context.operation.extension.invariants.volatile)
    body = blank_values(parse_json_body(exchange.response), volatile)
    reference_body = blank_values(parse_json_body(reference.response), volatile)
    return find_difference(body, reference_body)


def _get_violated_limit(mutator: Mutator, name: str, value: ParameterValue) -> str:
    return str(mutator.fields[name].schema[value.violated_keywords[0]])


def _to_text(value: Any) -> Any:
    """Return a scalar as it stands in a query: `True` as `true`."""
    if isinstance(value, str | list | dict):
        return value
    return str(value).lower()
