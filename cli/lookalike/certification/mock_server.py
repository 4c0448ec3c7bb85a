"""The server that a client is put before: a mock, and a sandbox for each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final

from lookalike_contracts.certification.case import KNOWN_CA, UNKNOWN_CA, ClientCase, RecordedExchange
from lookalike_contracts.clients import RecordedRequest, RequestViolation, validate_requests
from lookalike_mocks import Sandbox
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.situations import find_operations
from lookalike_mocks.vendors.common import build_1688_image_url, build_taobao_image_path
from lookalike_specs import Api, load_api

from ..embed import RunningMock, serve
from .cases import IMAGE_NAMES, list_task_operations
from .page_scripts import PAGE_SCRIPTS, ScriptedPages

# the product whose image is searched for
PRODUCT_INDEX = 7
TLS_SCRIPTS: Final = (KNOWN_CA, UNKNOWN_CA)


@dataclass(frozen=True, slots=True)
class CertificationServer:
    """A running mock, and the image that clients search by: an address at each marketplace, and a file."""

    running: RunningMock
    image_urls: tuple[str, str]
    image_path: str

    @contextmanager
    def open_case(self, case: ClientCase) -> Iterator[CaseSandbox]:
        """Yield the sandbox of a case, in which its situation lasts until the block ends."""
        mock = self.running.mock
        pages = None
        size = None
        if case.task == "search-all":
            pages = ScriptedPages(PAGE_SCRIPTS[case.script], mock.services[case.api].variants)
            size = pages.script.size
        if case.drawn_kind is not None:
            # the shortest answer that has goods
            size = 1
        sandbox = mock.create_sandbox(size=size)
        if pages is not None:
            sandbox.edit_each_answer(pages.choose_edits)
        if case.situation:
            _schedule_situation(sandbox, case)
        demo_journal = mock.sandboxes.demo.journal
        try:
            yield CaseSandbox(self, case, sandbox, demo_journal.total_count, pages)
        finally:
            mock.sandboxes.remove(sandbox.name)

    def get_url(self, case: ClientCase) -> str:
        """Return the address that the client is to ask in a case."""
        if case.script in TLS_SCRIPTS:
            return self.running.tls_url
        return self.running.url

    def get_ca_file(self, case: ClientCase) -> str:
        """Return the file of the CA where the client is to know it; else ""."""
        if case.script == KNOWN_CA:
            return self.running.tls_ca
        return ""

    def choose_image_url(self, api: Api, case: ClientCase) -> str:
        """Return the address of the image at the marketplace that the API searches, with the case's own end."""
        url_of_1688, url_of_taobao = self.image_urls
        url = url_of_1688
        if "taobao" in api.id:
            url = url_of_taobao
        if case.script in IMAGE_NAMES:
            return f"{url.rpartition('/')[0]}/{IMAGE_NAMES[case.script]}"
        return url


@dataclass(frozen=True, slots=True)
class CaseSandbox:
    """One case's sandbox."""

    server: CertificationServer
    case: ClientCase
    sandbox: Sandbox
    # of the demo accounts' journal before the case: what comes with a wrong key stands there
    count_before: int
    pages: ScriptedPages | None = None

    @property
    def item_count(self) -> int:
        """Return how many goods all pages have together, where the client is to read them all; else 0."""
        if self.pages is None:
            return 0
        return self.pages.item_count

    @property
    def credentials(self) -> dict[str, str]:
        """Return the account that the client is to use."""
        return dict(self.sandbox.credentials[self.case.api])

    def list_exchanges(self) -> tuple[RecordedExchange, ...]:
        """Return what the client sent to the case's API so far, and what it got."""
        return tuple(
            RecordedExchange(entry.request, entry.response, entry.timestamp, entry.situation)
            for entry in self._collect_entries()
        )

    def find_violations(self) -> tuple[RequestViolation, ...]:
        """Return what the document does not allow of what the client sent."""
        requests = [RecordedRequest(entry.request, entry.timestamp) for entry in self._collect_entries()]
        api = self.case.api
        accounts = [self.credentials, *(account for account, _ in load_api(api).accounts)]
        variants = self.server.running.mock.services[api].variants
        return validate_requests(api, requests, *accounts, variants=variants)

    def _collect_entries(self) -> list[JournalEntry]:
        entries = list(self.sandbox.journal.entries)
        for number, entry in self.server.running.mock.sandboxes.demo.journal.numbered_entries:
            if number > self.count_before:
                entries.append(entry)
        return sorted((entry for entry in entries if entry.api == self.case.api), key=lambda entry: entry.timestamp)


def _schedule_situation(sandbox: Sandbox, case: ClientCase) -> None:
    """Bring the case's situation, whichever of its task's operations the client asks.

    For as long as the case lasts: a client that tries again meets it again.
    """
    api = load_api(case.api)
    possible = {operation.id for operation in find_operations(api, case.situation)}
    for operation in list_task_operations(api, case.task):
        if operation.id in possible:
            sandbox.schedule(ScheduledSituation(f"{case.api}/{case.situation}", operation=operation.id))


class ServerPool:
    """The servers that cases are played by, each opened when a case needs it.

    Those of the default world, with TLS and without, stay until the block ends; of other worlds there is one at a time.
    """

    def __init__(self, seed: int, variants: Mapping[str, str], apis: tuple[str, ...]) -> None:
        self._seed = seed
        self._variants = variants
        self._apis = apis
        self._default_stack = ExitStack()
        self._other_stack = ExitStack()
        # whether it speaks TLS -> the server
        self._defaults: dict[bool, CertificationServer] = {}
        self._other: CertificationServer | None = None
        self._other_key = ("", "")

    def __enter__(self) -> ServerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._other_stack.close()
        self._default_stack.close()

    def get(self, case: ClientCase) -> CertificationServer:
        """Return the server that plays a case. Raise ImportError for one with TLS where the extra `tls` is missing."""
        if case.variant:
            return self._get_other(case)
        has_tls = case.script in TLS_SCRIPTS
        if has_tls not in self._defaults:
            server = open_server(self._apis, seed=self._seed, variants=self._variants, tls=has_tls)
            self._defaults[has_tls] = self._default_stack.enter_context(server)
        return self._defaults[has_tls]

    def _get_other(self, case: ClientCase) -> CertificationServer:
        key = (case.api, case.variant)
        if self._other is None or self._other_key != key:
            self._other_stack.close()
            name, _, value = case.variant.partition("=")
            variants = {**self._variants, f"{case.api}.{name}": value}
            server = open_server((case.api,), seed=self._seed, variants=variants)
            self._other = self._other_stack.enter_context(server)
            self._other_key = key
        return self._other


@contextmanager
def open_server(
    apis: tuple[str, ...], *, seed: int, variants: Mapping[str, str], tls: bool = False
) -> Iterator[CertificationServer]:
    """Serve the APIs for as long as the block lasts, with `tls` over https as well. Raise ImportError without its extra."""
    with (
        serve(*apis, seed=seed, variants=variants, tls=tls) as running,
        TemporaryDirectory(prefix="lookalike-") as folder,
    ):
        product = running.mock.demo_state.catalogue.get_product(PRODUCT_INDEX)
        path = Path(folder, "image.jpg")
        path.write_bytes(render_jpeg(PRODUCT_INDEX))
        urls = build_1688_image_url(product), f"https:{build_taobao_image_path(product)}"
        yield CertificationServer(running, urls, str(path))
