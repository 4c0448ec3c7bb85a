"""The pytest plugin: fixtures, a mark, options. What is ours is imported when a test asks for it, and not before."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import Any, Literal

    from lookalike_mocks import Sandbox
    from lookalike_mocks.situations import SituationDetails

    from .embed import RunningMock
    from .testing import MockApi, MockPool, TestSandbox

MARK_LINE = (
    "lookalike(situations, operation, variants, seed, size): a test with these situations of look-alikes, one by one"
)
TEST_SANDBOX_KEY: pytest.StashKey[Any] = pytest.StashKey()
OPTION_HELP = {
    "seed": "Which catalogue of goods the look-alikes have.",
    "size": "How many goods they have.",
    "variant": "A switch of an API, `api.name=value` or `name=value`. May be repeated.",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the same as ini keys."""
    group = parser.getgroup("lookalike", "look-alikes of image-search APIs")
    for name, help_text in OPTION_HELP.items():
        action = "store"
        ini_type: Literal["linelist", "string"] = "string"
        if name == "variant":  # the one that may be repeated
            action = "append"
            ini_type = "linelist"
        group.addoption(f"--lookalike-{name}", action=action, metavar=name.upper(), help=help_text)
        parser.addini(f"lookalike-{name}", help_text, type=ini_type)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line("markers", MARK_LINE)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return the seed and whatever else was chosen, where anything was."""
    chosen = [config.getoption(f"lookalike_{name}") or config.getini(f"lookalike-{name}") for name in OPTION_HELP]
    if not any(chosen):
        return None
    from .testing import read_settings  # noqa: PLC0415 - this module imports nothing of ours

    return f"lookalike: {read_settings(config)}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each situation that its mark names."""
    if any("situations" in mark.kwargs for mark in metafunc.definition.iter_markers("lookalike")):
        from .testing.situations import parametrize  # noqa: PLC0415

        parametrize(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the look-alikes saw of a test that failed, and cover its secrets."""
    report = yield
    test_sandbox = item.stash.get(TEST_SANDBOX_KEY, None)
    if test_sandbox is not None:
        from .testing.report import complete_report  # noqa: PLC0415

        complete_report(report, test_sandbox)
    return report


@pytest.fixture(scope="session")
def _lookalike_pool() -> Iterator[MockPool]:
    """Yield the mocks and servers of this process."""
    from .testing import MockPool  # noqa: PLC0415

    with MockPool() as pool:
        yield pool


@pytest.fixture(scope="session")
def lookalike(_lookalike_pool: MockPool, pytestconfig: pytest.Config) -> RunningMock:
    """A server of all APIs on a free port of loopback: `url`, `mock`, `create_sandbox()`."""
    from .testing import read_settings  # noqa: PLC0415

    return _lookalike_pool.get_running_mock(read_settings(pytestconfig))


@pytest.fixture
def _lookalike_test_sandbox(request: pytest.FixtureRequest, _lookalike_pool: MockPool) -> Iterator[TestSandbox]:
    """Yield what a test has of the look-alikes for itself."""
    from .testing import TestSandbox, read_settings  # noqa: PLC0415

    settings = read_settings(request.config, request.node)
    test_sandbox = TestSandbox(_lookalike_pool, settings, read_settings(request.config))
    request.node.stash[TEST_SANDBOX_KEY] = test_sandbox
    yield test_sandbox
    test_sandbox.close()


@pytest.fixture
def lookalike_sandbox(_lookalike_test_sandbox: TestSandbox) -> Sandbox:
    """This test's own sandbox: `credentials` of each API, `journal`, `clock`, `situation()`."""
    return _lookalike_test_sandbox.sandbox


@pytest.fixture
def lookalike_situation(request: pytest.FixtureRequest, _lookalike_test_sandbox: TestSandbox) -> SituationDetails:
    """The situation that this test is run in, by its mark."""
    from .testing.situations import schedule_situation  # noqa: PLC0415

    return schedule_situation(request, _lookalike_test_sandbox)


def _create_api_fixture(api: str) -> Callable[..., Any]:
    """Return the fixture of one API."""

    def create_mock_api(_lookalike_test_sandbox: TestSandbox) -> MockApi:
        from .testing import MockApi  # noqa: PLC0415

        return MockApi(api, _lookalike_test_sandbox)

    create_mock_api.__doc__ = (
        f"{api} in this test's own sandbox: `base_url`, `credentials`, `situation()`, `journal`, …"
    )
    return pytest.fixture(name=api.replace("-", "_"))(create_mock_api)


def _create_api_fixtures() -> dict[str, Callable[..., Any]]:
    """Return a fixture for each API.

    pytest loads this module in every run of everybody who has us installed, so only the names of folders are looked
    at: importing the specs would cost each of those runs a fifth of a second.
    """
    spec = find_spec("lookalike_specs")
    if spec is None or spec.origin is None:
        return {}
    home = os.path.dirname(spec.origin)  # noqa: PTH120 - pathlib takes longer
    with os.scandir(f"{home}/apis") as folders:
        names = sorted(folder.name for folder in folders if folder.is_dir() and not folder.name.startswith("_"))
    return {f"_{name}": _create_api_fixture(name) for name in names}


globals().update(_create_api_fixtures())
