"""What the document says must come of a request: a good answer, or one of these errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lookalike_specs import Field
from lookalike_specs.extensions import Reaction, Rule

from ..context import CheckContext
from ..finding import Exchange, Failure
from .values import ParameterValue

# reactions to a broken rule that are no errors
TOLERANT_REACTIONS: Final = ("ignore", "accept", "clamp")
ParameterValues = dict[str, ParameterValue]


@dataclass(frozen=True)
class ExpectedResponse:
    """The errors that broken rules bring, any of which is right; of those also allowed, one may come though none is.

    It is unambiguous where the document leaves no doubt, and may be good where it names no error for a broken rule.
    """

    errors: frozenset[str] = frozenset()
    also_allowed: frozenset[str] = frozenset()
    is_unambiguous: bool = True
    may_be_good: bool = False

    def find_failure(self, context: CheckContext, exchange: Exchange, what: str, rule: str = "") -> Failure | None:
        """Return what is wrong with the answer; None where nothing is, or nobody can tell.

        `what` says in a few words what was sent, `rule` where the document speaks of it.
        """
        if not self.is_unambiguous:
            return None
        is_good = context.classifier.is_good(exchange.response)
        if is_good and (self.may_be_good or not self.errors):
            return None
        if not is_good and context.classifier.matches_any(exchange.response, self.errors | self.also_allowed):
            return None
        message = f"{what}: {_describe_response(context, exchange)}, not {self._describe()}"
        return Failure(message, "", rule, (exchange,))

    def _describe(self) -> str:
        if not self.errors:
            return "a good answer"
        return f"the error {' or '.join(sorted(self.errors))}"


def _describe_response(context: CheckContext, exchange: Exchange) -> str:
    classifier = context.classifier
    response = exchange.response
    if classifier.is_good(response):
        return "a good answer"
    exact_errors = classifier.find_exact_errors(response)
    if exact_errors:
        return f"HTTP {response.status}, the error {exact_errors[0]}"
    closest_error, _ = classifier.find_closest_error(response)
    return f"HTTP {response.status}, most like the error {closest_error.id}"


def predict_response(context: CheckContext, fields: Mapping[str, Field], changes: ParameterValues) -> ExpectedResponse:
    """Return what must come of the good request with these values in the place of its own."""
    errors = set[str]()
    for name, value in changes.items():
        errors |= _select_errors(context, iter_reactions(context, fields[name], value))
    # a server that refuses one parameter for itself does not look at how it goes with another
    if not errors:
        values = _resolve_values(context, fields, changes)
        errors = {context.resolve_error(rule.error) for rule in find_broken_rules(context, values)}
    also_allowed = set[str]()
    for name in changes:
        # what a parameter may bring though its schema allows it: an image's address may lead nowhere
        reactions = context.operation.extension.also_allowed.get(name, ())
        also_allowed |= _select_errors(context, map(context.resolve_reaction, reactions))
    is_unambiguous = all(value.is_unambiguous for value in changes.values())
    may_be_good = context.operation.extension.lenient
    return ExpectedResponse(frozenset(errors), frozenset(also_allowed), is_unambiguous, may_be_good)


def iter_reactions(context: CheckContext, field: Field, value: ParameterValue) -> Iterator[str]:
    """Yield what each rule that a value breaks leads to, under the context's variants."""
    reactions: Mapping[str, Reaction] = {**context.operation.extension.errors, **field.reactions}
    for keyword in value.violated_keywords:
        yield context.resolve_reaction(field.reactions.get(keyword, reactions["default"]))


def find_broken_rules(context: CheckContext, values: Mapping[str, Any]) -> Iterator[Rule]:
    """Yield the rules on several parameters that do not hold."""
    for rule in context.operation.extension.rules:
        if not RULE_PREDICATES[rule.rule](values, rule):
            yield rule


def _select_errors(context: CheckContext, reactions: Iterable[str]) -> set[str]:
    return {context.resolve_error(reaction) for reaction in reactions if reaction not in TOLERANT_REACTIONS}


def _resolve_values(context: CheckContext, fields: Mapping[str, Field], changes: ParameterValues) -> dict[str, Any]:
    """Return the values that count after all: defaults, then those of the good request, then what is not ignored."""
    defaults = {field.name: field.schema["default"] for field in context.operation.fields if "default" in field.schema}
    values = defaults | context.build_values()
    for name, value in changes.items():
        values.pop(name, None)
        is_ignored = "ignore" in iter_reactions(context, fields[name], value)
        if value.value not in (None, "") and not is_ignored:
            values[name] = value.value
        elif name in defaults:
            values[name] = defaults[name]
    return values


def _has_any(values: Mapping[str, Any], rule: Rule) -> bool:
    return not values.keys().isdisjoint(rule.parameters)


def _is_sum_at_most(values: Mapping[str, Any], rule: Rule) -> bool:
    return sum(int(values[name]) for name in rule.parameters if name in values) <= rule.limit


RULE_PREDICATES: Final[Mapping[str, Callable[[Mapping[str, Any], Rule], bool]]] = {
    "any-of": _has_any,
    "sum-at-most": _is_sum_at_most,
}
