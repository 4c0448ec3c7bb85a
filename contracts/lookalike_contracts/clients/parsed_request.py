"""A request of a client, with the operation that it means and all the values in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from lookalike_specs import Api, Field, Operation, SecurityScheme
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, Pairs, Request, parse_pairs
from lookalike_specs.request_builder import encode_query


@dataclass(frozen=True)
class ClientRequest:
    """`variants` say which of the parameters and of the schemes count."""

    api: Api
    operation: Operation
    request: Request
    variants: Mapping[str, str]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """What the operation takes, by name; of headers, in lower case."""
        seen = (field for field in self.operation.fields if field.is_active(self.variants))
        return {field.name.lower() if field.location == "header" else field.name: field for field in seen}

    @cached_property
    def schemes(self) -> tuple[SecurityScheme, ...]:
        """The ways to prove who calls."""
        return tuple(each for each in self.operation.schemes if each.is_active(self.variants))

    @cached_property
    def query(self) -> Pairs:
        """The query's pairs."""
        return parse_pairs(self.request.query)

    @cached_property
    def form(self) -> Pairs:
        """The form's pairs, if the body is one."""
        return parse_pairs(self.request.body) if self.request.content_type == FORM_MEDIA_TYPE else ()

    @cached_property
    def body_members(self) -> tuple[str, ...]:
        """The names in a JSON body."""
        if self.request.content_type != JSON_MEDIA_TYPE:
            return ()
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ()
        return tuple(body) if isinstance(body, dict) else ()

    @cached_property
    def normalized_request(self) -> Request:
        """The request with each value where the document has it, where the vendor takes query and form for one set.

        An empty value is none.
        """
        sent = [(pair, "query") for pair in self.query] + [(pair, "form") for pair in self.form]
        at: dict[str, list[tuple[str, str]]] = {"query": [], "form": []}
        for (name, value), place in sent:
            known = self.fields.get(name)
            own = known.location if known and self.operation.extension.merge_query_and_form else place
            if value:
                at[own if own in at and self._has_form else place].append((name, value))
        body = encode_pairs(at["form"]) if self.form or at["form"] else self.request.body
        headers = self.request.headers
        if at["form"] and not self.form:
            headers = (*headers, (b"content-type", FORM_MEDIA_TYPE.encode()))
        return msgspec.structs.replace(self.request, query=encode_pairs(at["query"]), body=body, headers=headers)

    @property
    def _has_form(self) -> bool:
        """Whether the values may stand in a form that is there, or could be."""
        return bool(self.form) or (not self.request.body and FORM_MEDIA_TYPE in self.operation.media_types)

    def locate_rule(self, parameter: str = "") -> str:
        """Where the document says it: the parameter's own place, else the operation's."""
        known = self.fields.get(parameter) or self.fields.get(parameter.lower())
        return f"#{known.pointer if known else self.operation.pointer}"


def encode_pairs(found: list[tuple[str, str]]) -> bytes:
    """Pairs as a query or a form."""
    return b"&".join(encode_query({name: value}) for name, value in found)
