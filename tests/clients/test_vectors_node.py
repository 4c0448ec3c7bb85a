"""Alibaba Cloud's own Node.js SDK as the driver of `lookalike vectors verify`: it confirms what the vectors say it does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli
from lookalike_specs import vectors

pytestmark = pytest.mark.node

HERE = Path(__file__).parent / "node"
NAME = "@alicloud/openapi-core"


@pytest.mark.parametrize("scheme", ["acs-roa", "acs-rpc", "acs3"])
def test_the_sdk_confirms_just_what_is_said(npm: Callable[[Path], Path], scheme: str) -> None:
    npm(HERE)
    driver = f"node '{HERE / 'vectors.mjs'}'"
    result = CliRunner().invoke(cli, ["vectors", "verify", scheme, "--driver", driver, "--json"])
    payload = json.loads(result.stdout)
    others = {found["tcId"] for found in payload["differences"] + payload["notTested"] if found["task"] == "sign"}
    tc_ids = {vector.tc_id for _, vector in vectors.load_suite(scheme).cases if vector.sign}
    claimed = {vector.tc_id for _, vector in vectors.load_suite(scheme).cases if NAME in vector.confirmed_by}
    assert tc_ids - others == claimed
    assert len(claimed) >= 0.8 * len(tc_ids)
