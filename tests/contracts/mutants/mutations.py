"""How a server is mutated: it reads another request than it got, or writes another response than it should."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from lookalike_specs import Operation, load_api
from lookalike_specs.messages import Request, Response, parse_pairs
from lookalike_specs.pointers import resolve_pointer
from lookalike_specs.request_builder import build_request
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

from .mutant import Respond

# of a request without its signature
Values = dict[str, Any]
Mutation = Callable[[Respond, Request], Response]
SIGNING_HEADERS = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "Date")


def find_operation(operation: str) -> Operation:
    api_id, _, operation_id = operation.partition("/")
    return next(operation for operation in load_api(api_id).operations if operation.id == operation_id)


def read_values(operation: str, request: Request) -> Values:
    """Return the parameters of a request, without its signature."""
    api = load_api(operation.partition("/")[0])
    locations = {field.name: field.location for field in find_operation(operation).fields}
    sent: Values = dict(parse_pairs(request.query))
    if request.content_type == "application/json":
        sent |= json.loads(request.body)
    else:
        sent |= dict(parse_pairs(request.body))
    for name, location in locations.items():
        text = request.get_header(name.lower().encode()) if location == "header" else None
        if text:
            sent[name] = text
    hidden = {*api.root.secrets, *SIGNING_HEADERS}
    return {name: value for name, value in sent.items() if name in locations and name not in hidden}


def build_signed_request(operation: str, values: Values) -> Request:
    """Return a request with these parameters, signed by the demo account."""
    api = load_api(operation.partition("/")[0])
    target = find_operation(operation)
    names = {field.name for field in target.fields}
    credentials = {name: value for name, value in api.account.items() if name in names}
    request = build_request(target, credentials | values, "http://127.0.0.1:8765")
    return sign(request, target.schemes[0], api.account, SigningContext(datetime.now(UTC), uuid4().hex))


def change_request(operation: str, change: Callable[[Values], Values]) -> Mutation:
    """Mutate a server so that it answers another request than it got."""

    def respond(honest: Respond, request: Request) -> Response:
        values = read_values(operation, request)
        changed = change(dict(values))
        # what is not changed is not signed anew either, so that a forged signature stays one
        if changed == values:
            return honest(request)
        return honest(build_signed_request(operation, changed))

    return respond


def ignore_parameters(operation: str, *names: str) -> Mutation:
    """Mutate a server so that it does not see some parameters."""

    def drop(values: Values) -> Values:
        return {name: value for name, value in values.items() if name not in names}

    return change_request(operation, drop)


def replace_in_filter(operation: str, old: str, new: str) -> Mutation:
    """Mutate a server so that it reads a sign of aliyun's filters as another one."""

    def replace(values: Values) -> Values:
        if "Filter" not in values:
            return values
        return values | {"Filter": values["Filter"].replace(old, new)}

    return change_request(operation, replace)


def replace_body(response: Response, body: Any) -> Response:
    """Return the response with another JSON body."""
    return Response(
        status=response.status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        media_type=response.media_type,
        headers=response.headers,
    )


def change_response(operation: str, change: Callable[[Any, Values], None], before: Mutation | None = None) -> Mutation:
    """Mutate a server so that its good responses have something changed in place, by what was asked.

    `before` is a mutation that comes first.
    """

    def respond(honest: Respond, request: Request) -> Response:
        response = before(honest, request) if before else honest(request)
        if response.status != 200 or not response.media_type.startswith("application/json"):
            return response
        body = json.loads(response.body)
        if isinstance(find_items(operation, body), list):
            change(body, read_values(operation, request))
        return replace_body(response, body)

    return respond


def find_items(operation: str, body: Any) -> Any:
    """Return the list of items, as it stands in the body."""
    return resolve_pointer(body, find_operation(operation).extension.invariants.items)


def change_items(
    operation: str, change: Callable[[list[Any], Values], list[Any] | None], before: Mutation | None = None
) -> Mutation:
    """Mutate a server so that its items are others; a `change` that returns None leaves them, or changed them in place."""

    def change_body(body: Any, values: Values) -> None:
        items = find_items(operation, body)
        changed = change(list(items), values)
        if changed is not None:
            items[:] = changed

    return change_response(operation, change_body, before)


def change_each_item(operation: str, change: Callable[[Any], None]) -> Mutation:
    """Mutate a server so that it changes every item in place."""

    def change_all(items: list[Any], _: Values) -> None:
        for item in items:
            change(item)

    return change_items(operation, change_all)


def fetch_body(operation: str, honest: Respond, values: Values) -> Any:
    """Return the body of the honest response to another request."""
    return json.loads(honest(build_signed_request(operation, values)).body)
