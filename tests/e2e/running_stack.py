"""A whole stack for a test: Kafka, PostgreSQL and the services as processes of their own, on free ports, in a folder
that goes with it. Parts are started, stopped and killed by name; nothing supervises them.

    with RunningStack(new_folder()) as stack:
        stack.send("list", "deploy/sample/list.csv")
        stack.wait_until_flown()
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/local/stack"))
import flow
from parts import BIN, Place, Service, parts_of  # before machine: it says where that is
from machine import end_with_parent

START_SECONDS = 90.0
END_SECONDS = 40.0
STOP_SECONDS = 5.0  # what a service may take, whatever it was doing
SEND_SECONDS = 120.0
LOOK = 0.05


def new_folder():
    """A folder that PostgreSQL's user can go through, whoever runs the test."""
    folder = Path(tempfile.mkdtemp(prefix="tend-e2e-"))
    os.chmod(folder, 0o755)
    return folder


class RunningStack:
    def __init__(self, folder, roster=None, more=(), runtime="", inbox=False):
        """folder: its own. roster: another one than the sample's. more: second instances, as ("scoring", 2). runtime: more of each
        service's RuntimeConfig. inbox: whether ingest reads tend.inbox.v1."""
        self.place = Place.elsewhere(folder, more)
        self.place.roster = roster
        self.place.runtime, self.place.inbox = runtime, inbox
        parts = parts_of(self.place) + [Service(name, self.place, instance) for name, instance in more]
        self.parts = {part.name: part for part in parts}
        self.running = {}

    def __enter__(self):
        try:
            for name in self.parts:
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.parts)):
            self.stop(name)

    def start(self, name, wait=True):
        part = self.parts[name]
        self.running[name] = part.start(start_new_session=True, preexec_fn=end_with_parent())
        deadline = time.monotonic() + START_SECONDS
        while wait and not part.serves():
            if self.running[name].poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{name} does not serve:\n{self.log(name)}")
            time.sleep(LOOK)

    def stop(self, name):
        """As a supervisor does; the seconds it took."""
        process = self.running.pop(name, None)
        began = time.monotonic()
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"{name} did not stop within {END_SECONDS} s:\n{self.log(name)}") from None
        return time.monotonic() - began

    def kill(self, name):
        """kill -9, then starts it again at once."""
        process = self.running.pop(name)
        process.kill()
        process.wait()
        self.start(name, wait=False)

    def restart(self, name):
        took = self.stop(name)
        self.start(name, wait=False)
        return took

    def signal(self, name, number):
        """To all processes of a part, those that are made meanwhile too, but the one that only looks after them."""
        told = set()
        while new := set(below(self.running[name].pid)) - told:
            for pid in new:
                with contextlib.suppress(ProcessLookupError):  # it has ended
                    os.kill(pid, number)
            told |= new

    def serves(self, name):
        return self.parts[name].serves()

    def ended(self):
        """The parts that ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def log(self, name):
        path = self.parts[name].log
        return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) if path.exists() else "(no log)"

    def tend(self, *arguments, token=None):
        return flow.tend(self.place, *arguments, token=token)

    def send(self, kind, path):
        """Sends a file as a client would: again, until all of it has been acknowledged. kind: what to import, or "live"."""
        deadline = time.monotonic() + SEND_SECONDS
        while True:
            done = self.tend(*(("publish",) if kind == "live" else ("import", kind)), str(path))
            if done.returncode == 1 and kind == "live":
                raise AssertionError(f"{path} was given up: {done.stdout}\n{self.log('ingest')}")  # it has patience of its own
            if "accepted" in done.stdout or "came already" in done.stdout:
                return done.stdout
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} could not be sent: {done.stdout}\n{self.log('ingest')}")

    def wait_until_flown(self):
        try:
            flow.wait_until_flown(self.place)
        except flow.NotFlown as late:
            logs = "\n".join(f"-- {name}\n{self.log(name)}" for name in self.parts if name not in ("kafka", "postgres"))
            raise AssertionError(f"{late}\n{logs}") from None

    def records(self, topic):
        return flow.records(self.place, topic)


def below(pid):
    """A process's children, and theirs."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                children.append(int(stat.parent.name))
    return children + [further for child in children for further in below(child)]


def while_sending(stack, kind, path, *deeds):
    """Does the deeds one after the other while a file is on its way, then waits until all has flown."""
    failed = []

    def send():
        try:
            stack.send(kind, path)
        except AssertionError as failure:
            failed.append(failure)

    sender = threading.Thread(target=send)
    sender.start()
    for deed in deeds:
        deed()
    sender.join()
    if failed:
        raise failed[0]
    stack.wait_until_flown()
