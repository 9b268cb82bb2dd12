"""Kafka and PostgreSQL go away for 20 s, PostgreSQL hangs, poison comes in on every topic, a second scoring instance comes and goes: the
services wait, say so and go on by themselves, or stop in time when told to, and the outcome is the trial's.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
from comparison import TOPICS, ComparedWithTheTrial
from outcome import Outcome
from running_stack import BIN, LOOK, STOP_SECONDS, RunningStack, new_folder, while_sending
from traffic import Traffic, tend_trial

AWAY_SECONDS = 20.0
FIRST_TOLD_SECONDS = 3.5  # 3 s of a question for earlier imports that was under way; else 1 s, until it is known
TOLD_SECONDS = 0.5  # without asking
ASKED_SECONDS = 7.0  # 1 s for a connection, 5 s for what it does not answer
SERVICES = ("enrichment", "scoring", "notification", "ingest", "query")
NEED_POSTGRES = ("enrichment", "query")
FLOW = ("ingest", "enrichment", "scoring", "notification")
# Who reads what flows: each of them rejects what is no message of ours.
READERS = {"tend.inbox.v1": ["ingest"], "tend.interactions.v1": ["enrichment"], "tend.person-events.v1": ["query", "scoring"],
           "tend.moments.v1": ["notification"], "tend.owner-events.v1": ["notification"], "tend.nudges.v1": ["query"],
           "tend.rejects.v1": ["query"]}
QUERY_READS = [topic for topic, services in READERS.items() if "query" in services]
# Where a service keeps its state: nobody else writes there, and nobody can tell what was overwritten.
STATE = {"tend.enrichment-state.v1": "enrichment", "tend.relationships.v1": "scoring", "tend.inboxes.v1": "notification"}
IMPORTS = "tend.ingest-state.v1"


class OutagesTest(ComparedWithTheTrial, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.traffic = Traffic(cls.folder, seed=11)
        cls.expected = Outcome(tend_trial(cls.traffic, cls.folder))
        cls.stack = cls.enterClassContext(RunningStack(cls.folder / "stack", cls.traffic.roster, more=[("scoring", 2)], inbox=True))
        cls.seen = {}
        stack, traffic = cls.stack, cls.traffic
        stack.stop("scoring-2")
        stack.send("list", traffic.list)
        while_sending(stack, "interactions", traffic.history[0], cls.kafka_away)
        while_sending(stack, "interactions", traffic.history[1], cls.stopped_without_kafka, cls.postgres_away)
        cls.postgres_hangs()
        while_sending(stack, "interactions", traffic.history[2], lambda: stack.start("scoring-2"), lambda: stack.stop("scoring"),
                      lambda: stack.start("scoring"))
        while_sending(stack, "interactions", traffic.history[3], cls.poison, lambda: stack.kill("scoring-2"),
                      lambda: stack.stop("scoring-2"))
        for path in traffic.fresh:
            while_sending(stack, "interactions", path)
        cls.actual = Outcome(record for topic in TOPICS for record in stack.records(topic))
        cls.ended, cls.down = stack.ended(), [name for name in SERVICES if not stack.serves(name)]
        cls.poison_state()

    @classmethod
    def kafka_away(cls):
        cls.stack.stop("kafka")
        began = time.monotonic()
        cls.seen["without Kafka"] = [cls.timed_import() for _ in range(3)]
        time.sleep(max(0.0, began + AWAY_SECONDS - time.monotonic()))
        cls.seen["serving without Kafka"] = [name for name in FLOW if cls.stack.serves(name)]
        cls.stack.start("kafka")

    @classmethod
    def timed_import(cls):
        began = time.monotonic()
        done = cls.stack.tend("import", "interactions", str(cls.traffic.fresh[-1]))
        return done.returncode, done.stdout, time.monotonic() - began

    @classmethod
    def stopped_without_kafka(cls):
        cls.stack.stop("kafka")
        cls.timed_import()  # until it is told, all have seen that nothing answers
        cls.stops = {name: cls.stack.stop(name) for name in SERVICES}
        cls.stack.start("kafka")
        for name in SERVICES:
            cls.stack.start(name)

    @classmethod
    def postgres_away(cls):
        cls.stack.stop("postgres")
        time.sleep(AWAY_SECONDS)
        cls.seen["without PostgreSQL"] = cls.stack.serves("enrichment")
        cls.stack.start("postgres")

    @classmethod
    def postgres_hangs(cls):
        """With nothing to do but to answer questions: all of its processes stand still."""
        cls.stack.tend("nudges")  # over a connection that is open then
        cls.stack.signal("postgres", signal.SIGSTOP)
        began = time.monotonic()
        done = cls.stack.tend("nudges")
        cls.seen["asked of a hanging PostgreSQL"] = done.returncode, done.stdout, time.monotonic() - began
        time.sleep(max(0.0, began + AWAY_SECONDS - time.monotonic()))
        cls.seen["serving while PostgreSQL hangs"] = [name for name in NEED_POSTGRES if cls.stack.serves(name)]
        cls.stack.signal("postgres", signal.SIGCONT)
        deadline = time.monotonic() + AWAY_SECONDS
        while not all(cls.stack.serves(name) for name in NEED_POSTGRES) and time.monotonic() < deadline:
            time.sleep(LOOK)
        cls.seen["not back after PostgreSQL hung"] = [name for name in NEED_POSTGRES if not cls.stack.serves(name)]

    @classmethod
    def poison(cls):
        cls.write_poison(READERS)

    @classmethod
    def write_poison(cls, topics):
        subprocess.run([str(BIN / "e2e_poison"), cls.stack.place.bootstrap, *topics], check=True)

    @classmethod
    def poison_state(cls):
        """The last of all: whoever restarts behind it stops and looks."""
        cls.write_poison([*STATE, IMPORTS])
        cls.stack.wait_until_flown()
        cls.seen["ended by poisoned state"] = cls.stack.ended()
        cls.seen["import"] = cls.stack.tend("import", "interactions", str(cls.traffic.fresh[-1]))
        for name in STATE.values():
            cls.stack.stop(name)
            cls.stack.start(name, wait=False)
        deadline = time.monotonic() + AWAY_SECONDS
        while len(cls.stack.ended()) < len(STATE) and time.monotonic() < deadline:
            time.sleep(LOOK)

    def test_no_service_ended_by_itself(self):
        self.assertEqual(self.ended, [])

    def test_a_service_stops_in_time_without_kafka(self):
        self.assertEqual([name for name in SERVICES if self.stops[name] > STOP_SECONDS], [], self.stops)

    def test_ingest_says_soon_that_it_cannot_keep_anything(self):
        for (code, said, seconds), limit in zip(self.seen["without Kafka"], [FIRST_TOLD_SECONDS, TOLD_SECONDS, TOLD_SECONDS]):
            self.assertEqual(code, 1, said)
            self.assertLess(seconds, limit, said)

    def test_who_needs_kafka_says_that_it_does_not_serve_without(self):
        self.assertEqual(self.seen["serving without Kafka"], [])

    def test_enrichment_says_that_it_does_not_serve_without_postgresql(self):
        self.assertFalse(self.seen["without PostgreSQL"])

    def test_a_question_to_a_hanging_postgresql_ends_soon_and_says_so(self):
        code, said, seconds = self.seen["asked of a hanging PostgreSQL"]
        self.assertEqual(code, 1, said)
        self.assertIn("PostgreSQL has not answered", said)
        self.assertLess(seconds, ASKED_SECONDS, said)

    def test_who_needs_postgresql_says_that_it_does_not_serve_while_it_hangs_and_goes_on_by_itself(self):
        self.assertEqual(self.seen["serving while PostgreSQL hangs"], [])
        self.assertEqual(self.seen["not back after PostgreSQL hung"], [])

    def test_all_serve_again(self):
        self.assertEqual(self.down, [])

    def test_each_poison_record_is_a_reject_with_its_bytes(self):
        seen = {}
        for record in self.stack.records("tend.rejects.v1"):
            reject = record.get("value", {})
            if "record" in reject and reject.get("value", "").startswith("//8"):  # base64 of ff ff
                seen.setdefault((reject["record"]["topic"], reject["service"]), []).append(reject["record"].get("partition", 0))
        expected = {(topic, service) for topic, services in READERS.items() for service in services}
        expected.add(("tend.relationships.v1", "query"))
        self.assertEqual({place: sorted(partitions) for place, partitions in seen.items()},
                         {place: [0, 1, 2, 3] for place in expected})

    def test_query_lists_the_rejects_of_all(self):
        listed = json.loads(self.stack.tend("rejects", "list", "--service", "query", "--limit", "1000", "--json").stdout)["rejects"]
        places = sorted((entry["reject"]["record"]["topic"], entry["reject"]["record"]["partition"]) for entry in listed)
        self.assertEqual(places, sorted((topic, partition) for topic in (*QUERY_READS, "tend.relationships.v1") for partition in range(4)))

    def test_poisoned_state_stops_nobody_who_runs_and_is_told_by_whoever_starts(self):
        self.assertEqual(self.seen["ended by poisoned state"], [])
        self.assertEqual(sorted(self.stack.ended()), sorted(STATE.values()))
        for topic, name in STATE.items():
            self.assertRegex(self.stack.log(name), rf"DATA_LOSS.*restoring {topic}/[0-3]@[0-9]+")

    def test_an_import_tells_where_its_memory_is_poisoned(self):
        self.assertNotEqual(self.seen["import"].returncode, 0)
        self.assertIn(f"{IMPORTS}/0@", self.seen["import"].stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
