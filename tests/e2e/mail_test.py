"""Real mail through the running stack: everybody and every touch is counted as by the trial.

Answers and stages are not: an import goes through four partitions, which are read years apart from each other, and with dozens of
mails a tie an answer comes later than the ring of 8 touches it belongs to. Skipped where the log is not there: it is not ours.
"""

import re
import shutil
import sys
import time
import unittest

sys.dont_write_bytecode = True
from comparison import TOPICS, CountedAsByTheTrial
from outcome import Outcome
from running_stack import TOP, RunningStack, new_folder
from traffic import records_of_trial

MAIL = TOP.parent / "shared/data/email_eu/events.csv.gz"
ROSTER = TOP / "deploy/sample/roster.textproto"


@unittest.skipUnless(MAIL.exists(), f"{MAIL.relative_to(TOP.parent)} is not beside this tree")
class MailTest(CountedAsByTheTrial, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        mapping = cls.folder / "mail_until_now.textproto"
        shipped = (TOP / "deploy/mappings/email_eu_colleagues.textproto").read_text()
        mapping.write_text(re.sub(r"shift_to \{ seconds: \d+ \}", f"shift_to {{ seconds: {int(time.time()) - 60} }}", shipped))
        cls.stack = cls.enterClassContext(RunningStack(cls.folder / "stack", ROSTER))
        cls.expected = Outcome(records_of_trial([MAIL], ROSTER, cls.folder, "--map", str(mapping)))
        began = time.monotonic()
        done = cls.stack.tend("import", "interactions", str(MAIL), "--map", str(mapping))
        accepted = time.monotonic() - began
        cls.stack.wait_until_flown()
        print(f"{done.stdout.strip()}\naccepted in {accepted:.1f} s, flown through after {time.monotonic() - began:.1f} s", flush=True)
        cls.actual = Outcome(record for topic in TOPICS for record in cls.stack.records(topic))


if __name__ == "__main__":
    unittest.main(verbosity=2)
