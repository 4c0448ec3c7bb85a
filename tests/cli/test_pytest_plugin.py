"""The pytest plugin, as the tests of a client use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.faults import FAULTS
from lookalike_specs import list_api_ids, load_api

from ..specs.redaction.reader import is_secret_readable

pytest_plugins = ["pytester"]

ASK = """
    import httpx
    import pytest

    def ask(tmapi, client=httpx, **more):
        query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg", **more}
        return client.get(f"{tmapi.base_url}/1688/global/search/image", params=query)
"""
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--strict-markers", "--strict-config")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run tests of a client in this process; what pytest made of them."""
    for name in ("LOOKALIKE_SEED", "LOOKALIKE_SIZE", "LOOKALIKE_VARIANT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def in_process(code: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(f"{ASK}\n{code}")
        # the plugin is imported here already, of which pytest 9.0 warns; nobody else starts pytest in such a process
        imported = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
        return pytester.runpytest_inprocess("-p", "lookalike", *QUIET, *imported, *options)

    return in_process


@pytest.fixture
def run_apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same in a process of its own, where nothing is imported yet."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def apart(code: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(f"{ASK}\n{code}")
        return pytester.runpytest_subprocess(*QUIET, *options)

    return apart


def failures(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines)


# ------------------------------------------------------------------------------------------------ fixtures


def test_a_test_has_a_server_a_sandbox_and_each_api(run: Any) -> None:
    result = run("""
    def test_it(lookalike_server, lookalike_sandbox, tmapi, daji_1688, daji_taobao, hiobuy, aliyun):
        every = [tmapi, daji_1688, daji_taobao, hiobuy, aliyun]
        assert sorted(lookalike_server.mock.services) == sorted(api.id for api in every)
        assert {api.base_url for api in every} == {lookalike_server.url}
        assert {api.id: dict(api.credentials) for api in every} == lookalike_sandbox.credentials
        assert {api.sandbox for api in every} == {lookalike_sandbox}
        assert repr(tmapi) == f"<tmapi in sandbox {lookalike_sandbox.name}>"
    """)
    result.assert_outcomes(passed=1)


def test_each_test_has_a_sandbox_of_its_own_which_goes_with_it(run: Any) -> None:
    run("""
    import gc
    SEEN = []

    @pytest.mark.parametrize("number", range(3))
    def test_it(tmapi, lookalike_server, number):
        assert tmapi.journal == ()
        assert ask(tmapi).status_code == 200
        (entry,) = tmapi.journal
        assert (entry.api, entry.response.status) == ("tmapi", 200)
        SEEN.append(tmapi.sandbox.name)
        assert len(set(SEEN)) == number + 1
        assert [each.name for each in lookalike_server.mock.sandboxes] == ["demo", SEEN[-1]]
    """).assert_outcomes(passed=3)


def test_the_journal_is_that_of_the_api(run: Any) -> None:
    run("""
    def test_it(tmapi, hiobuy):
        ask(tmapi)
        httpx.post(f"{hiobuy.base_url}/api/client/third-purchase/image/query", headers=hiobuy.credentials,
                   json={"img": "https://example.com/x.jpg", "platform": "1688"})
        assert [entry.api for entry in tmapi.journal] == ["tmapi"]
        assert [entry.api for entry in hiobuy.journal] == ["hiobuy"]
    """).assert_outcomes(passed=1)


def test_a_situation_lasts_for_so_many_answers_or_for_a_block_or_for_the_test(run: Any) -> None:
    run("""
    def codes(tmapi, times):
        return [ask(tmapi).status_code for _ in range(times)]

    def test_times(tmapi):
        tmapi.situation("439", times=2)
        assert codes(tmapi, 3) == [439, 439, 200]

    def test_block(tmapi):
        with tmapi.situation("tmapi/503"):
            assert codes(tmapi, 2) == [503, 503]
        assert codes(tmapi, 1) == [200]

    def test_lasting(tmapi):
        tmapi.situation("500")
        assert codes(tmapi, 2) == [500, 500]

    def test_after(tmapi):
        assert codes(tmapi, 1) == [200]

    def test_unknown(tmapi):
        with pytest.raises(Exception, match="unknown situation 'tmapi/440'; nearest: tmapi/"):
            tmapi.situation("440")
    """).assert_outcomes(passed=5)


def test_the_network_can_be_left_out(run: Any) -> None:
    run("""
    URL = "http://api.tmapi.top/1688/global/search/image"

    def query(tmapi):
        return {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}

    def test_transport(tmapi):
        with httpx.Client(transport=tmapi.transport) as client:
            assert client.get(URL, params=query(tmapi)).status_code == 200
        assert len(tmapi.journal) == 1

    def test_respx(tmapi):
        with tmapi.respx_router:
            assert httpx.get(URL, params=query(tmapi)).status_code == 200
        assert len(tmapi.journal) == 1

    def test_clock(tmapi):
        tmapi.clock.set(1_900_000_000, runs=False)
        with httpx.Client(transport=tmapi.transport) as client:
            client.get(URL, params=query(tmapi))
        assert tmapi.journal[0].timestamp == 1_900_000_000
    """).assert_outcomes(passed=3)


@pytest.mark.slow
def test_no_server_is_started_that_no_test_asks_for(run_apart: Any) -> None:
    result = run_apart("""
    import sys

    def test_it(tmapi):
        with httpx.Client(transport=tmapi.transport) as client:
            query = {"apiToken": tmapi.credentials["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
            assert client.get("http://api.tmapi.top/1688/global/search/image", params=query).status_code == 200
        assert not {"uvicorn", "starlette"} & set(sys.modules)
    """, "-p", "lookalike")  # fmt: skip
    result.assert_outcomes(passed=1)


def test_a_fixture_of_the_users_own_goes_before_ours(run: Any, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef tmapi():\n    return 7\n")
    run("    def test_it(tmapi):\n        assert tmapi == 7").assert_outcomes(passed=1)


# ------------------------------------------------------------------------------------------------ the mark


def known(api: str) -> list[str]:
    root = load_api(api).root
    return [f"{api}/{name}" for name in (*root.situations, *root.errors, *FAULTS)]


PATTERNS: list[tuple[Any, str, list[str]]] = [
    ("'tmapi/*'", "", known("tmapi")),
    ("'tmapi/439'", "", ["tmapi/439"]),
    ("['tmapi/5*', 'hiobuy/empty']", "", ["tmapi/500", "tmapi/503", "hiobuy/empty"]),
    ("['tmapi/[45]??', '!tmapi/4*']", "", ["tmapi/500", "tmapi/503"]),
    ("['aliyun/Entity*', 'aliyun/empty']", ", operation='SearchImageByPic'", ["aliyun/empty"]),
    ("'tmapi/*'", ", kind='fault'", [f"tmapi/{fault}" for fault in FAULTS]),
    (
        "['tmapi/5*', 'tmapi/empty', 'tmapi/lat*']",
        ", kind=['answer', 'error']",
        ["tmapi/500", "tmapi/503", "tmapi/empty"],
    ),
    ("'aliyun/Entity*'", ", operation='PostObject'", ["aliyun/EntityTooLarge", "aliyun/EntityTooSmall"]),
]


@pytest.mark.parametrize(("patterns", "more", "expected"), PATTERNS)
def test_the_mark_makes_a_test_for_each_situation(run: Any, patterns: str, more: str, expected: list[str]) -> None:
    result = run(f"""
    @pytest.mark.lookalike(situations={patterns}{more})
    def test_it():
        pass
    """, "--collect-only")  # fmt: skip
    assert re.findall(r"test_it\[(.*)\]", failures(result)) == expected


def test_the_situation_is_there_for_the_test_whether_it_asks_for_it_or_not(run: Any) -> None:
    run("""
    @pytest.mark.lookalike(situations=["tmapi/439", "tmapi/503"])
    class TestIt:
        def test_told(self, tmapi, lookalike_situation):
            assert ask(tmapi).json() == {"code": lookalike_situation.code, "msg": lookalike_situation.message, "data": None}
            assert ask(tmapi).status_code == lookalike_situation.status

        def test_silent(self, tmapi):
            assert ask(tmapi).status_code in (439, 503)

        @pytest.mark.parametrize("number", [1, 2])
        def test_with_others(self, number, tmapi):
            assert ask(tmapi, page=number).status_code in (439, 503)

    @pytest.mark.parametrize("number", [1])
    def test_after(number, tmapi):
        assert ask(tmapi, page=number).status_code == 200
    """).assert_outcomes(passed=9)


CONVERT = """
    def convert(tmapi):
        url, token = f"{tmapi.base_url}/1688/tools/image/convert_url", {"apiToken": tmapi.credentials["apiToken"]}
        return httpx.post(url, params=token, json={"url": "https://example.com/x.jpg"})
"""


def test_a_situation_can_be_for_one_operation(run: Any) -> None:
    run(f"""{CONVERT}
    @pytest.mark.lookalike(situations="tmapi/503", operation="searchItemsByImageUrl")
    def test_by_mark(tmapi):
        assert [convert(tmapi).status_code, ask(tmapi).status_code, convert(tmapi).status_code] == [200, 503, 200]

    def test_by_name(tmapi):
        tmapi.situation("503", times=1, operation="searchItemsByImageUrl")
        assert [convert(tmapi).status_code, ask(tmapi).status_code, ask(tmapi).status_code] == [200, 503, 200]

    def test_a_page_waits_for_the_search(tmapi):
        tmapi.situation("empty", times=1)
        assert convert(tmapi).status_code == 200
        assert ask(tmapi).json()["data"]["items"] == []

    def test_unknown(tmapi):
        with pytest.raises(Exception, match="tmapi has no operation 'convert'; nearest: convertImageUrl"):
            tmapi.situation("503", operation="convert")
    """).assert_outcomes(passed=4)


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ("situations='tmapi/449'", "no situation is called 'tmapi/449'; nearest: tmapi/439"),
        ("situations=['tmapi/*', '!tmap/439']", "no situation is called 'tmap/439'; nearest: tmapi/439"),
        ("situations='tmapi/*', operation='search'", "no operation is called 'search'; nearest: "),
        (
            "situation='tmapi/439'",
            "@pytest.mark.lookalike takes situations, kind, operation, variants, seed, size, conformant, trust, not situation; did you mean 'situations'?",
        ),
        ("'tmapi/439'", "conformant, trust, not 'tmapi/439'; did you mean situations='tmapi/439'?"),
        ("situations=7", "situations are patterns such as 'tmapi/*', not 7"),
        ("situations='tmapi/*', kind='errors'", "no kind of situation is called 'errors'; nearest: error"),
        ("kind=5", "kind is 'answer', 'error' or 'fault', or several of them, not 5"),
        ("variants='auth=either'", "variants are a dict such as {'tmapi.auth': 'apikey'}, not 'auth=either'"),
        ("conformant='no'", "conformant is True or False, not 'no'"),
        (
            "trust='measures'",
            "a kind of provenance is one of documented, measured, inferred, invented, not 'measures'; did you mean 'measured'?",
        ),
        ("seed='x'", "lookalike-seed is a number from 0 to 9223372036854775807, not 'x'"),
        ("seed=None", "lookalike-seed is a number from 0 to 9223372036854775807, not None"),
        ("seed=2**63", "lookalike-seed is a number from 0 to 9223372036854775807, not 9223372036854775808"),
        ("size=0", "lookalike-size is a number from 1 to 1000000000, not 0"),
        ("variants={'tmapi.auth': 'cookie'}", "tmapi: auth is one of apiToken, apikey, either, not 'cookie'"),
    ],
)
def test_what_a_mark_cannot_mean_is_told_in_a_line(run: Any, mark: str, says: str) -> None:
    result = run(f"""
    @pytest.mark.lookalike({mark})
    def test_it(tmapi):
        pass

    def test_other():
        pass
    """)  # fmt: skip
    result.assert_outcomes(errors=1, passed=1)
    assert says in failures(result)
    assert "Traceback" not in failures(result)
    assert "def " not in failures(result)


