"""Testers: requests in the name of whoever has these credentials, and what the answers come to."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

HOST = "127.0.0.1"


def build_signed_request(
    api: str,
    credentials: Mapping[str, str],
    *,
    now: float | None = None,
    nonce: str = "",
    scheme: int = 0,
    at: int = 0,
    **values: Any,
) -> Request:
    """A good request for an operation of the API, its first or the one `at` that place, signed by one of its schemes.

    With other values than the examples' if there are any.
    """
    loaded = load_api(api)
    operation, known = loaded.operations[at], collect_examples(loaded, loaded.operations[at])
    names = ("x-acs-action", "x-acs-version", "Action", "Version")
    needed: dict[str, Any] = {name: known[name] for name in names if name in known}
    sent: dict[str, Any] = {**needed, **build_minimal_values(loaded, operation, credentials), **values}
    unsigned = build_request(operation, sent, f"http://{HOST}")
    when = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
    return sign(unsigned, operation.schemes[scheme], credentials, SigningContext(when, nonce or uuid4().hex))


def send_request(client: httpx.Client, request: Request) -> Response:
    """The reply over HTTP."""
    url = f"{request.path}?{request.query.decode()}" if request.query else request.path
    headers = [(name, value) for name, value in request.headers if name != b"host"] + [(b"host", HOST.encode())]
    answer = client.request(request.method, url, headers=headers, content=request.body)
    return Response(status=answer.status_code, body=answer.content, media_type=answer.headers["content-type"])


# what an answer says of the request, or of the moment, and not of the sandbox
TRACE_PATTERN = re.compile(r"trace%40\w+")
VOLATILE_KEYS = {"RequestId", "requestId", "traceId", "timestamp", "time", "HostId", "request_id", "trace_id"}


def summarize_response(reply: Response) -> str:
    """The status of an answer, and all in it that does not depend on who asked."""
    is_json = reply.media_type.startswith("application/json")
    body = drop_volatile(msgspec.json.decode(reply.body)) if is_json else reply.body
    return f"{reply.status} {TRACE_PATTERN.sub('', str(body))}"


def drop_volatile(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: drop_volatile(inner) for name, inner in node.items() if name not in VOLATILE_KEYS}
    return [drop_volatile(inner) for inner in node] if isinstance(node, list) else node
