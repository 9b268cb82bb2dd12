"""The supervisor behind `stack up`: starts the parts in order, starts again what ends, tells how it stands.

A part starts once the ones before it serve. From when it has served it is started again whatever the others do.

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
        self.part, self.process, self.since = part, None, None
        self.serving, self.has_served = False, False
        self.asked = None  # a question whether it serves that is not answered yet
        self.restarts, self.wait, self.not_before = 0, FIRST_WAIT, 0.0

    def start(self):
        self.since, self.serving = time.time(), False
        try:
            self.process = self.part.start(start_new_session=True, preexec_fn=end_with_parent())
        except OSError as error:
            self.plan(f"cannot be started ({error})")

    def look(self, ready_for_it):
        """Notices an end and plans the next start; starts it when it is time; notices that it serves."""
        if self.process is not None and self.process.poll() is not None:
            self.end()
        if self.process is None and (ready_for_it or self.has_served) and time.monotonic() >= self.not_before:
            self.start()
        if self.process is not None and not self.serving:
            self.ask()
        self.has_served = self.has_served or self.serving

    def end(self):
        if time.time() - self.since > QUIET:
            self.wait = FIRST_WAIT
        self.plan(f"ended with {self.process.returncode}")

    def ask(self):
        """Waits for no answer: the other parts are to be looked at meanwhile."""
        try:
            if not self.part.ready:
                self.serving = self.part.serves()
            elif self.asked is None:
                self.asked = self.part.ask(preexec_fn=end_with_parent())
            elif self.asked.poll() is not None:
                self.serving, self.asked = self.asked.returncode == 0, None
        except OSError:  # the command is just being built anew: asked again at the next look
            pass

    def forget_question(self):
        if self.asked is not None:
            self.asked.kill()
            self.asked.wait()
            self.asked = None

    def plan(self, how):
        say(f"{self.part.name} {how}; again in {self.wait:.1f} s")
        self.not_before = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, LAST_WAIT)
        self.process, self.serving = None, False
        self.forget_question()
        self.restarts += 1

    def stop(self):
        self.forget_question()
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
            running.look(all(earlier.serving for earlier in parts[:parts.index(running)]))
            told = tell(parts, told)
            if ending:
                break
        time.sleep(LOOK)
    for running in reversed(parts):
        running.stop()
    (VAR / "stack.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
