"""The checks there are, each with a lasting id: ours, and those of other packages.

A check is a function with a decorator. It yields a `Failure` for each rule that it sees broken:

    from lookalike_contracts.finding import Failure
    from lookalike_contracts.registry import passive_check
    from lookalike_specs.provenance import Source

    @passive_check(
        "acme/server-header",
        summary="No response names the software that sent it.",
        rationale="Whoever knows the version knows its holes.",
        remediation="Leave the header `Server` out.",
        source="our own rules for services",
        provenance=Source("documented", "our own rules for services"),
    )
    def server_header(context, exchange):
        if any(name.lower() == b"server" for name, _ in exchange.response.headers):
            yield Failure("the response has a Server header", "/header/server", exchanges=(exchange,))

Importing the module registers it. `lookalike check --import MODULE` imports one; a package names its modules in the
entry point group `lookalike.checks`, which is how our own come in, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Final, NotRequired, TypedDict, Unpack

from lookalike_specs.plugins import PluginError, add_entry, import_plugin, load_entry_points, undo_on_failure
from lookalike_specs.provenance import Source

from .exceptions import BadCheckId, DuplicateCheck, UnknownCheck
from .finding import Exchange, Failure
from .severity import Severity

if TYPE_CHECKING:
    from .context import CheckContext

PassiveFunction = Callable[["CheckContext", Exchange], Iterator[Failure]]
ActiveFunction = Callable[["CheckContext"], Iterator[Failure]]
AppliesPredicate = Callable[["CheckContext"], bool]

CHECK_GROUP: Final = "lookalike.checks"
OUR_CHECKS: Final = "lookalike_contracts.checks"


def _always_applies(_: CheckContext) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """What is held, why, and how to keep it.

    A check is passive (it looks at every exchange) or active (it sends requests of its own). Its id is `family/name`
    and stays for good: baselines and command lines name it. `applies` says at which operations it has anything to look
    at. `severity` is the most that a finding of it can be; only errors make `lookalike check` exit 1. `provenance` is
    what the check takes for true that no document says, such as that a search is the same when it is asked again; None
    where it takes nothing for true but the document.
    """

    id: str
    summary: str
    rationale: str
    remediation: str
    source: str
    severity: Severity = "error"
    provenance: Source | None = None
    applies: AppliesPredicate = _always_applies
    passive_function: PassiveFunction | None = None
    active_function: ActiveFunction | None = None
    # only the checks of clients come in numbered suites
    since: ClassVar[int | None] = None

    @property
    def family(self) -> str:
        """Return what stands before the slash."""
        return self.id.partition("/")[0]

    @property
    def module(self) -> str:
        """Return the name of the module that the check's function stands in."""
        return (self.passive_function or self.active_function or _always_applies).__module__


CHECKS: dict[str, Check] = {}


class CheckMetadata(TypedDict):
    """What is said of a check besides its id; see `Check`."""

    summary: str
    rationale: str
    remediation: str
    source: str
    severity: NotRequired[Severity]
    provenance: NotRequired[Source]
    applies: NotRequired[AppliesPredicate]


def passive_check(check_id: str, **metadata: Unpack[CheckMetadata]) -> Callable[[PassiveFunction], PassiveFunction]:
    """Register a check that looks at every exchange: `function(context, exchange)` yields failures.

    It is called for the requests of all other checks, and for requests that are drawn, good and bad. It sends nothing
    itself. Raise BadCheckId; DuplicateCheck when the id is taken.
    """

    def register(function: PassiveFunction) -> PassiveFunction:
        _register_check(Check(check_id, passive_function=function, **metadata))
        return function

    return register


def active_check(check_id: str, **metadata: Unpack[CheckMetadata]) -> Callable[[ActiveFunction], ActiveFunction]:
    """Register a check that sends requests: `function(context)` yields failures, once for each operation.

    It asks by `context.send_sample`, `context.send` and `context.falsify`. What these raise (CouldNotCheck,
    TimeLimitExceeded) it lets pass: the result is then "could not check". Raise BadCheckId; DuplicateCheck when the id
    is taken.
    """

    def register(function: ActiveFunction) -> ActiveFunction:
        _register_check(Check(check_id, active_function=function, **metadata))
        return function

    return register


def _register_check(check: Check) -> None:
    family, slash, name = check.id.partition("/")
    if not (family and slash and name) or "/" in name:
        raise BadCheckId(check.id, check.module)
    # Ours come first, whoever is imported first: an id that is taken is then told of the other package, by a PluginError
    # that names it, and not of ours.
    is_ours = check.module.startswith(OUR_CHECKS)
    if not is_ours:
        import_module(OUR_CHECKS)
    existing = CHECKS.get(check.id)
    # a second check of the same id would silence the first, in baselines too
    if existing is not None:
        raise DuplicateCheck(check.id, existing.module, check.module)
    if is_ours:
        # they stay, even if they are imported because of a plugin that fails afterwards
        CHECKS[check.id] = check
    else:
        add_entry(CHECKS, check.id, check)


@cache
def load_checks() -> None:
    """Import our checks and those that installed packages name as entry points, once.

    Raise PluginError for an entry point that cannot be imported, or whose checks take an id twice.
    """
    # Ours are an entry point as well. They are imported by name too, so that a checkout that nobody installed has them.
    import_module(OUR_CHECKS)
    try:
        load_entry_points(CHECK_GROUP)
    except PluginError:
        # a plugin that selected checks before it failed has had a call in between, whose success is remembered
        load_checks.cache_clear()
        raise


def import_checks(module: str) -> None:
    """Import a module that registers checks; one in the current folder is found too.

    Raise PluginError; none of its checks is registered then.
    """
    load_checks()
    with undo_on_failure(module):
        import_plugin(module)


def select_checks(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Check, ...]:
    """Return the checks of these ids or families (all, when none is named) without those to skip.

    Raise UnknownCheck; PluginError when the checks of another package cannot be loaded.
    """
    load_checks()
    selected_ids = _resolve_ids(only) or set(CHECKS)
    skipped_ids = _resolve_ids(skip)
    return tuple(check for check in CHECKS.values() if check.id in selected_ids and check.id not in skipped_ids)


def _resolve_ids(names: Iterable[str]) -> set[str]:
    """Return the ids that ids and families stand for."""
    ids: set[str] = set()
    for name in names:
        matches = {check.id for check in CHECKS.values() if name in (check.id, check.family)}
        if not matches:
            raise UnknownCheck(name, tuple(CHECKS))
        ids |= matches
    return ids
