"""Becomes the command of `lookalike exec --intercept`, in a network of its own: `enter_namespace.py FD HOSTS CA PORT…`.

Linux gives a process namespaces: views of the network and of the file system that it shares with its children alone. In
those that are made here there is no network but loopback, `/etc/hosts` is the file HOSTS, where the vendors' names stand
for an address of loopback, and the system's own CAs are the file CA. The sockets there, one at each PORT, are opened here,
before the command begins, and handed to the process that answers, over the socket FD (SCM_RIGHTS): a socket stays in the
network that it was made in, whoever holds it.

    this process                                  lookalike
    makes the namespaces, opens sockets  ------>  answers on them
    becomes the command                  <------  its words and its environment, as JSON
    closes FD by that, or says why not   ------>

It runs as `python -I -S`, and imports no thread: only a process of one thread may have a new user namespace.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import json
import os
import socket
import struct
import sys

# of <sched.h> and <sys/mount.h>
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
# of <net/if.h> and <linux/sockios.h>
IFF_UP = 0x1
SIOCSIFFLAGS = 0x8914
# where the vendors' names lead; the command may have a server of its own at 127.0.0.1:80
VENDOR_ADDRESS = "127.0.0.80"
HOSTS_FILE = "/etc/hosts"
# who is asked for names in place of the file, in some systems: they live outside, and know the real addresses
NAME_SERVICES = ("/run/nscd/socket", "/var/run/nscd/socket", "/run/systemd/resolve/io.systemd.Resolve")
# of Debian, Fedora, SUSE, Alpine: for programs that read no variable; what they would trust besides is out of reach anyway
CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
NOT_STARTED = 127
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

libc = ctypes.CDLL(None, use_errno=True)


def enter(hosts_path: str, ca_path: str) -> None:
    """Enter new namespaces. Raise OSError where that is not allowed."""
    uid = os.getuid()
    gid = os.getgid()
    try:
        # who may do so, as root may, needs no user namespace, and stays who he is
        unshare(CLONE_NEWNET | CLONE_NEWNS)
    except OSError:
        unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS)
        # without this the kernel would not let us say which group we are
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{uid} {uid} 1")
        write("/proc/self/gid_map", f"{gid} {gid} 1")
    start_loopback()
    # or the mounts below would be seen outside as well
    mount("none", "/", MS_REC | MS_PRIVATE)
    mount(hosts_path, os.path.realpath(HOSTS_FILE), MS_BIND)
    for path in NAME_SERVICES:
        if os.path.exists(path):  # noqa: PTH110 - pathlib takes longer to import than all of this
            mount("/dev/null", path, MS_BIND)
    # two names may be of one file, and the second mount then is over the first
    for path in CA_FILES:
        if os.path.exists(path):  # noqa: PTH110
            mount(ca_path, os.path.realpath(path), MS_BIND)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones. Raise OSError."""
    if libc.unshare(flags) != 0:
        raise_errno("no namespace can be made")


def mount(source: str, target: str, flags: int) -> None:
    """Mount a file over another. Raise OSError."""
    if libc.mount(source.encode(), target.encode(), None, ctypes.c_ulong(flags), None) != 0:
        raise_errno(f"cannot mount {target}")


def raise_errno(text: str) -> None:
    """Raise OSError for the call that has just failed."""
    number = ctypes.get_errno()
    raise OSError(number, f"{text}: {os.strerror(number)}")


def write(path: str, text: str) -> None:
    """Write to a file of the kernel's."""
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)


def start_loopback() -> None:
    """Let the new network have 127.0.0.0/8; it begins without any address."""
    request = struct.pack("16sH14x", b"lo", IFF_UP)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, request)


def open_sockets(ports: list[int]) -> list[socket.socket]:
    """Return sockets at the vendors' ports, and one at a free port for the base URL; whoever gets them listens."""
    sockets = []
    for address in (*((VENDOR_ADDRESS, port) for port in ports), ("127.0.0.1", 0)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sockets.append(sock)
    return sockets


def send_sockets(channel: socket.socket, sockets: list[socket.socket]) -> None:
    """Hand sockets over, and close ours: the command must not have them."""
    descriptors = array.array("i", [sock.fileno() for sock in sockets])
    channel.sendmsg([b"ready"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
    for sock in sockets:
        sock.close()


def read_launch(channel: socket.socket) -> tuple[list[str], Mapping[str, str]]:
    """Return the words and the environment of the command; no words where whoever sends them is gone."""
    data = b""
    while True:
        piece = channel.recv(65536)
        if not piece:
            break
        data += piece
    if not data:
        return [], {}
    launch = json.loads(data)
    return launch["words"], launch["environment"]


def main() -> None:
    """Make the namespaces, and become the command in them."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    # closed when this becomes the command: that is how the other side knows
    channel.set_inheritable(False)
    try:
        enter(sys.argv[2], sys.argv[3])
        sockets = open_sockets([int(port) for port in sys.argv[4:]])
    except OSError as error:
        channel.sendall(json.dumps({"unavailable": error.strerror or str(error)}).encode())
        sys.exit(NOT_STARTED)
    send_sockets(channel, sockets)
    words, environment = read_launch(channel)
    if not words:
        sys.exit(NOT_STARTED)
    try:
        os.execvpe(words[0], words, environment)  # noqa: S606 - it is what the user wants
    except OSError as error:
        channel.sendall(json.dumps({"errno": error.errno}).encode())
        sys.exit(NOT_STARTED)


main()
