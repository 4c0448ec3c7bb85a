"""The pytest plugin's own options: every test's clients judged, https, other APIs, what is not installed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

PETSTORE = Path(__file__).parent.parent / "data/openapi/petstore.yaml"
ASK = """
    import httpx
    import pytest

    def ask(tmapi, **more):
        query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg", **more}
        with httpx.Client(transport=tmapi.transport) as client:
            return client.get("http://api.tmapi.top/1688/global/search/image", params=query)
"""
QUIET = ("-q", "-p", "lookalike", "-p", "no:cacheprovider", "--strict-markers", "--strict-config")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run tests of a client in this process; what pytest printed."""
    for name in ("SEED", "SIZE", "VARIANT", "SPEC", "TRUST"):
        monkeypatch.delenv(f"LOOKALIKE_{name}", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def in_process(code: str, *options: str, ini: str = "") -> tuple[pytest.RunResult, str]:
        pytester.makeini(f"[pytest]\n{ini}")
        pytester.makepyfile(f"{ASK}\n{code}")
        result = pytester.runpytest_inprocess(*QUIET, *options)
        return result, "\n".join(result.outlines)

    return in_process


CLIENTS = """
    def test_good(tmapi):
        ask(tmapi)

    def test_foreign(tmapi):
        ask(tmapi, img_url="https://example.com/x.jpg")

    def test_unknown(tmapi):
        ask(tmapi, pagesize=5)

    def test_stray(tmapi, hiobuy):
        with httpx.Client(transport=tmapi.transport) as client:
            client.get("http://localhost/v1/products/search")

    def test_silent(tmapi):
        pass

    @pytest.mark.lookalike(kind="fault", situations="tmapi/re*")
    def test_faults(tmapi):
        with pytest.raises(httpx.TransportError):
            ask(tmapi)

    @pytest.mark.lookalike(conformant=False)
    def test_left_out(tmapi):
        ask(tmapi, pagesize=5)
"""


@pytest.mark.parametrize("way", ["ini", "option"])
def test_the_clients_of_every_test_are_judged_when_it_is_over(run: Any, way: str) -> None:
    if way == "ini":
        result, shown = run(CLIENTS, ini="lookalike-conformant = true")
    else:
        result, shown = run(CLIENTS, "--lookalike-conformant")
    result.assert_outcomes(passed=8, errors=3)
    assert re.findall(r"_ ERROR at teardown of (\w+) _+\n(.*)", shown) == [
        ("test_foreign", "1 request to tmapi, 1 complaint:"),
        ("test_unknown", "1 request to tmapi, 1 complaint:"),
        ("test_stray", "1 request to no API, 1 complaint:"),
    ]
    assert (
        "1  refused: HTTP 422 tmapi/foreign-image: img_url is 'https://example.com/x.jpg', which is on none of" in shown
    )
    assert "def " not in shown


def test_nobody_is_judged_who_did_not_ask_for_it(run: Any) -> None:
    run(CLIENTS)[0].assert_outcomes(passed=8)


IMAGES = """
    def search(daji_1688, number):
        from lookalike_specs.signing import daji
        pairs = {"appKey": daji_1688.credentials["appKey"], "imageId": "undefined", "beginPage": "1", "pageSize": str(number), "country": "en"}
        pairs["sign"] = daji.compute_signature(tuple(pairs.items()), daji_1688.credentials["appSecret"])
        with httpx.Client(transport=daji_1688.transport) as client:
            assert client.get("https://openapi.dajisaas.com/alibaba/product/imageQuery", params=pairs).status_code == 400

    @pytest.mark.parametrize("number", [5, 6])
    def test_it(daji_1688, number):
        search(daji_1688, number)
        daji_1688.assert_conformant()

    @pytest.mark.lookalike(trust=["documented", "measured", "inferred", "invented"])
    def test_severe(daji_1688):
        search(daji_1688, 7)
        daji_1688.assert_conformant()

    def test_here(daji_1688):
        search(daji_1688, 7)
        daji_1688.assert_conformant(trust="documented")
        with pytest.raises(AssertionError, match="1 request to daji-1688, 1 complaint:"):
            daji_1688.assert_conformant(trust="documented,invented,inferred")
        with pytest.raises(ValueError, match="not 'sure'"):
            daji_1688.assert_conformant(trust="sure")
"""


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("options", [(), ("-n", "1", "-p", "xdist")], ids=["", "xdist"])
def test_a_rule_that_is_not_sure_fails_nobody_and_is_listed_when_all_is_over(
    run: Any, options: tuple[str, ...]
) -> None:
    result, shown = run(IMAGES, *options)
    result.assert_outcomes(passed=3, failed=1)
    summary = shown.partition("- lookalike notes -")[2]
    assert re.search(
        r"\nnote: refused: HTTP 400 daji-1688/unknown-image: imageId is 'undefined', .*\[invented: .*\]\n   \S+::test_it\[5\], and \d more\n",
        summary,
    )
    assert summary.count("note: refused") == 1


def test_trust_is_an_option_too(run: Any) -> None:
    code = IMAGES.partition("    @pytest.mark.lookalike(trust")[0]
    run(code, "--lookalike-trust", "invented")[0].assert_outcomes(failed=2)
    result, shown = run(code, "--lookalike-trust", "messured")
    result.assert_outcomes(errors=2)
    assert (
        "lookalike-trust: a kind of provenance is one of documented, measured, inferred, invented, not 'messured'; did you mean 'measured'?"
        in shown
    )


def test_the_header_says_that_clients_are_judged(run: Any) -> None:
    _, shown = run("    def test_it():\n        pass", "-v", "--lookalike-conformant")
    assert "lookalike: seed 0, 10000 goods; clients are held to the specs" in shown


# ------------------------------------------------------------------------------------------------ https


def test_an_api_is_served_over_https_too(run: Any) -> None:
    run("""
    import ssl

    def test_it(tmapi, lookalike_tls_server):
        assert tmapi.tls_url.startswith("https://127.0.0.1:")
        assert tmapi.tls_url == lookalike_tls_server.tls_url
        trust = ssl.create_default_context(cafile=tmapi.tls_ca)
        query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
        answer = httpx.get(f"{tmapi.tls_url}/1688/global/search/image", params=query, verify=trust)
        assert answer.json()["code"] == 200
        tmapi.assert_conformant()
        with pytest.raises(httpx.ConnectError):
            httpx.get(tmapi.tls_url)
    """)[0].assert_outcomes(passed=1)


# ------------------------------------------------------------------------------------------------ other APIs


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("way", ["ini", "option", "environment"])
def test_an_openapi_document_is_a_fixture(
    run: Any, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    shutil.copy(PETSTORE, pytester.path / "my-petstore.yaml")
    options: tuple[str, ...] = ()
    ini = ""
    if way == "ini":
        ini = "lookalike-spec = my-petstore.yaml"
    elif way == "option":
        options = ("--lookalike-spec", "my-petstore.yaml")
    else:
        monkeypatch.setenv("LOOKALIKE_SPEC", "my-petstore.yaml")
    result, shown = run("""
    from hypothesis import given, settings
    from lookalike.strategies import requests

    def test_fixture(my_petstore, tmapi):
        assert my_petstore.id == "my-petstore"
        assert ask(tmapi).status_code == 200
        with httpx.Client(transport=my_petstore.transport) as client:
            client.get("https://petstore3.swagger.io/api/v3/pet/findByStatus?status=available")
        assert [entry.api for entry in my_petstore.journal + my_petstore.sandbox.journal.entries][-1:] != []

    @pytest.mark.lookalike(kind="fault")
    def test_situations(my_petstore, lookalike_situation):
        assert lookalike_situation.id.startswith("my-petstore/")

    @settings(max_examples=3, deadline=None)
    @given(request=requests("my-petstore"))
    def test_strategy(request):
        assert request.path

    def test_by_name(lookalike_api):
        assert lookalike_api("my-petstore").id == "my-petstore"
        with pytest.raises(Exception, match="unknown API 'my-petstor'.*did you mean 'my-petstore'"):
            lookalike_api("my-petstor")
    """, *options, ini=ini)  # fmt: skip
    assert result.ret == 0, shown


def test_a_document_that_cannot_be_read_is_told_in_a_line(run: Any, pytester: pytest.Pytester) -> None:
    (pytester.path / "shop.yaml").write_text("openapi: 1.0", "utf-8")
    pytester.makeini("[pytest]\nlookalike-spec = shop.yaml")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess(*QUIET)
    errors = "\n".join(result.errlines)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "lookalike-spec: " in errors
    assert "shop.yaml" in errors
    assert "Traceback" not in errors


# ------------------------------------------------------------------------------------------------ messages


def test_a_message_on_how_to_use_it_stands_once(run: Any) -> None:
    _, shown = run("""
    @pytest.mark.lookalike(variants={"tmapi.auth": "cookie"})
    def test_it(tmapi):
        pass

    @pytest.mark.lookalike(seed="x")
    def test_number(tmapi):
        pass
    """)
    assert "During handling" not in shown
    assert shown.partition("short test summary")[0].count("tmapi: auth is one of apiToken") == 1


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize(
    ("module", "call", "says"),
    [
        ("httpx", "lookalike.transport('tmapi')", "lookalike.transport needs httpx: pip install 'lookalike[httpx]'"),
        ("respx", "lookalike.respx_router('tmapi')", "lookalike.respx_router needs respx: pip install 'lookalike[respx]'"),
        ("httpx", "lookalike.strategies.replay_transport()", "replay_transport needs httpx: pip install 'lookalike[httpx]'"),
        ("trustme", "lookalike.serve('tmapi', tls=True).__enter__()", 'TLS needs an extra: pip install "lookalike[tls]"'),
        ("hypothesis", "lookalike.strategies", "strategies need Hypothesis: pip install 'lookalike[pytest]'"),
        ("openapi_core", "import lookalike.testing.conformance", "pip install 'lookalike[pytest]'"),
    ],
)  # fmt: skip
def test_what_is_not_installed_is_named_with_its_extra(run_python: Any, module: str, call: str, says: str) -> None:
    code = f"import sys, traceback\nsys.modules[{module!r}] = None\nimport lookalike\n"
    code += f"try:\n    {call}\nexcept ImportError:\n    print(traceback.format_exc())"
    printed = run_python(code)
    assert printed.strip().endswith(f"ImportError: {says}") or (says in printed and module == "openapi_core")
    assert "During handling" not in printed


def test_an_api_that_is_nearly_one_is_told_with_the_one_that_is_meant(run_python: Any) -> None:
    code = "import lookalike\ntry:\n    lookalike.transport('tmpai')\nexcept Exception as error:\n    print(error)"
    assert "unknown API 'tmpai'" in run_python(code)
    assert "did you mean 'tmapi'?" in run_python(code)


def test_the_module_lists_what_it_is_for(run_python: Any) -> None:
    printed = run_python(
        "import lookalike, lookalike.embed\nprint([name for name in dir(lookalike) if name[0] != '_'])"
    )
    assert printed.strip() == str(
        [
            "Mock",
            "MockApi",
            "Quota",
            "RunningMock",
            "Sandbox",
            "respx_router",
            "sandbox",
            "serve",
            "strategies",
            "transport",
        ]
    )


@pytest.mark.slow
def test_a_sandbox_outlives_a_test(run_python: Any) -> None:
    printed = run_python("""
import httpx, lookalike
with lookalike.sandbox("tmapi", seed=7, size=50, variants={"tmapi.error-format": "http-200"}) as tmapi:
    print(tmapi.sandbox.state.seed, tmapi.sandbox.state.size)
    with httpx.Client(transport=tmapi.transport) as client, tmapi.situation("439", times=1):
        query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
        print(client.get("http://api.tmapi.top/1688/global/search/image", params=query).status_code)
    tmapi.assert_conformant()
""")
    assert printed.split() == ["7", "50", "200"]
