"""Answers that are drawn: a client that fails at one that is allowed, or takes one that is not, is shown the smallest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli

# A client that needs no package, which starts and asks in a tenth of the time: a case has some twenty answers.
CLIENT = """
import http.client
import json
import os
import time
import urllib.parse


class SearchFailed(Exception):
    pass


def fetch(task):
    query = urllib.parse.urlencode({"apiToken": task.credentials["apiToken"], "img_url": task.image_url})
    host = urllib.parse.urlsplit(task.base_url).netloc
    connection = http.client.HTTPConnection(host, timeout=task.timeout - 1)
    try:
        connection.request("GET", f"/1688/global/search/image?{query}")
        response = connection.getresponse()
        body = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SearchFailed(type(error).__name__) from None
    finally:
        connection.close()
    if response.status != 200 or body["code"] != 200:
        raise SearchFailed(f"{response.status}: {body}")
    return body


def search(task):
    items = fetch(task)["data"]["items"]
    CHECK
    return [{"id": item["item_id"], "title": item["title"]} for item in items]
"""
# what the client does with its items -> case, check, words of the finding, how sure it is
ANSWER_SABOTEURS: dict[str, tuple[str, str, str, str]] = {
    "[item['brand'].strip() for item in items]": (
        "tmapi/answers:allowed", "answers/allowed", "where /data/items/0/brand is null: the client failed: AttributeError", "invented",
    ),
    "if any('nknown' in name for name in items[0]): raise SearchFailed('a field is new')": (
        "tmapi/answers:allowed", "answers/allowed", "where /data/items/0/lookalikeUnknown is there", "inferred",
    ),
    "[int(item['price'].partition('.')[2]) for item in items]": (
        "tmapi/answers:allowed", "answers/allowed", "where /data/items/0/price is \"", "documented",
    ),
    "if items[0]['brand'] is None: os._exit(3)": (
        "tmapi/answers:allowed", "failure/crash", "where /data/items/0/brand is null: the driver ended with exit status 3", "measured",
    ),
    "items = [item for item in items if len(item['title']) < 300]": (
        "tmapi/answers:allowed", "answers/allowed", "the answer has 1 items, and the client gave 0", "inferred",
    ),
    "items = [item for item in items if type(item) is dict and type(item.get('item_id')) is int]": (
        "tmapi/answers:forbidden", "answers/forbidden", "the client gave 0 items, and no error", "documented",
    ),
    "items = [dict(item, item_id=item.get('item_id', 0)) for item in items]": (
        "tmapi/answers:forbidden", "answers/forbidden", "where /data/items/0/item_id is absent: the client gave an item '0'", "inferred",
    ),
    "try: json.dumps(items[0]['item_id'] + 1)\n    except TypeError: time.sleep(30)": (
        "tmapi/answers:forbidden", "failure/hang", "where /data/items is null: the client had 2 s", "measured",
    ),
    "if len(items[0]['title']) > 300: time.sleep(30)": (
        "tmapi/answers:allowed", "failure/hang", "where /data/items/0/title is ", "measured",
    ),
}  # fmt: skip
ANSWER_CHECKS = frozenset(check for _, check, _, _ in ANSWER_SABOTEURS.values() if check.startswith("answers/"))
Certify = Callable[..., Result]


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Return a function that certifies a client in the cases whose answers are drawn."""
    monkeypatch.chdir(tmp_path)

    def run(line: str = "pass", *options: str) -> Result:
        (tmp_path / "client.py").write_text(CLIENT.replace("CHECK", line), "utf-8")
        arguments = ["certify", "tmapi", "--client", "client:search", "--only", "tmapi/answers:*", "--json"]
        return CliRunner().invoke(cli, [*arguments, *options])

    return run


def read_cases(result: Result) -> dict[str, dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return {case["id"]: case for case in cases}


def test_a_client_that_reads_what_is_allowed_and_fails_at_what_is_not_passes(certify: Certify) -> None:
    result = certify("pass", "--examples", "3")
    assert result.exit_code == 0, result.output
    assert {name: case["verdict"] for name, case in read_cases(result).items()} == {
        "tmapi/answers:allowed": "passed",
        "tmapi/answers:forbidden": "passed",
    }


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("line", ANSWER_SABOTEURS)
def test_a_saboteur_is_shown_the_smallest_answer_that_breaks_it(certify: Certify, line: str) -> None:
    case_id, check, words, kind = ANSWER_SABOTEURS[line]
    case = read_cases(certify(line, "--only", case_id, "--timeout", "2"))[case_id]
    (finding,) = [finding for finding in case["findings"] if finding["check"] == check]
    assert words in finding["message"]
    assert finding["provenance"]["kind"] == kind
    assert finding["message"].count("/data/items") == 1


@pytest.mark.slow
def test_what_the_good_answer_shows_is_no_finding_about_those_that_are_drawn(certify: Certify) -> None:
    # it tells its token on stderr, at each answer
    line = "import sys; print(task.credentials, file=sys.stderr)"
    cases = read_cases(certify(line, "--skip", "*forbidden", "--examples", "0"))
    assert {case["verdict"] for case in cases.values()} == {"passed"}
