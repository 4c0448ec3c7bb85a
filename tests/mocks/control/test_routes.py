"""Every route, as a tester meets it: what it takes, what it answers, what it does."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

import lookalike
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.faults import FAULTS
from lookalike_mocks.sandbox import WorkerIdentity
from lookalike_specs import list_api_ids, load_api

from ..testers import build_signed_request, send_request, summarize_response
from .conftest import TOKEN

PATH = "/1688/global/search/image"
PICTURE = "https://cbu01.alicdn.com/img/ibank/x.jpg"


def made(control_client: httpx.Client, **wish: Any) -> dict[str, Any]:
    answer = control_client.post("sandboxes", json=wish)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def tmapi(vendor_client: httpx.Client, sandbox: dict[str, Any]) -> httpx.Response:
    token = sandbox["apis"]["tmapi"]["credentials"]["apiToken"]
    return vendor_client.get(PATH, params={"apiToken": token, "img_url": PICTURE})


def test_health_says_who_answers(anonymous_client: httpx.Client) -> None:
    found = anonymous_client.get("health").json()
    assert found.pop("pid") > 0
    assert found.pop("memory")["used"] > 0
    assert found == {"status": "ok", "apis": list(list_api_ids()), "worker": 1, "generation": 1}


def test_health_and_a_sandbox_show_the_memory_that_is_used(
    control_client: httpx.Client, anonymous_client: httpx.Client, vendor_client: httpx.Client
) -> None:
    sandbox = made(control_client)
    tmapi(vendor_client, sandbox)
    memory = control_client.get(f"sandboxes/{sandbox['id']}").json()["memory"]
    assert 0 < memory["kinds"]["journal"] < memory["used"] == sum(memory["kinds"].values()) < memory["limit"]
    before = anonymous_client.get("health").json()["memory"]
    for part in ("sandboxes", "caches", "bodies"):
        assert before[part]["used"] == sum(before[part]["kinds"].values()) < before[part]["limit"]
    assert before["used"] == before["sandboxes"]["used"] + before["caches"]["used"] + before["bodies"]["used"]
    control_client.delete(f"sandboxes/{sandbox['id']}")
    after = anonymous_client.get("health").json()["memory"]
    assert before["sandboxes"]["used"] - after["sandboxes"]["used"] == memory["used"]


def test_head_is_get_without_a_body(control_client: httpx.Client) -> None:
    for path in ("health", "sandboxes", "sandboxes/demo", "openapi.json"):
        answer = control_client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_sandbox_has_credentials_that_work_at_every_api(
    control_client: httpx.Client, vendor_client: httpx.Client
) -> None:
    found = made(control_client)
    assert list(found["apis"]) == list(list_api_ids())
    assert (
        {place["base_url"] for place in found["apis"].values()}
        == {found["base_url"]}
        == {str(vendor_client.base_url).rstrip("/")}
    )
    for api in list_api_ids():
        credentials = found["apis"][api]["credentials"]
        assert list(credentials) == list(load_api(api).root.credential_templates)
        assert send_request(vendor_client, build_signed_request(api, credentials)).status == 200
    assert control_client.get(f"sandboxes/{found['id']}").json()["journal"] == {
        "entries": len(list_api_ids()),
        "dropped": 0,
    }


def test_nothing_needs_to_be_wished_for(control_client: httpx.Client, control_mock: Mock) -> None:
    for answer in (
        control_client.post("sandboxes"),
        control_client.post("sandboxes", content=b"{}"),
        control_client.post("sandboxes", data={}),
    ):
        found = answer.json()
        assert (answer.status_code, found["seed"], found["size"]) == (
            201,
            control_mock.demo_state.seed,
            control_mock.demo_state.size,
        )
        assert (found["quota"], found["situations"], found["clock"]["running"]) == (
            {"rate": None, "count": None},
            [],
            True,
        )


def test_a_sandbox_is_as_it_was_wished_for(control_client: httpx.Client, vendor_client: httpx.Client) -> None:
    wish = {
        "seed": 7, "size": 30, "quota": {"count": 3}, "clock": {"now": 1_900_000_000, "running": False},
        "situations": [{"situation": "tmapi/503", "times": 2}, {"situation": "tmapi/empty", "times": 1}],
    }  # fmt: skip
    found = made(control_client, **wish)
    assert (found["seed"], found["size"], found["quota"]) == (7, 30, {"rate": None, "count": 3})
    assert found["clock"] == {"now": 1_900_000_000, "running": False}
    assert [(each["situation"], each["times"]) for each in found["situations"]] == [
        ("tmapi/503", 2),
        ("tmapi/empty", 1),
    ]
    answers = [tmapi(vendor_client, found) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 503, 200, 439]
    assert answers[2].json()["data"]["items"] == []
    assert {
        entry["timestamp"] for entry in control_client.get(f"sandboxes/{found['id']}/journal").json()["entries"]
    } == {1_900_000_000}


@pytest.mark.parametrize(
    ("clock", "now", "runs"),
    [
        ({"now": 0}, 0, True),
        ({"now": 1.5, "running": False}, 1.5, False),
        ({"now": "2030-01-01T00:00:00Z", "running": False}, 1_893_456_000, False),
        ({"now": "2030-01-01T08:00:00+08:00", "running": False}, 1_893_456_000, False),
        ({"now": "2030-01-01T00:00:00.5Z"}, 1_893_456_000.5, True),
        ({"now": 253_402_300_799}, 253_402_300_799, True),
    ],
)
def test_clocks(control_client: httpx.Client, clock: dict[str, Any], now: float, runs: bool) -> None:
    found = made(control_client, clock=clock)["clock"]
    assert found["running"] is runs
    assert now <= found["now"] < now + 5
    again = control_client.patch("sandboxes/demo", json={"clock": clock}).json()["clock"]
    assert now <= again["now"] < now + 5
    assert control_client.patch("sandboxes/demo", json={"clock": None}).json()["clock"]["now"] < now + 5 or now < 1e9


def test_a_clock_can_be_stopped_where_it_is(control_client: httpx.Client) -> None:
    found = made(control_client, clock={"running": False})
    assert found["clock"] == control_client.get(f"sandboxes/{found['id']}").json()["clock"]
    assert found["clock"]["running"] is False
    assert made(control_client, clock={})["clock"]["running"] is True


def test_the_list_holds_no_secret(control_client: httpx.Client) -> None:
    found = made(control_client, seed=5)
    answer = control_client.get("sandboxes")
    listed = answer.json()["sandboxes"]
    assert listed[0]["id"] == "demo"
    assert listed[-1] == {"id": found["id"], "seed": 5, "size": 10_000}
    assert not [
        v
        for place in found["apis"].values()
        for v in place["credentials"].values()
        if v in answer.text and v != "demoinstance1"
    ]


def test_one_is_shown_with_its_credentials(control_client: httpx.Client) -> None:
    found = made(control_client, clock={"running": False})
    assert control_client.get(f"sandboxes/{found['id']}").json() == found
    demo = control_client.get("sandboxes/demo").json()
    assert {api: place["credentials"] for api, place in demo["apis"].items()} == {
        api: load_api(api).account for api in list_api_ids()
    }


def test_a_sandbox_changes_in_what_is_named(control_client: httpx.Client, vendor_client: httpx.Client) -> None:
    found = made(control_client, seed=1, quota={"rate": 100, "count": 100}, clock={"now": 5, "running": False})
    path = f"sandboxes/{found['id']}"
    first = tmapi(vendor_client, found).json()["data"]
    changed = control_client.patch(path, json={"seed": 2}).json()
    assert (changed["seed"], changed["quota"], changed["clock"]) == (
        2,
        {"rate": 100, "count": 100},
        {"now": 5, "running": False},
    )
    assert tmapi(vendor_client, found).json()["data"] != first
    assert control_client.patch(path, json={"seed": 1}).json() == control_client.patch(path, json={}).json()
    assert tmapi(vendor_client, found).json()["data"] == first
    assert control_client.patch(path, json={"quota": {"count": 0}}).json()["quota"] == {"rate": None, "count": 0}
    assert tmapi(vendor_client, found).status_code == 439
    assert control_client.patch(path, json={"quota": None, "clock": None}).json()["quota"] == {
        "rate": None,
        "count": None,
    }
    assert tmapi(vendor_client, found).json()["data"] == first
    shown = control_client.get(path).json()
    assert shown["clock"]["now"] > 1e9
    assert (shown["apis"], shown["size"]) == (found["apis"], found["size"])


def test_a_sandbox_that_was_deleted_is_gone(control_client: httpx.Client, vendor_client: httpx.Client) -> None:
    found = made(control_client)
    answer = control_client.delete(f"sandboxes/{found['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/reset"),
        ("GET", "/journal"),
        ("GET", "/situations"),
    ):
        gone = control_client.request(method, f"sandboxes/{found['id']}{path}")
        assert (gone.status_code, gone.json()["sandbox"]) == (410, found["id"])
    assert tmapi(vendor_client, found).status_code == 410
    assert found["id"] not in [each["id"] for each in control_client.get("sandboxes").json()["sandboxes"]]


def test_situations_come_in_their_order_and_can_be_taken_back(
    control_client: httpx.Client, vendor_client: httpx.Client
) -> None:
    found = made(control_client)
    path = f"sandboxes/{found['id']}/situations"
    assert control_client.get(path).json() == {"situations": []}
    for situation, times in (("tmapi/503", 1), ("tmapi/439", 2), ("hiobuy/server-error", None)):
        answer = control_client.post(path, json={"situation": situation, "times": times})
        assert answer.status_code == 201
    assert answer.json() == control_client.get(path).json()
    assert [tmapi(vendor_client, found).status_code for _ in range(2)] == [503, 439]
    assert [(each["situation"], each["times"]) for each in control_client.get(path).json()["situations"]] == [
        ("tmapi/439", 1), ("hiobuy/server-error", None)
    ]  # fmt: skip
    assert control_client.delete(path, params={"situation": "tmapi/439"}).json() == {"cancelled": 1}
    assert tmapi(vendor_client, found).status_code == 200
    assert control_client.delete(path).json() == {"cancelled": 1}
    assert control_client.delete(path).json() == {"cancelled": 0}
    assert control_client.get(path).json() == {"situations": []}


def test_a_delay_goes_with_its_situation(control_client: httpx.Client) -> None:
    delay = {"kind": "lognormal", "seconds": 2.5, "spread": 0.5}
    found = made(control_client, situations=[{"situation": "tmapi/latency", "delay": delay}])
    assert found["situations"] == [{"situation": "tmapi/latency", "times": None, "delay": delay, "operation": ""}]


@pytest.mark.parametrize("situation", ["tmapi/html-502", "tmapi/malformed-json"])
def test_a_fault_can_be_asked_for(control_client: httpx.Client, vendor_client: httpx.Client, situation: str) -> None:
    found = made(control_client, situations=[{"situation": situation, "times": 1}])
    spoiled, fine = tmapi(vendor_client, found), tmapi(vendor_client, found)
    assert spoiled.content != fine.content
    assert fine.status_code == 200
    assert (
        control_client.get(f"sandboxes/{found['id']}/journal").json()["entries"][0]["situation"]
        == situation.partition("/")[2]
    )


def test_every_situation_is_listed_with_what_brings_it(
    control_client: httpx.Client, vendor_client: httpx.Client
) -> None:
    listed = control_client.get("situations").json()["situations"]
    root = {api: load_api(api).root for api in list_api_ids()}
    assert [each["id"] for each in listed] == [
        f"{api}/{short}" for api in list_api_ids() for short in (*root[api].situations, *root[api].errors, *FAULTS)
    ]
    (found,) = (each for each in listed if each["id"] == "tmapi/439")
    assert (found["kind"], found["status"], found["code"], found["prefer"]) == ("error", 439, 439, "example=tmapi/439")
    assert {"in": "credential", "name": "apiToken", "value": "situation-439"} in found["triggers"]
    assert vendor_client.get(PATH, params={"apiToken": "situation-439", "img_url": PICTURE}).status_code == 439
    fine = made(control_client)["apis"]["tmapi"]["credentials"]["apiToken"]
    params = {"apiToken": fine, "img_url": PICTURE}
    assert vendor_client.get(PATH, params=params, headers={"prefer": found["prefer"]}).status_code == 439


def test_a_reset_forgets_what_happened(control_client: httpx.Client, vendor_client: httpx.Client) -> None:
    found = made(control_client, seed=4, quota={"count": 1}, clock={"now": 1_900_000_000, "running": False})
    path = f"sandboxes/{found['id']}"
    assert [tmapi(vendor_client, found).status_code for _ in range(2)] == [200, 439]
    control_client.post(f"{path}/situations", json={"situation": "tmapi/503"})
    answer = control_client.post(f"{path}/reset")
    assert (answer.status_code, answer.content) == (204, b"")
    assert control_client.get(path).json() == found
    assert [tmapi(vendor_client, found).status_code for _ in range(2)] == [200, 439]


def test_setting_back_the_demo_accounts(
    control_client: httpx.Client, control_mock: Mock, vendor_client: httpx.Client
) -> None:
    control_mock.sandboxes.demo.state.reset()
    assert vendor_client.get(PATH, params={"apiToken": "lookalike-demo-token", "img_url": PICTURE}).status_code == 200
    assert control_client.get("sandboxes/demo/journal").json()["entries"][0]["api"] == "tmapi"
    assert control_client.post("sandboxes/demo/reset").status_code == 204
    assert control_client.get("sandboxes/demo/journal").json()["entries"] == []


def test_a_picture_of_the_catalogue(anonymous_client: httpx.Client, control_mock: Mock) -> None:
    code = control_mock.demo_state.catalogue.get_product(5).image_code
    answer = anonymous_client.get(f"images/O1CN01{code}_!!1-0-cib.jpg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8")


def test_a_worker_with_a_url_of_its_own_tells_that_one() -> None:
    place = WorkerIdentity(run_id=5, worker=2, generation=3, worker_urls=("http://127.0.0.1:1", "http://127.0.0.1:2"))
    headers = {"authorization": f"Bearer {TOKEN}"}
    with (
        Server(MockApp(Mock("tmapi", identity=place), token=TOKEN)) as server,
        httpx.Client(base_url=f"{server.url}/_lookalike/", headers=headers, trust_env=False) as client,
    ):
        health = client.get("health").json()
        assert (health["worker"], health["generation"]) == (2, 3)
        found = client.post("sandboxes").json()
        assert found["base_url"] == found["apis"]["tmapi"]["base_url"] == place.base_url == "http://127.0.0.1:2"
        assert found["id"] == "0005-2-3-1"
        elsewhere = client.get("sandboxes/0005-1-1-1")
        assert (elsewhere.status_code, elsewhere.json()["base_url"]) == (421, "http://127.0.0.1:1")
        ended = client.get("sandboxes/0005-2-2-1")
        assert (ended.status_code, "ended and was started again" in ended.json()["reason"]) == (410, True)


def test_one_without_tells_the_name_it_was_asked_by(control_client: httpx.Client) -> None:
    found = control_client.post("sandboxes", headers={"host": "lookalike.test:1234"}).json()
    assert found["base_url"] == "http://lookalike.test:1234"


def test_answers_do_not_depend_on_who_asks(control_client: httpx.Client, vendor_client: httpx.Client) -> None:
    one, other = made(control_client, seed=3), made(control_client, seed=3)
    answers = [
        summarize_response(
            send_request(vendor_client, build_signed_request("daji-1688", each["apis"]["daji-1688"]["credentials"]))
        )
        for each in (one, other)
    ]
    assert answers[0] == answers[1]


def test_a_wrong_certificate_on_demand() -> None:
    with lookalike.serve("tmapi", tls=True) as stage:
        trusting = ssl.create_default_context(cafile=stage.tls_ca)
        headers = {"authorization": f"Bearer {stage.control_token}"}
        control_client = f"{stage.url}/_lookalike/certificate"

        def trusted() -> bool:
            try:
                return httpx.get(f"{stage.tls_url}/_lookalike/health", verify=trusting).status_code == 200
            except httpx.ConnectError:
                return False

        assert httpx.get(control_client, headers=headers).json() == {"ca": Path(stage.tls_ca).read_text("ascii")}
        assert trusted()
        assert httpx.post(control_client, headers=headers, json={"times": 1}).status_code == 204
        assert [trusted() for _ in range(2)] == [False, True]
        assert httpx.post(control_client, headers=headers).status_code == 204
        assert [trusted() for _ in range(3)] == [False] * 3
        assert httpx.delete(control_client, headers=headers).status_code == 204
        assert trusted()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_tls_there_is_no_certificate(control_client: httpx.Client, method: str) -> None:
    answer = control_client.request(method, "certificate")
    assert (answer.status_code, "--tls-ca" in answer.json()["error"]) == (409, True)


def test_weather_is_wished_for_changed_and_taken_away(control_client: httpx.Client) -> None:
    found = made(control_client, weather={"kind": "mild", "seed": 4})
    assert found["weather"] == {"kind": "mild", "seed": 4}
    path = f"sandboxes/{found['id']}"
    changed = control_client.patch(path, json={"weather": {"kind": "rough"}}).json()
    assert changed["weather"] == {"kind": "rough", "seed": 0}
    # what a change does not name stays
    assert control_client.patch(path, json={"seed": 3}).json()["weather"]["kind"] == "rough"
    assert control_client.patch(path, json={"weather": None}).json()["weather"] == {"kind": "calm", "seed": 0}
