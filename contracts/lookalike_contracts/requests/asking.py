"""Asking for one thing at a time, judged by what the document expects of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from hypothesis import strategies as st

from lookalike_specs import Field

from ..errors import CouldNotCheck
from ..finding import Broken, Exchange
from ..subject import Subject
from .expected import Expected, Sent, expected
from .pools import Pool, Value, judged, pools
from .proofs import free

LONGEST: Final = 60
FICKLE: Final = "the same request was answered well one time and badly the next"


def asking(subject: Subject) -> Asking:
    """The one of this operation."""
    found: Asking = subject.kept.setdefault("asking", Asking(subject))
    return found


@dataclass(frozen=True)
class Asking:
    """One operation, with the parameters that may be anything, and values for each."""

    subject: Subject

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The parameters."""
        return free(self.subject)

    @cached_property
    def pools(self) -> Mapping[str, Pool]:
        """Their values."""
        return pools(self.subject)

    @cached_property
    def small(self) -> Sent:
        """As few items as can be asked for."""
        paging = self.subject.operation.extension.promises.paging
        name = paging.size if paging else ""
        return {name: self.value(name, "1")} if name in self.fields else {}

    def value(self, name: str, value: Any) -> Value:
        """A value of the caller's, held to the document."""
        return judged(self.subject, self.fields[name], value)

    def send(self, sent: Sent) -> Exchange:
        """Ask for the good request with these values."""
        return self.subject.ask(**{name: value.value for name, value in sent.items()})

    def expected(self, sent: Sent) -> Expected:
        """What must come of it."""
        return expected(self.subject, self.fields, sent)

    def held(self, sent: Sent) -> Broken | None:
        """What is wrong with the answer to these values."""
        return self.answered(sent, self.send(self.small | sent))

    def answered(self, sent: Sent, exchange: Exchange) -> Broken | None:
        """The same of an answer that came already."""
        last = list(sent)[-1] if sent else ""
        broken = self.expected(self.small | sent).broken(self.subject, exchange, told(sent))
        return replace(broken, rule=self.place(last, sent)) if broken else None

    def place(self, name: str, sent: Sent | None = None) -> str:
        """Where the document speaks of a parameter, and of the rule that its value breaks."""
        if name not in self.fields:
            return self.subject.operation.pointer
        field, broken = self.fields[name], sent[name].breaks[:1] if sent and name in sent else ()
        in_body = field.place in ("form", "json", "file")
        if broken == ("required",):
            return field.pointer if in_body else f"{field.pointer}/required"
        return "/".join((field.pointer, *(() if in_body or not broken else ("schema",)), *broken))


def told(sent: Sent) -> str:
    """What was sent, in a few words."""
    return ", ".join(f"{name} {_shown(value.value)}" for name, value in sent.items()) or "the plain request"


def _shown(value: Any) -> str:
    if value is None:
        return "left out"
    written = value if isinstance(value, str) else repr(value)
    return f"of {len(written)} characters" if len(written) > LONGEST else f"= {written!r}"


def twice(ask: Callable[[], Broken | None]) -> Iterator[Broken]:
    """What is wrong, seen twice. Raises CouldNotCheck where it was not seen again."""
    if ask() is not None:
        again = ask()
        if again is None:
            raise CouldNotCheck(FICKLE)
        yield again


def changes(known: Mapping[str, Pool], most: int) -> st.SearchStrategy[Sent]:
    """What is changed in the good request: nothing, or up to so many of its values, the simplest first."""
    every = [(name, value) for name in sorted(known) for value in known[name]]
    every.sort(key=lambda change: (bool(change[1].breaks), change[1].value is not None))
    return st.lists(st.sampled_from(every), max_size=most).map(dict) if every else st.just({})
