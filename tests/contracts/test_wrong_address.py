"""A server that nobody meant: one line says so, and not one for each check at each operation."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.results import CheckResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response


@dataclass
class FileServer:
    """What `python -m http.server` answers: pages of HTML, another status for each method."""

    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        status = 404 if request.method == "GET" else 501
        body = b"<!DOCTYPE HTML><html><head><title>Error response</title></head></html>"
        return Response(status=status, body=body, media_type="text/html;charset=utf-8")


@dataclass
class OtherApi:
    """A server that has JSON for everybody, and is another one."""

    url: str = "http://127.0.0.1:8765"

    def send(self, _: Request) -> Response:
        return Response(status=404, body=b'{"detail": "Not Found"}')


@dataclass
class MockTarget:
    mock: Mock
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        return self.mock.respond(request)


def judge(api_id: str, target: object, account: dict[str, str] | None = None, **options: object) -> list[CheckResult]:
    api = load_api(api_id)
    config = RunConfig((api,), select_checks(), {api_id: target}, {api_id: account or api.account}, **options)  # type: ignore[dict-item, arg-type]
    return execute_checks(config)


@pytest.mark.parametrize("target", [FileServer(), OtherApi()], ids=["files", "another API"])
@pytest.mark.parametrize("api", list_api_ids())
def test_a_server_that_is_not_the_api_is_one_finding(api: str, target: FileServer) -> None:
    results = judge(api, target)
    (finding,) = (finding for result in results for finding in result.findings)
    assert (finding.check, finding.severity) == ("request/accepted", "error")
    assert f"nothing here answers as {api} (" in finding.message
    assert finding.message.endswith("is this the right address?")
    assert {result.status for result in results} <= {"failed", "could not check", "does not apply"}
    assert {result.reason for result in results if result.reason} == {finding.message}


def test_a_key_that_nobody_has_is_one_finding() -> None:
    results = judge("tmapi", MockTarget(Mock("tmapi")), {"apiToken": "nobody", "apikey": "nobody"})
    (finding,) = (finding for result in results for finding in result.findings)
    assert finding.message == (
        "every good request of tmapi is refused as the error token-refused; "
        "are the credentials and the variants those of this server?"
    )


def test_requests_are_counted_all_the_same() -> None:
    api = load_api("tmapi")
    results = judge("tmapi", FileServer())
    # one for each operation, and the first once more
    assert sum(result.request_count for result in results) == len(api.operations) + 1


def test_one_operation_that_is_refused_hides_none_of_the_others() -> None:
    api = load_api("tmapi")
    path = next(operation.path for operation in api.operations if operation.id == "convertImageUrl")

    @dataclass
    class Half(MockTarget):
        def send(self, request: Request) -> Response:
            return self.mock.respond(request) if request.path == path else FileServer().send(request)

    results = judge("tmapi", Half(Mock("tmapi")))
    passed = {result.operation for result in results if result.status == "passed"}
    assert "convertImageUrl" in passed
    assert all("nothing here answers" not in result.reason for result in results)
