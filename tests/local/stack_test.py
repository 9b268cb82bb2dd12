#!/usr/bin/env python3
"""`stack up` and `down` when things are bad: the real scripts and supervisor in a folder of the test's own, over parts that only
listen on their port, or fail as the test says."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# Kafka's and PostgreSQL's scripts. It does what the file beside it says, if there is one.
SERVER = """#!/usr/bin/env python3
import os, signal, socket, sys, time
if sys.argv[1] == "fetch":
    sys.exit(0)
port, bad = int(sys.argv[sys.argv.index("--port") + 1]), os.path.dirname(os.path.abspath(__file__)) + "/bad"
if os.path.exists(bad):
    exec(open(bad).read())
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
print("conninfo host=nowhere", flush=True)
signal.pause()
"""
SECONDS = 30


class StackTest(unittest.TestCase):
    def setUp(self):
        self.top = Path(tempfile.mkdtemp(prefix="tend-stack-"))
        self.var, self.children = self.top / "var", []
        local = self.top / "deploy/local"
        shutil.copytree(TOP / "deploy/local", local, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(TOP / "deploy/config", self.top / "deploy/config")
        parts = local / "stack/parts.py"
        text = parts.read_text()
        self.assertIn("LOCAL = Place()", text)
        sys.path.insert(0, str(TOP / "deploy/local"))
        from machine import free_port
        free = [free_port() for _ in range(14)]
        place = (f"LOCAL = Place(kafka={free[0]}, postgres={free[1]}, rpc=dict(zip(SERVICES, {free[2:7]})), "
                 f"metrics=dict(zip(SERVICES, {free[7:12]})), http=dict(zip(HTTP, {free[12:]})))")
        parts.write_text(text.replace("LOCAL = Place()", place))
        for path in (local / "kafka/kafka", local / "postgres/postgres"):
            self.program(path, SERVER)
        for name in ("enrichment", "scoring", "notification", "query", "ingest"):
            self.program(self.top / f"build/release/bin/tend-{name}", "#!/bin/sh\nexec sleep 1000\n")
        self.program(self.top / "build/release/bin/tend", "#!/bin/sh\n")  # whoever is asked serves

    def tearDown(self):
        for child in self.children:
            child.kill()
            child.communicate()
        self.stack("down")
        self.assertEqual(self.left(), [])
        shutil.rmtree(self.top)

    def program(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def kill(self, command):
        for pid, called in self.left():
            if command.encode() in called:
                os.kill(pid, signal.SIGKILL)

    def part(self, name):
        """What the supervisor tells of it."""
        return json.loads((self.var / "stack.json").read_text())[name]

    def bad(self, part, python):
        (self.top / f"deploy/local/{part}/bad").write_text(python + "\n")

    def mend(self, part):
        (self.top / f"deploy/local/{part}/bad").unlink()

    def begin(self, command):
        child = subprocess.Popen([str(self.top / "deploy/local/stack/stack"), command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
        self.children.append(child)
        return child

    def stack(self, command):
        """(exit status, what it printed, its faults)"""
        done = subprocess.run([str(self.top / "deploy/local/stack/stack"), command], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def left(self):
        """The processes of this folder."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.top) in command:
                found.append((int(pid), command))
        return found

    def supervisor(self):
        return next(pid for pid, command in self.left() if b"supervise.py" in command)

    def wait(self, condition):
        deadline = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_up_twice_and_down(self):
        code, printed, _ = self.stack("up")
        self.assertEqual((code, printed.splitlines()[0]), (0, "  starting, Kafka first: it needs some seconds"))
        before = self.left()
        code, printed, _ = self.stack("up")
        self.assertEqual((code, len(printed.splitlines())), (0, 7))
        self.assertEqual(self.left(), before)
        self.assertEqual(self.stack("down"), (0, "stopping, Kafka last: it needs some seconds\n", ""))
        self.assertEqual(self.left(), [])
        self.assertEqual(self.stack("down"), (0, "", ""))

    def test_a_part_that_does_not_start_says_why_in_one_line(self):
        self.bad("postgres", "sys.exit('postgres: the disk is full (server.log)')")
        code, _, fault = self.stack("up")
        self.assertEqual((code, fault), (1, "stack: postgres does not start: postgres: the disk is full (server.log)\n"))
        self.assertEqual(self.left(), [])
        self.mend("postgres")
        self.assertEqual(self.stack("up")[0], 0)

    def test_a_part_that_starts_at_its_second_try_is_no_fault(self):
        self.bad("kafka", "os.unlink(bad); sys.exit('kafka: another broker uses this folder')")
        self.assertEqual(self.stack("up")[0], 0)

    def test_what_ran_before_is_not_stopped_by_an_up_that_fails(self):
        self.assertEqual(self.stack("up")[0], 0)
        self.bad("postgres", "sys.exit('postgres: no')")
        supervisor = self.supervisor()
        self.kill("postgres\0run")
        self.wait(lambda: '"restarts": 3' in (self.var / "stack.json").read_text())
        code, _, fault = self.stack("up")
        self.assertEqual((code, fault), (1, "stack: postgres does not start: postgres: no\n"))
        self.assertEqual(self.supervisor(), supervisor)
        self.assertIn("postgres is started again and again: postgres: no", self.stack("status")[1])

    def test_a_part_that_has_served_comes_back_whatever_the_ones_before_it_do(self):
        self.assertEqual(self.stack("up")[0], 0)
        self.bad("postgres", "sys.exit('postgres: no')")
        scoring = self.top / "build/release/bin/tend-scoring"
        self.program(scoring, "#!/bin/sh\nexit 1\n")
        self.kill("postgres\0run")
        os.kill(self.part("scoring")["pid"], signal.SIGKILL)
        self.wait(lambda: self.part("scoring")["restarts"] >= 3 and self.part("postgres")["restarts"] >= 3)
        for name in ("query", "ingest"):
            before = self.part(name)
            os.kill(before["pid"], signal.SIGKILL)
            self.wait(lambda: self.part(name)["serving"] and self.part(name)["pid"] != before["pid"])
            self.assertEqual(self.part(name)["restarts"], 1)
        printed = self.stack("status")[1]
        self.assertRegex(printed, r"scoring +(down|starting) ")
        self.assertRegex(printed, r"query +up .* restarts 1 ")
        self.assertIn("scoring is started again and again: ", printed)
        self.assertIn("postgres is started again and again: postgres: no", printed)
        self.assertIn('postgres: "host=nowhere"', (self.var / "config/query.textproto").read_text())

    def test_a_part_that_does_not_answer_holds_up_no_other_one(self):
        self.assertEqual(self.stack("up")[0], 0)
        self.program(self.top / "build/release/bin/tend", '#!/bin/sh\n[ "$1" = health ] || exec sleep 1000\n')
        self.kill("kafka\0run")
        self.wait(lambda: self.part("kafka")["restarts"] == 1 and self.part("kafka")["pid"])
        self.kill("postgres\0run")
        self.wait(lambda: self.part("postgres")["restarts"] == 1 and self.part("postgres")["serving"])
        self.assertFalse(self.part("kafka")["serving"])

    def test_two_at_once_are_one(self):
        ups = [self.begin("up") for _ in range(4)]
        self.assertEqual([up.wait(SECONDS) for up in ups], [0] * 4)
        self.wait(lambda: sum(b"supervise.py" in command for _, command in self.left()) == 1)
        self.assertEqual(self.stack("down")[0], 0)
        self.assertEqual(self.left(), [])

    def test_a_killed_supervisor_is_waited_for(self):
        # It closes its port late, as a broker does.
        self.bad("kafka", "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), sys.exit(0)))")
        self.assertEqual(self.stack("up")[0], 0)
        os.kill(self.supervisor(), signal.SIGKILL)
        code, printed, fault = self.stack("up")
        self.assertEqual((code, fault), (0, ""))
        self.assertIn("waiting for the end of a run that was killed", printed)
        # What the killed one told of its parts is not taken for ours.
        self.assertEqual(sum(b"/run" in command.replace(b"\0", b"/") for _, command in self.left()), 2)

    def test_an_interrupted_up_leaves_nothing(self):
        self.bad("kafka", "print('begun', flush=True); signal.pause()")
        up = self.begin("up")
        log = self.var / "log/kafka.log"
        self.wait(lambda: log.exists() and "begun" in log.read_text())
        up.send_signal(signal.SIGINT)
        self.assertEqual(up.wait(SECONDS), 130)
        self.assertEqual(self.left(), [])

    def test_a_process_that_an_old_lock_names_is_left_alone(self):
        other = subprocess.Popen(["sleep", "1000"])
        self.children.append(other)
        self.var.mkdir()
        (self.var / "stack.lock").write_text(str(other.pid))
        self.assertEqual(self.stack("down"), (0, "", ""))
        self.assertIsNone(other.poll())

    def test_the_supervisor_outlives_what_it_cannot_write(self):
        self.assertEqual(self.stack("up")[0], 0)
        (self.var / "stack.json.new").mkdir()  # as a full disk: the state cannot be written
        supervisor = self.supervisor()
        self.kill("postgres\0run")
        self.wait(lambda: not (self.var / "stack.json").exists())
        self.assertIn("postgres      ?", self.stack("status")[1])
        (self.var / "stack.json.new").rmdir()
        self.assertEqual(self.stack("up")[0], 0)
        self.assertEqual(self.supervisor(), supervisor)

    def test_clean_data_forgets_all_of_it(self):
        self.assertEqual(self.stack("up")[0], 0)
        self.assertEqual(self.stack("clean-data"), (1, "", "stack: it runs: 'make down' first\n"))
        self.assertEqual(self.stack("down")[0], 0)
        for name in ("kafka", "postgres"):
            (self.var / name).mkdir()
        (self.var / "kafka-jars").mkdir()
        self.assertEqual(self.stack("clean-data"), (0, "", ""))
        self.assertEqual(sorted(path.name for path in self.var.iterdir()), ["kafka-jars", "stack.lock"])

    def answers(self, answers):
        """What `tend` says to a question, in shell; the sample has been sent."""
        cases = "".join(f"  {question}) {answer} ;;\n" for question, answer in answers.items())
        self.program(self.top / "build/release/bin/tend", f'#!/bin/sh\ncase "$*" in\n{cases}esac\n')
        (self.var / "sample-sent").touch()

    def test_a_question_that_fails_is_a_fault_of_the_sample(self):
        self.assertEqual(self.stack("up")[0], 0)
        for question in ("nudges --limit 2", "list list.csv", "status"):
            self.answers({'"status --json"': 'echo \'{"flow": {"asOfTime": "2100-01-01T00:00:00Z"}}\'',
                          f'"{question}"': "echo before; echo tend: query does not answer >&2; exit 1"})
            self.assertEqual(self.stack("sample")[::2], (1, f"stack: 'tend {question}' failed: tend: query does not answer\n"))

    def test_the_sample_tells_a_flow_that_was_looked_at_since(self):
        self.assertEqual(self.stack("up")[0], 0)
        look = self.top / "look"
        look.write_text('{"flow": {"asOfTime": "2001-01-01T00:00:00Z"}}')
        self.answers({'"status --json"': f"cat {look}", "status": f"grep -o 2[01]0 {look}"})
        sample = self.begin("sample")
        for line in sample.stdout:
            if line.startswith("waiting for query's next look"):
                look.write_text('{"flow": {"asOfTime": "2100-01-01T00:00:00Z"}}')
                break
        printed = sample.stdout.read()
        self.assertEqual(sample.wait(SECONDS), 0)
        self.assertIn("\n210\n", printed)

    @unittest.skipIf(os.geteuid() != 0, "only root can give files away")
    def test_another_users_folder_is_not_mixed_with_ours(self):
        self.var.mkdir()
        os.chown(self.var, 65534, 65534)
        code, _, fault = self.stack("up")
        self.assertEqual((code, fault), (1, "stack: var belongs to nobody: run this as nobody, or remove it to begin anew\n"))
        self.assertEqual(self.stack("clean-data")[0], 1)


if __name__ == "__main__":
    unittest.main()
