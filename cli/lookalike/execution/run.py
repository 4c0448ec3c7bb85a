"""Runs a command against a sandbox, and judges what it sent."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lookalike_contracts.reproduction.secrets import load_account, select_secrets
from lookalike_mocks.redact import list_sandbox_secrets
from lookalike_mocks.sandbox.issued_secrets import ISSUED_SECRETS
from lookalike_mocks.weather import CALM, Weather, WeatherKind
from lookalike_specs.provenance import ProvenanceKind
from lookalike_specs.redaction import Redactor, list_environment_secrets

from .judgement import Complaint, judge_requests
from .launch import DirectLauncher, InterceptionWay, Launcher
from .namespace_launch import FallbackLauncher, NamespaceLauncher
from .process import CommandProcess
from .proxy_launch import ProxyLauncher
from .requirements import Requirement, UnmetRequirement, iter_unmet
from .sandbox_server import SandboxServer, open_sandbox_server
from .traffic import ApiTraffic, measure_traffic

EXIT_WRONG: Final = 1
EXIT_NOT_MET: Final = 3


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """What is asked for: `apis` (all, when none is named), the words of the command, and what it has to meet."""

    apis: tuple[str, ...]
    command: tuple[str, ...]
    seed: int = 0
    variants: Mapping[str, str] = field(default_factory=dict)
    weather: WeatherKind = CALM
    intercepts: bool = False
    is_weak: bool = False
    requirements: tuple[Requirement, ...] = ()
    skipped_kinds: tuple[str, ...] = ()
    trust: frozenset[ProvenanceKind] = frozenset(("documented", "measured"))


class InterceptionReport(NamedTuple):
    """In which way the vendors' hosts led here, why in no other, and which other hosts were asked, as far as was seen."""

    way: InterceptionWay
    notes: tuple[str, ...]
    hosts_elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of it. `traffics` are of the APIs that were named or asked; `redactor` covers the sandbox's secrets."""

    options: ExecutionOptions
    status: int
    interception: InterceptionReport
    request_count: int
    dropped_count: int
    traffics: tuple[ApiTraffic, ...]
    complaints: tuple[Complaint, ...]
    unmet: tuple[UnmetRequirement, ...]
    redactor: Redactor

    @property
    def exit_code(self) -> int:
        """Return the command's own status where it failed; else 1 for what was wrong, 3 for what was not met, 0."""
        if self.status:
            return self.status
        if any(complaint.severity == "error" for complaint in self.complaints):
            return EXIT_WRONG
        # a command that sent nothing was not judged, and what was not judged is never a pass
        if self.unmet or self.dropped_count or not self.request_count:
            return EXIT_NOT_MET
        return 0


def execute(options: ExecutionOptions) -> Execution:
    """Run the command to its end, and judge what it sent. Raise OSError where it cannot be started."""
    weather = Weather(options.weather, options.seed)
    with open_sandbox_server(
        options.apis, options.seed, options.variants, weather, intercepts=options.intercepts
    ) as server:
        launcher = _create_launcher(options, server)
        status = CommandProcess(launcher.start).run()
        hosts_elsewhere = launcher.list_hosts_elsewhere()
    return _judge(
        options, server, status, InterceptionReport(launcher.way, tuple(launcher.notes), tuple(hosts_elsewhere))
    )


def _create_launcher(options: ExecutionOptions, server: SandboxServer) -> Launcher:
    if server.interceptor is None:
        return DirectLauncher(server, options.command)
    weak_launcher = ProxyLauncher(server, server.interceptor, options.command)
    if options.is_weak:
        return weak_launcher
    return FallbackLauncher(NamespaceLauncher(server, server.interceptor, options.command), weak_launcher)


def _judge(
    options: ExecutionOptions, server: SandboxServer, status: int, interception: InterceptionReport
) -> Execution:
    entries = server.list_entries()
    asked = dict.fromkeys(entry.api for entry in entries if entry.api)
    traffics = [
        measure_traffic(server.mock, api, [entry for entry in entries if entry.api == api])
        for api in _list_apis(options.apis, asked)
    ]
    return Execution(
        options=options,
        status=status,
        interception=interception,
        request_count=len(entries),
        dropped_count=server.dropped_count,
        traffics=tuple(traffics),
        complaints=tuple(
            complaint
            for complaint in judge_requests(server.mock, server.sandbox, entries, options.trust)
            if complaint.violation.kind not in options.skipped_kinds
        ),
        unmet=tuple(iter_unmet(options.requirements, traffics)),
        redactor=_create_redactor(server),
    )


def _create_redactor(server: SandboxServer) -> Redactor:
    """Return what covers the sandbox's secrets, and those of our variables, which may be real ones."""
    secrets = [*list_sandbox_secrets(server.sandbox), *list_environment_secrets(os.environ)]
    for service in server.mock.services.values():
        account = load_account(service.api)
        secrets += [value.encode() for value in select_secrets(service.api, account).values()]
    return Redactor(secrets, ISSUED_SECRETS.get_redactor())


def _list_apis(named: Sequence[str], asked: Mapping[str, None]) -> list[str]:
    """Return the APIs that are reported: those that were named, or else those that were asked."""
    return list(dict.fromkeys([*named, *asked]))
