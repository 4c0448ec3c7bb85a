"""Clients that read all pages, and that upload: each saboteur is caught by the check that is meant for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli

from .certify_clients import EXEMPLARY, SIGNED_CALL

# reads pages until `is_last`, and at most 12 of them
READ_PAGES = """
def search_all(task):
    items = []
    for page in range(1, 13):
        data = fetch(task, page=page)
        items += [item for item in convert(data)["items"] if item not in items]
        if {is_last}:
            break
    return items
"""
# check -> the case that it is meant for, and what the saboteur does
TASK_SABOTEURS: dict[str, tuple[str, str]] = {
    "pages/complete": ("tmapi/search-all:short-page", READ_PAGES.format(is_last="len(data['items']) < 10")),
    "pages/end": ("tmapi/search-all:last-page-again", READ_PAGES.format(is_last="not data['items']")),
    "pages/items": ("tmapi/search-all:ok", "found_all = search_all\n\ndef search_all(task):\n    items = found_all(task)\n    return items + items[:1]"),
    "sent/text": ("tmapi/text:query", "def search(task):\n    query = f\"apiToken={task.credentials['apiToken']}&img_url={task.image_url}\"\n    return convert(call(task, 'GET', '/1688/global/search/image?' + query))"),
    "sent/nonce": ("aliyun/parallel", "def search(task):\n    send_signed(task, nonce='%d' % (time.time() // 1000))\n    return []"),
    "result/text": ("tmapi/ok", "def search(task):\n    result = convert(fetch(task))\n    result['items'][3]['title'] += '!'\n    return result"),
    "result/price": ("tmapi/ok", "def search(task):\n    result = convert(fetch(task))\n    for item in result['items']: item['price'] = int(float(item['price'])) + 0.015\n    return result"),
    "result/image": ("tmapi/upload:ok", "upload_right = upload\n\ndef upload(task):\n    return upload_right(task).upper()"),
    "retry/unsafe": ("daji-1688/upload:reset-inside", "def upload(task):\n    for _ in range(2):\n        try: send_signed(task, name='uploadImage')\n        except httpx.HTTPError: time.sleep(0.1)\n    raise SearchFailed('reset')"),
}  # fmt: skip
Certify = Callable[..., Result]


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Return a function that certifies an exemplary client with some functions replaced."""
    monkeypatch.chdir(tmp_path)

    def run(functions: str, api: str, *options: str) -> Result:
        text = EXEMPLARY
        if "send_signed" in functions:
            text += SIGNED_CALL
        (tmp_path / "client.py").write_text(f"{text}\n\n{functions}\n", "utf-8")
        arguments = ["certify", api, "--client", "client:search", "--timeout", "3", "--json", *options]
        return CliRunner().invoke(cli, arguments)

    return run


def read_cases(result: Result) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return cases


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("check", TASK_SABOTEURS)
def test_a_saboteur_is_caught_by_the_check_that_is_meant_for_it(certify: Certify, check: str) -> None:
    case, functions = TASK_SABOTEURS[check]
    (judged,) = read_cases(certify(functions, case.partition("/")[0], "--only", case))
    assert check in {finding["check"] for finding in judged["findings"]}, judged
    assert judged["verdict"] in ("failed", "warned", "informational")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "is_last"),
    [
        ("total-changes", "page * 10 >= first_total"),
        ("short-page", "len(data['items']) < 10"),
        ("ok", "True"),
    ],
)
def test_a_client_that_stops_early_fails_where_the_pages_show_it(certify: Certify, script: str, is_last: str) -> None:
    functions = READ_PAGES.format(is_last=is_last).replace(
        "items += ", "first_total = data['total_count'] if page == 1 else first_total\n        items += "
    )
    (case,) = read_cases(certify(functions, "tmapi", "--only", f"tmapi/search-all:{script}"))
    (finding,) = case["findings"]
    assert (finding["check"], finding["provenance"]["kind"], case["verdict"]) == (
        "pages/complete",
        "documented",
        "failed",
    )


@pytest.mark.slow
def test_a_search_that_is_a_post_may_be_asked_again_after_a_lost_answer(certify: Certify) -> None:
    functions = """
def search(task):
    for _ in range(2):
        try:
            send_signed(task)
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SearchFailed("reset")
"""
    (case,) = read_cases(certify(functions, "hiobuy", "--only", "hiobuy/reset-inside"))
    assert (case["verdict"], case["requests"], case["findings"]) == ("passed", 2, [])


def test_a_task_that_the_driver_does_not_name_is_not_judged(certify: Certify) -> None:
    result = certify("del search_all", "tmapi", "--only", "tmapi/search-all:ok", "--only", "tmapi/ok")
    assert {case["id"]: case["verdict"] for case in read_cases(result)} == {
        "tmapi/ok": "passed",
        "tmapi/search-all:ok": "not judged",
    }
    assert result.exit_code == 3
    # whoever asks for one task alone is judged by that alone
    assert certify("del search_all", "tmapi", "--task", "search", "--only", "tmapi/*ok").exit_code == 0


@pytest.mark.slow
def test_a_client_that_never_meets_the_situation_is_not_judged(certify: Certify) -> None:
    # it uploads first, and searches never
    (case,) = read_cases(certify("def search(task):\n    upload(task)\n    return []", "tmapi", "--only", "tmapi/439"))
    assert (case["verdict"], case["findings"]) == ("not judged", [])
    assert "never met 439: it asked /1688/tools/image/convert_url" in case["reason"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "spelling", ["float(item['price'])", "'¥' + item['price']", "None", "Decimal(item['price']) * 1"]
)
def test_a_price_is_compared_as_a_number(certify: Certify, spelling: str) -> None:
    functions = f"""
from decimal import Decimal

def search(task):
    result = convert(fetch(task))
    for item in result["items"]:
        item["price"] = {spelling}
    return result
"""
    (case,) = read_cases(certify(functions, "tmapi", "--only", "tmapi/extremes"))
    assert (case["verdict"], case["findings"]) == ("passed", [])


@pytest.mark.slow
def test_each_address_of_an_image_comes_whole(certify: Certify) -> None:
    cases = read_cases(certify("", "tmapi", "--only", "tmapi/text:*"))
    assert len(cases) == 5
    assert {case["verdict"] for case in cases} == {"passed"}
