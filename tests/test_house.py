"""The plan of the house, held to the code: floors, sizes, names."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

HOME = Path(__file__).parent.parent
FLOORS = {"lookalike_specs": 0, "lookalike_mocks": 1, "lookalike_contracts": 1, "lookalike": 2}
SOURCES = {
    path: package
    for package, folder in zip(FLOORS, ("specs", "mocks", "contracts", "cli"), strict=True)
    for path in (HOME / folder / package).rglob("*.py")
}
ENGINE = [
    path
    for path, package in SOURCES.items()
    if package == "lookalike_contracts"
    or (package == "lookalike_mocks" and not {"vendors", "authenticate", "catalogue"} & set(path.parts))
]
VENDORS = ("daji", "hiobuy", "tmapi", "aliyun", "taobao")
FORBIDDEN_WORDS = ("TODO", "FIXME", "XXX")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_no_import_runs_up_or_across_a_floor(path: Path) -> None:
    own = SOURCES[path]
    for other in imported(path) & set(FLOORS) - {own}:
        assert FLOORS[other] < FLOORS[own], f"{own} imports {other}"


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: str(path.relative_to(HOME)))
def test_the_engine_knows_no_vendor(path: Path) -> None:
    code = path.read_text("utf-8").casefold()
    assert not [vendor for vendor in VENDORS if vendor in code]


def module(path: Path) -> str:
    parts = path.relative_to(HOME).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def taken(path: Path, names: set[str]) -> set[str]:
    """The modules of ours that a file imports from, where a package only hands on names the modules themselves."""
    package = module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            found |= {name if (name := f"{origin}.{alias.name}") in names else origin for alias in node.names}
    return (found & names) - {module(path)}


def test_no_files_import_each_other_in_a_circle() -> None:
    files = {module(path): path for path in SOURCES if path.name != "__init__.py" or "vendors" in path.parts}
    order = list(TopologicalSorter({name: taken(path, set(files)) for name, path in files.items()}).static_order())
    assert order.index("lookalike_mocks.context") < order.index("lookalike_mocks.engine")


def test_files_and_functions_stay_small() -> None:
    files = [len(path.read_text("utf-8").splitlines()) for path in SOURCES]
    functions = [
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert median(files) <= 90
    assert max(files) <= 300
    assert median(functions) <= 10
    assert max(functions) <= 40


def test_importing_the_specs_needs_no_web_framework(run_python) -> None:
    heavy = "starlette uvicorn PIL click httpx respx hypothesis openapi_core schemathesis"
    out = run_python(f"import sys, lookalike_specs; print([m for m in {heavy.split()!r} if m in sys.modules])")
    assert out.strip() == "[]"


def test_importing_the_mock_needs_no_test_tools(run_python) -> None:
    heavy = "httpx respx hypothesis openapi_core schemathesis pytest jsonschema"
    out = run_python(f"import sys, lookalike_mocks; print([m for m in {heavy.split()!r} if m in sys.modules])")
    assert out.strip() == "[]"


def test_nothing_is_left_to_do() -> None:
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert not [word for word in FORBIDDEN_WORDS if word in text], path
