"""How long after its acceptance a nudge is there, at a fixed rate of interactions (an open loop): a part of `make bench`.

Starts the whole stack on free ports, prepares people whom one more act makes READY, then sends at each rate with open_loop
and tells what it measured, with the CPU of each process meanwhile.

  python3 tests/bench/latency.py [--rates 1000,10000] [--seconds 30]
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True
from pipeline import TOP, machine, usage, wait_until_projected

sys.path.insert(0, str(TOP / "tests/e2e"))
from running_stack import BIN, RunningStack, new_folder

OPEN_LOOP = BIN / "open_loop"
OWNERS = 1000
PROBES_PER_SECOND = {1000: 50, 10000: 100}
WARM_UP_SECONDS = 10


def roster():
    owners = "".join(f'owners {{ owner_id: "owner-{i}" team_id: "all" time_zone: "Europe/Berlin" '
                     f'identifiers {{ kind: IDENTIFIER_KIND_EMAIL raw: "owner-{i}@orchard.example" }} }}\n' for i in range(OWNERS))
    return owners + 'domains: "orchard.example"\nteams { team_id: "all" pool_owner_id: "owner-0" }\n'


def history(run, count):
    """Of people who are a question away from READY: each has an owner, sent a form and read twice."""
    now = datetime.now(timezone.utc)
    content = {"pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}}
    for i in range(count):
        address = f"probe-{run}-{i}@probe.example"
        party = {"role": "PARTY_ROLE_SUBJECT", "identifiers": [{"kind": "IDENTIFIER_KIND_EMAIL", "raw": address}]}
        for n, (days, fact) in enumerate(((10, {"ownerChanged": {"owner": f"owner-{i % OWNERS}"}}), (9, {"formSent": {"form": "contact"}}),
                                          (6, content), (3, content))):
            record = f"history-{run}-{i}-{n}"
            yield json.dumps({"id": record, "source": {"system": "bench", "instance": "1", "recordId": record},
                              "occurTime": (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"), "parties": [party], **fact})


def prepare(stack, folder, run, count):
    path = folder / f"history_{run}.jsonl"
    path.write_text("\n".join(history(run, count)) + "\n")
    stack.send("interactions", path)
    wait_until_projected(stack)


def load(stack, run, rate, seconds):
    return subprocess.run([str(OPEN_LOOP), "--ingest", stack.place.rpc_address("ingest"), "--query", stack.place.rpc_address("query"),
                           "--rate", str(rate), "--seconds", str(seconds), "--probes", str(PROBES_PER_SECOND.get(rate, 50)), "--run", run],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout


def measure(stack, folder, rate, seconds):
    probes = PROBES_PER_SECOND.get(rate, 50)
    prepare(stack, folder, f"warm-{rate}", probes * WARM_UP_SECONDS)
    prepare(stack, folder, f"{rate}", probes * seconds)
    load(stack, f"warm-{rate}", rate, WARM_UP_SECONDS)
    before, began = usage(stack), time.monotonic()
    told = load(stack, f"{rate}", rate, seconds)
    took, after = time.monotonic() - began, usage(stack)
    print(f"\n{rate:,} interactions/s for {seconds} s, {probes} of them a second open a nudge")
    print(told, end="")
    cores = {name: (after[name][0] - before[name][0]) / took for name in stack.parts}
    print("  cores in use: " + ", ".join(f"{name} {used:.2f}" for name, used in cores.items()) + f"; together {sum(cores.values()):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", default="1000,10000", help="interactions a second, with commas")
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    machine()
    folder = new_folder()
    try:
        who = folder / "roster.textproto"
        who.write_text(roster())
        with RunningStack(folder / "stack", who) as stack:
            for rate in map(int, options.rates.split(",")):
                measure(stack, folder, rate, options.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
