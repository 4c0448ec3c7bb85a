"""What saboteurs of searches are made with: what was asked, another question in its place, other items in the answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from lookalike_contracts.answers.pointer import at as found_at
from lookalike_specs import Operation, load
from lookalike_specs.proof import Moment, prove
from lookalike_specs.sample import build
from lookalike_specs.wire import Reply, Request, pairs

from .saboteur import Honest

Values = dict[str, Any]
Answer = Callable[[Honest, Request], Reply]
PROOF = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "Date")


def operation(at: str) -> Operation:
    api, _, id = at.partition("/")
    return next(each for each in load(api).operations if each.id == id)


def asked(at: str, request: Request) -> Values:
    """What a request asks for, without its proof."""
    api, names = load(at.partition("/")[0]), {field.name: field.place for field in operation(at).fields}
    sent: Values = dict(pairs(request.query))
    if request.content_type == "application/json":
        sent |= json.loads(request.body)
    else:
        sent |= dict(pairs(request.body))
    sent |= {
        name: text
        for name, place in names.items()
        if place == "header" and (text := request.header(name.lower().encode()))
    }
    hidden = {*api.root.secrets, *PROOF}
    return {name: value for name, value in sent.items() if name in names and name not in hidden}


def question(at: str, values: Values) -> Request:
    """That request, signed anew."""
    api, meant = load(at.partition("/")[0]), operation(at)
    account = api.account
    given = {name: account[name] for name in account if name in {field.name for field in meant.fields}}
    base = build(meant, given | values, "http://127.0.0.1:8765")
    return prove(base, meant.schemes[0], account, Moment(datetime.now(UTC), uuid4().hex))


def misheard(at: str, change: Callable[[Values], Values]) -> Answer:
    """A server that answers another question than it was asked."""

    def answer(honest: Honest, request: Request) -> Reply:
        values = asked(at, request)
        changed = change(dict(values))
        return honest(request) if changed == values else honest(question(at, changed))

    return answer


def without(at: str, *names: str) -> Answer:
    """A server that does not see some parameters."""
    return misheard(at, lambda values: {name: value for name, value in values.items() if name not in names})


def replied(reply: Reply, body: Any) -> Reply:
    return Reply(
        status=reply.status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        media_type=reply.media_type,
        headers=reply.headers,
    )


def in_answer(at: str, change: Callable[[Any, Values], None], heard: Answer | None = None) -> Answer:
    """A server whose good answers have something changed in place, by what was asked."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = heard(honest, request) if heard else honest(request)
        if reply.status != 200 or not reply.media_type.startswith("application/json"):
            return reply
        body = json.loads(reply.body)
        if isinstance(items(at, body), list):
            change(body, asked(at, request))
        return replied(reply, body)

    return answer


def items(at: str, body: Any) -> Any:
    """The list of items, as it stands in the answer."""
    return found_at(body, operation(at).extension.promises.items)


def in_items(at: str, change: Callable[[list[Any], Values], list[Any] | None], heard: Answer | None = None) -> Answer:
    """A server whose items are others; None leaves them, perhaps changed in place."""

    def spoil(body: Any, values: Values) -> None:
        listed = items(at, body)
        changed = change(list(listed), values)
        if changed is not None:
            listed[:] = changed

    return in_answer(at, spoil, heard)


def in_each(at: str, change: Callable[[Any], None]) -> Answer:
    """A server that changes every item in place."""

    def spoil(listed: list[Any], _: Values) -> None:
        for item in listed:
            change(item)

    return in_items(at, spoil)


def honestly(at: str, honest: Honest, values: Values) -> Any:
    """The body of the honest answer to another question."""
    return json.loads(honest(question(at, values)).body)
