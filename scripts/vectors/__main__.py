"""Make the signature vectors anew: `python -m scripts.vectors [FOLDER]`, by default where they stand."""

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
    """Write a file for each scheme."""
    for build_suite in SUITE_BUILDERS:
        suite = build_suite()
        (folder / f"{suite.scheme}.json").write_text(format_suite(suite), "utf-8")


def format_suite(suite: VectorSuite) -> str:
    """Return JSON for people and for diffs: tests are spread over lines, a request or a note stands on one."""
    return "\n".join(_iter_lines(msgspec.to_builtins(suite), "")) + "\n"


def _iter_lines(value: Any, indent: str, label: str = "") -> Iterator[str]:
    """Yield an object or a list spread over lines, each member on one; of SPREAD_KEYS the inside is spread too."""
    if isinstance(value, Mapping):
        opening = "{"
        closing = "}"
        members = [_format_member(key, inner, f"{indent}  ", f"{json.dumps(key)}: ") for key, inner in value.items()]
    else:
        opening = "["
        closing = "]"
        members = [_format_member("", inner, f"{indent}  ", "") for inner in value]
    yield f"{indent}{label}{opening}"
    for lines in members[:-1]:
        yield from lines[:-1]
        yield f"{lines[-1]},"
    # JSON has no comma behind the last
    yield from members[-1]
    yield f"{indent}{closing}"


def _format_member(key: str, value: Any, indent: str, label: str) -> list[str]:
    is_spread = key in SPREAD_KEYS or not key
    if is_spread and isinstance(value, dict | list | tuple) and value:
        return list(_iter_lines(value, indent, label))
    return [f"{indent}{label}{json.dumps(value, ensure_ascii=False)}"]


if __name__ == "__main__":
    target = VECTORS_DIR
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
    main(target)
