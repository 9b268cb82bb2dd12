"""How long scoring is away when it restarts, or is killed, with many people in its state: a part of `make bench`.

Starts the whole stack on free ports and tells it of that many people, one act each. Then stops scoring as a supervisor does,
and kills it, and tells how long it took from there until the new process has committed output again, with its memory.

  python3 tests/bench/restart.py [--people 1000000]
"""

import argparse
import json
import shutil
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

sys.dont_write_bytecode = True
from pipeline import TOP, machine, metrics, total, usage, wait_until_projected

sys.path.insert(0, str(TOP / "tests/e2e"))
from running_stack import RunningStack, new_folder

PATIENCE = 300
LOOK = 0.02


def acts(people, name):
    occurred = (datetime.now(timezone.utc) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for i in range(people):
        yield json.dumps({"id": f"{name}-{i}", "source": {"system": "bench", "instance": "1", "recordId": f"{name}-{i}"}, "occurTime": occurred,
                          "parties": [{"role": "PARTY_ROLE_SUBJECT",
                                       "identifiers": [{"kind": "IDENTIFIER_KIND_EMAIL", "raw": f"person-{i}@many.example"}]}],
                          "pageVisited": {"url": "https://orchard.example/guide", "kind": "PAGE_KIND_CONTENT"}})


def send(stack, folder, people, name):
    path = folder / f"{name}.jsonl"
    with open(path, "w") as file:
        file.writelines(row + "\n" for row in acts(people, name))
    stack.send("interactions", path)
    path.unlink()


def committed(stack):
    try:
        return total(metrics(stack, "scoring"), "tend_transactions_total")
    except OSError:  # not up yet
        return 0


def measure(stack, folder, what, end):
    """end: ends scoring and starts it again."""
    sender = threading.Thread(target=send, args=(stack, folder, 100, what.replace(" ", "-")))
    began = time.monotonic()
    end("scoring")
    started = time.monotonic()
    sender.start()
    while committed(stack) == 0:
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"bench: scoring committed nothing within {PATIENCE} s:\n{stack.log('scoring')}")
        time.sleep(LOOK)
    took = time.monotonic() - began
    sender.join()
    wait_until_projected(stack)
    print(f"  {what:<10}{took:6.1f} s until it commits again ({started - began:.1f} s of it until the new process was started); "
          f"peak {usage(stack)['scoring'][1]:.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    options = parser.parse_args()
    machine()
    folder = new_folder()
    try:
        with RunningStack(folder / "stack", TOP / "deploy/sample/roster.textproto") as stack:
            began = time.monotonic()
            send(stack, folder, options.people, "first")
            wait_until_projected(stack)
            print(f"\nScoring with {options.people:,} people (told within {time.monotonic() - began:.0f} s)")
            for what, end in (("restart", stack.restart), ("kill -9", stack.kill)):
                measure(stack, folder, what, end)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
