"""Made-up traffic that ends now, as files for both the servers and the trial."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/local/stack"))
from parts import BIN
from sample import occurred, rows_of, shifted

PERSON = re.compile(r'^{"id":"([^"-]+)-')
DAY = timedelta(hours=24)
EDGE = timedelta(minutes=30)  # longer than a test: what is fresh for one run must be so for the other


class Traffic:
    """list: the list. history: files of what is older than a day. fresh: files of the last day's."""

    def __init__(self, folder, people=8000, owners=40, months=2, seed=7, slices=4):
        made = folder / "made"
        subprocess.run([str(BIN / "tend"), "sample", "--people", str(people), "--owners", str(owners), "--months", str(months),
                        "--seed", str(seed), "--out", str(made)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        now = datetime.now(timezone.utc).replace(microsecond=0)
        rows = shifted(rows_of(made / "interactions.jsonl"), now)
        times = [occurred(row) or now for row in rows]
        old = [row for row, time in zip(rows, times) if time < now - DAY - EDGE]
        fresh = [row for row, time in zip(rows, times) if time > now - DAY + EDGE]
        size = -(-len(old) // slices)
        self.list, self.roster = made / "list.csv", made / "roster.textproto"
        self.history = [write(folder / f"history_{i}.jsonl", old[i * size:(i + 1) * size]) for i in range(slices)]
        # Slice by slice, since the order of acts that come by different ways is nobody's promise.
        self.fresh = [write(folder / f"fresh_{i}.jsonl", rows) for i, rows in enumerate(apart(fresh))]
        self.rows = len(old) + len(fresh)

    @property
    def files(self):
        return [self.list, *self.history, *self.fresh]


def apart(rows):
    """The rows in slices: each person's first row of all, their second one ... A row's id begins with its person."""
    slices, seen = [], Counter()
    for row in rows:
        person = PERSON.search(row)
        turn = seen[person[1]] if person else 0
        if person:
            seen[person[1]] += 1
        while len(slices) <= turn:
            slices.append([])
        slices[turn].append(row)
    return slices


def write(path, rows):
    path.write_text("\n".join(rows) + "\n")
    return path


def tend_trial(traffic, folder):
    """The records of the topics when the trial imports the same files today."""
    return records_of_trial(traffic.files, traffic.roster, folder)


def records_of_trial(files, roster, folder, *options):
    path = folder / "trial.jsonl"
    done = subprocess.run([str(BIN / "tend"), "trial", *map(str, files), "--roster", str(roster), "--as-import", "--json",
                           "--records", str(path), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 2):  # 2: rows were rejected
        raise AssertionError(f"tend trial: {done.stderr}")
    return [json.loads(line) for line in path.read_text().splitlines()]
