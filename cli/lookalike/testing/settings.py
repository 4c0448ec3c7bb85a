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
        text = f"seed {self.seed}, {self.size} goods"
        for key, value in self.variants:
            text += f", {key}={value}"
        return text


def read_settings(config: pytest.Config, node: pytest.Item | None = None) -> Settings:
    """Return the settings of a test, or of the session. Fails the test for a value that cannot be."""
    mark: Mapping[str, Any] = {}
    if node:
        mark = read_mark(node)
    variants = dict(_parse_variant(text) for text in _read_variants(config))
    variants |= mark.get("variants", {})
    return Settings(
        _parse_number("seed", mark.get("seed", _read_option(config, "seed")), 0, MAX_SEED),
        _parse_number("size", mark.get("size", _read_option(config, "size")), 1, MAX_SIZE),
        tuple(sorted(variants.items())),
    )


def read_mark(node: pytest.Item) -> Mapping[str, Any]:
    """Return what the marks of a test say; the nearest one counts. Fails the test for an unknown key."""
    merged: dict[str, Any] = {}
    # pytest gives the nearest mark first: a function's before its class's and its module's.
    for mark in reversed(list(node.iter_markers("lookalike"))):
        unknown = [repr(argument) for argument in mark.args]
        unknown += [key for key in mark.kwargs if key not in MARK_KEYS]
        if unknown:
            fail_usage(f"@pytest.mark.lookalike takes {', '.join(MARK_KEYS)}, not {', '.join(unknown)}")
        merged |= mark.kwargs
    return merged


def fail_usage(message: str) -> NoReturn:
    """Fail the test with one line on how the plugin is used."""
    pytest.fail(message, pytrace=False)


def _read_option(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"lookalike_{name}")
    variable = os.environ.get(f"LOOKALIKE_{name.upper()}")
    return str(option or variable or config.getini(f"lookalike-{name}") or "")


def _read_variants(config: pytest.Config) -> list[str]:
    """Return texts such as `name=value`; in the environment, spaces stand between them."""
    option: list[str] = config.getoption("lookalike_variant")
    if option:
        return option
    variable = os.environ.get("LOOKALIKE_VARIANT", "").split()
    if variable:
        return variable
    lines: list[str] = config.getini("lookalike-variant")
    return lines


def _parse_variant(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        fail_usage(f"--lookalike-variant is NAME=VALUE, not {text!r}")
    return name.strip(), value.strip()


def _parse_number(name: str, text: Any, minimum: int, maximum: int) -> int:
    if text == "":
        return int(Settings._field_defaults[name])
    try:
        number = int(text)
    except (TypeError, ValueError):
        number = -1
    if not minimum <= number <= maximum:
        fail_usage(f"lookalike-{name} is a number from {minimum} to {maximum}, not {text!r}")
    return number
