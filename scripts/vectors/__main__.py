"""Makes the signature vectors anew: `python -m scripts.vectors [FOLDER]`, by default where they stand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from lookalike_specs.vectors import VectorSuite

from . import acs3, daji, oss_policy, roa, rpc

VECTORS_DIR = Path(__file__).parents[2] / "specs/lookalike_specs/vectors"
SUITE_BUILDERS = (acs3.build_suite, daji.build_suite, oss_policy.build_suite, roa.build_suite, rpc.build_suite)
SPREAD_KEYS = ("notes", "stages", "testGroups", "tests")


def main(folder: Path) -> None:
    """Write a file per scheme."""
    for make in SUITE_BUILDERS:
        made = make()
        (folder / f"{made.scheme}.json").write_text(format_suite(made), "utf-8")


def format_suite(suite: VectorSuite) -> str:
    """JSON for people and for diffs: what is looked up is spread over lines, a request or a note stands on one."""
    return "\n".join(_format_lines(msgspec.to_builtins(suite), "")) + "\n"


def _format_lines(value: Any, indent: str, name: str = "") -> Iterator[str]:
    """An object spread over lines, each key on one; of `OPEN` keys the inside is spread too."""
    is_object = isinstance(value, Mapping)
    items = list(value.items()) if is_object else [("", each) for each in value]
    yield f"{indent}{name}{'{' if is_object else '['}"
    for at, (key, inside) in enumerate(items):
        label = f"{json.dumps(key)}: " if is_object else ""
        lines = _format_value(key, inside, indent + "  ", label)
        yield from lines[:-1]
        yield lines[-1] + ("," if at < len(items) - 1 else "")
    yield f"{indent}{'}' if is_object else ']'}"


def _format_value(key: str, value: Any, indent: str, label: str) -> list[str]:
    if (key in SPREAD_KEYS or not key) and isinstance(value, dict | list | tuple) and value:
        return list(_format_lines(value, indent, label))
    return [f"{indent}{label}{json.dumps(value, ensure_ascii=False)}"]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS_DIR)
