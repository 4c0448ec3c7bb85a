"""What a shell completes: APIs, variants, operations, schemes, situations, checks, formats of reports.

A completer says nothing where it cannot: an API that is misspelt earlier on the line, an extra that is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from lookalike_specs import UnknownApi, list_api_ids, load_api

from .click_ext import CommandError, require_judge

if TYPE_CHECKING:
    from lookalike_specs import Api


def complete_api_ids(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the APIs whose id begins so."""
    return [api for api in list_api_ids() if api.startswith(incomplete)]


def complete_variants(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return every `api.name=value` that begins so."""
    keys: list[str] = []
    for api in _iter_named_apis(context):
        for name, variant in api.root.variants.items():
            keys.extend(f"{api.id}.{name}={value}" for value in variant.values)
    return [key for key in keys if key.startswith(incomplete)]


def complete_operations(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the operations of the APIs on the line whose id begins so."""
    ids = dict.fromkeys(operation.id for api in _iter_named_apis(context) for operation in api.operations)
    return [name for name in ids if name.startswith(incomplete)]


def complete_security_schemes(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the security schemes of the API on the line whose name begins so."""
    names: dict[str, None] = {}
    for api in _iter_named_apis(context):
        for operation in api.operations:
            names.update(dict.fromkeys(scheme.name for scheme in operation.schemes))
    return [name for name in names if name.startswith(incomplete)]


def complete_situations(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the APIs that begin so; after a slash, the situations of that API."""
    api, slash, _ = incomplete.partition("/")
    if not slash or api not in list_api_ids():
        return complete_api_ids(context, parameter, incomplete)
    from .situation_patterns import match_situations  # noqa: PLC0415 - most words are APIs, which need no mock

    return [situation.id for situation in match_situations(f"{api}/*") if situation.id.startswith(incomplete)]


def complete_cases(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the APIs that begin so; after a slash, the cases that a client of that API is put into."""
    api, slash, _ = incomplete.partition("/")
    if not slash or api not in list_api_ids():
        return complete_api_ids(context, parameter, incomplete)
    try:
        with require_judge():
            from .certification.cases import list_cases  # noqa: PLC0415 - the judge is an extra, and heavy
    except CommandError:
        return []
    return [case.id for case in list_cases(load_api(api)) if case.id.startswith(incomplete)]


def complete_skipped(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the cases, and the checks of clients and their families, that begin so."""
    cases = complete_cases(context, parameter, incomplete)
    try:
        with require_judge():
            from lookalike_contracts.certification.judge import list_client_checks  # noqa: PLC0415 - as above
    except CommandError:
        return cases
    names: dict[str, None] = {}
    for check in list_client_checks():
        names[check.family] = None
        names[check.id] = None
    return [*cases, *(name for name in names if name.startswith(incomplete))]


def complete_files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what asks the shell for the files that begin so."""
    return [CompletionItem(incomplete, type="file")]


def complete_explained(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the checks and families that begin so; after an API and a slash, the situations of that API."""
    api, slash, _ = incomplete.partition("/")
    if slash and api in list_api_ids():
        return complete_situations(context, parameter, incomplete)
    return complete_check_ids(context, parameter, incomplete)


def complete_check_ids(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the checks and families of checks whose id begins so; none without the judge."""
    try:
        with require_judge():
            from lookalike_contracts import checks  # noqa: PLC0415 - the judge is an extra, and heavy
    except CommandError:
        return []
    names: dict[str, None] = {}
    for check in checks.select_checks():
        names[check.family] = None
        names[check.id] = None
    return [name for name in names if name.startswith(incomplete)]


def _iter_named_apis(context: click.Context) -> Iterator[Api]:
    """Yield the APIs that stand on the line, all where none does."""
    named = context.params.get("apis") or context.params.get("api") or ()
    if isinstance(named, str):
        named = (named,)
    for api in named or list_api_ids():
        try:
            yield load_api(api)
        except UnknownApi:
            continue
