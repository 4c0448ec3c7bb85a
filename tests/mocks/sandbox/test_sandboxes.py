"""Sandboxes: whose credentials bring which world, and what becomes of those that went."""

import threading
from collections.abc import Mapping

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.exceptions import UnknownSituation
from lookalike_mocks.sandbox import DEMO_SANDBOX, Sandbox, WorkerIdentity, sandbox
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.sandbox.state import Quota
from lookalike_specs import SpecError, list_api_ids, load_api
from lookalike_specs.messages import Response

from ..testers import build_signed_request, summarize_response

SCHEMES = [(api, at) for api in list_api_ids() for at in range(len(load_api(api).operations[0].schemes))]


def ask(mock: Mock, api: str, credentials: Mapping[str, str], scheme: int = 0) -> Response:
    return mock.respond(build_signed_request(api, credentials, scheme=scheme))


@pytest.mark.parametrize(("api", "scheme"), SCHEMES)
def test_every_scheme_leads_to_its_sandbox(api: str, scheme: int) -> None:
    mock = Mock(api, variants={"tmapi.auth": "either"} if api == "tmapi" else {})
    mine, other = mock.create_sandbox(seed=11), mock.create_sandbox(seed=12)
    answers = [ask(mock, api, each.credentials[api], scheme) for each in (mine, other, mock.sandboxes.demo)]
    assert [reply.status for reply in answers] == [200] * 3
    assert len({summarize_response(reply) for reply in answers}) == 3
    assert [len(each.journal) for each in (mine, other, mock.sandboxes.demo)] == [1, 1, 1]


def test_credentials_are_those_that_the_specs_name(mock: Mock) -> None:
    sandbox = mock.create_sandbox()
    for api, service in mock.services.items():
        assert list(sandbox.credentials[api]) == list(service.api.root.credential_templates)


def test_apis_of_one_account_share_their_credentials(mock: Mock) -> None:
    made = mock.create_sandbox().credentials
    assert made["daji-1688"] == made["daji-taobao"]
    keys = [next(iter(credentials.values())) for credentials in made.values()]
    assert len(set(keys)) == len(keys) - 1
    # one client of both APIs, with one key
    assert ask(mock, "daji-1688", made["daji-taobao"]).status == 200
    assert ask(mock, "daji-taobao", made["daji-1688"]).status == 200


def test_a_shared_account_has_the_same_credentials_everywhere() -> None:
    daji = load_api("daji-taobao").root.credential_templates
    before = daji.pop("appSecret")
    try:
        with pytest.raises(SpecError, match=r"daji-1688 shares the account 'dajisaas' and has others"):
            Mock("daji-1688", "daji-taobao")
    finally:
        daji["appSecret"] = before


def test_no_two_sandboxes_share_a_secret(mock: Mock) -> None:
    sandboxes = [mock.create_sandbox() for _ in range(20)]
    for api, service in mock.services.items():
        for name in service.api.root.secrets:
            values = [sandbox.credentials[api][name] for sandbox in sandboxes if name in sandbox.credentials[api]]
            assert len(set(values)) == len(values)


@pytest.mark.parametrize("api", list_api_ids())
def test_one_sandboxs_secret_does_not_open_another(mock: Mock, api: str) -> None:
    mine, other = mock.create_sandbox(), mock.create_sandbox()
    names = mock.services[api].api.root.secrets
    mixed = {
        name: other.credentials[api][name] if name in names and len(mine.credentials[api]) > 1 else value
        for name, value in mine.credentials[api].items()
    }
    if mixed == mine.credentials[api] or set(mixed) <= set(names):
        return  # the key is the secret
    assert ask(mock, api, mixed).status != 200
    assert len(other.journal) == 0


def test_a_magic_key_still_belongs_to_the_demo_account(mock: Mock) -> None:
    before = len(mock.demo_state.journal)
    assert ask(mock, "tmapi", {"apiToken": "situation-503"}).status == 503
    assert len(mock.demo_state.journal) == before + 1


def test_a_sandbox_that_was_deleted_is_named() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    assert mock.sandboxes.remove(sandbox.name)
    assert not mock.sandboxes.remove(sandbox.name)
    reply = ask(mock, "tmapi", sandbox.credentials["tmapi"])
    assert (reply.status, msgspec.json.decode(reply.body)["sandbox"]) == (410, sandbox.name)


