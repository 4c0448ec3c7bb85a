"""Signature vectors as the command line shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lookalike_specs.provenance import Origin
from lookalike_specs.vectors import Group, Message, Suite, Vector

from .text import block, faint, strong, table


def summary(suite: Suite) -> dict[str, Any]:
    """A scheme in a line."""
    vectors = [vector for _, vector in suite.cases]
    return {
        "scheme": suite.scheme,
        "vectors": len(vectors),
        "valid": sum(vector.result == "valid" for vector in vectors),
        "invalid": sum(vector.result == "invalid" for vector in vectors),
        "confirmedBy": sorted({name for vector in vectors for name in vector.confirmed_by}),
    }


def row(vector: Vector) -> dict[str, Any]:
    """A vector in a line."""
    return {
        "tcId": vector.tc_id,
        "result": vector.result,
        "error": vector.error.id if vector.error else None,
        "flags": list(vector.flags),
        "comment": vector.comment,
    }


def schemes(rows: list[dict[str, Any]]) -> str:
    """A table of schemes."""
    cells = [[", ".join(cell) if isinstance(cell, list) else str(cell) for cell in row.values()] for row in rows]
    return table(cells, ("scheme", "vectors", "valid", "invalid", "confirmed by"))


def vectors(rows: list[dict[str, Any]]) -> str:
    """A table of one scheme's vectors."""
    cells = [
        (str(row["tcId"]), row["result"], row["error"] or "", ", ".join(row["flags"]), row["comment"]) for row in rows
    ]
    return table(cells, ("id", "result", "error", "flags", "what"))


def about(suite: Suite) -> str:
    """What a scheme's stages and flags mean."""
    notes = [(flag, note.bug_type, note.description) for flag, note in suite.notes.items()]
    parts = [
        f"{strong(suite.scheme)}  {suite.algorithm}\n{_origin(suite.provenance)}",
        f"{strong('stages')}\n{table(list(suite.stages.items()), indent='  ')}",
        f"{strong('flags')}\n{table(notes, indent='  ')}",
    ]
    return "\n\n".join(parts)


def whole(suite: Suite, group: Group, vector: Vector) -> str:
    """One vector in full."""
    head = f"{strong(f'{suite.scheme}/{vector.tc_id}')}  {vector.result}  {vector.comment}"
    facts = [("flags", ", ".join(vector.flags)), ("clock", vector.clock or group.clock)]
    facts += list(group.credentials.items())
    if vector.error:
        told = f"{vector.error.id}  HTTP {vector.error.status}  code {vector.error.code}  ({vector.error.refusal})"
        facts.append(("error", told))
    facts.append(("confirmed by", ", ".join(vector.confirmed_by)))
    return "\n\n".join([f"{head}\n{table(facts, indent='  ')}", *_sections(vector)])


def _sections(vector: Vector) -> Iterator[str]:
    for earlier in vector.before:
        yield f"{strong('before')}  {earlier.clock}  {earlier.result}\n{block(_request(earlier.request))}"
    yield f"{strong('request')}\n{block(_request(vector.request))}"
    for name, text in vector.stages.items():
        yield f"{strong(name)}\n{block(text)}"


def _request(message: Message) -> str:
    """As it travels; Base64 where the body is no text."""
    url = f"{message.path}?{message.query}" if message.query else message.path
    lines = [f"{message.method} {url}", f"host: {message.host}"]
    lines += [f"{name}: {value}" for name, value in message.headers]
    body = message.body or (f"(Base64) {message.body_base64}" if message.body_base64 else "")
    return "\n".join([*lines, "", body] if body else lines)


def _origin(origin: Origin) -> str:
    return faint(f"{origin.kind}: {origin.source}")
