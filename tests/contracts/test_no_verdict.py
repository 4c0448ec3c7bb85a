"""Servers that refuse for load, for quota or for balance, proxies, and servers that are elsewhere: nobody is accused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.responses.classify import ResponseClassifier
from lookalike_contracts.responses.no_verdict import find_no_verdict
from lookalike_contracts.results import CheckResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api, resolve_variants
from lookalike_specs.messages import Request, Response

from .subjects import create_context
from .test_error_match import ERRORS, list_operations, trigger_error

TMAPI = "tmapi/searchItemsByImageUrl"
SEARCH = Request(method="GET", path="/1688/global/search/image")
GOOD = Response(status=200, body=b'{"code":200,"msg":"success","data":{}}', media_type="application/json")
# API -> the errors that say nothing of a request; whoever adds one to a document adds it here
LIMIT_ERRORS = {
    "aliyun": {
        "DeniedRequest", "InstanceOverQuota", "ServiceUnavailable", "Throttling", "Throttling.User",
        "Throttling.User.RetryAfter", "ExtractFeatureTimeout", "RequestTimeout", "SearchTimeout", "TimeoutForTransferImage",
        "RequestTimeout.OSS",
    },
    "daji-1688": {"quota-used-up", "rate-limited"},
    "daji-taobao": {"quota-used-up", "rate-limited"},
    "hiobuy": {"too-frequent"},
    "tmapi": {"439", "503", "insufficient-balance"},
}  # fmt: skip


def create_classifier(api_id: str) -> ResponseClassifier:
    api = load_api(api_id)
    return ResponseClassifier(api, api.operations[0], resolve_variants(api, {}))


@pytest.mark.parametrize("api", list_api_ids())
def test_the_documents_name_the_errors_that_say_nothing(api: str) -> None:
    loaded = load_api(api)
    classifiers = [
        ResponseClassifier(loaded, operation, resolve_variants(loaded, {})) for operation in loaded.operations
    ]
    patterns = [pattern for classifier in classifiers for pattern in classifier.error_patterns]
    assert {pattern.id for pattern in patterns if pattern.limited_by} == LIMIT_ERRORS[api]


def read_reason(api: str, response: Response, request: Request = SEARCH) -> str:
    no_verdict = find_no_verdict(create_classifier(api), request, response)
    return no_verdict.reason if no_verdict else ""


def build_json(status: int, body: str) -> Response:
    return Response(status=status, body=body.encode(), media_type="application/json")


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        # a member is missing: it is not that error, and other checks say so
        (
            build_json(503, '{"code":503,"msg":"API request concurrency limit exceeded, please reduce concurrency."}'),
            "",
        ),
        (
            build_json(
                503,
                '{"code":503,"msg":"API request concurrency limit exceeded, please reduce concurrency.","data":null}',
            ),
            "HTTP 503, the error 503: there are too many requests; --rate N sends N requests a second at most",
        ),
        (
            build_json(503, '{"code":503,"msg":"Slower, please.","data":null}'),
            "HTTP 503, the error 503: there are too many requests; --rate N sends N requests a second at most",
        ),
        (
            build_json(439, '{"message":"Insufficient API balance"}'),
            "HTTP 439, the error insufficient-balance: the account has no balance left; "
            "--credentials asks as another account",
        ),
        (build_json(422, '{"code":422,"msg":"Parameter error","data":null}'), ""),
        (build_json(429, "{}"), "HTTP 429: there are too many requests; --rate N sends N requests a second at most"),
        (
            Response(status=502, body=b"<html><title>502 Bad Gateway</title>", media_type="text/html"),
            "a proxy answers HTTP 502: the server behind it gave no answer",
        ),
        (
            Response(status=504, body=b"upstream request timeout", media_type="text/plain"),
            "a proxy answers HTTP 504: the server behind it took too long",
        ),
        (build_json(502, '{"code":5020}'), ""),
        (Response(status=500, body=b"<html>", media_type="text/html"), ""),
        (GOOD, ""),
    ],
)
def test_what_says_nothing_of_the_request_is_told(response: Response, reason: str) -> None:
    assert read_reason("tmapi", response) == reason


def test_one_code_for_quota_and_for_a_bad_picture_is_told_apart_by_the_message() -> None:
    quota = '{"code":1009,"message":"会员请求次数达线","data":null,"timestamp":1,"traceId":"a"}'
    image = '{"code":1009,"message":"图片无法下载或识别","data":null,"timestamp":1,"traceId":"a"}'
    changed = '{"code":1009,"message":"图片坏了","data":null,"timestamp":1,"traceId":"a"}'
    assert [bool(read_reason("daji-1688", build_json(400, body))) for body in (quota, image, changed)] == [
        True, False, False,
    ]  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api", "error", "way"), ERRORS)
def test_every_error_of_a_mock_is_one_for_load_or_says_something_of_its_request(api: str, error: str, way: str) -> None:
    context = create_context(list_operations(api, error)[0], {"error-format": way} if way else {})
    response = trigger_error(context, error)
    exact_errors = context.classifier.find_exact_errors(response)
    # some errors look alike, such as Throttling.User with and without its header
    is_limit = not LIMIT_ERRORS[api].isdisjoint(exact_errors)
    assert (find_no_verdict(context.classifier, SEARCH, response) is not None) is is_limit


def redirect_to(location: str) -> Response:
    return Response(status=301, body=b"", headers=((b"location", location.encode()),))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (
            "https://api.tmapi.top/1688/global/search/image?apiToken=x",
            "redirects to https://api.tmapi.top; use that address",
        ),
        ("https://proxy.test/v1/1688/global/search/image", "redirects to https://proxy.test/v1; use that address"),
        ("/1688/global/search/image/", "redirects to /1688/global/search/image/; use that address"),
        ("https://proxy.test/login?next=/1688/global/search/image", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_server_that_is_elsewhere_is_told_and_its_query_is_not(location: str, reason: str) -> None:
    assert read_reason("tmapi", redirect_to(location)) == reason


@pytest.mark.parametrize(
    ("response", "description"),
    [
        (redirect_to("https://proxy.test/login?apiToken=x"), "HTTP 301, which redirects to https://proxy.test/login"),
        (
            Response(status=404, body=b"<!doctype html><title>404\n Not &amp; Found</title>", media_type="text/html"),
            "HTTP 404 with an HTML page called '404 Not & Found'",
        ),
        (Response(status=200, body=b" <html><body>", media_type="application/json"), "HTTP 200 with an HTML page"),
        (Response(status=502, body=b""), "HTTP 502 of a proxy: the server behind it gave no answer"),
        (Response(status=200, body=b"", media_type="application/json"), "HTTP 200 with an empty body"),
        (build_json(200, '{"a":1}'), "HTTP 200, neither a good answer nor an error of the document"),
        (build_json(417, '{"code":417,"msg":"Failed.","data":null}'), "HTTP 417, most like the error 417"),
        (build_json(422, '{"code":422,"msg":"Parameter error","data":null}'), "HTTP 422, the error 422"),
        (GOOD, "a good answer"),
    ],
)
def test_an_answer_is_called_what_it_is(response: Response, description: str) -> None:
    assert create_classifier("tmapi").describe(SEARCH, response) == description


@dataclass
class Server:
    """Answers in the process."""

    answer: Callable[[Request], Response]
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        return self.answer(request)


def judge(answer: Callable[[Request], Response], *checks: str) -> list[CheckResult]:
    api = load_api("tmapi")
    config = RunConfig(
        (api,),
        select_checks(checks),
        {"tmapi": Server(answer)},
        {"tmapi": api.account},
        selected_operations=frozenset({TMAPI}),
        max_cases=5,
    )
    return [result for result in execute_checks(config) if result.status != "does not apply"]


BUSY = build_json(
    503, '{"code":503,"msg":"API request concurrency limit exceeded, please reduce concurrency.","data":null}'
)
BAD_GATEWAY = Response(status=502, body=b"<html><title>502 Bad Gateway</title></html>", media_type="text/html")


@pytest.mark.parametrize("refusal", [BUSY, BAD_GATEWAY, redirect_to("https://a.test" + SEARCH.path)])
def test_no_check_accuses_a_server_that_refuses_everything(refusal: Response) -> None:
    assert {result.status for result in judge(lambda _: refusal)} == {"could not check"}


@pytest.mark.slow
@pytest.mark.parametrize("refusal", [BUSY, BAD_GATEWAY])
@pytest.mark.parametrize("after", range(1, 40, 6))
def test_no_check_accuses_a_server_that_refuses_from_the_nth_request_on(refusal: Response, after: int) -> None:
    mock = Mock("tmapi")

    def count_requests() -> Iterator[int]:
        yield from range(10**6)

    counter = count_requests()

    def answer(request: Request) -> Response:
        if next(counter) >= after:
            return refusal
        return mock.respond(request)

    assert {result.status for result in judge(answer)} <= {"could not check", "passed"}
