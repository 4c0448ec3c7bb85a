"""What saboteurs of searches are made with: what was asked, another question in its place, other items in the answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from lookalike_specs import Operation, load_api
from lookalike_specs.messages import Request, Response, parse_pairs
from lookalike_specs.pointers import resolve_pointer as found_at
from lookalike_specs.request_builder import build_request
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

from .mutant import Respond

Values = dict[str, Any]
Mutation = Callable[[Respond, Request], Response]
SIGNING_HEADERS = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "Date")


def find_operation(at: str) -> Operation:
    api, _, id = at.partition("/")
    return next(each for each in load_api(api).operations if each.id == id)


def read_values(at: str, request: Request) -> Values:
    """What a request asks for, without its proof."""
    api, names = load_api(at.partition("/")[0]), {field.name: field.location for field in find_operation(at).fields}
    sent: Values = dict(parse_pairs(request.query))
    if request.content_type == "application/json":
        sent |= json.loads(request.body)
    else:
        sent |= dict(parse_pairs(request.body))
    sent |= {
        name: text
        for name, place in names.items()
        if place == "header" and (text := request.get_header(name.lower().encode()))
    }
    hidden = {*api.root.secrets, *SIGNING_HEADERS}
    return {name: value for name, value in sent.items() if name in names and name not in hidden}


def build_signed_request(at: str, values: Values) -> Request:
    """That request, signed anew."""
    api, meant = load_api(at.partition("/")[0]), find_operation(at)
    account = api.account
    given = {name: account[name] for name in account if name in {field.name for field in meant.fields}}
    base = build_request(meant, given | values, "http://127.0.0.1:8765")
    return sign(base, meant.schemes[0], account, SigningContext(datetime.now(UTC), uuid4().hex))


def change_request(at: str, change: Callable[[Values], Values]) -> Mutation:
    """A server that answers another question than it was asked."""

    def answer(honest: Respond, request: Request) -> Response:
        values = read_values(at, request)
        changed = change(dict(values))
        return honest(request) if changed == values else honest(build_signed_request(at, changed))

    return answer


def ignore_parameters(at: str, *names: str) -> Mutation:
    """A server that does not see some parameters."""
    return change_request(at, lambda values: {name: value for name, value in values.items() if name not in names})


def replace_body(reply: Response, body: Any) -> Response:
    return Response(
        status=reply.status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        media_type=reply.media_type,
        headers=reply.headers,
    )


def change_response(at: str, change: Callable[[Any, Values], None], heard: Mutation | None = None) -> Mutation:
    """A server whose good answers have something changed in place, by what was asked."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = heard(honest, request) if heard else honest(request)
        if reply.status != 200 or not reply.media_type.startswith("application/json"):
            return reply
        body = json.loads(reply.body)
        if isinstance(find_items(at, body), list):
            change(body, read_values(at, request))
        return replace_body(reply, body)

    return answer


def find_items(at: str, body: Any) -> Any:
    """The list of items, as it stands in the answer."""
    return found_at(body, find_operation(at).extension.invariants.items)


def change_items(
    at: str, change: Callable[[list[Any], Values], list[Any] | None], heard: Mutation | None = None
) -> Mutation:
    """A server whose items are others; None leaves them, perhaps changed in place."""

    def spoil(body: Any, values: Values) -> None:
        listed = find_items(at, body)
        changed = change(list(listed), values)
        if changed is not None:
            listed[:] = changed

    return change_response(at, spoil, heard)


def change_each_item(at: str, change: Callable[[Any], None]) -> Mutation:
    """A server that changes every item in place."""

    def spoil(listed: list[Any], _: Values) -> None:
        for item in listed:
            change(item)

    return change_items(at, spoil)


def fetch_body(at: str, honest: Respond, values: Values) -> Any:
    """The body of the honest answer to another question."""
    return json.loads(honest(build_signed_request(at, values)).body)