def test_the_situation_can_be_asked_for_with_the_mark_alone(run: Any) -> None:
    result = run("    def test_it(lookalike_situation):\n        pass")
    assert "lookalike_situation needs @pytest.mark.lookalike(situations=…)" in failures(result)


def test_variants_seed_and_size_of_a_mark(run: Any) -> None:
    run("""
    @pytest.mark.lookalike(variants={"tmapi.error-format": "http-200"}, seed=5)
    class TestIt:
        def test_both(self, tmapi, lookalike_server):
            tmapi.situation("439")
            assert ask(tmapi).status_code == 200
            assert (tmapi.sandbox.state.seed, tmapi.sandbox.state.size) == (5, 10_000)
            assert tmapi.base_url != lookalike_server.url

        @pytest.mark.lookalike(seed=6, size=50)
        def test_nearest_counts(self, tmapi):
            tmapi.situation("439")
            assert ask(tmapi).status_code == 200
            assert (tmapi.sandbox.state.seed, tmapi.sandbox.state.size) == (6, 50)

    def test_after(tmapi, lookalike_server):
        assert tmapi.base_url == lookalike_server.url
    """).assert_outcomes(passed=3)


# ------------------------------------------------------------------------------------------------ options

SEED = """
    {mark}
    def test_it(tmapi, lookalike_server):
        print("seed", tmapi.sandbox.state.seed, "size", tmapi.sandbox.state.size)
        variants = lookalike_server.mock.services["tmapi"].variants
        print("auth", variants["auth"], "transport", variants["error-format"])
"""


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize(
    ("mark", "option", "environment", "ini", "expected"),
    [
        ("", "", "", "", "0"),
        ("", "", "", "4", "4"),
        ("", "", "3", "4", "3"),
        ("", "2", "3", "4", "2"),
        ("", "0", "3", "4", "0"),
        ("@pytest.mark.lookalike(seed=1)", "2", "3", "4", "1"),
        ("@pytest.mark.lookalike(seed=0)", "2", "3", "4", "0"),
    ],
)
def test_the_mark_goes_before_the_option_the_environment_and_the_ini_file(
    run: Any, pytester: Any, monkeypatch: Any, *, mark: str, option: str, environment: str, ini: str, expected: str
) -> None:
    pytester.makeini(f"[pytest]\nlookalike-seed = {ini}\n")
    monkeypatch.setenv("LOOKALIKE_SEED", environment)
    result = run(SEED.format(mark=mark), "-s", *(["--lookalike-seed", option] if option else []))
    result.stdout.fnmatch_lines([f"*seed {expected} size 10000"])


