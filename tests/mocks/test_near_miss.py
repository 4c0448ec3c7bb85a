"""What a request that no operation matched is told: the operation most like it, and what it differs in."""

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.near_miss import find_near_miss
from lookalike_specs.messages import Request

from .testers import build_signed_request

TMAPI = "GET /1688/global/search/image"
DAJI = "GET /alibaba/product/imageQuery"


def asked(method: str, path: str, **headers: str) -> Request:
    return Request(
        method=method,
        path=path,
        headers=tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
    )


@pytest.mark.parametrize(
    ("request_", "operation", "differs"),
    [
        (asked("POST", "/1688/global/search/image"), TMAPI, ["method"]),
        (asked("GET", "/1687/global/search/image"), TMAPI, ["path segment 1"]),
        (asked("GET", "/1688/globl/search/img"), TMAPI, ["path segment 2", "path segment 4"]),
        (asked("GET", "/global/search/image"), TMAPI, ["missing prefix /1688"]),
        (asked("GET", "/v1/1688/global/search/image"), TMAPI, ["extra prefix /v1"]),
        (asked("GET", "/1688/global/search/image/"), TMAPI, ["trailing slash"]),
        (asked("GET", "/1688/Global/search/Image"), TMAPI, ["letter case"]),
        (asked("GET", "/1688/Global/search/image/"), TMAPI, ["trailing slash", "letter case"]),
        (asked("GET", "/1688/global/search"), TMAPI, ["missing path segment 4"]),
        (asked("GET", "/1688/global/search/image/extra"), TMAPI, ["extra path segment 5"]),
        (asked("GET", "/1688//global/search/image"), TMAPI, ["extra path segment 2"]),
        (asked("HEAD", "/1688/global/search/imag"), TMAPI, ["method", "path segment 4"]),
        (asked("GET", "/alibaba/product/imageQuery", host="api.tmapi.top"), DAJI, ["host"]),
        (asked("GET", "/alibaba/product/imageQuery", host="api.tmapi.top:443"), DAJI, ["host"]),
        (asked("GET", "/alibaba/product/imagequery", host="openapi.dajisaas.com"), DAJI, ["letter case"]),
        (asked("GET", "/a/b/c/d/e/f/g/h", host="127.0.0.1"), "", ["path"]),
        (asked("GET", "/1688/global/search/image"), TMAPI, []),
        (asked("GET", "1688/global/search/image"), TMAPI, ["path"]),
    ],
)  # fmt: skip
def test_what_is_nearest(mock: Mock, request_: Request, operation: str, differs: list[str]) -> None:
    near = find_near_miss(mock.services.values(), request_)
    assert list(near.differences) == differs
    assert operation in (f"{near.method} {near.path}", "")


def test_a_name_of_an_operation_that_is_not_there_is_what_differs() -> None:
    mock = Mock("aliyun")
    account = mock.sandboxes.demo.credentials["aliyun"]
    for astray in (
        Request(method="POST", path="/", query=b"Action=SearchByPic"),
        Request(method="POST", path="/", headers=((b"x-acs-action", b"SearchByPic"),)),
        Request(
            method="POST", path="/", query=b"Action=SearchByPic", headers=((b"x-acs-action", b"SearchImageByPic"),)
        ),
        build_signed_request("aliyun", account),
    ):
        mock.respond(astray)
    told = "no operation matched; the nearest is POST /, it differs in Action"
    assert [entry.near_miss for entry in mock.demo_state.journal.entries] == [told] * 3 + [""]


def test_the_404_of_ours_says_it(mock: Mock) -> None:
    reply = mock.respond(asked("POST", "/alibabba/product/imageQuery"))
    body = msgspec.json.decode(reply.body)
    assert reply.status == 404
    assert body["error"] == f"no operation matched; the nearest is {DAJI}, it differs in method and path segment 1"
    assert (body["nearest"], body["differs"]) == ("/alibaba/product/imageQuery", ["method", "path segment 1"])


def test_the_vendors_404_has_it_in_the_journal() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    right = build_signed_request("tmapi", sandbox.credentials["tmapi"])
    mock.respond(right)
    mock.respond(msgspec.structs.replace(right, path="/tmapi/1688/global/search/images"))
    mock.respond(msgspec.structs.replace(right, method="DELETE"))
    assert [entry.near_miss.rpartition(", ")[2] for entry in sandbox.journal.entries] == [
        "", "it differs in path segment 4", "it differs in method"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["", "/", "//", "*", "/" * 60_000, "/a" * 30_000, "/" + "a" * 60_000, "/\ud800", "/%2e%2e", "/é/超"]
)
def test_any_path_is_told_something(mock: Mock, path: str) -> None:
    for method in ("GET", "FOO"):
        near = find_near_miss(mock.services.values(), asked(method, path))
        assert near.differences
        assert len(str(near)) < 1000
