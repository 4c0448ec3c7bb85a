"""Signature vectors as the command line shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lookalike_specs.provenance import Source
from lookalike_specs.vectors import Vector, VectorGroup, VectorRequest, VectorSuite

from .output import indent_lines, render_table, style_bold, style_dim


def summarize_suite(suite: VectorSuite) -> dict[str, Any]:
    """Return a scheme in a line."""
    vectors = [vector for _, vector in suite.cases]
    return {
        "scheme": suite.scheme,
        "vectors": len(vectors),
        "valid": sum(vector.result == "valid" for vector in vectors),
        "invalid": sum(vector.result == "invalid" for vector in vectors),
        "confirmedBy": sorted({name for vector in vectors for name in vector.confirmed_by}),
    }


def summarize_vector(vector: Vector) -> dict[str, Any]:
    """Return a vector in a line."""
    error = None
    if vector.error:
        error = vector.error.id
    return {
        "tcId": vector.tc_id,
        "result": vector.result,
        "error": error,
        "flags": list(vector.flags),
        "comment": vector.comment,
    }


def render_suites_table(rows: list[dict[str, Any]]) -> str:
    """Return a table of schemes."""
    cells = [
        (row["scheme"], str(row["vectors"]), str(row["valid"]), str(row["invalid"]), ", ".join(row["confirmedBy"]))
        for row in rows
    ]
    return render_table(cells, ("scheme", "vectors", "valid", "invalid", "confirmed by"))


def render_vectors_table(rows: list[dict[str, Any]]) -> str:
    """Return a table of one scheme's vectors."""
    cells = [
        (str(row["tcId"]), row["result"], row["error"] or "", ", ".join(row["flags"]), row["comment"]) for row in rows
    ]
    return render_table(cells, ("id", "result", "error", "flags", "what"))


def render_suite(suite: VectorSuite) -> str:
    """Return what a scheme's stages and flags mean."""
    notes = [(flag, note.bug_type, note.description) for flag, note in suite.notes.items()]
    parts = [
        f"{style_bold(suite.scheme)}  {suite.algorithm}\n{_render_provenance(suite.provenance)}",
        f"{style_bold('stages')}\n{render_table(list(suite.stages.items()), indent='  ')}",
        f"{style_bold('flags')}\n{render_table(notes, indent='  ')}",
    ]
    return "\n\n".join(parts)


def render_vector(suite: VectorSuite, group: VectorGroup, vector: Vector) -> str:
    """Return one vector in full."""
    name = style_bold(f"{suite.scheme}/{vector.tc_id}")
    head = f"{name}  {vector.result}  {vector.comment}"
    facts = [
        ("flags", ", ".join(vector.flags)),
        ("clock", vector.clock or group.clock),
        *group.credentials.items(),
    ]
    if vector.error:
        error = vector.error
        facts.append(("error", f"{error.id}  HTTP {error.status}  code {error.code}  ({error.refusal})"))
    facts.append(("confirmed by", ", ".join(vector.confirmed_by)))
    return "\n\n".join([f"{head}\n{render_table(facts, indent='  ')}", *_render_sections(vector)])


def _render_sections(vector: Vector) -> Iterator[str]:
    for earlier in vector.before:
        request = indent_lines(_render_request(earlier.request))
        yield f"{style_bold('before')}  {earlier.clock}  {earlier.result}\n{request}"
    yield f"{style_bold('request')}\n{indent_lines(_render_request(vector.request))}"
    for name, text in vector.stages.items():
        yield f"{style_bold(name)}\n{indent_lines(text)}"


def _render_request(request: VectorRequest) -> str:
    """Return the request's text; its body in Base64 where it is no text."""
    target = request.path
    if request.query:
        target += f"?{request.query}"
    lines = [f"{request.method} {target}", f"host: {request.host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body:
        lines += ["", request.body]
    elif request.body_base64:
        # such as the bytes of a picture, which a terminal would take for escape sequences
        lines += ["", f"(Base64) {request.body_base64}"]
    return "\n".join(lines)


def _render_provenance(source: Source) -> str:
    return style_dim(f"{source.kind}: {source.source}")
