"""A request of a client, with the operation that it means and all the values in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from lookalike_specs import Api, Field, Operation, Scheme
from lookalike_specs.sample import encoded
from lookalike_specs.wire import JSON, Pairs, Request, pairs

from ..answers.exchange import FORM


@dataclass(frozen=True)
class Asked:
    """`variants` say which of the parameters and of the schemes count."""

    api: Api
    operation: Operation
    request: Request
    variants: Mapping[str, str]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """What the operation takes, by name; of headers, in lower case."""
        seen = (field for field in self.operation.fields if field.counts(self.variants))
        return {field.name.lower() if field.place == "header" else field.name: field for field in seen}

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """The ways to prove who calls."""
        return tuple(each for each in self.operation.schemes if each.counts(self.variants))

    @cached_property
    def query(self) -> Pairs:
        """The query's pairs."""
        return pairs(self.request.query)

    @cached_property
    def form(self) -> Pairs:
        """The form's pairs, if the body is one."""
        return pairs(self.request.body) if self.request.content_type == FORM else ()

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names in a JSON body."""
        if self.request.content_type != JSON:
            return ()
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ()
        return tuple(body) if isinstance(body, dict) else ()

    @cached_property
    def settled(self) -> Request:
        """The request with each value where the document has it, where the vendor takes query and form for one set.

        An empty value is none.
        """
        sent = [(pair, "query") for pair in self.query] + [(pair, "form") for pair in self.form]
        at: dict[str, list[tuple[str, str]]] = {"query": [], "form": []}
        for (name, value), place in sent:
            known = self.fields.get(name)
            own = known.place if known and self.operation.extension.merge else place
            if value:
                at[own if own in at and self._has_form else place].append((name, value))
        body = encoded_pairs(at["form"]) if self.form or at["form"] else self.request.body
        headers = self.request.headers
        if at["form"] and not self.form:
            headers = (*headers, (b"content-type", FORM.encode()))
        return msgspec.structs.replace(self.request, query=encoded_pairs(at["query"]), body=body, headers=headers)

    @property
    def _has_form(self) -> bool:
        """Whether the values may stand in a form that is there, or could be."""
        return bool(self.form) or (not self.request.body and FORM in self.operation.media_types)

    def where(self, parameter: str = "") -> str:
        """Where the document says it: the parameter's own place, else the operation's."""
        known = self.fields.get(parameter) or self.fields.get(parameter.lower())
        return f"#{known.pointer if known else self.operation.pointer}"


def encoded_pairs(found: list[tuple[str, str]]) -> bytes:
    """Pairs as a query or a form."""
    return b"&".join(encoded({name: value}) for name, value in found)
