"""One tester's private corner: credentials, and the state that answers to them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from lookalike_specs import SpecError
from lookalike_specs.answer_edits import AnswerEdit, AnswerEdits, validate_edits
from lookalike_specs.messages import Request

from ..exceptions import ImpossibleSituation, MockError, UnknownOperation, UnknownSituation
from ..faults import FAULTS, Delay
from ..memory.limits import MemoryLimits
from ..memory.manager import MemoryManager
from ..service import Account, Service
from ..situations import find_operations
from ..threads import create_lock
from ..weather import Weather, WeatherKind
from .identity import (
    SandboxName,
    WorkerIdentity,
    create_token,
    find_name_start,
    find_token,
    format_as_uuid,
    iter_tokens,
    parse_sandbox_name,
)
from .issued_secrets import ISSUED_SECRETS
from .journal import Journal
from .near_key import compile_key_pattern, describe_near_key
from .scheduled import ScheduledSituation
from .state import EditChooser, SandboxState, SettableClock

DEMO_SANDBOX: Final = "demo"
MAX_SANDBOXES: Final = MemoryLimits().sandboxes
# serials have six hexadecimal digits in a token; then they start over
MAX_SERIAL: Final = 2**24 - 1
MAX_NAME_LENGTH: Final = 100
# of a body, in which a sandbox's key is looked for
MAX_SEARCHED_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Sandbox:
    """Seed, clock, quota, situations, added images and journal are in `state`; `credentials` go by API."""

    name: str
    state: SandboxState = field(repr=False)
    credentials: Mapping[str, Mapping[str, str]] = field(repr=False)
    services: Mapping[str, Service] = field(repr=False)

    @property
    def journal(self) -> Journal:
        """Return what was asked with these credentials, and answered."""
        return self.state.journal

    @property
    def clock(self) -> SettableClock:
        """Return the clock, which can be set."""
        return self.state.clock

    def schedule(self, scheduled: ScheduledSituation) -> None:
        """Let a situation wait for its answers.

        Raise UnknownSituation, UnknownOperation, ImpossibleSituation, ValueError, OverflowError: too many wait.
        """
        # msgspec checks a struct's values only when it reads them, not when somebody makes one in Python
        msgspec.convert(msgspec.to_builtins(scheduled), ScheduledSituation)
        self.require_possible(scheduled)
        if not self.state.scheduled_situations.add(scheduled):
            raise OverflowError("too many situations wait; take some back")

    def edit_answers(self, edits: Sequence[AnswerEdit], *, operation: str = "") -> None:
        """Change each good answer in these ways, in place of those before; without any, leave the answers as they are.

        With `operation`, those of that operation alone. Raise UnknownOperation, ValueError, msgspec.ValidationError.
        """
        # msgspec checks a struct's values only when it reads them, not when somebody makes one in Python
        answer_edits = msgspec.convert({"edits": msgspec.to_builtins(edits), "operation": operation}, AnswerEdits)
        validate_edits(answer_edits.edits)
        ids = tuple(existing.id for service in self.services.values() for existing in service.api.operations)
        if operation and operation not in ids:
            raise UnknownOperation("this sandbox", operation, ids)
        self.state.set_answer_edits(answer_edits)

    def edit_each_answer(self, choose_edits: EditChooser | None) -> None:
        """Change each good answer by the edits that a function gives for it; None leaves them as they are.

        The function gets the operation and the answer, after the edits of `edit_answers`. It is asked for one answer after
        the other, so it may remember those before: the third page is to be like the second. What it raises is not caught.
        """
        self.state.choose_edits = choose_edits

    def set_weather(self, kind: WeatherKind, *, seed: int = 0) -> None:
        """Have answers late, in error or changed by chance, from the next one on; `calm` ends it.

        The same seed brings the same weather to the same requests. Raise msgspec.ValidationError, a ValueError, for a
        kind that is none of calm, mild and rough.
        """
        # msgspec checks a struct's values only when it reads them, not when somebody makes one in Python
        self.state.set_weather(msgspec.convert({"kind": kind, "seed": seed}, Weather))

    def require_possible(self, scheduled: ScheduledSituation) -> None:
        """Raise UnknownSituation, UnknownOperation, or ImpossibleSituation: the operation can never be in it."""
        api_id, _, situation = scheduled.situation.partition("/")
        if api_id not in self.services or situation not in self.services[api_id].situations:
            raise UnknownSituation(scheduled.situation, tuple(self.iter_situations()))
        operation = scheduled.operation
        if not operation:
            return
        api = self.services[api_id].api
        known = tuple(existing.id for existing in api.operations)
        if operation not in known:
            raise UnknownOperation(api_id, operation, known)
        possible = tuple(existing.id for existing in find_operations(api, situation))
        if operation not in possible:
            raise ImpossibleSituation(scheduled.situation, operation, possible)

    @contextmanager
    def situation(
        self, situation: str, *, times: int | None = None, delay: Delay | None = None, operation: str = ""
    ) -> Iterator[None]:
        """Bring a situation for the next `times` answers, at most until the block ends.

        With `operation`, for answers of that operation alone; answers that cannot be in the situation never count.
        Raise UnknownSituation, UnknownOperation, ImpossibleSituation, ValueError.
        """
        scheduled = ScheduledSituation(situation, times, delay or Delay(), operation)
        self.schedule(scheduled)
        try:
            yield
        finally:
            self.state.scheduled_situations.remove(scheduled)

    def iter_situations(self) -> Iterator[str]:
        """Yield every situation that can be asked for, such as `tmapi/439`."""
        for api, service in self.services.items():
            root = service.api.root
            for situation in (*root.errors, *root.situations, *FAULTS):
                yield f"{api}/{situation}"


class Sandboxes:
    """The demo accounts' own sandbox, which is always there, and at most MAX_SANDBOXES more; the oldest goes first."""

    def __init__(
        self,
        services: Mapping[str, Service],
        demo_state: SandboxState,
        identity: WorkerIdentity,
        memory: MemoryManager | None = None,
    ) -> None:
        _verify_shared_accounts(services)
        self.memory = memory or MemoryManager()
        self.memory.add(demo_state)
        demo_credentials = {api: dict(service.api.account) for api, service in services.items()}
        self.demo = Sandbox(DEMO_SANDBOX, demo_state, demo_credentials, services)
        self.identity = identity
        self._services = services
        self._serial = 0
        # whoever makes sandboxes may do so from many threads, and not from the server's
        self._lock = create_lock()
        self._sandboxes: dict[str, Sandbox] = {}
        self._states: dict[str, SandboxState] = {}
        self._states_by_token: dict[str, SandboxState] = {}
        # to know them is faster than to look for a sandbox's name in each
        self._demo_credentials = frozenset(
            value
            for service in services.values()
            for credentials, _ in service.api.accounts
            for value in credentials.values()
        )
        templates = {
            template for service in services.values() for template in service.api.root.credential_templates.values()
        }
        self._key_patterns = [pattern for pattern in map(compile_key_pattern, sorted(templates)) if pattern is not None]

    def find_state(self, credential: str) -> SandboxState:
        """Return the state of the sandbox that a credential belongs to; the demo accounts' for any other credential.

        What is nearly a sandbox's key, such as one with a blank behind it, is no key of anybody's, and still is the
        sandbox's affair. Raise MockError for the key of a sandbox that is not here.
        """
        state = self._states.get(credential)
        if state is not None:
            return state
        if credential in self._demo_credentials:
            return self.demo.state
        token = find_token(credential)
        if token is not None:
            owner = self._states_by_token.get(token)
            if owner is not None:
                return owner
        return self._find_state_by_near_key(credential)

    def _find_state_by_near_key(self, credential: str) -> SandboxState:
        """Return the state of the sandbox one of whose keys this nearly is; else the demo accounts'. Raise MockError."""
        name = find_name_start(credential)
        if name is None:
            return self.demo.state
        sandbox = self._sandboxes.get(str(name))
        if sandbox is not None:
            keys = {value for credentials in sandbox.credentials.values() for value in credentials.values()}
            if describe_near_key(credential, keys):
                return sandbox.state
            return self.demo.state
        # a whole key alone proves that there was such a sandbox; anything else is a wrong key like any other
        if any(pattern.fullmatch(credential) for pattern in self._key_patterns):
            raise MockError(*self.identity.explain_missing(name))
        return self.demo.state

    def find_owner(self, request: Request) -> SandboxState | None:
        """Return the state of the sandbox whose key stands anywhere in a request; None where there is none.

        For requests that reach no API, or carry the key where no API looks for it: their owner looks for them in the
        sandbox's journal. The whole key has to be there, so nobody can write into the journal of somebody else.
        """
        if not self._states_by_token:
            return None
        for text in _iter_texts(request):
            for token in iter_tokens(text):
                owner = self._states_by_token.get(token)
                if owner is not None:
                    return owner
        return None

    def create(self, state: SandboxState) -> Sandbox:
        """Create a sandbox around that state, with credentials of its own for every API."""
        with self._lock:
            self._serial = self._serial % MAX_SERIAL + 1
            name = SandboxName(self.identity.run_id, self.identity.worker, self.identity.generation, self._serial)
            self._make_room()
            all_credentials = _create_all_credentials(self._services, name)
            for api, credentials in all_credentials.items():
                state.accounts[api] = dict.fromkeys(credentials.values(), Account(credentials))
                for value in credentials.values():
                    # only a value that names the sandbox is unique: a region or an instance's name is not
                    token = find_token(value)
                    if token is not None:
                        self._states[value] = state
                        self._states_by_token[token] = state
            ISSUED_SECRETS.add(_list_secrets(self._services, all_credentials))
            sandbox = Sandbox(str(name), state, all_credentials, self._services)
            self._sandboxes[sandbox.name] = sandbox
            self.memory.add(state)
        return sandbox

    def get(self, name: str) -> Sandbox | None:
        """Return the sandbox of that name, if it is here."""
        if name == DEMO_SANDBOX:
            return self.demo
        return self._sandboxes.get(name)

    def explain_missing(self, name: str) -> tuple[int, dict[str, Any]]:
        """Return why there is no sandbox of that name here, as an HTTP status and a body."""
        parsed = parse_sandbox_name(name)
        own = (self.identity.run_id, self.identity.worker, self.identity.generation)
        if parsed is None or (parsed[:3] == own and parsed.serial > self._serial):
            shown_name = name[:MAX_NAME_LENGTH]
            return 404, {"error": f"no sandbox is called {shown_name!r}", "sandbox": shown_name}
        return self.identity.explain_missing(parsed)

    def remove(self, name: str) -> bool:
        """Forget a sandbox; return False when there is none of that name, or it is the demo accounts'."""
        with self._lock:
            return self._forget(name)

    def _make_room(self) -> None:
        if len(self._sandboxes) < self.memory.limits.sandboxes:
            return
        oldest = next(iter(self._sandboxes))
        self._forget(oldest)
        demo_state = self.demo.state
        demo_state.journal.add_note(f"sandbox {oldest} went, as the oldest of {MAX_SANDBOXES}", demo_state.clock())

    def _forget(self, name: str) -> bool:
        sandbox = self._sandboxes.pop(name, None)
        if sandbox is None:
            return False
        sandbox.state.scheduled_situations.cancel()
        self.memory.remove(sandbox.state)
        # a new table, as the server's thread may be reading the old one
        self._states = _drop_state(self._states, sandbox.state)
        self._states_by_token = _drop_state(self._states_by_token, sandbox.state)
        return True

    def __iter__(self) -> Iterator[Sandbox]:
        return iter((self.demo, *self._sandboxes.values()))


