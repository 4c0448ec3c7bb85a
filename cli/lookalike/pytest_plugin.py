"""The pytest plugin: fixtures, a mark, options. What is ours is imported when a test asks for it, and not before."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from .pytest_secrets import TEST_SANDBOX_KEY, SecretCover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import Any, Literal

    from lookalike_mocks import Sandbox
    from lookalike_mocks.situations import SituationDetails

    from .embed import RunningMock
    from .testing import MockApi, MockPool, TestSandbox

MARK_LINE = (
    "lookalike(situations, kind, operation, variants, seed, size, conformant, trust): a test with these situations of"
    " look-alikes, one by one; how they are; whether what it sends is held to the specs"
)
SECRET_COVER_KEY: pytest.StashKey[SecretCover] = pytest.StashKey()
OPTION_HELP = {
    "seed": "Which catalogue of goods the look-alikes have.",
    "size": "How many goods they have.",
    "variant": "A switch of an API, `api.name=value` or `name=value`. May be repeated.",
    "spec": "An OpenAPI document of one more API, which becomes a fixture by the name of the file. May be repeated.",
    "conformant": "Hold what the clients of every test send to the specs, when the test is over.",
    "trust": "The kinds of provenance that fail a client: `documented,measured` by default.",
}
# how each is declared on the command line, and in an ini file; a plain text by default
OPTION_ACTIONS = {"variant": "append", "spec": "append", "conformant": "store_true"}
INI_TYPES: dict[str, Literal["bool", "linelist", "paths"]] = {
    "variant": "linelist",
    "spec": "paths",
    "conformant": "bool",
}
# what the report of a test holds for the end of the run
NOTES_TITLE = "lookalike notes"
MAX_NOTES = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the same as ini keys."""
    group = parser.getgroup("lookalike", "look-alikes of image-search APIs")
    for name, help_text in OPTION_HELP.items():
        action = OPTION_ACTIONS.get(name, "store")
        described = {"action": action, "help": help_text}
        if action != "store_true":
            described["metavar"] = name.upper()
        group.addoption(f"--lookalike-{name}", **described)
        parser.addini(f"lookalike-{name}", help_text, type=INI_TYPES.get(name, "string"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, what covers secrets, and fixtures for the APIs of documents that somebody named."""
    config.addinivalue_line("markers", MARK_LINE)
    secret_cover = SecretCover(config)
    config.stash[SECRET_COVER_KEY] = secret_cover
    config.pluginmanager.register(secret_cover, "lookalike-secrets")
    if config.getoption("lookalike_spec") or config.getini("lookalike-spec") or os.environ.get("LOOKALIKE_SPEC"):
        from .testing.spec_fixtures import register_spec_fixtures  # noqa: PLC0415 - this module imports nothing of ours

        register_spec_fixtures(config, create_api_fixture)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return the seed and whatever else was chosen, where anything was."""
    chosen = [config.getoption(f"lookalike_{name}") or config.getini(f"lookalike-{name}") for name in OPTION_HELP]
    if not any(chosen):
        return None
    from .testing import read_settings  # noqa: PLC0415

    line = f"lookalike: {read_settings(config)}"
    if config.getoption("lookalike_conformant") or config.getini("lookalike-conformant"):
        line += "; clients are held to the specs"
    return line


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each situation that its mark names."""
    marks = list(metafunc.definition.iter_markers("lookalike"))
    if any("situations" in mark.kwargs or "kind" in mark.kwargs for mark in marks):
        from .testing.situations import parametrize  # noqa: PLC0415

        parametrize(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the look-alikes saw of a test that failed, and cover its secrets."""
    report = yield
    redact = item.config.stash[SECRET_COVER_KEY].create_redaction()
    if redact is None:
        return report
    from .testing.report import complete_report  # noqa: PLC0415
    from .testing.report_redaction import redact_report  # noqa: PLC0415

    redact_report(report, redact)
    test_sandbox = item.stash.get(TEST_SANDBOX_KEY, None)
    if test_sandbox is not None:
        complete_report(report, test_sandbox, NOTES_TITLE, redact)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what the tests' clients did against rules that are not sure enough to fail anybody."""
    tests_by_note = _collect_notes(terminalreporter)
    if not tests_by_note:
        return
    terminalreporter.write_sep("-", NOTES_TITLE)
    for note, test_ids in list(tests_by_note.items())[:MAX_NOTES]:
        terminalreporter.write_line(note)
        line = f"   {test_ids[0]}"
        if len(test_ids) > 1:
            line += f", and {len(test_ids) - 1} more"
        terminalreporter.write_line(line)
    if len(tests_by_note) > MAX_NOTES:
        terminalreporter.write_line(f"… and {len(tests_by_note) - MAX_NOTES} more")


def _collect_notes(terminalreporter: pytest.TerminalReporter) -> dict[str, list[str]]:
    """Return each note with the tests that have it; reports carry them, since under xdist tests run elsewhere."""
    tests_by_note: dict[str, list[str]] = {}
    reports = [report for group in terminalreporter.stats.values() for report in group]
    for report in reports:
        for title, text in getattr(report, "sections", ()):
            if title != NOTES_TITLE:
                continue
            for note in text.splitlines():
                tests_by_note.setdefault(note, []).append(report.nodeid)
    return tests_by_note


@pytest.fixture(scope="session")
def _lookalike_pool() -> Iterator[MockPool]:
    """Yield the mocks and servers of this process."""
    from .testing import MockPool  # noqa: PLC0415

    with MockPool() as pool:
        yield pool


@pytest.fixture(scope="session")
def lookalike_server(_lookalike_pool: MockPool, pytestconfig: pytest.Config) -> RunningMock:
    """A server of all APIs on a free port of loopback: `url`, `mock`, `create_sandbox()`."""
    from .testing import read_settings  # noqa: PLC0415

    return _lookalike_pool.get_running_mock(read_settings(pytestconfig))


@pytest.fixture(scope="session")
def lookalike_tls_server(_lookalike_pool: MockPool, pytestconfig: pytest.Config) -> RunningMock:
    """The same over https too: `tls_url`, and `tls_ca`, the file with the CA to trust. Needs the extra `tls`."""
    from .testing import read_settings  # noqa: PLC0415

    return _lookalike_pool.get_running_mock(read_settings(pytestconfig), tls=True)


@pytest.fixture
def _lookalike_test_sandbox(request: pytest.FixtureRequest, _lookalike_pool: MockPool) -> Iterator[TestSandbox]:
    """Yield what a test has of the look-alikes for itself; in the end, hold its clients to the specs where that is on."""
    from lookalike_specs import SpecError, UnknownVariant  # noqa: PLC0415

    from .testing import TestSandbox, fail_usage, read_conformance_settings, read_settings  # noqa: PLC0415

    settings = read_settings(request.config, request.node)
    conformance = read_conformance_settings(request.config, request.node)
    try:
        test_sandbox = TestSandbox(_lookalike_pool, settings, read_settings(request.config), conformance.trust)
    except (SpecError, UnknownVariant) as error:
        fail_usage(str(error))
    request.node.stash[TEST_SANDBOX_KEY] = test_sandbox
    yield test_sandbox
    try:
        if conformance.is_checked:
            from .testing.conformance import describe_all_violations  # noqa: PLC0415 - openapi-core is an extra

            problem = describe_all_violations(test_sandbox)
            if problem:
                fail_usage(problem)
    finally:
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


@pytest.fixture
def lookalike_api(_lookalike_test_sandbox: TestSandbox) -> Callable[[str], MockApi]:
    """A function from an API's id to the API in this test's own sandbox, for APIs that are no fixture by themselves."""
    from .testing import MockApi  # noqa: PLC0415

    def get_api(api: str) -> MockApi:
        return MockApi(api, _lookalike_test_sandbox)

    return get_api


def create_api_fixture(api: str) -> Callable[..., Any]:
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
    return {f"_{name}": create_api_fixture(name) for name in names}


globals().update(_create_api_fixtures())
