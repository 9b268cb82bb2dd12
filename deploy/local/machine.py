"""What the local scripts know of this machine: ports, disk space, private files, and children that end with their parent."""

import ctypes
import errno
import os
import shutil
import signal
import socket

LOOPBACK = "127.0.0.1"
MIN_FREE_BYTES = 200 << 20


class Fault(Exception):
    """Something the reader can mend, in one line."""


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def check_port(port, advice="stop what listens there, or give another one by --port"):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Fault(f"port {port} is taken: {advice}") from None
            raise Fault(f"port {port} cannot be used: {error.strerror}") from None


def check_space(folder):
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise Fault(f"the disk of {folder} is full: {free >> 20} MiB free, a server needs {MIN_FREE_BYTES >> 20}; "
                    "make room, then do this again")


def write_private(path, text):
    """Only we may ever read it. Whole or not at all: the disk may be full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def end_with_parent(how=signal.SIGTERM):
    """To run in a child before exec: the kernel sends it this signal when its parent is gone."""
    pr_set_pdeathsig = 1
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(pr_set_pdeathsig, how)