def test_the_server_of_a_session_is_as_the_options_say(run: Any) -> None:
    run("""
    @pytest.mark.lookalike(seed=8, size=60)
    def test_it(lookalike_server):
        assert (lookalike_server.mock.demo_state.seed, lookalike_server.mock.demo_state.size) == (7, 50)
    """, "--lookalike-seed", "7", "--lookalike-size", "50").assert_outcomes(passed=1)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "variable", "ini", "expected"),
    [
        (["--lookalike-variant", "tmapi.auth=apikey", "--lookalike-variant", "tmapi.error-format=gateway"], "", "", "auth apikey transport gateway"),
        ([], "tmapi.auth=apikey tmapi.error-format=gateway", "tmapi.auth=apiToken", "auth apikey transport gateway"),
        ([], "", "\n    tmapi.auth = apikey\n    tmapi.error-format=gateway", "auth apikey transport gateway"),
        ([], "", "", "auth either transport http-status"),
    ],
)  # fmt: skip
def test_variants_come_in_the_same_ways(
    run: Any, pytester: Any, monkeypatch: Any, *, options: list[str], variable: str, ini: str, expected: str
) -> None:
    pytester.makeini(f"[pytest]\nlookalike-variant = {ini}\nlookalike-size = 77\n")
    monkeypatch.setenv("LOOKALIKE_VARIANT", variable)
    result = run(SEED.format(mark=""), "-s", *options)
    result.stdout.fnmatch_lines(["*seed 0 size 77", expected])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--lookalike-seed", "x"], "lookalike-seed is a number from 0 to 9223372036854775807, not 'x'"),
        (["--lookalike-seed", "-1"], "lookalike-seed is a number from 0 to 9223372036854775807, not '-1'"),
        (["--lookalike-variant", "either"], "--lookalike-variant is NAME=VALUE, not 'either'"),
        (["--lookalike-variant", "=either"], "--lookalike-variant is NAME=VALUE, not '=either'"),
        (["--lookalike-variant", "tmapi.auth=no"], "tmapi: auth is one of apiToken, apikey, either, not 'no'"),
    ],
)
def test_an_option_that_cannot_be_is_told_in_a_line(run: Any, options: list[str], says: str) -> None:
    result = run("    def test_it(tmapi):\n        pass", *options)
    assert result.ret != 0
    assert says in failures(result) + "\n".join(result.errlines)
    assert "Traceback" not in failures(result)
    assert "def " not in failures(result)


