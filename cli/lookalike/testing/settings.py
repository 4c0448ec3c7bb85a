"""What a test's look-alikes are like: by its mark, else by option, environment, ini file, in this order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

import pytest

MAX_SEED = 2**63 - 1
MAX_SIZE = 10**9
MARK_KEYS: Final = ("situations", "operation", "variants", "seed", "size")


class Settings(NamedTuple):
    """Which catalogue, how large, and `api.name` or `name` -> value of the variants."""

    seed: int = 0
    size: int = 10_000
    variants: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """One line for a person."""
        chosen = ", ".join(f"{key}={value}" for key, value in self.variants)
        return f"seed {self.seed}, {self.size} goods" + (f", {chosen}" if chosen else "")


def read_settings(config: pytest.Config, node: pytest.Item | None = None) -> Settings:
    """The settings of a test, or of the session. Fails the test for a value that cannot be."""
    said = read_mark(node) if node else {}
    variants = dict(_parse_variant(text) for text in _read_variants(config)) | dict(said.get("variants", {}))
    return Settings(
        _parse_number("seed", said.get("seed", _read_option(config, "seed")), 0, MAX_SEED),
        _parse_number("size", said.get("size", _read_option(config, "size")), 1, MAX_SIZE),
        tuple(sorted(variants.items())),
    )


def read_mark(node: pytest.Item) -> Mapping[str, Any]:
    """What the marks of a test say; the nearest one counts. Fails for an unknown key."""
    found: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("lookalike"))):
        unknown = [*map(repr, mark.args), *(key for key in mark.kwargs if key not in MARK_KEYS)]
        if unknown:
            fail_usage(f"@pytest.mark.lookalike takes {', '.join(MARK_KEYS)}, not {', '.join(unknown)}")
        found |= mark.kwargs
    return found


def fail_usage(message: str) -> NoReturn:
    """Say in one line what is wrong with how the plugin is used."""
    pytest.fail(message, pytrace=False)


def _read_option(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"lookalike_{name}")
    return str(option or os.environ.get(f"LOOKALIKE_{name.upper()}") or config.getini(f"lookalike-{name}") or "")


def _read_variants(config: pytest.Config) -> list[str]:
    """`name=value` each; in the environment, spaces are between them."""
    option = config.getoption("lookalike_variant")
    found: list[str] = option or os.environ.get("LOOKALIKE_VARIANT", "").split() or config.getini("lookalike-variant")
    return found


def _parse_variant(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        fail_usage(f"--lookalike-variant is NAME=VALUE, not {text!r}")
    return name.strip(), value.strip()


def _parse_number(name: str, given: Any, least: int, most: int) -> int:
    if given == "":
        return int(Settings._field_defaults[name])
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = -1
    if not least <= number <= most:
        fail_usage(f"lookalike-{name} is a number from {least} to {most}, not {given!r}")
    return number
