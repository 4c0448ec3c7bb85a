"""A request of a client, with the operation that it means and all the values in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec

from lookalike_specs import Api, Field, Operation, SecurityScheme
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, Pairs, Request, parse_pairs
from lookalike_specs.request_builder import encode_query
from lookalike_specs.signing.canonical import set_headers

from ..generation.multipart import MultipartPart, parse_parts
from .violation import RequestViolation, RequestViolationKind

# the places of parameters: there a document keeps the schema in a member of its own
PARAMETER_LOCATIONS: Final = ("path", "query", "header", "cookie")
# stands for a file's bytes, which are not judged
FILE_PLACEHOLDER: Final = "file"


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
    def parts(self) -> tuple[MultipartPart, ...]:
        """Return the parts of a multipart form; none where the body is none."""
        return parse_parts(self.request)

    @cached_property
    def files(self) -> tuple[MultipartPart, ...]:
        """Return the files of a multipart form."""
        return tuple(part for part in self.parts if part.is_file)

    @cached_property
    def form(self) -> Pairs:
        """Return the form's pairs, of either kind of form, files left out; none where the body is no form."""
        if self.request.content_type == FORM_MEDIA_TYPE:
            return parse_pairs(self.request.body)
        return tuple((part.name, part.value.decode("utf-8", "replace")) for part in self.parts if not part.is_file)

    @property
    def pairs(self) -> Pairs:
        """Return the pairs of query and form."""
        return self.query + self.form

    @cached_property
    def urlencoded_request(self) -> Request:
        """Return the request with a multipart form as a URL-encoded one; without such a form it is the same.

        Signatures are over decoded values, so `sign` is the same in both kinds of form: everything that reads, computes
        and diagnoses signatures needs to know only one of them.
        """
        if not self.parts:
            return self.request
        return _replace_form(self.request, self.form)

    @cached_property
    def json_object(self) -> Mapping[str, Any]:
        """Return the members of a JSON body; none where the body is no JSON object."""
        if self.request.content_type != JSON_MEDIA_TYPE:
            return {}
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
        if not isinstance(body, dict):
            return {}
        return body

    def get_value(self, name: str) -> str:
        """Return the first value of that name in query and form; "" for none."""
        for key, value in self.pairs:
            if key == name:
                return value
        return ""

    def read_value(self, name: str) -> str:
        """Return a value of query, form or headers; "" where there is none, and for a scheme that has no such name."""
        if not name:
            return ""
        return self.get_value(name) or self.request.get_header(name.lower().encode()) or ""

    @cached_property
    def normalized_request(self) -> Request:
        """Return the request with each value where the document has it, and without empty ones, which count as none.

        Some vendors take query and form for one set: a parameter that the document has in the query may stand in the
        form. openapi-core looks for it in the document's place alone.
        """
        query = list[tuple[str, str]]()
        form = list[tuple[str, str]]()
        located = [(pair, "query") for pair in self.query] + [(pair, "form") for pair in self.form]
        for (name, value), location in located:
            if not value:
                continue
            if self._normalize_location(name, location) == "form":
                form.append((name, value))
            else:
                query.append((name, value))
        request = msgspec.structs.replace(self.request, query=encode_pairs(query))
        # of a file it counts here only that it is there
        form += [(file.name, FILE_PLACEHOLDER) for file in self.files]
        if self.form or self.parts or form:
            return _replace_form(request, form)
        return request

    def _normalize_location(self, name: str, location: str) -> str:
        field = self.fields.get(name)
        if field is None or not self.operation.extension.merge_query_and_form or not self._can_have_form:
            return location
        if field.location in ("query", "form"):
            return field.location
        return location

    @property
    def _can_have_form(self) -> bool:
        """Return whether values may stand in a form: one that is there, or one in the place of an empty body."""
        return bool(self.form) or (not self.request.body and FORM_MEDIA_TYPE in self.operation.media_types)

    def build_violation(
        self, kind: RequestViolationKind, parameter: str, message: str, *, subject: str = "", keyword: str = ""
    ) -> RequestViolation:
        """Return a violation of what the document says of a field; without such a field, of the operation.

        `keyword` is the very member there that is violated, such as `maximum`: it may come from elsewhere than the rest.
        """
        field = self.fields.get(subject) or self.fields.get(subject.lower())
        rule = self.operation.pointer
        fact = keyword
        if field is not None:
            rule = field.pointer
            if field.location in PARAMETER_LOCATIONS and keyword not in ("", "required"):
                fact = f"schema/{keyword}"
        # a pointer that ends in a slash would name a member without a name
        source = self.api.find_provenance(f"{rule}/{fact}".removesuffix("/"))
        return RequestViolation(kind, parameter, message, f"#{rule}", source)


def _replace_form(request: Request, form: Iterable[tuple[str, str]]) -> Request:
    """Return the request with a URL-encoded form for its body."""
    headers = set_headers(request, (("content-type", FORM_MEDIA_TYPE),)).headers
    return msgspec.structs.replace(request, body=encode_pairs(form), headers=headers)


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return pairs as a query or a form."""
    return b"&".join(encode_query({name: value}) for name, value in pairs)