def test_the_header_tells_the_seed_where_anything_was_chosen(run: Any) -> None:
    code = "    def test_it():\n        pass"
    assert "lookalike: " not in failures(run(code, "-v"))
    chosen = run(code, "-v", "--lookalike-seed", "7", "--lookalike-variant", "tmapi.auth=either")
    assert "lookalike: seed 7, 10000 goods, tmapi.auth=either" in failures(chosen)


# ------------------------------------------------------------------------------------------------ failures


def test_a_failing_test_shows_seed_situation_curl_and_journal(run: Any) -> None:
    result = run("""
    @pytest.mark.lookalike(situations="tmapi/439", seed=7)
    def test_it(tmapi):
        for page in range(1, 8):
            assert ask(tmapi, page=page).status_code == (439 if page < 7 else 200)
    """)
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"-+ lookalike -+",
            r"seed 7, 10000 goods; in the situation tmapi/439",
            r"To see it again: lookalike serve tmapi --seed 7",
            r"… 2 before",
            r"3  GET /1688/global/search/image  HTTP 439  tmapi/439",
            r"   curl -s .* -H 'prefer: example=tmapi/439' 'http://127.0.0.1:8765/1688/global/search/image\?apiToken=lookalike-demo-token&img_url=.*&page=3'",
            r'   \{"code":439,"msg":"Subscription expired or insufficient balance.","data":null\}',
            r"7  GET .*",
        ],
        consecutive=False,
    )
    assert "Nothing was asked" not in failures(result)


