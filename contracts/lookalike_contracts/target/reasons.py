"""Why a server could not be asked, in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong, RemoteDisconnected
from typing import Any

REASONS: Mapping[type[Exception], Callable[[Any, str, float], str]] = {
    ssl.SSLCertVerificationError: lambda wrong, host, _: f"no TLS with {host}: {wrong.verify_message}",
    ssl.SSLError: lambda wrong, host, _: f"no TLS with {host}: {wrong.reason or type(wrong).__name__}",
    TimeoutError: lambda _, host, seconds: f"{host} did not answer within {seconds:g} s",
    ConnectionRefusedError: lambda _, host, __: f"nothing listens at {host}",
    socket.gaierror: lambda _, host, __: f"{host} has no address",
    RemoteDisconnected: lambda _, host, __: f"{host} closed the connection without an answer",
    ConnectionError: lambda _, host, __: f"{host} broke the connection off",
    IncompleteRead: lambda _, host, __: f"{host} broke its answer off, or its chunks are malformed",
    LineTooLong: lambda _, host, __: f"{host} answers with a head that is too long",
    BadStatusLine: lambda _, host, __: f"{host} does not speak HTTP",
    OSError: lambda wrong, host, __: f"{host} cannot be reached: {wrong.strerror or type(wrong).__name__}",
    HTTPException: lambda _, host, __: f"{host} answers with a head that cannot be read",
    ValueError: lambda _, host, __: f"{host} answers with something that cannot be read",
}


def describe_error(wrong: Exception, host: str, seconds: float) -> str:
    """The sentence for what went wrong."""
    return next(told for kind, told in REASONS.items() if isinstance(wrong, kind))(wrong, host, seconds)
