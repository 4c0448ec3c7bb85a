"""Fixtures for APIs of OpenAPI documents that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import pytest

from lookalike_specs import SpecError
from lookalike_specs.spec_file import load_spec_file

from .settings import read_settings

PLUGIN_NAME: Final = "lookalike-spec-fixtures"


def register_spec_fixtures(config: pytest.Config, create_fixture: Callable[[str], Any]) -> None:
    """Register a fixture for each document, by the name of its file. Raise UsageError for one that cannot be read."""
    plugin = ModuleType(PLUGIN_NAME)
    for path in read_settings(config).specs:
        try:
            api = load_spec_file(path).id
        except (SpecError, OSError) as error:
            raise pytest.UsageError(f"lookalike-spec: {error}") from None
        setattr(plugin, f"_{api}", create_fixture(api))
    config.pluginmanager.register(plugin, PLUGIN_NAME)
