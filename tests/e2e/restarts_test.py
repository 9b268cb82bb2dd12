"""Every service is stopped and killed while traffic flows: nothing is lost, nothing is there twice.

Compared with what `tend trial --as-import` makes of the same files.
"""

import shutil
import sys
import unittest

sys.dont_write_bytecode = True
from comparison import TOPICS, ComparedWithTheTrial
from outcome import Outcome
from running_stack import STOP_SECONDS, RunningStack, new_folder, while_sending
from traffic import Traffic, tend_trial

HIT = ("enrichment", "scoring", "notification", "ingest", "query")


class RestartsTest(ComparedWithTheTrial, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.traffic = Traffic(cls.folder)
        cls.expected = Outcome(tend_trial(cls.traffic, cls.folder))
        cls.stack = cls.enterClassContext(RunningStack(cls.folder / "stack", cls.traffic.roster))
        cls.stops = {}
        stack, traffic = cls.stack, cls.traffic
        stack.send("list", traffic.list)
        stack.wait_until_flown()
        while_sending(stack, "interactions", traffic.history[0], *(lambda n=name: cls.restart(n) for name in HIT))
        for i, name in enumerate(HIT[:3]):
            while_sending(stack, "interactions", traffic.history[1 + i], *(lambda n=name: stack.kill(n) for _ in range(2)),
                          lambda: stack.kill("ingest"))
        for i, path in enumerate(traffic.fresh):
            while_sending(stack, "live", path, lambda: stack.kill("ingest"), lambda n=HIT[i % len(HIT)]: stack.kill(n))
        cls.actual = Outcome(record for topic in TOPICS for record in stack.records(topic))

    @classmethod
    def restart(cls, name):
        cls.stops[name] = cls.stack.restart(name)

    def test_no_service_ended_by_itself(self):
        self.assertEqual(self.stack.ended(), [])

    def test_a_service_under_load_stops_in_time(self):
        self.assertEqual([name for name, took in self.stops.items() if took > STOP_SECONDS], [], self.stops)


if __name__ == "__main__":
    unittest.main(verbosity=2)
