"""Nobody is failed for what we made up: an honest server that answers otherwise gets notes, one that breaks a fact errors."""

from __future__ import annotations

import pytest

from lookalike_specs import list_api_ids, load_api
from lookalike_specs.provenance import find_provenance

from .stubs import OTHER_WORDS, Stub, judge_stub, list_stubs

HONEST_STUBS = [stub for api in list_api_ids() for stub in list_stubs(api)]
# errors that a vendor's page words, or that somebody saw, and an operation that brings them
FACTS = [
    ("tmapi", "/x-lookalike/errors/no-api-key/message", OTHER_WORDS),
    ("tmapi", "/x-lookalike/errors/no-route/message", OTHER_WORDS),
    ("daji-1688", "/x-lookalike/errors/not-found/status", 409),
    ("daji-taobao", "/x-lookalike/errors/not-found/status", 409),
    ("aliyun", "/x-lookalike/errors/InvalidAction.NotFound/message", OTHER_WORDS),
]


def test_there_are_stubs_of_every_api() -> None:
    assert len(HONEST_STUBS) >= 30
    assert {stub.api for stub in HONEST_STUBS} == set(list_api_ids())


@pytest.mark.slow
@pytest.mark.exhaustive(8, most=36)
@pytest.mark.parametrize("stub", HONEST_STUBS, ids=lambda stub: stub.id)
def test_a_server_that_differs_in_what_we_made_up_gets_no_more_than_notes(stub: Stub) -> None:
    findings = judge_stub(stub)
    assert [
        (finding.check, finding.message, finding.provenance, finding.provenance_pointer)
        for finding in findings
        if finding.severity != "note"
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize(("api", "pointer", "value"), FACTS)
def test_a_server_that_breaks_a_fact_gets_an_error(api: str, pointer: str, value: object) -> None:
    loaded = load_api(api)
    assert find_provenance(loaded.document, pointer).kind in ("documented", "measured")
    findings = judge_stub(Stub(api, pointer, value, (loaded.operations[0].id,)))
    assert "error" in {finding.severity for finding in findings}
