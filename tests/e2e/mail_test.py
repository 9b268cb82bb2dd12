"""Real mail through the running stack: everybody, every touch, every stage and every nudge for outreach are the trial's. Answers
nearly are: an import goes through four partitions, read side by side, and with dozens of mails a tie some answer comes later than
the ring of 8 touches it belongs to. So is what speaks of care: which touch was one too many, or how high a tie's peak was, follows
from what had come in by then. Skipped where the log is not there: it is not ours to ship.
"""

import gzip
import re
import shutil
import sys
import time
import unittest

sys.dont_write_bytecode = True
from comparison import TOPICS, ComparedWithTheTrial, CountedAsByTheTrial
from outcome import Outcome
from running_stack import TOP, RunningStack, new_folder
from traffic import records_of_trial

MAIL = TOP.parent / "shared/data/email_eu/events.csv.gz"
ROSTER = TOP / "deploy/sample/roster.textproto"
CARE = ("MOMENT_KIND_OVER_CONTACTED", "MOMENT_KIND_COOLING")


def seconds_of(log):
    """From its first row (seq,ts,from,to) to its last."""
    with gzip.open(log, "rt") as file:
        times = [int(row.split(",")[1]) for row in file.read().splitlines()[1:]]
    return times[-1] - times[0]


@unittest.skipUnless(MAIL.exists(), f"{MAIL.relative_to(TOP.parent)} is not beside this tree")
class MailTest(CountedAsByTheTrial, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        mapping = cls.folder / "mail_until_now.textproto"
        shipped = (TOP / "deploy/mappings/email_eu_colleagues.textproto").read_text()
        began = int(time.time()) - 60 - seconds_of(MAIL)
        mapping.write_text(re.sub(r"shift_to \{ seconds: \d+ \}", f"shift_to {{ seconds: {began} }}", shipped))
        cls.stack = cls.enterClassContext(RunningStack(cls.folder / "stack", ROSTER))
        cls.expected = Outcome(records_of_trial([MAIL], ROSTER, cls.folder, "--map", str(mapping)))
        began = time.monotonic()
        done = cls.stack.tend("import", "interactions", str(MAIL), "--map", str(mapping))
        accepted = time.monotonic() - began
        cls.stack.wait_until_flown()
        print(f"{done.stdout.strip()}\naccepted in {accepted:.1f} s, flown through after {time.monotonic() - began:.1f} s", flush=True)
        cls.actual = Outcome(record for topic in TOPICS for record in cls.stack.records(topic))

    test_everybody_stands_where_the_trial_says = ComparedWithTheTrial.test_everybody_stands_where_the_trial_says

    def test_answers_are_nearly_those_of_the_trial(self):
        def answers(outcome):
            return sum(person.answers for person in outcome.people.values())

        self.assertLess(abs(answers(self.actual) - answers(self.expected)), 0.01 * answers(self.expected))

    def test_every_nudge_is_the_trials_but_some_of_care(self):
        differ = self.actual.nudges ^ self.expected.nudges
        self.assertEqual({nudge for nudge in differ if nudge.kind not in CARE}, set())
        self.assertLess(len(differ), len(self.expected.nudges) / 3)  # 7 of 39 in the run that was looked at
        self.assertGreater(len({nudge for nudge in self.expected.nudges if nudge.kind not in CARE}), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
