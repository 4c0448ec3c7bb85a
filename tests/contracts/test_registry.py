"""What every check is known by."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike_contracts import registry
from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.exceptions import BadCheckId, DuplicateCheck, UnknownCheck
from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.registry import CHECKS, Check, active_check, import_checks, load_checks, passive_check
from lookalike_contracts.runner import PRECONDITION_CHECK
from lookalike_specs.plugins import PluginError

ID = re.compile(r"[a-z]+/[a-z]+(-[a-z]+)*")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """An empty registry."""
    empty: dict[str, Check] = {}
    monkeypatch.setattr(registry, "CHECKS", empty)
    return empty


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_a_check_says_all_that_explain_tells(check: Check) -> None:
    assert ID.fullmatch(check.id)
    assert check.id.startswith(f"{check.family}/")
    assert all(text.strip() for text in (check.summary, check.rationale, check.remediation, check.source))
    assert check.summary.endswith(".")
    assert check.severity in ("error", "warning")
    assert (check.passive_function is None) != (check.active_function is None)


def test_a_check_that_looks_and_one_that_asks_are_registered(checks: dict[str, Check]) -> None:
    @passive_check("a/look", summary="s", rationale="w", remediation="h", source="o", severity="warning")
    def looks(_: CheckContext, __: Exchange) -> Iterator[Failure]:
        yield from ()

    @active_check("a/probe", summary="s", rationale="w", remediation="h", source="o", applies=lambda _: False)
    def probes(_: CheckContext) -> Iterator[Failure]:
        yield from ()

    assert list(checks) == ["a/look", "a/probe"]
    assert (checks["a/look"].passive_function, checks["a/look"].active_function, checks["a/look"].severity) == (
        looks,
        None,
        "warning",
    )
    assert (checks["a/probe"].passive_function, checks["a/probe"].active_function, checks["a/probe"].severity) == (
        None,
        probes,
        "error",
    )


def test_an_id_belongs_to_one_check(checks: dict[str, Check]) -> None:
    passive_check("a/look", summary="s", rationale="w", remediation="h", source="o")(lambda *_: iter(()))
    with pytest.raises(ValueError, match="a/look") as caught:
        active_check("a/look", summary="s", rationale="w", remediation="h", source="o")(lambda *_: iter(()))
    assert isinstance(caught.value, DuplicateCheck)
    assert list(checks) == ["a/look"]


@pytest.mark.parametrize("check_id", ["", "look", "/look", "a/", "a/look/twice"])
def test_an_id_is_a_family_and_a_name(checks: dict[str, Check], check_id: str) -> None:
    with pytest.raises(BadCheckId, match="family/name"):
        active_check(check_id, summary="s", rationale="w", remediation="h", source="o")(lambda *_: iter(()))
    assert checks == {}


def test_checks_are_chosen_by_id_and_family() -> None:
    assert select_checks() == tuple(CHECKS.values())
    assert [check.id for check in select_checks((PRECONDITION_CHECK,))] == [PRECONDITION_CHECK]
    assert {check.family for check in select_checks(("paging",))} == {"paging"}
    assert {check.family for check in select_checks(skip=("paging",))} == {
        check.family for check in CHECKS.values()
    } - {"paging"}
    assert select_checks(("paging",), ("paging",)) == ()
    assert PRECONDITION_CHECK not in {check.id for check in select_checks(skip=(PRECONDITION_CHECK,))}


@pytest.mark.parametrize("name", ["", "pagin", "paging/", "paging/nothing", "*"])
def test_a_check_that_there_is_not_is_told(name: str) -> None:
    for only, skip in (((name,), ()), ((), (name,))):
        with pytest.raises(UnknownCheck) as wrong:
            select_checks(only, skip)
        assert (wrong.value.id, wrong.value.known_ids) == (name, tuple(CHECKS))


PLUGIN = """
from lookalike_contracts.registry import passive_check

@passive_check("{id}", summary="s", rationale="w", remediation="h", source="o")
def look(context, exchange):
    yield from ()
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python imports from; what a test registers is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    select_checks()
    known, modules, path = dict(CHECKS), set(sys.modules), list(sys.path)
    yield tmp_path
    CHECKS.clear()
    CHECKS.update(known)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    load_checks.cache_clear()


def install(folder: Path, module: str, text: str) -> None:
    """A package with that module as its entry point, as pip leaves it behind."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[lookalike.checks]\n{module} = {module}\n")
    load_checks.cache_clear()


def test_an_installed_package_brings_checks(plugins: Path) -> None:
    install(plugins, "lookalike_test_checks", PLUGIN.format(id="house/header"))
    assert [check.id for check in select_checks(("house",))] == ["house/header"]
    assert CHECKS["house/header"].module == "lookalike_test_checks"


def test_a_module_brings_checks(plugins: Path) -> None:
    (plugins / "lookalike_test_module.py").write_text(PLUGIN.format(id="house/header"))
    import_checks("lookalike_test_module")
    assert [check.id for check in select_checks(("house/header",))] == ["house/header"]


def test_an_id_that_is_taken_is_told_with_both_modules(plugins: Path) -> None:
    install(plugins, "lookalike_test_taken", PLUGIN.format(id=PRECONDITION_CHECK))
    with pytest.raises(PluginError) as caught:
        select_checks()
    assert "lookalike_contracts.checks.request" in str(caught.value)
    assert "lookalike_test_taken" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_ours_come_first_whoever_is_imported_first(plugins: Path) -> None:
    """A plugin is told that an id is taken; ours are not accused of having taken it."""
    (plugins / "lookalike_test_first.py").write_text(PLUGIN.format(id=PRECONDITION_CHECK))
    command = [sys.executable, "-c", "import lookalike_test_first"]
    process = subprocess.run(
        command,
        cwd=plugins,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.stderr.splitlines()[-1].endswith(
        f"two checks are called '{PRECONDITION_CHECK}', one in lookalike_contracts.checks.request and one in lookalike_test_first"
    )


@pytest.mark.parametrize("text", ["raise SystemError('a\\nb')", "import lookalike_test_nothing", "def", ""])
def test_a_plugin_that_cannot_be_imported_is_told_in_one_line(plugins: Path, text: str) -> None:
    install(plugins, "lookalike_test_broken", text)
    if not text:
        (plugins / "lookalike_test_broken.py").unlink()
    with pytest.raises(PluginError, match="lookalike_test_broken") as caught:
        select_checks()
    assert "\n" not in str(caught.value)


def test_ours_are_an_entry_point_too() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][registry.CHECK_GROUP] == {"lookalike": registry.OUR_CHECKS}