def test_the_lines_are_for_a_server_that_can_be_started_whatever_host_was_asked_and_long_bodies_are_cut(
    run: Any,
) -> None:
    result = run("""
    def test_server(tmapi):
        httpx.get(f"{tmapi.base_url}/1688/global/search/image", headers={"host": "api.tmapi.top"})
        assert not ask(tmapi)

    @pytest.mark.parametrize("length", [300, 500])
    def test_it(tmapi, length):
        with httpx.Client(transport=tmapi.transport) as client:
            where = "http://api.tmapi.top/1688/tools/image/convert_url?apiToken=" + tmapi.credentials["apiToken"]
            client.post(where, json={"url": "x" * length})
        assert not tmapi.journal
    """)
    result.assert_outcomes(failed=3)
    shown = failures(result)
    assert len(re.findall(r"   curl .*http://127\.0\.0\.1:8765/1688/global", shown)) == 2
    assert "http://api.tmapi.top" not in "".join(re.findall("   curl .*", shown))
    lines = re.findall(r"   curl .*8765/1688/tools/image/convert_url\?apiToken=lookalike-demo-token.*", shown)
    assert [line.endswith("  # the body is longer") for line in lines] == [False, True]
    assert [line.count("x") > 400 for line in lines] == [False, False]


def test_what_came_with_other_credentials_is_shown_too(run: Any) -> None:
    result = run("""
    def test_it(tmapi):
        httpx.get(f"{tmapi.base_url}/1688/global/search/images", params={"key": "K" * 20})
        assert tmapi.journal
    """)
    shown = failures(result)
    assert "Nothing was asked with this test's credentials." in shown
    assert "With other credentials than this test's:" in shown
    assert "it differs in path segment 4" in shown


def test_a_good_test_shows_nothing(run: Any) -> None:
    assert "lookalike" not in failures(run("    def test_it(tmapi):\n        ask(tmapi)", "-rA"))


CANARIES = """
    import json
    import logging
    import sys
    import urllib.parse
    from base64 import b64encode
    from pathlib import Path

    def test_it(aliyun, tmapi, hiobuy, daji_1688, lookalike_sandbox, caplog):
        secrets = [aliyun.credentials["AccessKeySecret"], daji_1688.credentials["appSecret"], hiobuy.credentials["X-Uuid"],
                   tmapi.credentials["apiToken"]]
        Path("secrets.json").write_text(json.dumps(secrets))
        print("out", *secrets)
        print("err", *map(urllib.parse.quote_plus, secrets), file=sys.stderr)
        logging.warning("logged %s", secrets)
        ask(tmapi, language=secrets[0])
        httpx.post(f"{tmapi.base_url}/1688/tools/image/convert_url", json={"url": secrets[3], "text": b64encode(secrets[3].encode()).decode()})
        httpx.get(f"{hiobuy.base_url}/api/client", headers={"authorization": "Basic " + b64encode(f"me:{secrets[2]}".encode()).decode()})
        local = {"sandbox": lookalike_sandbox, "all": dict(lookalike_sandbox.credentials)}
        FAILS
"""
FAILS = {
    "assertion": "assert ask(tmapi).url == secrets",
    "exception": "raise ValueError(secrets) from KeyError(secrets[1])",
    "group": "raise ExceptionGroup('many', [ValueError(secret) for secret in secrets])",
    "conformance": "tmapi.assert_conformant()",
    "fail": "pytest.fail(str(secrets))",
    "skip": "pytest.skip(str(secrets))",
    "xfail": "pytest.xfail(str(secrets))",
    "warning": "import warnings; warnings.warn('no'); assert not secrets",
}


