"""The registry of APIs, and the plugins that add to it."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from lookalike_specs import registry
from lookalike_specs.plugins import PluginError, import_plugin, load_entry_points
from lookalike_specs.registry import list_api_ids, register_folder, register_import


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an API that is like one of ours."""
    target = tmp_path / "acme"
    target.mkdir()
    shutil.copy(str(files("lookalike_specs.apis") / "hiobuy" / "openapi.yaml"), target / "openapi.yaml")
    return target


def _write_distribution(target: Path, name: str, entry: str) -> None:
    info = target / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[lookalike.apis]\n{entry}\n")


def test_a_folder_is_registered_under_its_name(folder: Path) -> None:
    assert register_folder(folder, origin="a test") == "acme"
    assert "acme" in list_api_ids()


def test_an_id_is_not_given_twice(folder: Path) -> None:
    with pytest.raises(PluginError, match=r"API 'tmapi' from a test: its id is taken by lookalike"):
        register_folder(folder, origin="a test", api_id="tmapi")


def test_a_folder_without_a_document_is_none(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"has no openapi\.yaml"):
        register_folder(tmp_path, origin="a test")


def test_a_folder_can_be_named_on_the_command_line(folder: Path) -> None:
    register_import(str(folder))
    assert "acme" in list_api_ids()


def test_a_package_of_folders_can_be_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lookalike_test_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    shutil.move(folder, package / "acme")
    monkeypatch.syspath_prepend(tmp_path)
    register_import("lookalike_test_package")
    assert "acme" in list_api_ids()


@pytest.mark.parametrize(
    ("name", "text"), [("broken", "1 / 0"), ("gone", None)], ids=["one that raises", "one that is not there"]
)
def test_a_module_that_cannot_be_imported_is_told_in_one_line(
    name: str, text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text:
        (tmp_path / f"lookalike_test_{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PluginError, match=f"^module 'lookalike_test_{name}': cannot be imported: .*Error: ") as caught:
        import_plugin(f"lookalike_test_{name}")
    assert "\n" not in str(caught.value)


def test_an_entry_point_adds_an_api(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "lookalike_test_acme"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    shutil.copy(folder / "openapi.yaml", package / "openapi.yaml")
    _write_distribution(tmp_path / "site", "lookalike-acme", "acme-search = lookalike_test_acme")
    monkeypatch.syspath_prepend(tmp_path / "site")
    registry._discover_packages.cache_clear()
    assert "acme-search" in list_api_ids()


def test_an_entry_point_that_cannot_be_imported_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_distribution(tmp_path / "site", "lookalike-gone", "gone = lookalike_test_gone")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(PluginError, match=r"entry point 'gone' of lookalike\.apis, from lookalike-gone: cannot be"):
        load_entry_points("lookalike.apis")
