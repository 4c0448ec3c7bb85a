"""A plugin that fails in the middle of its import: nothing of it stays, and one line says which it is and why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.registry import CHECKS, import_checks, load_checks
from lookalike_mocks.authentication.verifiers import VERIFIERS
from lookalike_mocks.vendors import HANDLERS
from lookalike_specs import load_api, registry
from lookalike_specs.exceptions import UnknownApi
from lookalike_specs.plugins import PluginError
from lookalike_specs.registry import find_sources, list_api_ids, register_import
from lookalike_specs.signing import SCHEMES

NAME = "lookalike_test_half"
# What the package registers by importing a module of its own, before it fails.
PARTS = """
from lookalike_contracts.registry import passive_check

@passive_check("half/check", summary="s", rationale="w", remediation="h", source="o")
def look(context, exchange):
    yield from ()
"""
PACKAGE = """
from pathlib import Path

from lookalike_contracts.checks import select_checks
from lookalike_mocks.authentication.verifiers import VERIFIERS, register_verifier
from lookalike_mocks.vendors import HANDLERS, register_handler
from lookalike_specs import load_api
from lookalike_specs.registry import register_folder
from lookalike_specs.signing import KeyLocation, SigningScheme, register_signing_scheme

from . import parts

register_folder(Path(__file__).parents[1] / "half-api", origin="a test")
SCHEME = SigningScheme(name="half", sign=lambda request, *_: request, key_location=KeyLocation("header", "x"))
register_handler("half", HANDLERS["examples"])
register_verifier("half", VERIFIERS["key"])
register_signing_scheme(SCHEME)
load_api("half-api")
select_checks()
"""
FAILURES = {
    "raise ValueError('no licence')": "ValueError: no licence",
    "assert False": "AssertionError",
    "import sys; sys.exit('not today')": "SystemExit: not today",
    "import lookalike_test_half.missing": "ModuleNotFoundError: No module named 'lookalike_test_half.missing'",
}


def copy_tables() -> list[dict[str, object]]:
    """Return what is registered now, table by table."""
    return [dict(table) for table in (find_sources(), CHECKS, HANDLERS, VERIFIERS, SCHEMES)]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a package that registers one of everything; what a test registers is forgotten."""
    select_checks()
    tables: tuple[dict[str, Any], ...] = (CHECKS, HANDLERS, VERIFIERS, SCHEMES)
    copies = [dict(table) for table in tables]
    folder = tmp_path / NAME
    folder.mkdir()
    (tmp_path / "half-api").mkdir()
    shutil.copy(str(files("lookalike_specs.apis") / "hiobuy" / "openapi.yaml"), tmp_path / "half-api")
    (folder / "parts.py").write_text(PARTS)
    (folder / "__init__.py").write_text(PACKAGE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for table, copy in zip(tables, copies, strict=True):
        table.clear()
        table.update(copy)
    for name in [name for name in sys.modules if name.startswith(NAME)]:
        del sys.modules[name]
    registry._discover_packages.cache_clear()
    load_checks.cache_clear()


def install(package: Path, group: str) -> None:
    """Leave the entry point beside the package, as pip does."""
    info = package.parent / "half-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nhalf = {NAME}\n")
    registry._discover_packages.cache_clear()
    load_checks.cache_clear()


def import_by_command_line(_: Path) -> None:
    register_import(NAME)


def import_as_checks(_: Path) -> None:
    import_checks(NAME)


def install_apis(package: Path) -> None:
    if not (package.parent / "half-1.0.dist-info").exists():
        install(package, "lookalike.apis")
    list_api_ids()


def install_checks(package: Path) -> None:
    if not (package.parent / "half-1.0.dist-info").exists():
        install(package, "lookalike.checks")
    select_checks()


WAYS = (import_by_command_line, import_as_checks, install_apis, install_checks)


@pytest.mark.parametrize("load", WAYS)
@pytest.mark.parametrize("failure", FAILURES)
def test_nothing_of_half_a_plugin_stays(package: Path, failure: str, load: Callable[[Path], None]) -> None:
    tables = copy_tables()
    (package / "__init__.py").write_text(PACKAGE + failure)
    messages = set()
    # a second attempt says the same, and not that the first has taken its ids
    for _ in range(2):
        with pytest.raises(PluginError) as caught:
            load(package)
        messages.add(str(caught.value))
    (message,) = messages
    assert "half" in message.partition(": ")[0]
    assert message.endswith(f"cannot be imported: {FAILURES[failure]}")
    registry._discover_packages.cache_clear()
    shutil.rmtree(package.parent / "half-1.0.dist-info", ignore_errors=True)
    assert copy_tables() == tables
    # it was read before the failure, and what was read is forgotten too
    with pytest.raises(UnknownApi):
        load_api("half-api")


@pytest.mark.parametrize("load", [import_by_command_line, import_as_checks])
def test_a_plugin_that_was_mended_is_registered_whole(package: Path, load: Callable[[Path], None]) -> None:
    (package / "__init__.py").write_text(PACKAGE + "1 / 0")
    with pytest.raises(PluginError, match="division by zero"):
        load(package)
    (package / "__init__.py").write_text(PACKAGE)
    load(package)
    assert load_api("half-api").id in list_api_ids()
    assert "half/check" in CHECKS
    assert all("half" in table for table in (HANDLERS, VERIFIERS, SCHEMES))


def test_of_a_package_with_one_bad_folder_no_folder_is_registered(package: Path) -> None:
    (package / "__init__.py").write_text("")
    # the first in the alphabet is fine, the second has an id of ours
    for name in ("half-api", "tmapi"):
        shutil.copytree(package.parent / "half-api", package / name)
    with pytest.raises(PluginError, match="API 'tmapi' from the module lookalike_test_half: its id is taken"):
        register_import(NAME)
    assert "half-api" not in list_api_ids()


def test_a_folder_whose_code_fails_is_no_api(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lookalike_test_half_folder"
    shutil.copytree(package.parent / "half-api", folder)
    (folder / "__init__.py").write_text("1 / 0")
    with pytest.raises(PluginError, match=r"lookalike_test_half_folder.*division by zero"):
        register_import(str(folder))
    assert "lookalike_test_half_folder" not in list_api_ids()
    assert "lookalike_test_half_folder" not in sys.modules
