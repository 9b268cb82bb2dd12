"""The supervisor behind `stack up`: starts the parts in order, starts again what ends, tells how it stands.

One process; it holds var/stack.lock for as long as it lives, and writes var/stack.json at each change. SIGTERM ends
the parts in the other order, then itself. Not to be called by hand.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from parts import LOCAL, PARTS  # before machine: it says where that is
from machine import end_with_parent

VAR = LOCAL.home
FIRST_WAIT, LAST_WAIT = 0.5, 30.0  # seconds before a part that ended starts again; doubled each time
QUIET = 60.0                       # after so long up, a part's next end counts as its first
STOP_SECONDS = {"kafka": 40.0}     # a broker closes its segments; the services need 5
LOOK = 0.1


def say(line):
    """Into the log. On a full disk this goes on without a word."""
    try:
        print(line, flush=True)
    except OSError:
        pass


class Running:
    def __init__(self, part):
        self.part, self.process, self.since, self.serving = part, None, None, False
        self.restarts, self.wait, self.not_before = 0, FIRST_WAIT, 0.0

    def start(self):
        self.since, self.serving = time.time(), False
        try:
            self.process = self.part.start(start_new_session=True, preexec_fn=end_with_parent())
        except OSError as error:
            self.plan(f"cannot be started ({error})")

    def look(self):
        """Notices an end, and plans the next start."""
        if self.process is None or self.process.poll() is None:
            return
        if time.time() - self.since > QUIET:
            self.wait = FIRST_WAIT
        self.plan(f"ended with {self.process.returncode}")

    def plan(self, how):
        say(f"{self.part.name} {how}; again in {self.wait:.1f} s")
        self.not_before = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, LAST_WAIT)
        self.process, self.serving = None, False
        self.restarts += 1

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS.get(self.part.name, 10.0))
        except subprocess.TimeoutExpired:
            say(f"{self.part.name} does not stop: killed")
            self.process.kill()
            self.process.wait()

    def state(self):
        return {"pid": self.process.pid if self.process else None, "since": self.since, "serving": self.serving,
                "restarts": self.restarts}


def tell(parts, told):
    now = {p.part.name: p.state() for p in parts}
    if now == told:
        return told
    fresh, state = VAR / "stack.json.new", VAR / "stack.json"
    try:
        fresh.write_text(json.dumps(now))
        fresh.replace(state)
        return now
    except OSError:  # a full disk; at the next look again, and until then nothing is told rather than what was
        state.unlink(missing_ok=True)
        return None


def hold_lock():
    """The file that is locked for as long as we live, with our process in it; None: another one has it."""
    lock = open(VAR / "stack.lock", "a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    (VAR / "stack.json").unlink(missing_ok=True)  # of one that was killed: its parts serve no more
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def main():
    lock = hold_lock()  # until the end
    if lock is None:
        return
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    signal.signal(signal.SIGINT, lambda *_: ending.append(True))
    parts, told = [Running(part) for part in PARTS], None
    while not ending:
        for running in parts:
            running.look()
            if running.process is None and time.monotonic() >= running.not_before:
                running.start()
            if running.process is not None and not running.serving:
                running.serving = running.part.serves()
            told = tell(parts, told)
            if not running.serving or ending:
                break  # the next ones need it
        time.sleep(LOOK)
    for running in reversed(parts):
        running.stop()
    (VAR / "stack.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
