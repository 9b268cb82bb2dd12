"""The sample through the public doors, as if it had happened until just now, and what came of it."""

import collections
import fcntl
import gzip
import json
import re
import time
from datetime import datetime, timedelta, timezone

from flow import NotFlown, looked_at, records, tend, wait_until_flown
from parts import LOCAL, TOP  # before machine: it says where that is
from machine import Fault

SAMPLE = TOP / "deploy/sample"
VAR = LOCAL.home
LOOK_SECONDS = 20  # query looks every ten
STAMP = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z"')


def rows_of(path):
    with (gzip.open(path, "rt") if path.suffix == ".gz" else open(path)) as file:
        return file.read().splitlines()


def parse(stamp):
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)


def occurred(row):
    found = re.search(r'"occurTime":' + STAMP.pattern, row)
    return parse(found[1]) if found else None


def shifted(rows, now):
    """The rows with all their times moved so that the last thing that happened was a minute ago."""
    by = now - timedelta(minutes=1) - max(filter(None, map(occurred, rows)))
    return [STAMP.sub(lambda m: f'"{(parse(m[1]) + by).strftime("%Y-%m-%dT%H:%M:%S")}Z"', row) for row in rows]


def send():
    """Sends owners, list and history by import, then the last day live. Once; later calls do nothing."""
    with open(VAR / "sample.lock", "w") as lock:  # of two at once, the second one waits for the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        sent = VAR / "sample-sent"
        if not sent.exists():
            send_all()
            sent.touch()


def send_all():
    def is_live(row):  # a broken one that has no time is not
        return (when := occurred(row)) is not None and when > now - timedelta(hours=24)

    now = datetime.now(timezone.utc).replace(microsecond=0)
    rows = [row for name in ("interactions.jsonl.gz", "five_people.jsonl") for row in shifted(rows_of(SAMPLE / name), now)]
    folder = VAR / "sample"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.jsonl").write_text("\n".join(row for row in rows if not is_live(row)) + "\n")
    (folder / "last_day.jsonl").write_text("\n".join(row for row in rows if is_live(row)) + "\n")
    for command, path in ((("import", "owners"), SAMPLE / "roster.textproto"), (("import", "list"), SAMPLE / "list.csv"),
                          (("import", "interactions"), folder / "history.jsonl"), (("publish",), folder / "last_day.jsonl")):
        done = tend(LOCAL, *command, str(path))
        print(f"  {path.name:<18}{done.stdout.strip()}", flush=True)
        if done.returncode not in (0, 2):  # 2: rows were rejected; the sample's are broken on purpose
            raise Fault("the sample could not be sent; 'make logs' shows why")
        try:
            wait_until_flown(LOCAL)
        except NotFlown as late:
            raise Fault(f"{late}: see 'make status' and 'make logs'") from None


def answer(*question):
    """What the command said."""
    done = tend(LOCAL, *question)
    said = done.stdout.rstrip()
    if done.returncode != 0:
        raise Fault(f"'tend {' '.join(question)}' failed: {said.splitlines()[-1] if said else 'it said nothing'}")
    return said


def wait_until_looked():
    """Until query has looked at the flow since all serves and has flown: what it saw before tells of records on their way."""
    since = max((VAR / name).stat().st_mtime for name in ("stack.json", "sample-sent"))
    deadline, told = time.monotonic() + LOOK_SECONDS, False
    while looked_at(LOCAL) <= since and time.monotonic() < deadline:
        if not told:
            print("\nwaiting for query's next look at the flow (it looks every 10 s)", flush=True)
            told = True
        time.sleep(0.5)


def tell():
    """What is there now: counted on the topics, told by query."""
    people = {r["key"]: r["value"] for r in records(LOCAL, "tend.relationships.v1") if r["type"] == "tend.v1.Relationship"}
    stages = collections.Counter(p.get("stage", "STAGE_UNSPECIFIED").removeprefix("STAGE_").lower() for p in people.values()
                                 if p and not p.get("erased") and not p.get("mergedIntoPersonId"))
    nudges = {}
    for record in records(LOCAL, "tend.nudges.v1"):
        nudges[record["value"]["nudge"]["nudgeId"]] = record["value"]["nudge"]
    kinds = collections.Counter((n["moment"]["kind"].removeprefix("MOMENT_KIND_").lower().replace("_", " "),
                                 n["state"].removeprefix("NUDGE_STATE_").lower()) for n in nudges.values())
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    waiting = sum(n["state"] == "NUDGE_STATE_OPEN" and n["deliverNotBeforeTime"] > now for n in nudges.values())
    rejects = collections.Counter(r["value"]["reason"].removeprefix("REJECT_REASON_").lower().replace("_", " ")
                                  for r in records(LOCAL, "tend.rejects.v1"))
    accounts = {p["accountId"] for p in people.values() if p and p.get("accountId")}
    print(f"\nPeople: {sum(stages.values())}, at {len(accounts)} accounts")
    for stage in ("seed", "sprouting", "growing", "ready", "conversing", "resting", "fallow"):
        if stages[stage]:
            print(f"  {stage:<14}{stages[stage]:>6}")
    print(f"Nudges: {len(nudges)}, of which {waiting} wait for their owner's hours")
    for (kind, state), count in sorted(kinds.items()):
        print(f"  {kind:<18}{state:<12}{count:>4}")
    print("For example:\n" + answer("nudges", "--limit", "2"))
    print(answer("list", "list.csv"))
    print(f"Rejects: {sum(rejects.values())}")
    for reason, count in sorted(rejects.items()):
        print(f"  {reason:<18}{count:>4}")
    wait_until_looked()
    print("\n" + answer("status"))
    print("\nMade-up data: these figures say nothing about real people.")
    print("\nNext, with build/release/bin in the PATH: tend ready; tend explain ann@birchwood.example; tend nudges --watch;"
          "\n  tend status; make logs; make down")
