"""What a run asked for and what it saw, against what the documents name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.api import Field

from .answers.reading import parsed
from .answers.shape import Shape, holders, places, shape
from .finding import Exchange
from .requests.sent import sent, valid, written
from .subject import Subject

Sight = Literal["present", "null", "absent"]
SIGHTS: tuple[Sight, ...] = ("present", "null", "absent")


@dataclass
class Covered:
    """One operation: how often it was asked, and what was met; Counters count by name what the document names.

    `good` and `bad` are parameters by whether the value was one that their schema allows, `left_out` those that were
    not sent; `values` are (parameter, value of its enumeration); `fields` are (pointer into the answer, how seen).
    """

    api: Api
    operation: Operation
    asked: int = 0
    good: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    fields: Counter[tuple[str, Sight]] = field(default_factory=Counter)

    @property
    def parameters(self) -> tuple[Field, ...]:
        """What the operation takes, but for credentials and proofs."""
        own = {*self.api.root.secrets, *self.api.account}
        return tuple(each for each in self.operation.fields if each.name not in own)

    @property
    def sent(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """The parameters by what they were sent with: something good, bad, nothing."""
        return self.good, self.bad, self.left_out

    @property
    def enumerated(self) -> tuple[tuple[str, str], ...]:
        """Every value of an enumeration, with its parameter."""
        return tuple((each.name, written(value)) for each in self.parameters for value in each.schema.get("enum", ()))

    @property
    def documented(self) -> tuple[str, ...]:
        """The errors that it can answer."""
        return tuple(self.api.errors(self.operation))

    @property
    def shape(self) -> tuple[Shape, ...]:
        """The fields of a good answer."""
        return shape(self.api.id, self.operation.id)

    def watch(self, subject: Subject, exchange: Exchange) -> None:
        """Take an exchange in."""
        self.asked += 1
        self._sent(exchange)
        if subject.reader.is_good(exchange.reply):
            self._seen(parsed(exchange.reply))
        else:
            self.errors.update(subject.reader.errors(exchange.reply))

    def _sent(self, exchange: Exchange) -> None:
        values, known = sent(exchange.request), set(self.enumerated)
        for each in self.parameters:
            name = each.name.lower() if each.place == "header" else each.name
            if name not in values:
                self.left_out[each.name] += 1
                continue
            (self.good if valid(each, values[name]) else self.bad)[each.name] += 1
            if (value := (each.name, written(values[name]))) in known:
                self.values[value] += 1

    def _seen(self, body: Any) -> None:
        self.fields.update(_sights(holders(self.api.id, self.operation.id), body))


class Share(NamedTuple):
    """So many of so many were met."""

    met: int
    of: int

    def __add__(self, other: object) -> Share:
        return Share(self.met + other.met, self.of + other.of) if isinstance(other, Share) else NotImplemented


def shares(covered: Covered) -> dict[str, Share]:
    """What of an operation was met, by kind; fields count as absent or null where their schema allows it."""
    names, fields = [each.name for each in covered.parameters], covered.shape
    optional, nullable = [each for each in fields if each.optional], [each for each in fields if each.nullable]
    return {
        "operations": Share(int(covered.asked > 0), 1),
        "good values": _share(covered.good, names),
        "bad values": _share(covered.bad, names),
        "left out": _share(covered.left_out, names),
        "enum values": _share(covered.values, covered.enumerated),
        "errors": _share(covered.errors, covered.documented),
        "fields present": _share(covered.fields, [(each.pointer, "present") for each in fields]),
        "fields null": _share(covered.fields, [(each.pointer, "null") for each in nullable]),
        "fields absent": _share(covered.fields, [(each.pointer, "absent") for each in optional]),
    }


def _share(counts: Mapping[Any, int], names: Sequence[Any]) -> Share:
    return Share(sum(bool(counts.get(name)) for name in names), len(names))


@dataclass
class Coverage:
    """The operations of a run, in their order."""

    operations: dict[tuple[str, str], Covered] = field(default_factory=dict)

    def expect(self, api: Api, operation: Operation) -> None:
        """An operation that is to be asked."""
        self.operations.setdefault((api.id, operation.id), Covered(api, operation))

    def watch(self, subject: Subject, exchange: Exchange) -> None:
        """Take an exchange in."""
        self.expect(subject.api, subject.operation)
        self.operations[subject.api.id, subject.operation.id].watch(subject, exchange)

    def of(self, api: str) -> list[Covered]:
        """The operations of one API."""
        return [covered for (name, _), covered in self.operations.items() if name == api]

    def totals(self, api: str) -> dict[str, Share]:
        """What of an API was met, by kind."""
        found = [shares(covered) for covered in self.of(api)]
        return {kind: sum((each[kind] for each in found), Share(0, 0)) for kind in (found[0] if found else ())}


def _sights(held: Mapping[tuple[str, ...], tuple[Shape, ...]], body: Any) -> Iterator[tuple[str, Sight]]:
    for steps, fields in held.items():
        for holder in places(body, steps):
            if isinstance(holder, dict):
                for each in fields:
                    found = holder.get(each.name, ...)
                    yield each.pointer, "absent" if found is ... else "null" if found is None else "present"
