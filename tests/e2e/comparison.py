"""The servers' outcome against the trial's, of the same files: what a suite of tests inherits."""

from outcome import is_near_a_threshold

TOPICS = ("tend.person-events.v1", "tend.relationships.v1", "tend.nudges.v1")


class CountedAsByTheTrial:
    """What no order of arrival changes (design.md, law 4).

    Of a unittest.TestCase with two Outcomes: `actual`, the servers', and `expected`, the trial's.
    """

    def test_the_comparison_is_about_something(self):
        self.assertGreater(len(self.expected.people), 100)
        self.assertGreaterEqual(len(self.expected.stages()), 3)

    def test_everybody_is_there_once(self):
        self.assertEqual(set(self.actual.people) ^ set(self.expected.people), set())

    def test_every_touch_counts_once(self):
        self.assertEqual([sorted(who) for who in self.expected.people
                          if self.actual.people[who].touches != self.expected.people[who].touches], [])

    def test_no_nudge_is_opened_twice(self):
        self.assertEqual(self.actual.opened_twice, [])


class ComparedWithTheTrial(CountedAsByTheTrial):
    """All of it, where the order of a person's rows is kept or does not matter."""

    def test_there_are_nudges_to_compare(self):
        self.assertGreaterEqual(len(self.expected.nudges), 50)

    def test_everybody_stands_where_the_trial_says(self):
        differ = {who for who in self.expected.people if self.actual.people[who].stage != self.expected.people[who].stage}
        near = {who for who in differ if is_near_a_threshold(self.expected.people[who].readiness)}
        for who in near:
            print(f"near a threshold: {sorted(who)}: {self.actual.people[who]}, the trial: {self.expected.people[who]}", flush=True)
        self.assertEqual([(sorted(who), self.actual.people[who], self.expected.people[who]) for who in differ - near], [])
        self.assertLess(len(near), 0.005 * len(self.expected.people))

    def test_every_answer_counts_once(self):
        """But where an answer crossed the parts of a person who was two at first: which ones they were is chance of order."""
        differ = {who for who in self.expected.people if self.actual.people[who].answers != self.expected.people[who].answers}
        whole = {who for who in differ if self.actual.people[who].parts == self.expected.people[who].parts == 1}
        self.assertEqual([(sorted(who), self.actual.people[who], self.expected.people[who]) for who in whole], [])
        self.assertLess(len(differ), 0.005 * len(self.expected.people))

    def test_every_nudge_is_there_once(self):
        """But few that a tie cools: its peak is the highest of the moments at which a row came in, so chance of order as well."""
        differ = self.actual.nudges ^ self.expected.nudges
        self.assertEqual({nudge for nudge in differ if nudge.kind != "MOMENT_KIND_COOLING"}, set())
        self.assertLess(len(differ), 0.02 * len(self.expected.nudges))
