"""The certificate that a server presents over TLS: the right one, or one of the same CA for somebody else."""

from __future__ import annotations

from http import HTTPStatus

from . import answers
from .operation import Ask, Certificates
from .problem import Problem, Wrong


def get(ask: Ask) -> answers.Authority:
    """The CA that a client has to trust."""
    return answers.Authority(_tls(ask).ca)


def wrong(ask: Ask) -> None:
    """Present the wrong one."""
    _tls(ask).present_wrong(ask.body.times)


def right(ask: Ask) -> None:
    """Present the right one again."""
    _tls(ask).present_right()


def _tls(ask: Ask) -> Certificates:
    """Raises Wrong where there is none."""
    if ask.served.tls is None:
        raise Wrong(HTTPStatus.CONFLICT, Problem(error="this server does not answer https: see --tls-ca, or tls=True"))
    return ask.served.tls