STYLES: list[tuple[str, tuple[str, ...]]] = [(way, ("-l",)) for way in FAILS]
STYLES += [("exception", style) for style in (("--tb=short",), ("--tb=native",), ("-n", "1", "-p", "xdist"))]


@pytest.mark.slow
@pytest.mark.parametrize(("way", "style"), STYLES, ids=[f"{way} {' '.join(style)}" for way, style in STYLES])
def test_no_secret_is_in_any_report(run: Any, pytester: pytest.Pytester, way: str, style: tuple[str, ...]) -> None:
    result = run(CANARIES.replace("FAILS", FAILS[way]), *style, "--junitxml=report.xml", "-rA")
    text = Path(pytester.path, "report.xml").read_text("utf-8")
    secrets = json.loads(Path(pytester.path, "secrets.json").read_text("utf-8"))
    assert len(secrets) == 4
    told = failures(result) + text
    assert "***" in told
    assert [secret for secret in secrets if is_secret_readable(secret, told)] == []


# ways to show a secret besides the report of a failed test
OTHER_PLACES = {
    "a warning": "warnings.warn(f'warned {secret}')",
    "a warning of a class of its own": "warnings.warn(Odd(secret))",
    "a thread": "thread = threading.Thread(target=fail, args=(secret,)); thread.start(); thread.join()",
    "a subtest": "with subtests.test(msg=f'sub {secret}', value=secret):\n            print('in it', secret)\n            assert secret == 1",
    "a good subtest": "with subtests.test(msg=f'sub {secret}'):\n            print('in it', secret)",
    "a property": "record_property('key', secret); record_property(secret, {'a': [secret]})",
    "an attribute": "record_xml_attribute('key', secret)",
    "a property of the suite": "record_testsuite_property('key', secret)",
    "a note": "error = ValueError(); error.add_note(secret); raise error",
    "a cause": "raise ValueError('a') from KeyError(secret)",
    "an object": "raise ValueError(Odd(secret))",
    "hexadecimal": "raise ValueError(secret.encode().hex())",
    "bytes": "assert secret.encode() == b'x'",
    "the end of a run": "pytest.exit(f'no more {secret}')",
    "standard output": "print(secret); assert 0",
    "a log": "logging.getLogger('x').error(secret); assert 0",
}
OTHER_SECRETS = {
    "of the test": "tmapi.credentials['apiToken']",
    "of a sandbox of its own": "lookalike_server.create_sandbox().credentials['daji-1688']['appSecret']",
    "of a mock of its own": "lookalike.Mock('aliyun').create_sandbox().credentials['aliyun']['AccessKeySecret']",
    "of the control API": "lookalike_server.control_token",
    "of the environment": "os.environ['LOOKALIKE_TMAPI_APITOKEN']",
}
SHOW = """
    import logging, os, threading, warnings
    from pathlib import Path
    import lookalike

    class Odd(UserWarning):
        def __str__(self):
            return f"odd {self.args[0]}"

    def fail(secret):
        raise ValueError(secret)

    def test_it(tmapi, lookalike_server, subtests, record_property, record_xml_attribute, record_testsuite_property):
        secret = SECRET
        Path("secret.txt").write_text(secret)
        PLACE
"""


