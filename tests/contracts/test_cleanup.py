"""What a run stores at a server is taken away again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.events import CleanupFailed, Event
from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

ALIYUN = load_api("aliyun")
CHECKS = select_checks(("answer", "limits"), ())


@dataclass
class Shop:
    """The mock; `most` is how many pictures it ever kept at a time. Once it is `closed` it takes nothing away."""

    closed: bool = False
    mock: Mock = field(default_factory=lambda: Mock("aliyun"))
    url: str = "http://127.0.0.1:8765"
    most: int = 0
    patience: int = -1

    @property
    def kept(self) -> int:
        return len(self.mock.sandboxes.demo.state.image_store.images)

    def send(self, request: Request) -> Response:
        if self.closed and "DeleteImage" in (request.get_header(b"x-acs-action") or request.query.decode()):
            raise CouldNotCheck("it hung up")
        reply = self.mock.respond(request)
        self.most = max(self.most, self.kept)
        if self.most == self.patience:
            self.patience = -1
            raise KeyboardInterrupt
        return reply


def run(shop: Shop, operation: str, seconds: float = 0.0) -> list[str]:
    failures: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, CleanupFailed):
            failures.append(event.message)

    plan = RunConfig(
        (ALIYUN,), CHECKS, {"aliyun": shop}, {"aliyun": ALIYUN.account}, selected_operations=frozenset({f"aliyun/{operation}"}),
        max_cases=5, max_seconds=seconds,
    )  # fmt: skip
    execute_checks(plan, watch)
    return failures


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["AddImage", "AddImageRoa"])
def test_what_was_stored_is_taken_away(operation: str) -> None:
    shop = Shop()
    assert run(shop, operation) == []
    assert shop.most > 1
    assert shop.kept == 0


def test_it_is_taken_away_when_the_time_is_up_too() -> None:
    shop = Shop()
    assert run(shop, "AddImage", seconds=0.3) == []
    assert shop.most >= 1
    assert shop.kept == 0


def test_it_is_taken_away_after_an_interrupt_too() -> None:
    shop = Shop(patience=2)
    with pytest.raises(KeyboardInterrupt):
        run(shop, "AddImage")
    assert shop.most == 2
    assert shop.kept <= 1  # whose answer nobody saw


def test_what_stays_is_told() -> None:
    shop = Shop(closed=True)
    (told,) = run(shop, "AddImage")
    assert shop.kept == shop.most > 1
    assert told.startswith(
        f"aliyun: DeleteImage did not take away {shop.kept} of {shop.kept}: InstanceName=demoinstance1, "
    )


@pytest.mark.slow
def test_an_operation_that_stores_nothing_needs_nothing_taken_away() -> None:
    shop = Shop(closed=True)
    assert run(shop, "SearchImageByPic") == []
