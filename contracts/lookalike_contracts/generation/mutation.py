"""Asking for one thing at a time, judged by what the document expects of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from hypothesis import strategies as st

from lookalike_specs import Field

from ..context import CheckContext
from ..exceptions import CouldNotCheck
from ..finding import Exchange, Failure
from .free_parameters import find_free_parameters
from .oracle import ExpectedResponse, ParameterValues, predict_response
from .values import ParameterValue, ValuePool, build_value_pools, classify_value

MAX_SHOWN_LENGTH: Final = 60
LIMIT_KEYWORDS: Final = ("minimum", "maximum", "minLength", "maxLength", "enum")
FLAKY_MESSAGE: Final = "the same request was answered well one time and badly the next"


def get_mutator(context: CheckContext) -> Mutator:
    """Return the mutator of the context's operation."""
    return Mutator(context)


@dataclass(frozen=True)
class Mutator:
    """Changes the good request of one operation, sends it, and judges the answer.

    Changes are values by the names of their parameters; whatever is not among them stays as it is in the good request.
    """

    context: CheckContext

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Return the parameters that may have any value, by name."""
        return self.context.compute_once(find_free_parameters)

    @cached_property
    def value_pools(self) -> Mapping[str, ValuePool]:
        """Return their values."""
        return self.context.compute_once(build_value_pools)

    @cached_property
    def smallest_page_values(self) -> ParameterValues:
        """Return what asks for as few items as can be; nothing where pages have one size."""
        paging = self.context.operation.extension.invariants.paging
        if paging is None or paging.size not in self.fields:
            return {}
        return {paging.size: self.classify_value(paging.size, "1")}

    def classify_value(self, name: str, value: Any) -> ParameterValue:
        """Return a value of the caller's, held to the document."""
        return classify_value(self.context, self.fields[name], value)

    def send_values(self, changes: ParameterValues) -> Exchange:
        """Send the good request with these changes. Raise CouldNotCheck, TimeLimitExceeded."""
        return self.context.send_sample(**{name: value.value for name, value in changes.items()})

    def predict_response(self, changes: ParameterValues) -> ExpectedResponse:
        """Return what must come of the good request with these changes."""
        return predict_response(self.context, self.fields, changes)

    def check_values(self, changes: ParameterValues) -> Failure | None:
        """Send these changes and return what is wrong with the answer. Raise CouldNotCheck, TimeLimitExceeded."""
        # a page of one item is made, sent and read the faster; what is said of it holds for all
        return self.check_exchange(changes, self.send_values(self.smallest_page_values | changes))

    def check_exchange(self, changes: ParameterValues, exchange: Exchange) -> Failure | None:
        """Return what is wrong with the answer to these changes, which came already."""
        expected = self.predict_response(self.smallest_page_values | changes)
        failure = expected.find_failure(self.context, exchange, describe_values(changes))
        if failure is None:
            return None
        # of several values the one is named that breaks a rule
        broken_names = [name for name, value in changes.items() if value.violated_keywords]
        last_name = next(reversed(broken_names or [*changes]), "")
        if broken_names:
            return replace(failure, rule=self.locate_rule(last_name, changes))
        limits = tuple(limit for name, value in changes.items() for limit in self._locate_limits(name, value))
        return replace(failure, rule=self.locate_rule(last_name), premises=failure.premises + limits)

    def _locate_limits(self, name: str, value: ParameterValue) -> Iterator[str]:
        """Yield the keywords that a value only just keeps.

        A server that refuses `page_size=20` breaks the rule only if 20 is the maximum for sure; 5 may not be refused
        whatever the maximum is.
        """
        schema = self.fields[name].schema
        for keyword in LIMIT_KEYWORDS:
            if keyword in schema and _is_at_limit(keyword, schema[keyword], value.value):
                yield self.locate_keyword(name, keyword)

    def locate_rule(self, name: str, changes: ParameterValues | None = None) -> str:
        """Return where the document speaks of a parameter, and of the rule that its value breaks."""
        field = self.fields.get(name)
        if field is None:
            return self.context.operation.pointer
        if not changes or name not in changes or not changes[name].violated_keywords:
            return field.pointer
        # the first of them, as one place can be shown
        return self.locate_keyword(name, changes[name].violated_keywords[0])

    def locate_keyword(self, name: str, keyword: str) -> str:
        """Return where the document has a keyword of a parameter's schema; `required` stands beside the schema."""
        field = self.fields[name]
        if field.location in ("form", "json", "file"):
            # the pointer of a body's property is that of its schema, and which ones are required stands elsewhere
            return field.pointer if keyword == "required" else f"{field.pointer}/{keyword}"
        if keyword == "required":
            return f"{field.pointer}/required"
        return f"{field.pointer}/schema/{keyword}"


def _is_at_limit(keyword: str, limit: Any, value: Any) -> bool:
    """Return whether a value, as a request carries it, is the last one that a keyword of its schema allows."""
    if value is None:
        return False
    if keyword == "enum":
        return True
    text = str(value)
    if keyword in ("minLength", "maxLength"):
        return bool(len(text) == limit)
    try:
        return float(text) == float(limit)
    except ValueError:
        return False


def describe_values(changes: ParameterValues) -> str:
    """Return what was sent, in a few words: `page = '0', language left out`."""
    descriptions = [f"{name} {_describe_value(value.value)}" for name, value in changes.items()]
    return ", ".join(descriptions) or "the plain request"


def _describe_value(value: Any) -> str:
    if value is None:
        return "left out"
    text = value if isinstance(value, str) else repr(value)
    if len(text) > MAX_SHOWN_LENGTH:
        return f"of {len(text)} characters"
    return f"= {text!r}"


def confirm_failure(ask: Callable[[], Failure | None]) -> Iterator[Failure]:
    """Yield what is wrong, seen twice. Raise CouldNotCheck where it was not seen again.

    A server that answers the same request well one time and badly the next has another fault than the one looked for.
    """
    if ask() is None:
        return
    failure = ask()
    if failure is None:
        raise CouldNotCheck(FLAKY_MESSAGE)
    yield failure


def build_changes_strategy(pools: Mapping[str, ValuePool], max_changes: int) -> st.SearchStrategy[ParameterValues]:
    """Return a strategy of changes to the good request: none, or up to so many of its values.

    Hypothesis shrinks towards the first element that it may draw from, so the simplest stand first: good ones before
    bad ones, and parameters that are left out before those that are not.
    """
    changes = [(name, value) for name in sorted(pools) for value in pools[name]]
    changes.sort(key=lambda change: (bool(change[1].violated_keywords), change[1].value is not None))
    if not changes:
        return st.just({})
    # two changes of one parameter become one: `dict` keeps the last
    return st.lists(st.sampled_from(changes), max_size=max_changes).map(dict)