@pytest.mark.filterwarnings("ignore:record_xml_attribute")
@pytest.mark.parametrize("place", OTHER_PLACES)
@pytest.mark.parametrize("whose", OTHER_SECRETS)
@pytest.mark.exhaustive(20)
def test_no_secret_is_in_anything_else_that_pytest_shows(
    run: Any, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, place: str, whose: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_TMAPI_APITOKEN", "real-token-of-somebody")
    code = SHOW.replace("SECRET", OTHER_SECRETS[whose]).replace("PLACE", OTHER_PLACES[place])
    result = run(code, "-rA", "-v", "-l", "-W", "default", "--junitxml=report.xml", "-o", "junit_family=xunit1")
    secret = Path(pytester.path, "secret.txt").read_text("utf-8")
    text = Path(pytester.path, "report.xml").read_text("utf-8")
    told = "\n".join([*result.outlines, *result.errlines, text])
    assert "***" in told
    assert not is_secret_readable(secret, told)
    assert secret.encode().hex() not in told


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("place", ["a warning", "a thread", "a subtest", "a property"])
def test_nor_where_xdist_runs_the_tests(run_apart: Any, pytester: pytest.Pytester, place: str) -> None:
    code = SHOW.replace("SECRET", OTHER_SECRETS["of a sandbox of its own"]).replace("PLACE", OTHER_PLACES[place])
    options = ("-p", "lookalike", "-n", "1", "-p", "xdist", "-rA", "-v", "-W", "default", "--junitxml=report.xml")
    result = run_apart(code, *options)
    secret = Path(pytester.path, "secret.txt").read_text("utf-8")
    told = "\n".join([*result.outlines, *result.errlines, Path(pytester.path, "report.xml").read_text("utf-8")])
    assert "***" in told
    assert not is_secret_readable(secret, told)


def test_nor_where_a_module_cannot_be_imported(run: Any, pytester: pytest.Pytester) -> None:
    result = run("""
    import lookalike
    from pathlib import Path

    SECRET = lookalike.Mock("tmapi").create_sandbox().credentials["tmapi"]["apiToken"]
    Path("secret.txt").write_text(SECRET)
    raise RuntimeError(SECRET)
    """)
    told = "\n".join([*result.outlines, *result.errlines])
    assert "RuntimeError: ***" in told
    assert Path(pytester.path, "secret.txt").read_text("utf-8") not in told


def test_what_holds_no_secret_is_shown_as_it_is(run: Any) -> None:
    result = run(
        """
    import warnings

    def test_it(tmapi, record_property):
        record_property("size", 7)
        warnings.warn("nothing of value")
        print("page 1 of 2, sign here")
        assert {"a": 1} == {"a": 2}
    """,
        "-W",
        "default",
    )
    told = failures(result)
    assert "***" not in told.replace("*****", "")
    for text in ("nothing of value", "page 1 of 2, sign here", "{'a': 1} == {'a': 2}"):
        assert text in told


# ------------------------------------------------------------------------------------------------ conformance


def test_what_a_client_sent_is_judged(run: Any) -> None:
    result = run("""
    def test_good(tmapi):
        ask(tmapi, page=2)
        tmapi.assert_conformant()

    def test_bad(tmapi):
        ask(tmapi, page_size=99)
        ask(tmapi, pagesize=5)
        assert [(each.request_number, each.kind) for each in tmapi.find_violations()] == [(1, "limit"), (2, "unknown")]
        tmapi.assert_conformant()

    def test_nothing(tmapi):
        tmapi.assert_conformant()

    def test_unknown_key(tmapi):
        httpx.get(f"{tmapi.base_url}/1688/global/search/image?img_url=https://cbu01.alicdn.com/x.jpg")
        tmapi.assert_conformant()
    """)
    result.assert_outcomes(passed=1, failed=3)
    shown = failures(result)
    assert re.search(r"2 requests to tmapi, 2 complaints:\nE +1  limit: .*\nE +2  unknown: ", shown)
    assert (
        "1  limit: page_size: 99 is greater than the maximum of 20  [documented: #/components/parameters/page_size]"
        in shown
    )
    assert "2  unknown: searchItemsByImageUrl has no parameter 'pagesize'; nearest: page_size" in shown
    assert "nothing was sent to tmapi" in shown
    assert "1  credential: nothing proves who calls: no apiToken (query)" in shown


def test_what_was_sent_is_judged_in_its_order_and_by_api(run: Any) -> None:
    run("""
    def test_it(tmapi, hiobuy):
        httpx.get(f"{tmapi.base_url}/1688/global/search/image?img_url=https://cbu01.alicdn.com/x.jpg")
        httpx.post(f"{hiobuy.base_url}/api/client/third-purchase/image/query", headers=hiobuy.credentials, json={})
        ask(tmapi, page_size=99)
        assert [(each.request_number, each.kind) for each in tmapi.find_violations()] == [(1, "credential"), (2, "limit")]
        assert {each.request_number for each in hiobuy.find_violations()} == {1}
    """).assert_outcomes(passed=1)


def test_what_another_test_sent_is_not_judged(run: Any) -> None:
    run("""
    def test_first(tmapi):
        httpx.get(f"{tmapi.base_url}/1688/global/search/image")

    def test_second(tmapi):
        ask(tmapi)
        tmapi.assert_conformant()
    """).assert_outcomes(passed=2)


def test_magic_keys_and_variants_are_no_mistakes(run: Any) -> None:
    run("""
    @pytest.mark.lookalike(variants={"tmapi.auth": "apikey"})
    def test_it(tmapi):
        for key in (tmapi.credentials["apikey"], "situation-439", "lookalike-demo-token"):
            httpx.get(f"{tmapi.base_url}/1688/global/search/image", params={"img_url": "https://cbu01.alicdn.com/x.jpg"},
                      headers={"apikey": key})
        assert tmapi.find_violations() == ()
    """).assert_outcomes(passed=1)


# ------------------------------------------------------------------------------------------------ ways to load it

HEAVY = "lookalike_specs lookalike_mocks lookalike_contracts lookalike.testing lookalike.embed yaml msgspec starlette uvicorn openapi_core hypothesis PIL"
LOADED = f"""
    import sys

    def test_it():
        assert "lookalike.pytest_plugin" in sys.modules
        assert [name for name in {HEAVY.split()!r} if name in sys.modules] == []
"""


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("options", [("-p", "lookalike"), ("-p", "lookalike.pytest_plugin")], ids=" ".join)
def test_an_unrelated_run_imports_nothing_of_ours(pytester: Any, monkeypatch: Any, options: tuple[str, ...]) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(LOADED)
    pytester.runpytest_subprocess(*QUIET, *options).assert_outcomes(passed=1)


def test_it_is_loaded_by_itself(pytester: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    others = [
        option for name in ("schemathesis", "hypothesispytest", "respx", "anyio") for option in ("-p", f"no:{name}")
    ]
    pytester.makepyfile(LOADED)
    pytester.runpytest_subprocess(*QUIET, *others).assert_outcomes(passed=1)


@pytest.mark.slow
def test_it_can_be_left_out(pytester: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    pytester.makepyfile("def test_it(tmapi):\n    pass")
    result = pytester.runpytest_subprocess("-q", "-p", "no:lookalike", "-p", "no:schemathesis")
    result.stdout.fnmatch_lines(["*fixture 'tmapi' not found*"])


@pytest.mark.slow
def test_each_process_of_xdist_has_its_own(run_apart: Any, pytester: pytest.Pytester) -> None:
    result = run_apart("""
    import os
    from pathlib import Path

    @pytest.mark.parametrize("number", range(8))
    @pytest.mark.lookalike(situations=["tmapi/full-page", "tmapi/439"])
    def test_it(tmapi, number, lookalike_situation):
        assert ask(tmapi).status_code == lookalike_situation.status
        assert len(tmapi.journal) == 1
        Path(f"seen-{os.getpid()}.txt").write_text(tmapi.base_url)
    """, "-p", "lookalike", "-p", "xdist", "-n", "2")  # fmt: skip
    result.assert_outcomes(passed=16)
    texts = [path.read_text() for path in Path(pytester.path).glob("seen-*.txt")]
    assert len(texts) == len(set(texts)) == 2


def test_there_is_a_fixture_for_each_api(run: Any) -> None:
    shown = failures(run("", "--fixtures"))
    for api in list_api_ids():
        assert f"{api.replace('-', '_')} -- " in shown
        assert f"{api} in this test's own sandbox" in shown


def test_a_sandbox_shows_no_credentials() -> None:
    sandbox = Mock("tmapi").create_sandbox()
    assert sandbox.credentials["tmapi"]["apiToken"] not in repr(sandbox)


def test_what_a_client_sent_is_no_command_of_a_ci(run: Any) -> None:
    result = run(
        """
    EVIL = "\\n::error::x\\n##vso[task.complete]\\x1b[2J\\u202e##[x]"

    def test_it(tmapi):
        httpx.get(f"{tmapi.base_url}/1688/" + "%0a::stop-commands::x%0d%1b[2J%23%23vso[y]%e2%80%ae", params={"img_url": EVIL})
        httpx.request("POST", f"{tmapi.base_url}/1688/tools/image/convert_url", content=EVIL)
        pytest.fail("so that the section is written")
        """
    )
    text = failures(result)
    # the section alone: pytest shows the source of the test above it
    section = text[text.index("lookalike ---") :]
    assert "stop-commands" in section
    assert re.findall(r"(?m)^\s*::|##[a-z]*\[|[\x00-\x08\x0b-\x1f\u202e]", section) == []


def test_a_complaint_about_a_client_is_no_command_of_a_ci(run: Any) -> None:
    result = run(
        """
    def test_it(tmapi):
        ask(tmapi, **{"##vso[task.complete]": "1", "sort": "\\n::error::x##[y]\\x1b[2J"})
        tmapi.assert_conformant()
        """
    )
    lines = [line for line in failures(result).splitlines() if line.startswith("E ")]
    assert any("task.complete" in line for line in lines)
    assert re.findall(r"(?m)^\s*::|##[a-z]*\[|[\x00-\x08\x0b-\x1f\u202e]", "\n".join(lines)) == []
