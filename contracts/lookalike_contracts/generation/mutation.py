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
FLAKY_MESSAGE: Final = "the same request was answered well one time and badly the next"


def get_mutator(subject: CheckContext) -> Mutator:
    """Return the mutator of the context's operation."""
    return Mutator(subject)


@dataclass(frozen=True)
class Mutator:
    """One operation, with the parameters that may be anything, and values for each."""

    context: CheckContext

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The parameters."""
        return self.context.compute_once(find_free_parameters)

    @cached_property
    def value_pools(self) -> Mapping[str, ValuePool]:
        """Their values."""
        return self.context.compute_once(build_value_pools)

    @cached_property
    def smallest_page_values(self) -> ParameterValues:
        """As few items as can be asked for."""
        paging = self.context.operation.extension.invariants.paging
        name = paging.size if paging else ""
        return {name: self.classify_value(name, "1")} if name in self.fields else {}

    def classify_value(self, name: str, value: Any) -> ParameterValue:
        """A value of the caller's, held to the document."""
        return classify_value(self.context, self.fields[name], value)

    def send_values(self, sent: ParameterValues) -> Exchange:
        """Ask for the good request with these values."""
        return self.context.send_sample(**{name: value.value for name, value in sent.items()})

    def predict_response(self, sent: ParameterValues) -> ExpectedResponse:
        """What must come of it."""
        return predict_response(self.context, self.fields, sent)

    def check_values(self, sent: ParameterValues) -> Failure | None:
        """What is wrong with the answer to these values."""
        return self.check_exchange(sent, self.send_values(self.smallest_page_values | sent))

    def check_exchange(self, sent: ParameterValues, exchange: Exchange) -> Failure | None:
        """The same of an answer that came already."""
        last = list(sent)[-1] if sent else ""
        broken = self.predict_response(self.smallest_page_values | sent).find_failure(
            self.context, exchange, describe_values(sent)
        )
        return replace(broken, rule=self.locate_rule(last, sent)) if broken else None

    def locate_rule(self, name: str, sent: ParameterValues | None = None) -> str:
        """Where the document speaks of a parameter, and of the rule that its value breaks."""
        if name not in self.fields:
            return self.context.operation.pointer
        field = self.fields[name]
        broken = sent[name].violated_keywords[:1] if sent and name in sent else ()
        in_body = field.location in ("form", "json", "file")
        if broken == ("required",):
            return field.pointer if in_body else f"{field.pointer}/required"
        return "/".join((field.pointer, *(() if in_body or not broken else ("schema",)), *broken))


def describe_values(sent: ParameterValues) -> str:
    """What was sent, in a few words."""
    return ", ".join(f"{name} {_describe_value(value.value)}" for name, value in sent.items()) or "the plain request"


def _describe_value(value: Any) -> str:
    if value is None:
        return "left out"
    written = value if isinstance(value, str) else repr(value)
    return f"of {len(written)} characters" if len(written) > MAX_SHOWN_LENGTH else f"= {written!r}"


def confirm_failure(ask: Callable[[], Failure | None]) -> Iterator[Failure]:
    """What is wrong, seen twice. Raises CouldNotCheck where it was not seen again."""
    if ask() is not None:
        again = ask()
        if again is None:
            raise CouldNotCheck(FLAKY_MESSAGE)
        yield again


def build_changes_strategy(known: Mapping[str, ValuePool], most: int) -> st.SearchStrategy[ParameterValues]:
    """What is changed in the good request: nothing, or up to so many of its values, the simplest first."""
    every = [(name, value) for name in sorted(known) for value in known[name]]
    every.sort(key=lambda change: (bool(change[1].violated_keywords), change[1].value is not None))
    return st.lists(st.sampled_from(every), max_size=most).map(dict) if every else st.just({})
