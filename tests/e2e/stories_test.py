"""The five people of the design, and a person from a list to READY, to a nudge, to rest: told to the running services."""

import json
import shutil
import sys
import unittest
from datetime import datetime, timedelta, timezone

sys.dont_write_bytecode = True
from outcome import note_identifiers, survivor
from running_stack import TOP, RunningStack, new_folder
from sample import rows_of, shifted
from traffic import write


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

    def person(self, address):
        """Their relationship's state."""
        identifiers, states = {}, {}
        for record in self.stack.records("tend.person-events.v1"):
            note_identifiers(record["value"], identifiers)
        for record in self.stack.records("tend.relationships.v1"):
            if record["type"] == "tend.v1.Relationship":
                states[record["key"]] = record["value"]
        person = next(p for p, known in identifiers.items() if address in known)
        return states[survivor(person, states)]

    def nudges(self, address):
        """Kind and state of each that is about them, as it is now."""
        person, last = self.person(address)["personId"], {}
        for record in self.stack.records("tend.nudges.v1"):
            nudge = record["value"]["nudge"]
            if nudge["moment"]["personId"] == person:
                last[nudge["nudgeId"]] = (nudge["moment"]["kind"], nudge["state"])
        return sorted(last.values())

    def test_the_five_people_come_out_right(self):
        now = datetime.now(timezone.utc).replace(microsecond=0)
        self.tell("interactions", write(self.folder / "five.jsonl", shifted(rows_of(TOP / "deploy/sample/five_people.jsonl"), now)))
        ann = self.person("ann@birchwood.example")
        self.assertEqual(ann["stage"], "STAGE_READY")
        self.assertAlmostEqual(ann["readiness"], 0.655, delta=0.01)
        self.assertEqual(self.nudges("ann@birchwood.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_OPEN")])
        bob = self.person("bob@millstone.example")
        self.assertEqual(bob["stage"], "STAGE_SEED")
        self.assertAlmostEqual(bob["readiness"], 0.254, delta=0.01)

    def test_from_a_list_to_ready_to_rest(self):
        fay = {"role": "PARTY_ROLE_SUBJECT", "identifiers": [{"kind": "IDENTIFIER_KIND_EMAIL", "raw": "fay@maple.example"}]}
        days = lambda n: timedelta(days=n)  # noqa: E731
        self.tell("list", write(self.folder / "found.csv", ["name,email", "Fay Maple,fay@maple.example"]))
        self.assertEqual(self.person("fay@maple.example")["stage"], "STAGE_SEED")
        self.assertEqual(self.nudges("fay@maple.example"), [], "a list makes no task")
        self.tell_acts((days(9), {"parties": [fay], "formSent": {"form": "contact"}}),
                       (days(6), {"parties": [fay], "pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}}),
                       (days(3), {"parties": [fay], "pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}}))
        self.assertEqual(self.nudges("fay@maple.example"), [], "what is old opens nothing")
        self.tell_acts((timedelta(minutes=2), {"parties": [fay], "questionAsked": {"topic": "integration"}}))
        self.assertEqual(self.person("fay@maple.example")["stage"], "STAGE_READY")
        self.assertEqual(self.nudges("fay@maple.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_OPEN")])
        until = (datetime.now(timezone.utc) + days(60)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.tell_acts((timedelta(minutes=1), {"parties": [fay], "restWished": {"rest": {"untilTime": until, "words": "After the summer"}}}))
        self.assertEqual(self.person("fay@maple.example")["stage"], "STAGE_RESTING")
        self.assertEqual(self.nudges("fay@maple.example"), [("MOMENT_KIND_BECAME_READY", "NUDGE_STATE_WITHDRAWN")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
