"""The five people of the design, and a person from a list to READY, to a nudge, to rest: told to the running services."""

import collections
import json
import shutil
import subprocess
import sys
import time
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone

sys.dont_write_bytecode = True
from running_stack import BIN, TOP, RunningStack, new_folder
from flow import environment
from sample import rows_of, shifted
from traffic import write


PROJECTED_SECONDS = 10


class StoriesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.stack = cls.enterClassContext(RunningStack(cls.folder / "stack"))
        cls.files = 0

    def tell(self, kind, path):
        self.stack.send(kind, path)
        self.stack.wait_until_flown()

    def tell_acts(self, *acts):
        """Each: how long ago, and what is in the row besides its id and time."""
        type(self).files += 1
        now = datetime.now(timezone.utc)
        rows = []
        for i, (ago, act) in enumerate(acts):
            row = {"id": f"story-{self.files}-{i}", "source": {"system": "story", "instance": "1", "recordId": f"{self.files}-{i}"},
                   "occurTime": (now - ago).strftime("%Y-%m-%dT%H:%M:%SZ"), **act}
            rows.append(json.dumps(row))
        self.tell("interactions", write(self.folder / f"story_{self.files}.jsonl", rows))

    def ask(self, *question):
        """What the command says, as JSON."""
        asked = self.stack.tend(*question, "--json")
        self.assertEqual(asked.returncode, 0, asked.stdout)
        return json.loads(asked.stdout)

    def becomes(self, question, expected, why=None):
        """What query says within a moment: it projects what all hops have written already."""
        deadline = time.monotonic() + PROJECTED_SECONDS
        while (answer := question()) != expected and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(answer, expected, why)

    def person(self, address):
        return self.ask("show", address)

    def stage(self, address):
        """Empty: nobody is known by it."""
        told = self.stack.tend("show", address, "--json")
        return json.loads(told.stdout)["stage"] if told.returncode == 0 else ""

    def nudges(self, address):
        """All that were ever about them, the newest first."""
        return self.ask("nudges", "--person", address, "--all").get("nudges", [])

    def kinds(self, address):
        return [(nudge["moment"]["kind"], nudge["state"]) for nudge in self.nudges(address)]

    def outcome(self, name):
        [row] = self.ask("list", name, "--rows")["rows"]
        return row["outcome"]

    def test_the_five_people_come_out_right(self):
        now = datetime.now(timezone.utc).replace(microsecond=0)
        self.tell("interactions", write(self.folder / "five.jsonl", shifted(rows_of(TOP / "deploy/sample/five_people.jsonl"), now)))
        self.becomes(lambda: self.stage("ann@birchwood.example"), "STAGE_READY")
        ann = self.person("ann@birchwood.example")
        self.assertAlmostEqual(ann["readiness"], 0.655, delta=0.01)
        self.assertIn(ann["person"]["personId"], [r["person"]["personId"] for r in self.ask("ready")["relationships"]])
        explained = self.ask("explain", "ann@birchwood.example")
        self.assertAlmostEqual(sum(row["contribution"] for row in explained["evidence"]), explained["z"], delta=1e-6)
        self.becomes(lambda: self.kinds("ann@birchwood.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_OPEN")])
        bob = self.person("bob@millstone.example")
        self.assertEqual(bob["stage"], "STAGE_SEED")
        self.assertAlmostEqual(bob["readiness"], 0.254, delta=0.01)
        self.becomes(lambda: self.kinds("bob@millstone.example"), [])

        [nudge] = self.nudges("ann@birchwood.example")
        answered = self.stack.tend("answer", nudge["nudgeId"], "right_time", "--comment", "we talk on Monday")
        self.assertEqual(answered.returncode, 0, answered.stdout)
        self.becomes(lambda: [(n["state"], n["feedback"]) for n in self.nudges("ann@birchwood.example")],
                     [("NUDGE_STATE_ANSWERED", "FEEDBACK_RIGHT_TIME")])

    def test_from_a_list_to_ready_to_rest(self):
        fay = {"role": "PARTY_ROLE_SUBJECT", "identifiers": [{"kind": "IDENTIFIER_KIND_EMAIL", "raw": "fay@maple.example"}]}
        days = lambda n: timedelta(days=n)  # noqa: E731
        with Watch(self.stack) as watch:
            self.tell("list", write(self.folder / "found.csv", ["name,email", "Fay Maple,fay@maple.example"]))
            self.becomes(lambda: self.stage("fay@maple.example"), "STAGE_SEED")
            self.becomes(lambda: self.outcome("found.csv"), "LIST_OUTCOME_SEED")
            self.becomes(lambda: self.kinds("fay@maple.example"), [], "a list makes no task")
            self.tell_acts((days(9), {"parties": [fay], "formSent": {"form": "contact"}}),
                           (days(6), {"parties": [fay], "pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}}),
                           (days(3), {"parties": [fay], "pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}}))
            self.becomes(lambda: self.kinds("fay@maple.example"), [], "what is old opens nothing")
            self.becomes(lambda: self.outcome("found.csv"), "LIST_OUTCOME_KNOWN")
            self.tell_acts((timedelta(minutes=2), {"parties": [fay], "questionAsked": {"topic": "integration"}}))
            self.becomes(lambda: self.stage("fay@maple.example"), "STAGE_READY")
            self.becomes(lambda: self.kinds("fay@maple.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_OPEN")])
            until = (datetime.now(timezone.utc) + days(60)).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.tell_acts((timedelta(minutes=1), {"parties": [fay], "restWished": {"rest": {"untilTime": until, "words": "After the summer"}}}))
            self.becomes(lambda: self.stage("fay@maple.example"), "STAGE_RESTING")
            self.becomes(lambda: self.kinds("fay@maple.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_WITHDRAWN")])
            self.becomes(lambda: self.outcome("found.csv"), "LIST_OUTCOME_LEAVE_ALONE")
            [nudge] = self.nudges("fay@maple.example")
            self.assertEqual(watch.states(nudge["nudgeId"], 2), ["NUDGE_STATE_OPEN", "NUDGE_STATE_WITHDRAWN"])
            self.assertEqual(self.posted("NudgeService/GetNudge", {"nudgeId": nudge["nudgeId"]})["nudge"]["nudgeId"], nudge["nudgeId"])

    def test_a_repeat_is_visible_at_once_though_it_leaves_nothing(self):
        row = {"id": "again", "source": {"system": "story", "instance": "1", "recordId": "again"}, "questionAsked": {"topic": "integration"},
               "occurTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
               "parties": [{"role": "PARTY_ROLE_SUBJECT", "identifiers": [{"kind": "IDENTIFIER_KIND_EMAIL", "raw": "gus@elm.example"}]}]}
        self.tell("interactions", write(self.folder / "again.jsonl", [json.dumps(row)]))
        position = self.posted("IngestService/PublishInteractions", {"interactions": [row]}, "ingest")["position"]
        self.assertIn("relationships", self.posted("RelationshipService/ListRelationships", {"minPosition": position}))

    def posted(self, method, message, service="query"):
        """A method's answer as JSON over HTTP."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.stack.place.http[service]}/tend.v1.{method}",
                                         json.dumps(message).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


class Watch:
    """`tend nudges --watch`, while it lasts."""

    def __init__(self, stack):
        self.process = subprocess.Popen([str(BIN / "tend"), "nudges", "--watch", "--json"], stdout=subprocess.PIPE, text=True, cwd=TOP,
                                        env=environment(stack.place))
        self.seen = collections.defaultdict(list)

    def __enter__(self):
        json.loads(self.process.stdout.readline())  # the first answer: it has begun
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def states(self, nudge_id, count):
        """The states that this many changes of the nudge brought."""
        while len(self.seen[nudge_id]) < count:
            change = json.loads(self.process.stdout.readline()).get("change")
            if change:
                self.seen[change["nudge"]["nudgeId"]].append(change["nudge"]["state"])
        return self.seen[nudge_id]


if __name__ == "__main__":
    unittest.main(verbosity=2)
