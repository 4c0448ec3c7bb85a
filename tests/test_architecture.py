"""The plan of the house, held to the code: floors, sizes, names. CONTRIBUTING.md says why."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

HOME = Path(__file__).parent.parent
FLOORS = {"lookalike_specs": 0, "lookalike_mocks": 1, "lookalike_contracts": 1, "lookalike": 2}
SOURCES = {
    path: package
    for package, folder in zip(FLOORS, ("specs", "mocks", "contracts", "cli"), strict=True)
    for path in (HOME / folder / package).rglob("*.py")
}
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}
# rooms of the mock that know vendors: what a document cannot say, and the goods that all of them sell
VENDOR_ROOMS = {"vendors", "authentication", "catalogue"}
VENDORS = ("daji", "hiobuy", "tmapi", "aliyun", "taobao")
FORBIDDEN_WORDS = ("TODO", "FIXME", "XXX")
MIN_LINES = 20
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
IRREGULAR_PARTICIPLES = frozenset(
    [
        "told",
        "held",
        "found",
        "made",
        "sent",
        "met",
        "meant",
        "given",
        "known",
        "shown",
        "taken",
        "kept",
        "broken",
        "drawn",
        "seen",
        "asked",
        "built",
        "said",
        "left",
        "lost",
        "bound",
        "worn",
        "written",
        "chosen",
        "hidden",
        "gone",
        "done",
    ]
)
# nouns and verbs that end like a participle
NO_PARTICIPLES = frozenset(("seed", "need", "feed", "speed", "embed", "read", "reseed"))


def name_path(path: Path) -> str:
    return str(path.relative_to(HOME))


def find_imports(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level packages that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def find_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_import_runs_up_or_across_a_floor() -> None:
    offenders = []
    for path, package in SOURCES.items():
        for other in set(find_imports(TREES[path])) & set(FLOORS) - {package}:
            if FLOORS[other] >= FLOORS[package]:
                offenders.append(f"{name_path(path)} imports {other}")
    assert offenders == []


def knows_vendors(path: Path, package: str) -> bool:
    if package == "lookalike_mocks":
        return bool(VENDOR_ROOMS & set(path.parts))
    return package != "lookalike_contracts"


def read_code(path: Path) -> str:
    """Return a file without its comments and docstrings, which may name a vendor as an example."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body[0] = ast.Pass()
    return ast.unparse(tree).casefold()


def test_the_engine_and_the_judge_know_no_vendor() -> None:
    offenders = []
    for path, package in SOURCES.items():
        if not knows_vendors(path, package):
            code = read_code(path)
            offenders += [f"{name_path(path)} speaks of {vendor}" for vendor in VENDORS if vendor in code]
    assert offenders == []


def name_module(path: Path) -> str:
    parts = path.relative_to(HOME).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_own_imports(path: Path, names: set[str]) -> set[str]:
    """Return the modules of ours that a file imports from; a package that only hands on names is looked through."""
    package = name_module(path) if path.name == "__init__.py" else name_module(path).rpartition(".")[0]
    imports = set()
    for node in ast.walk(TREES[path]):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = package.rsplit(".", node.level - 1)[0] if node.level else ""
        origin = ".".join(filter(None, (base, node.module)))
        for alias in node.names:
            submodule = f"{origin}.{alias.name}"
            imports.add(submodule if submodule in names else origin)
    return (imports & names) - {name_module(path)}


def test_no_files_import_each_other_in_a_circle() -> None:
    files = {name_module(path): path for path in SOURCES if path.name != "__init__.py" or "vendors" in path.parts}
    graph = {name: find_own_imports(path, set(files)) for name, path in files.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("lookalike_mocks.context") < order.index("lookalike_mocks.engine")


def test_files_and_functions_are_neither_long_nor_crumbs() -> None:
    offenders = []
    for path, tree in TREES.items():
        lines = len(path.read_text("utf-8").splitlines())
        is_crumb = lines < MIN_LINES and path.name not in ("__init__.py", "__main__.py")
        if is_crumb or lines > MAX_LINES:
            offenders.append(f"{name_path(path)} has {lines} lines")
        for function in find_functions(tree):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > MAX_FUNCTION_LINES:
                offenders.append(f"{name_path(path)}: {function.name} has {length} lines")
    assert offenders == []


def test_no_two_public_classes_share_a_name() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(name_path(path))
    assert {name: sorted(paths) for name, paths in homes.items() if len(paths) > 1} == {}


def is_participle(name: str) -> bool:
    word = name.lstrip("_")
    if "_" in word or word in NO_PARTICIPLES:
        return False
    return word in IRREGULAR_PARTICIPLES or word.endswith("ed")


def test_no_function_is_named_by_a_bare_participle() -> None:
    offenders = []
    for path, tree in TREES.items():
        offenders += [f"{name_path(path)}: {node.name}" for node in find_functions(tree) if is_participle(node.name)]
    assert offenders == []


def test_importing_the_specs_needs_no_web_framework(run_python) -> None:
    heavy = "starlette uvicorn PIL click httpx respx hypothesis openapi_core schemathesis"
    out = run_python(f"import sys, lookalike_specs; print([m for m in {heavy.split()!r} if m in sys.modules])")
    assert out.strip() == "[]"


def test_importing_the_mock_needs_no_test_tools(run_python) -> None:
    heavy = "httpx respx hypothesis openapi_core schemathesis pytest jsonschema"
    out = run_python(f"import sys, lookalike_mocks; print([m for m in {heavy.split()!r} if m in sys.modules])")
    assert out.strip() == "[]"


def test_nothing_is_left_to_do() -> None:
    offenders = []
    for path in SOURCES:
        text = path.read_text("utf-8")
        offenders += [f"{name_path(path)}: {word}" for word in FORBIDDEN_WORDS if word in text]
    assert offenders == []
