"""What the document says must come of a request: a good answer, or one of these errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lookalike_specs import Field
from lookalike_specs.extensions import Reaction, Rule
from lookalike_specs.pointers import join_pointer

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
    `premises` are the places of the document that say which error a broken rule brings.
    """

    errors: frozenset[str] = frozenset()
    also_allowed: frozenset[str] = frozenset()
    is_unambiguous: bool = True
    may_be_good: bool = False
    premises: tuple[str, ...] = ()

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
        message = f"{what}: {context.classifier.describe(*exchange)}, not {self._describe()}"
        premises = self.premises
        if not is_good:
            premises += tuple(self._list_broken_facts(context, exchange))
        return Failure(message, "", rule, (exchange,), premises)

    def _list_broken_facts(self, context: CheckContext, exchange: Exchange) -> Iterator[str]:
        """Yield for each expected error what of it the answer breaks for sure: of several facts the surest.

        Any of the errors would have been right, so all of these are premises. An answer that breaks nothing but what we
        made up of one of them may be that error, as the vendor words it.
        """
        for error in sorted(self.errors):
            mismatch = context.classifier.find_surest_mismatch(exchange.response, error)
            if mismatch is not None:
                yield mismatch.rule
                yield from mismatch.premises

    def _describe(self) -> str:
        if not self.errors:
            return "a good answer"
        return f"the error {' or '.join(sorted(self.errors))}"


def predict_response(context: CheckContext, fields: Mapping[str, Field], changes: ParameterValues) -> ExpectedResponse:
    """Return what must come of the good request with these values in the place of its own."""
    errors = set[str]()
    premises = list[str]()
    for name, value in changes.items():
        errors |= _select_errors(context, iter_reactions(context, fields[name], value))
        premises += locate_reactions(context, fields[name], value)
    # a server that refuses one parameter for itself does not look at how it goes with another
    if not errors:
        values = _resolve_values(context, fields, changes)
        broken_rules = list(find_broken_rules(context, values))
        errors = {context.resolve_error(rule.error) for rule in broken_rules}
        numbers = [context.operation.extension.rules.index(rule) for rule in broken_rules]
        premises += [f"{context.operation.pointer}/x-lookalike/rules/{number}/error" for number in numbers]
    also_allowed = set[str]()
    for name in changes:
        # what a parameter may bring though its schema allows it: an image's address may lead nowhere
        reactions = context.operation.extension.also_allowed.get(name, ())
        also_allowed |= _select_errors(context, map(context.resolve_reaction, reactions))
    is_unambiguous = all(value.is_unambiguous for value in changes.values())
    may_be_good = context.operation.extension.lenient
    return ExpectedResponse(
        frozenset(errors), frozenset(also_allowed), is_unambiguous, may_be_good, tuple(dict.fromkeys(premises))
    )


def iter_reactions(context: CheckContext, field: Field, value: ParameterValue) -> Iterator[str]:
    """Yield what each rule that a value breaks leads to, under the context's variants."""
    reactions: Mapping[str, Reaction] = {**context.operation.extension.errors, **field.reactions}
    for keyword in value.violated_keywords:
        yield context.resolve_reaction(field.reactions.get(keyword, reactions["default"]))


def locate_reactions(context: CheckContext, field: Field, value: ParameterValue) -> Iterator[str]:
    """Yield where the document says what each rule that a value breaks leads to, and which variant decides."""
    for keyword in value.violated_keywords:
        if keyword in field.reactions:
            yield f"{field.pointer}/x-errors/{keyword}"
            reaction = field.reactions[keyword]
        else:
            yield f"{context.operation.pointer}/x-lookalike/errors/default"
            reaction = context.operation.extension.errors["default"]
        if isinstance(reaction, dict):
            yield join_pointer("x-lookalike", "variants", reaction["variant"])


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
