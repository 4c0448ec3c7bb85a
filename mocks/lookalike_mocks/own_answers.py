"""Answers that Lookalike gives as itself, where no vendor answers, and their entries in a journal."""

from __future__ import annotations

import json
from functools import partial
from typing import Final

from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import Redactor

from .exceptions import MockError
from .reason import Reason, cut_text
from .redact import find_secrets_of_any, redact_text
from .sandbox import Sandboxes
from .sandbox.issued_secrets import ISSUED_SECRETS
from .sandbox.journal import JournalEntry

MAX_TEXT_LENGTH: Final = 500


def record_own_answer(sandboxes: Sandboxes, request: Request, error: MockError) -> JournalEntry:
    """Return the exchange, and write it into a journal: of the sandbox whose key is in the request, else the demo's.

    It belongs to no API, so that the entry's `api` is "".
    """
    state = sandboxes.find_owner(request) or sandboxes.demo.state
    entry = JournalEntry(
        state.clock(),
        "",
        request,
        render_own_answer(error),
        reason_finder=partial(explain_own_answer, sandboxes, error.rule, describe_own_answer(error)),
    )
    state.journal.add(entry)
    return entry


def render_own_answer(error: MockError) -> Response:
    """Return the JSON that says what is wrong."""
    body = json.dumps(error.payload, ensure_ascii=False)
    # half of a surrogate pair, as in the path "/\ud800", counts as "?"
    return Response(status=error.status, body=body.encode("utf-8", "replace"))


def describe_own_answer(error: MockError) -> str:
    """Return one sentence of what is wrong."""
    text = str(error.payload["error"])
    reason = error.payload.get("reason")
    if reason:
        return f"{text}: {reason}"
    return text


def explain_own_answer(sandboxes: Sandboxes, rule: str, text: str, request: Request) -> Reason:
    """Return why no vendor answered; nothing stands behind it but Lookalike, so it has no provenance."""
    secrets = find_secrets_of_any(sandboxes.demo.services.values(), request)
    redactor = Redactor(secrets, ISSUED_SECRETS.get_redactor())
    return Reason(text=cut_text(redact_text(redactor, text), MAX_TEXT_LENGTH), origin="mock", rule=rule)