def test_that_of_the_demo_accounts_stays() -> None:
    mock = Mock("tmapi")
    assert not mock.sandboxes.remove(DEMO_SANDBOX)
    assert mock.sandboxes.get(DEMO_SANDBOX) is mock.sandboxes.demo


def test_a_sandbox_of_another_worker_is_led_there() -> None:
    urls = ("http://127.0.0.1:1", "http://127.0.0.1:2")
    here, there = (
        Mock("tmapi", identity=WorkerIdentity(run_id=5, worker=worker, worker_urls=urls)) for worker in (1, 2)
    )
    reply = ask(here, "tmapi", there.create_sandbox().credentials["tmapi"])
    assert (reply.status, msgspec.json.decode(reply.body)["base_url"]) == (421, urls[1])


def test_the_oldest_goes_when_there_are_too_many() -> None:
    mock = Mock("tmapi")
    oldest, second = mock.create_sandbox(), mock.create_sandbox()
    for _ in range(sandbox.MAX_SANDBOXES - 2):
        mock.create_sandbox()
    assert ask(mock, "tmapi", oldest.credentials["tmapi"]).status == 200
    assert not mock.demo_state.journal.notes
    newest = mock.create_sandbox()
    assert len(list(mock.sandboxes)) == sandbox.MAX_SANDBOXES + 1
    assert ask(mock, "tmapi", oldest.credentials["tmapi"]).status == 410
    assert [ask(mock, "tmapi", each.credentials["tmapi"]).status for each in (second, newest)] == [200, 200]
    assert [note.text for note in mock.demo_state.journal.notes] == [
        f"sandbox {oldest.name} went, as the oldest of {sandbox.MAX_SANDBOXES}"
    ]
    assert len(mock.sandboxes._states) == sandbox.MAX_SANDBOXES


def test_what_is_noted_has_the_demo_accounts_time() -> None:
    mock = Mock("tmapi", clock=lambda: 1000.0)
    for _ in range(sandbox.MAX_SANDBOXES):
        mock.create_sandbox()
    mock.demo_state.clock.set(5000.0)
    mock.create_sandbox().clock.set(1.0)
    assert [note.timestamp for note in mock.demo_state.journal.notes] == [5000.0]


@pytest.mark.parametrize(
    ("name", "status"),
    [("9999-1-1-1", 410), ("0005-1-1-1", 410), ("0005-1-1-2", 404), ("0005-2-1-1", 421), ("nobody", 404), ("", 404)],
)
def test_why_there_is_no_sandbox_of_that_name(name: str, status: int) -> None:
    mock = Mock("tmapi", identity=WorkerIdentity(run_id=5, worker_urls=("http://127.0.0.1:1", "http://127.0.0.1:2")))
    sandbox = mock.create_sandbox()
    mock.sandboxes.remove(sandbox.name)
    found, told = mock.sandboxes.explain_missing(name)
    assert (found, told["sandbox"]) == (status, name)


def test_sandboxes_made_in_many_threads_are_all_there() -> None:
    mock, made = Mock("tmapi"), list[Sandbox]()
    threads = [
        threading.Thread(target=lambda: made.extend(mock.create_sandbox() for _ in range(10))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.name for each in made}) == 200
    assert all(ask(mock, "tmapi", each.credentials["tmapi"]).status == 200 for each in made)


def test_seed_size_and_quota_are_the_mocks_where_nothing_is_said() -> None:
    mock = Mock("tmapi", seed=3, size=50)
    plain, own = mock.create_sandbox(), mock.create_sandbox(seed=0, size=7, quota=Quota(rate=0))
    assert (plain.state.seed, plain.state.size, plain.state.quota) == (3, 50, Quota())
    assert (own.state.seed, own.state.size, own.state.quota) == (0, 7, Quota(rate=0))


def test_a_clock_that_was_set_is_no_other_sandboxs() -> None:
    mock = Mock("tmapi", clock=lambda: 1000.0)
    mock.demo_state.clock.set(1.0, runs=False)
    mine = mock.create_sandbox()
    mine.clock.set(2.0, runs=False)
    assert [each.clock() for each in (mock.sandboxes.demo, mine, mock.create_sandbox())] == [1.0, 2.0, 1000.0]


def test_an_unknown_situation_is_told_with_the_nearest(mock: Mock) -> None:
    with pytest.raises(UnknownSituation, match="nearest: tmapi/503"):
        mock.create_sandbox().schedule(ScheduledSituation("tmapi/5033"))
