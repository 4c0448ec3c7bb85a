"""Whether the document allows an answer, and whether that is still the answer of a search that went well."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from lookalike_specs.answer_edits import apply_edits
from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING, resolve_pointer

from ...responses.json_body import parse_json_body
from ...responses.schema import find_response_violations
from .drawn_answer import DrawnKind, EditCandidate, list_edits
from .places import GoodAnswer


def edit_response(answer: GoodAnswer, candidates: Sequence[EditCandidate]) -> Response:
    """Return a good answer with edits."""
    body = apply_edits(answer.response.body, list_edits(candidates))
    return msgspec.structs.replace(answer.response, body=body)


def classify_response(answer: GoodAnswer, response: Response) -> DrawnKind | None:
    """Return whether the document allows an edited answer or forbids it; None where it would mean something else.

    An answer that the document allows may be an error, such as one with another code: who fails at it is right.
    """
    if any(find_response_violations(answer.api.id, answer.request, response)):
        return "forbidden"
    body = parse_json_body(response)
    invariants = answer.operation.extension.invariants
    if body is MISSING or not isinstance(resolve_pointer(body, invariants.items), list):
        return None
    for pointer, expected in invariants.success.items():
        if resolve_pointer(body, pointer) != expected:
            return None
    return "allowed"


def select_allowed(answer: GoodAnswer, candidates: Sequence[EditCandidate]) -> list[EditCandidate]:
    """Return those edits that are allowed, all of them together.

    Halved where they are not: hardly any is wrong, and to validate each alone would take seconds.
    """
    if not candidates or classify_response(answer, edit_response(answer, candidates)) == "allowed":
        return list(candidates)
    if len(candidates) == 1:
        return []
    middle = len(candidates) // 2
    selected = select_allowed(answer, candidates[:middle])
    others = select_allowed(answer, candidates[middle:])
    together = [*selected, *others]
    if classify_response(answer, edit_response(answer, together)) == "allowed":
        return together
    for candidate in others:
        # two that are allowed each for itself may not be allowed together
        if classify_response(answer, edit_response(answer, [*selected, candidate])) == "allowed":
            selected.append(candidate)
    return selected
