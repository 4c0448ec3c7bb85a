"""What a test's look-alikes are like: by its mark, else by option, environment, ini file, in this order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

import pytest

from lookalike_specs.provenance import PROVENANCE_KINDS
from lookalike_specs.suggest import suggest

MAX_SEED = 2**63 - 1
MAX_SIZE = 10**9
MARK_KEYS: Final = ("situations", "kind", "operation", "variants", "seed", "size", "conformant", "trust")
DEFAULT_TRUST: Final = ("documented", "measured")


class Settings(NamedTuple):
    """Which catalogue, how large, `api.name` or `name` -> value of the variants, and documents of other APIs."""

    seed: int = 0
    size: int = 10_000
    variants: tuple[tuple[str, str], ...] = ()
    specs: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"seed {self.seed}, {self.size} goods"
        for key, value in self.variants:
            text += f", {key}={value}"
        for path in self.specs:
            text += f", {path}"
        return text


class ConformanceSettings(NamedTuple):
    """Whether a test's clients are judged when it is over, and which kinds of provenance a complaint fails it for."""

    is_checked: bool
    trust: tuple[str, ...]


def read_settings(config: pytest.Config, node: pytest.Item | None = None) -> Settings:
    """Return the settings of a test, or of the session. Fails the test for a value that cannot be."""
    mark: Mapping[str, Any] = {}
    if node:
        mark = read_mark(node)
    variants = dict(_parse_variant(text) for text in _read_list(config, "variant"))
    variants |= _check_variants(mark.get("variants", {}))
    return Settings(
        _parse_number("seed", mark.get("seed", _read_option(config, "seed")), 0, MAX_SEED),
        _parse_number("size", mark.get("size", _read_option(config, "size")), 1, MAX_SIZE),
        tuple(sorted(variants.items())),
        tuple(_read_list(config, "spec")),
    )


def read_conformance_settings(config: pytest.Config, node: pytest.Item) -> ConformanceSettings:
    """Return how a test's clients are judged. Fails the test for a value that cannot be."""
    mark = read_mark(node)
    is_checked = mark.get("conformant")
    if is_checked is None:
        is_checked = config.getoption("lookalike_conformant") or config.getini("lookalike-conformant")
    if not isinstance(is_checked, bool):
        fail_usage(f"@pytest.mark.lookalike: conformant is True or False, not {is_checked!r}")
    trust = mark.get("trust") or _read_option(config, "trust") or DEFAULT_TRUST
    try:
        return ConformanceSettings(is_checked, parse_trust(trust))
    except ValueError as error:
        fail_usage(f"lookalike-trust: {error}")


def parse_trust(trust: str | Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of provenance that a list, or a text such as `documented,measured`, names. Raises ValueError."""
    if isinstance(trust, str):
        trust = trust.replace(",", " ").split()
    kinds = tuple(trust)
    for kind in kinds:
        if kind not in PROVENANCE_KINDS:
            hint = suggest(str(kind), PROVENANCE_KINDS)
            raise ValueError(f"a kind of provenance is one of {', '.join(PROVENANCE_KINDS)}, not {kind!r}{hint}")
    return kinds


def read_mark(node: pytest.Item) -> Mapping[str, Any]:
    """Return what the marks of a test say; the nearest one counts. Fails the test for an unknown key."""
    merged: dict[str, Any] = {}
    # pytest gives the nearest mark first: a function's before its class's and its module's.
    for mark in reversed(list(node.iter_markers("lookalike"))):
        unknown = [repr(argument) for argument in mark.args]
        unknown += [key for key in mark.kwargs if key not in MARK_KEYS]
        if unknown:
            hint = _suggest_key(unknown[0], is_positional=bool(mark.args))
            fail_usage(f"@pytest.mark.lookalike takes {', '.join(MARK_KEYS)}, not {', '.join(unknown)}{hint}")
        merged |= mark.kwargs
    return merged


def _suggest_key(name: str, *, is_positional: bool) -> str:
    if is_positional:
        # such as `@pytest.mark.lookalike("tmapi/439")`
        return f"; did you mean situations={name}?"
    return suggest(name, MARK_KEYS)


def fail_usage(message: str) -> NoReturn:
    """Fail the test with one line on how the plugin is used."""
    # `from None`: the report would show the exception that led here too, which says the same
    raise pytest.fail.Exception(message, pytrace=False) from None


def _read_option(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"lookalike_{name}")
    variable = os.environ.get(f"LOOKALIKE_{name.upper()}")
    return str(option or variable or config.getini(f"lookalike-{name}") or "")


def _read_list(config: pytest.Config, name: str) -> list[str]:
    """Return texts such as `name=value`; in the environment, spaces stand between them."""
    option: list[str] = config.getoption(f"lookalike_{name}")
    if option:
        return option
    variable = os.environ.get(f"LOOKALIKE_{name.upper()}", "").split()
    if variable:
        return variable
    # paths of an ini file are below its folder
    return [str(line) for line in config.getini(f"lookalike-{name}")]


def _parse_variant(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        fail_usage(f"--lookalike-variant is NAME=VALUE, not {text!r}")
    return name.strip(), value.strip()


def _check_variants(variants: Any) -> dict[str, str]:
    if not isinstance(variants, Mapping):
        fail_usage(f"@pytest.mark.lookalike: variants are a dict such as {{'tmapi.auth': 'apikey'}}, not {variants!r}")
    return dict(variants)


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
