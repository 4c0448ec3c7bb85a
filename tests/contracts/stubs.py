"""Honest stubs: servers that differ from our mock in one thing that we made up, and in nothing that anybody knows.

Each is our own mock over a document in which one invented leaf has another value. So it answers as a vendor might who
words an error otherwise, has another page for an unknown path, or refuses a broken rule with another error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from lookalike_contracts.checks import select_checks
from lookalike_contracts.finding import Finding
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import Api, load_api, registry
from lookalike_specs.load import build_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.pointers import get_child, join_pointer, split_pointer
from lookalike_specs.provenance import find_provenance
from lookalike_specs.references import follow_reference

# the families that look at refusals: all that is changed are errors, and what they come of
FAMILIES = ("answer", "error", "limits", "request", "signature", "image")
MAX_CASES = 8
OTHER_WORDS = "Quite another sentence, from somebody else"
OTHER_STATUSES = (409, 418)
NUMBERS = count()


@dataclass(frozen=True)
class Stub:
    """A server of an API whose document says something else at `pointer`; `only` are the operations that show it."""

    api: str
    pointer: str
    value: Any
    only: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.api}{self.pointer}"

    def build_api(self) -> Api:
        """Return the API as the stub has it."""
        # without an alias: what is changed in one place stays as it is in all others
        document = json.loads(json.dumps(load_api(self.api).document))
        *parents, last = split_pointer(self.pointer)
        _follow_path(document, parents)[last] = self.value
        # an id of its own, or every cache would be emptied for the next stub
        return build_api(f"stub-{next(NUMBERS)}-of-{self.api}", document)


def _follow_path(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the object below a document at these names, also where a `$ref` leads to another place of it.

    A body's rules stand in `#/components/schemas/Query`, say, while they are named by the operation that has them.
    """
    node = document
    for name in names:
        node = get_child(node, name)
        while "$ref" in node:
            node = follow_reference(document, node["$ref"])
    return node


@dataclass
class StubTarget:
    """A stub as a target, without a network."""

    mock: Mock
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        return self.mock.respond(request)


@cache
def list_stubs(api_id: str) -> tuple[Stub, ...]:
    """Return a stub for every invented leaf of a document that reaches an answer."""
    api = load_api(api_id)
    stubs = []
    for pointer, value, only in _iter_changes(api):
        if find_provenance(api.document, pointer).kind == "invented":
            stubs.append(Stub(api_id, pointer, value, only or (api.operations[0].id,)))
    return tuple(stubs)


def judge_stub(stub: Stub) -> list[Finding]:
    """Return what the judge finds at a stub, by the document as it is."""
    changed = stub.build_api()
    api = load_api(stub.api)
    target = StubTarget(Mock(changed))
    operations = frozenset(f"{stub.api}/{operation}" for operation in stub.only)
    config = RunConfig(
        (api,),
        select_checks(FAMILIES),
        {stub.api: target},
        {stub.api: api.account},
        selected_operations=operations,
        max_cases=MAX_CASES,
    )
    findings = [finding for result in execute_checks(config) for finding in result.findings]
    registry._sources.pop(changed.id, None)
    return findings


def _iter_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    yield from _iter_error_changes(api)
    yield from _iter_format_changes(api)
    yield from _iter_routing_changes(api)
    yield from _iter_reaction_changes(api)
    yield from _iter_scheme_changes(api)


def _iter_error_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield another message, code, status and header of each error."""
    for name, error in api.root.errors.items():
        only = _pick_operation(api, name)
        pointer = join_pointer("x-lookalike", "errors", name)
        yield f"{pointer}/message", OTHER_WORDS, only
        if error.code is not None:
            yield f"{pointer}/code", 98765 if isinstance(error.code, int) else "Something.Else", only
        yield f"{pointer}/status", next(status for status in OTHER_STATUSES if status != error.status), only
        for header in error.headers:
            yield f"{pointer}/headers/{header}", "something-else", only


def _iter_format_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield another body, media type and status of each format."""
    for name, error_format in api.root.error_formats.items():
        pointer = join_pointer("x-lookalike", "error-formats", name)
        if isinstance(error_format.body, dict):
            yield f"{pointer}/body", {"problem": "{message}", "number": "{code}"}, ()
        yield f"{pointer}/media-type", "application/problem+json", ()


def _iter_routing_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield for a wrong path and a wrong method the other one's error, and that of a broken rule."""
    routing = api.root.routing
    pointer = "/x-lookalike/routing"
    default = api.operations[0].extension.errors["default"]
    for key, error in (("not-found", routing.not_found), ("method", routing.method)):
        for other in (routing.not_found, routing.method, default):
            if isinstance(other, str) and other != error:
                yield f"{pointer}/{key}", other, ()


def _iter_reaction_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield another error of the catalogue for each broken rule, and none at all for one of a parameter."""
    for operation in api.operations:
        errors = list(api.list_errors(operation))
        for keyword, reaction in operation.extension.errors.items():
            if isinstance(reaction, str):
                other = next(error for error in errors if error != reaction)
                yield f"{operation.pointer}/x-lookalike/errors/{keyword}", other, (operation.id,)
        for field in operation.fields:
            for keyword, reaction in field.reactions.items():
                if not isinstance(reaction, str):
                    continue
                pointer = f"{field.pointer}/x-errors/{keyword}"
                yield pointer, next(error for error in errors if error != reaction), (operation.id,)


def _iter_scheme_changes(api: Api) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield another error for each way to sign wrongly."""
    for operation in api.operations[:1]:
        for scheme in operation.schemes:
            for refusal, error in scheme.extension.errors.items():
                other = next(name for name in api.list_errors(operation) if name != error)
                pointer = f"/components/securitySchemes/{scheme.name}/x-lookalike/errors/{refusal}"
                yield pointer, other, (operation.id,)


def _pick_operation(api: Api, error: str) -> tuple[str, ...]:
    """Return an operation that has an error among its reactions, else the first that may answer it."""
    candidates = [operation for operation in api.operations if error in api.list_errors(operation)]
    for operation in candidates:
        if error in repr(operation.extension.errors) + repr([field.reactions for field in operation.fields]):
            return (operation.id,)
    return tuple(operation.id for operation in candidates[:1])
