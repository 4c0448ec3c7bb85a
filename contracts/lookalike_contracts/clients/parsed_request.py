"""A request of a client, with the operation that it means and all the values in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from lookalike_specs import Api, Field, Operation, SecurityScheme
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, Pairs, Request, parse_pairs
from lookalike_specs.request_builder import encode_query


@dataclass(frozen=True)
class ClientRequest:
    """A request to an operation; `variants` say which of the parameters and of the schemes count."""

    api: Api
    operation: Operation
    request: Request
    variants: Mapping[str, str]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Return what the operation takes, by name; of headers, in lower case."""
        fields: dict[str, Field] = {}
        for field in self.operation.fields:
            if field.is_active(self.variants):
                name = field.name.lower() if field.location == "header" else field.name
                fields[name] = field
        return fields

    @cached_property
    def schemes(self) -> tuple[SecurityScheme, ...]:
        """Return the ways to prove who calls."""
        return tuple(scheme for scheme in self.operation.schemes if scheme.is_active(self.variants))

    @cached_property
    def query(self) -> Pairs:
        """Return the query's pairs."""
        return parse_pairs(self.request.query)

    @cached_property
    def form(self) -> Pairs:
        """Return the form's pairs; none where the body is no form."""
        if self.request.content_type != FORM_MEDIA_TYPE:
            return ()
        return parse_pairs(self.request.body)

    @property
    def pairs(self) -> Pairs:
        """Return the pairs of query and form."""
        return self.query + self.form

    @cached_property
    def body_members(self) -> tuple[str, ...]:
        """Return the names in a JSON body."""
        if self.request.content_type != JSON_MEDIA_TYPE:
            return ()
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ()
        return tuple(body) if isinstance(body, dict) else ()

    def get_value(self, name: str) -> str:
        """Return the first value of that name in query and form; "" for none."""
        for key, value in self.pairs:
            if key == name:
                return value
        return ""

    @cached_property
    def normalized_request(self) -> Request:
        """Return the request with each value where the document has it, and without empty ones, which count as none.

        Some vendors take query and form for one set: a parameter that the document has in the query may stand in the
        form. openapi-core looks for it in the document's place alone.
        """
        pairs: dict[str, list[tuple[str, str]]] = {"query": [], "form": []}
        located = [(pair, "query") for pair in self.query] + [(pair, "form") for pair in self.form]
        for (name, value), location in located:
            if value:
                pairs[self._normalize_location(name, location)].append((name, value))
        body = self.request.body
        headers = self.request.headers
        if self.form or pairs["form"]:
            body = encode_pairs(pairs["form"])
        if pairs["form"] and not self.form:
            headers = (*headers, (b"content-type", FORM_MEDIA_TYPE.encode()))
        return msgspec.structs.replace(self.request, query=encode_pairs(pairs["query"]), body=body, headers=headers)

    def _normalize_location(self, name: str, location: str) -> str:
        field = self.fields.get(name)
        if field is None or not self.operation.extension.merge_query_and_form or not self._can_have_form:
            return location
        return field.location if field.location in ("query", "form") else location

    @property
    def _can_have_form(self) -> bool:
        """Return whether values may stand in a form: one that is there, or one in the place of an empty body."""
        return bool(self.form) or (not self.request.body and FORM_MEDIA_TYPE in self.operation.media_types)

    def locate_rule(self, parameter: str = "") -> str:
        """Return where the document speaks of a parameter; the operation's place for one that it does not know."""
        field = self.fields.get(parameter) or self.fields.get(parameter.lower())
        return f"#{field.pointer if field else self.operation.pointer}"


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return pairs as a query or a form."""
    return b"&".join(encode_query({name: value}) for name, value in pairs)
