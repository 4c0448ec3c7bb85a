"""Each promise of SECURITY.md has tests that would see it broken."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# the words of a promise, as the page has them -> the tests, `file::function`
PROMISES: dict[str, tuple[str, ...]] = {
    "It listens on loopback unless `--host` says otherwise, and warns where it does not.": (
        "cli/test_serve.py::test_an_address_that_others_reach_is_warned_of",
    ),
    "Without the control token nobody reads or changes a sandbox": (
        "mocks/control/test_guard.py::test_without_the_token_everything_is_the_same",
        "mocks/control/test_guard.py::test_a_wrong_token_is_none",
    ),
    "is random unless you give one, and is shown once": (
        "cli/test_control.py::test_each_start_has_a_token_of_its_own",
        "cli/test_control.py::test_no_token_is_in_what_is_logged",
    ),
    "A page in a browser cannot reach the control API by a name of its own": (
        "mocks/control/test_guard.py::test_by_any_other_name_nobody_comes_in",
    ),
    "no answer has CORS headers": ("mocks/control/test_guard.py::test_no_other_site_is_invited",),
    "A sandbox sees nothing of another one, nor of what others sent.": (
        "mocks/control/test_isolation.py::test_nothing_of_one_is_seen_in_another",
    ),
    "Its keys are random.": ("mocks/sandbox/test_identity.py::test_two_tokens_of_one_name_differ",),
    "No request stops the server or uses memory, threads or files without bound.": (
        "attack/test_connection_machine.py::test_whatever_clients_send_a_connection_keeps_its_promises",
        "mocks/adapters/test_server.py::test_a_head_of_too_many_headers_is_refused_before_it_is_read",
        "cli/test_open_files.py::test_a_server_goes_on_where_no_socket_is_left",
    ),
    "Pictures are measured before they are decoded": ("mocks/test_images.py::test_bombs_are_not_opened",),
    "Requests never become code, paths of files, or requests of ours.": (
        "test_security_policy.py::test_nothing_connects_to_anybody_but_the_judges_client",
    ),
    "Nothing is sent to anybody.": ("test_security_policy.py::test_nothing_connects_to_anybody_but_the_judges_client",),
    "It follows no redirect, takes no proxy from the environment": (
        "contracts/transport/test_client.py::test_proxies_of_the_environment_are_not_used",
    ),
    "A vendor's own host is asked with `--live` only": (
        "contracts/transport/test_client.py::test_live_services_are_asked_only_when_that_is_said",
    ),
    "no more than `--max-requests` times": (
        "contracts/transport/test_client.py::test_a_budget_that_is_used_up_ends_it",
    ),
    "Its answers are bounded in bytes, also once they are decompressed, and in time": (
        "contracts/transport/test_content_coding.py::test_a_bomb_takes_no_more_memory_than_the_limit",
        "cli/test_check_hostile.py::test_an_answer_that_is_too_much_ends_with_the_time_and_within_the_memory",
    ),
    "cannot move the cursor of your terminal": (
        "contracts/reports/test_formats.py::test_a_report_has_nothing_that_moves_a_cursor_and_can_be_encoded",
    ),
    "run a script in the HTML report": ("contracts/reports/test_formats.py::test_html_allows_our_script_by_its_hash",),
    "It verifies certificates.": (
        "contracts/transport/test_misbehaving_server.py::test_a_certificate_that_nobody_vouches_for_is_told",
        "contracts/transport/test_misbehaving_server.py::test_a_certificate_for_another_host_is_told",
    ),
    "Credentials and signatures are `***` in journals, in the request log": (
        "test_canary.py::test_a_server_shows_no_canary",
    ),
    "in reports of every format, in findings and complaints": (
        "test_canary_check.py::test_no_report_shows_what_the_server_echoes",
        "test_canary_certify.py::test_no_report_shows_what_a_client_says",
        "contracts/test_redaction.py::test_no_secret_is_in_anything_that_a_run_leaves_behind",
    ),
    "what the plugin shows of a failing test": ("test_canary.py::test_pytest_shows_no_canary",),
    "also when they come back escaped, in hexadecimal or in Base64": (
        "specs/redaction/test_redactor.py::test_nor_does_any_two_of_them_within_each_other",
        "specs/redaction/test_redactor.py::test_nor_do_two_encodings_beside_each_other",
    ),
}
# what opens a connection to somebody, and the one file that may: the judge asks the host that is named
CONNECTING_CALLS = frozenset(
    ("connect", "connect_ex", "create_connection", "open_connection", "sock_connect", "urlopen")
)
CONNECTING_FILES = {"contracts/lookalike_contracts/transport/client.py"}
CLIENT_LIBRARIES = frozenset(("aiohttp", "ftplib", "requests", "smtplib", "urllib3", "urllib.request"))


@cache
def read_policy() -> str:
    """Return the page with its lines joined, as a promise goes on in the next one."""
    return " ".join((ROOT / "SECURITY.md").read_text("utf-8").split())


@cache
def list_tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_stands_on_the_page_and_its_tests_exist(promise: str) -> None:
    assert promise in read_policy()
    for node in PROMISES[promise]:
        file, _, name = node.partition("::")
        assert name in list_tests(file), node


def test_each_promise_of_the_page_is_in_the_table() -> None:
    promised = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What is promised")[2].partition("\n## ")[0]
    items = [" ".join(item.split()) for item in promised.split("\n- ")[1:]]
    assert len(items) > 8
    assert [item for item in items if not any(promise in item for promise in PROMISES)] == []


def list_connecting_lines(path: Path) -> list[int]:
    lines = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CONNECTING_CALLS:
            lines.append(node.lineno)
        if isinstance(node, ast.Import) and any(alias.name in CLIENT_LIBRARIES for alias in node.names):
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module in CLIENT_LIBRARIES:
            lines.append(node.lineno)
    return lines


def test_nothing_connects_to_anybody_but_the_judges_client() -> None:
    files = [path for room in ("specs", "mocks", "contracts", "cli") for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 300
    connecting = {str(path.relative_to(ROOT)) for path in files if list_connecting_lines(path)}
    assert connecting == CONNECTING_FILES
