"""Family `limits`: every limit and default that the document has for a parameter, and what breaking it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any, Final

from lookalike_specs.invariants import resolve_choice
from lookalike_specs.pointers import blank_values

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..generation.mutation import Mutator, build_changes_strategy, confirm_failure, describe_values, get_mutator
from ..generation.oracle import ParameterValues, iter_reactions
from ..generation.values import ParameterValue
from ..registry import active_check
from ..responses.classify import parse_json_body

SOURCE: Final = "the schemas of the parameters, and their `x-errors`"
# of each kind of value: the edges of its keyword, and one or two more
INVALID_VALUES_PER_KEYWORD = 2
MAX_CHANGES = 3
VALID_VALUES_PER_PARAMETER: Final = 6


@active_check(
    "limits/inside",
    summary="A value that the document allows gets a good answer, at the edges too.",
    rationale="A client that keeps to the document is refused.",
    remediation="Allow what the schema of the parameter allows, both ends of a range included.",
    source=SOURCE,
)
def valid_values(subject: CheckContext) -> Iterator[Failure]:
    """The edges of every keyword, each value of an enumeration, and leaving out what may be; one at a time."""
    ask = get_mutator(subject)
    for name, pool in ask.value_pools.items():
        good = [
            value for value in pool if value.is_unambiguous and not value.violated_keywords and value.value is not None
        ]
        listed = len(ask.fields[name].schema.get("enum", ()))
        yield from _find_first_failure(ask, name, good[: max(listed, VALID_VALUES_PER_PARAMETER)])


@active_check(
    "limits/outside",
    summary="A value that breaks a limit brings what the document says: its error, or none where it is mended.",
    rationale="A client finds its mistake by the error; and what is let through does something else than was asked for.",
    remediation="Answer the error that `x-errors` has for the broken keyword; clamp or ignore only where that says so.",
    source=SOURCE,
)
def invalid_values(subject: CheckContext) -> Iterator[Failure]:
    """One past every edge, wrong types, values of no enumeration, pattern misses; one at a time."""
    ask = get_mutator(subject)
    for name, pool in ask.value_pools.items():
        bad = [value for value in pool if value.is_unambiguous and value.violated_keywords and value.value is not None]
        kinds = groupby(
            sorted(bad, key=lambda value: value.violated_keywords), key=lambda value: value.violated_keywords
        )
        yield from _find_first_failure(
            ask, name, [value for _, kind in kinds for value in [*kind][:INVALID_VALUES_PER_KEYWORD]]
        )


@active_check(
    "limits/mended",
    summary="A value that is clamped counts as the limit, one that is ignored as left out.",
    rationale="A client would get something that it can not foresee.",
    remediation="Take the nearest allowed number, or the default, where `x-errors` says `clamp` or `ignore`.",
    source=SOURCE,
    applies=lambda subject: bool(subject.operation.extension.invariants.items),
)
def coerced_values(subject: CheckContext) -> Iterator[Failure]:
    """The first value that is mended, of each keyword, beside what it should count as."""
    ask = get_mutator(subject)
    for name, pool in ask.value_pools.items():
        done = set[str]()
        for value in pool:
            found = (
                set(iter_reactions(subject, ask.fields[name], value))
                if value.is_unambiguous and value.value is not None
                else set()
            )
            if len(found) == 1 and not found & done and found <= {"ignore", "clamp"}:
                done |= found
                meant = ask.classify_value(name, _get_violated_limit(ask, name, value) if "clamp" in found else None)
                if not meant.violated_keywords:
                    yield from _check_same_response(ask, {name: value}, {name: meant}, name)


@active_check(
    "limits/required",
    summary="Leaving out what is required brings the error for it, and leaving out anything else none.",
    rationale="A client that forgot something is told so, and nobody has to send what is optional.",
    remediation="Answer the error that `x-errors` has for `required`.",
    source=SOURCE,
)
def required_parameters(subject: CheckContext) -> Iterator[Failure]:
    """Each parameter of the good request left out, one at a time."""
    ask = get_mutator(subject)
    plain = subject.build_values()
    for name, pool in ask.value_pools.items():
        if name in plain or ask.fields[name].required:
            yield from _find_first_failure(ask, name, [value for value in pool if value.value is None])


@active_check(
    "limits/default",
    summary="A parameter that is left out counts as its default.",
    rationale="Clients leave out what has the default that they want.",
    remediation="Answer the same as with the documented default sent.",
    source="the defaults in the schemas of the parameters",
    applies=lambda subject: bool(subject.operation.extension.invariants.items),
)
def default_values(subject: CheckContext) -> Iterator[Failure]:
    """Each default sent and left out, and the answers beside each other."""
    ask = get_mutator(subject)
    extension = subject.operation.extension
    for name, field in ask.fields.items():
        if name not in subject.build_values() and "default" in field.schema:
            chosen = extension.defaults.get(name)
            wanted = resolve_choice(chosen, subject.variants) if chosen is not None else field.schema["default"]
            yield from _check_same_response(
                ask, {name: ask.classify_value(name, None)}, {name: ask.classify_value(name, _to_text(wanted))}, name
            )


@active_check(
    "limits/together",
    summary="Whatever is sent together, the answer is the error of one of the broken rules, or good where none is.",
    rationale="Limits hold for every request, and not only for the one that was tried.",
    remediation="Check every parameter of a request, whatever the others are.",
    source=SOURCE,
)
def parameter_combinations(subject: CheckContext) -> Iterator[Failure]:
    """Good and bad values of up to three parameters at once, as Hypothesis draws them."""
    ask = get_mutator(subject)
    plain = {name: tuple(value for value in pool if value.is_unambiguous) for name, pool in ask.value_pools.items()}
    broken = subject.falsify(build_changes_strategy(plain, MAX_CHANGES), ask.check_values)
    if broken is not None:
        yield broken


@active_check(
    "limits/rules",
    summary="A rule on several parameters holds at its edge: what just keeps it is answered well, one more is not.",
    rationale="Clients page to the very end, and send the one parameter of several that they have.",
    remediation="Refuse what breaks a rule with the error that the rule names, and nothing else.",
    source="the `rules` of each operation",
    applies=lambda subject: bool(subject.operation.extension.rules),
)
def cross_parameter_rules(subject: CheckContext) -> Iterator[Failure]:
    """None of the parameters of `any-of`, each alone; sums that are just allowed, and one more."""
    ask = get_mutator(subject)
    for at, rule in enumerate(subject.operation.extension.rules):
        place = f"{subject.operation.pointer}/x-lookalike/rules/{at}"
        names = [name for name in rule.parameters if name in ask.fields]
        tried = (
            _generate_alternatives(ask, names)
            if rule.rule == "any-of"
            else _generate_boundary_sums(ask, names, rule.limit)
        )
        for sent in tried:
            yield from confirm_failure(partial(_check_rule, ask, sent, place))


def _check_rule(ask: Mutator, sent: ParameterValues, place: str) -> Failure | None:
    exchange = ask.send_values(sent)
    return ask.predict_response(sent).find_failure(ask.context, exchange, describe_values(sent), place)


def _generate_alternatives(ask: Mutator, names: list[str]) -> Iterator[ParameterValues]:
    none = {name: ask.classify_value(name, None) for name in names}
    yield none
    plain = ask.context.build_values() | ask.context.example_values
    for name in names:
        if plain.get(name):
            yield none | {name: ask.classify_value(name, _to_text(plain[name]))}


def _generate_boundary_sums(ask: Mutator, names: list[str], limit: int) -> Iterator[ParameterValues]:
    """The second parameter at its least and greatest, the first as great as is allowed then, and one more."""
    first, second = names
    least, most = (ask.fields[second].schema[keyword] for keyword in ("minimum", "maximum"))
    for number in (least, most):
        for over in (0, 1):
            sent = {
                name: ask.classify_value(name, str(n)) for name, n in ((first, limit - number + over), (second, number))
            }
            if not any(value.violated_keywords for value in sent.values()):
                yield sent


def _find_first_failure(ask: Mutator, name: str, values: list[ParameterValue]) -> Iterator[Failure]:
    """The first of a parameter's values that is not answered as it should be."""
    for value in values:
        found = list(confirm_failure(partial(ask.check_values, {name: value})))
        if found:
            yield from found
            return


def _check_same_response(ask: Mutator, sent: ParameterValues, meant: ParameterValues, name: str) -> Iterator[Failure]:
    def differs() -> Failure | None:
        one, other = (ask.send_values(ask.smallest_page_values | each) for each in (sent, meant))
        if _extract_stable_response(ask.context, one) == _extract_stable_response(ask.context, other):
            return None
        message = f"{describe_values(sent)} is not answered as {describe_values(meant)} is"
        return Failure(message, "", ask.locate_rule(name), (other, one))

    yield from confirm_failure(differs)


def _extract_stable_response(subject: CheckContext, exchange: Exchange) -> Any:
    """What an answer says, whenever it is given."""
    fleeting = tuple(subject.operation.extension.invariants.volatile)
    return exchange.response.status, blank_values(parse_json_body(exchange.response), fleeting)


def _get_violated_limit(ask: Mutator, name: str, value: ParameterValue) -> str:
    """The limit that a number is beyond."""
    return str(ask.fields[name].schema[value.violated_keywords[0]])


def _to_text(value: Any) -> Any:
    return value if isinstance(value, str | list | dict) else str(value).lower()
