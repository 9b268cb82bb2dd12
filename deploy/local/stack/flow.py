"""What flows through a stack: asked by the command `tend`."""

import json
import os
import subprocess
import time
from datetime import datetime, timezone

from parts import BIN, SERVICES, TOP

FLOWN_SECONDS = 180
SETTLED_LOOKS = 3  # so often nobody is behind, half a second apart: nothing flows any more


class NotFlown(Exception):
    """Records are left that nobody reads."""


def tend(place, *arguments, token=None):
    """Runs the command with this stack's addresses in its environment; the ended process."""
    return subprocess.run([str(BIN / "tend"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=TOP,
                          env={**environment(place), **({"TEND_TOKEN": token} if token else {})})


def environment(place):
    return {**os.environ, "TEND_INGEST": place.rpc_address("ingest"), "TEND_QUERY": place.rpc_address("query"), "TEND_BOOTSTRAP": place.bootstrap,
            "TEND_SERVICES": ",".join(f"{name}={place.rpc_address(name)}" for name in SERVICES)}


def behind(place):
    """How many records each hop has not read yet; empty: nobody knows."""
    told = subprocess.run([str(BIN / "tend"), "status", "--direct", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False, cwd=TOP, env=environment(place)).stdout
    return [hop["behind"] for hop in json.loads(told)["hops"] or []] if told else []


def looked_at(place):
    """When query last looked at the flow, in seconds as time.time(), cut to whole ones; 0: nobody knows."""
    told = tend(place, "status", "--json").stdout
    flow = json.loads(told)["flow"] if told.startswith("{") else None
    if not flow:
        return 0
    return datetime.strptime(flow["asOfTime"][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()


def wait_until_flown(place):
    deadline, same, now = time.monotonic() + FLOWN_SECONDS, 0, []
    while same < SETTLED_LOOKS:
        if time.monotonic() > deadline:
            raise NotFlown(f"not flown through after {FLOWN_SECONDS} s: the hops are {now} records behind")
        now = behind(place)
        same = same + 1 if now and max(now) == 0 else 0
        time.sleep(0.5)


def records(place, topic):
    """All that is in a topic now: key, type and value of each record."""
    done = subprocess.run([str(BIN / "tend"), "topics", "read", topic], stdout=subprocess.PIPE, text=True, check=True, cwd=TOP,
                          env=environment(place))
    return [json.loads(line) for line in done.stdout.splitlines()]
