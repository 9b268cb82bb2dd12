"""What came out of a pipeline, the real one or the trial's, from the records of its topics: in words that both share.

Ids are of no use for that (they are made by chance of order); people are known by their identifiers.
"""

import re
from collections import Counter, namedtuple
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
NEAR = 1e-3  # from a threshold of readiness: the clock of two runs is not the same

Person = namedtuple("Person", "stage readiness touches answers parts")
Nudge = namedtuple("Nudge", "person owner kind cause")


class Outcome:
    def __init__(self, records):
        """records: as `tend topics read` prints them, of person-events, relationships and nudges."""
        states, identifiers, opened, last = {}, {}, [], {}
        for record in records:
            if "type" not in record:
                continue  # what is no message of ours
            value = record["value"]
            if record["type"] == "tend.v1.PersonEvent":
                note_identifiers(value, identifiers)
            elif record["type"] == "tend.v1.Relationship":
                states[record["key"]] = value
            elif record["type"] == "tend.v1.NudgeChanged":
                nudge = value["nudge"]
                last[nudge["nudgeId"]] = nudge
                if "fromState" not in value:
                    opened.append(nudge["nudgeId"])
        known = {}  # person id -> all identifiers of whom they are now
        for person, of_person in identifiers.items():
            known.setdefault(survivor(person, states), set()).update(of_person)
        self.people = {frozenset(known.get(person, ())): read(state) for person, state in states.items() if is_somebody(state)}
        # Withdrawn ones are not compared: what comes later in an import may make moot what its beginning opened.
        self.nudges = {Nudge(frozenset(known.get(survivor(n["moment"]["personId"], states), ())), n["ownerId"], n["moment"]["kind"],
                             n["moment"].get("causeInteractionId") or n["moment"].get("causeHash"))
                       for n in last.values() if n["state"] != "NUDGE_STATE_WITHDRAWN"}
        self.opened_twice = [nudge for nudge, times in Counter(opened).items() if times > 1]

    def stages(self):
        return {person.stage for person in self.people.values()}


def note_identifiers(event, identifiers):
    for party in event.get("interaction", {}).get("parties", ()):
        if party.get("personId") == event["personId"]:
            of_person = identifiers.setdefault(event["personId"], set())
            of_person.update(i["normalized"] for i in party.get("identifiers", ()) if i.get("normalized"))


def survivor(person, states):
    while states.get(person) and states[person].get("mergedIntoPersonId"):
        person = states[person]["mergedIntoPersonId"]
    return person


def is_somebody(state):
    return state is not None and not state.get("erased") and not state.get("mergedIntoPersonId")


def read(state):
    parts = state.get("parts", ())
    return Person(state.get("stage"), state.get("readiness", 0.0), sum(int(p.get("touches", 0)) for p in parts),
                  sum(int(p.get("answers", 0)) for p in parts), len(parts))


def thresholds():
    """Of organization readiness, in the shipped policy."""
    text = (TOP / "deploy/policy.textproto").read_text()
    return [float(number) for number in re.findall(r"(?:ready_enter|ready_leave|growing): ([\d.]+)", text)]


def is_near_a_threshold(readiness):
    return any(abs(readiness - threshold) < NEAR for threshold in thresholds())