def _drop_state(states: Mapping[str, SandboxState], dropped: SandboxState) -> dict[str, SandboxState]:
    return {key: state for key, state in states.items() if state is not dropped}


def _iter_texts(request: Request) -> Iterator[str]:
    """Yield the parts of a request in which a key may stand, of a body its beginning."""
    yield request.path
    yield request.query.decode("latin-1")
    for _, value in request.headers:
        yield value.decode("latin-1")
    yield request.body[:MAX_SEARCHED_BYTES].decode("latin-1")


def _verify_shared_accounts(services: Mapping[str, Service]) -> None:
    """Raise SpecError where APIs are said to share an account, and know it by credentials that differ."""
    first_by_account: dict[str, Service] = {}
    for service in services.values():
        root = service.api.root
        first = first_by_account.setdefault(root.shared_account, service)
        if root.shared_account and root.credential_templates != first.api.root.credential_templates:
            pointer = f"{service.api.id}#/x-lookalike/credential-templates"
            raise SpecError(pointer, f"{first.api.id} shares the account {root.shared_account!r} and has others")


def _list_secrets(services: Mapping[str, Service], all_credentials: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return those of the credentials that are secret; APIs that share an account have the same."""
    return {
        value
        for api, credentials in all_credentials.items()
        for name, value in credentials.items()
        if name in services[api].api.root.secrets
    }


def _create_all_credentials(services: Mapping[str, Service], name: SandboxName) -> dict[str, dict[str, str]]:
    """Return credentials by API; those that share an account at their vendor have the same."""
    shared: dict[str, dict[str, str]] = {}
    all_credentials: dict[str, dict[str, str]] = {}
    for api, service in services.items():
        credentials = _create_credentials(service, name)
        account = service.api.root.shared_account
        if account:
            credentials = shared.setdefault(account, credentials)
        all_credentials[api] = dict(credentials)
    return all_credentials


def _create_credentials(service: Service, name: SandboxName) -> dict[str, str]:
    """Return credentials under the vendor's own names, as the spec's templates say."""
    token = create_token(name)
    values: dict[str, Any] = {"token": token, "uuid": format_as_uuid(token), "secret": secrets.token_hex(16)}
    return {key: template.format(**values) for key, template in service.api.root.credential_templates.items()}
