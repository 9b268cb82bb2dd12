"""How much the whole stack carries on this machine: `make bench`.

Starts Kafka, PostgreSQL and the services as processes of their own on free ports, imports made-up traffic (1-3 ties a person)
through the public door as fast as it goes, and tells rates, CPU and memory of each. Everything is on this machine: the client,
the broker and PostgreSQL too.

Twice, each time with other people: the first time the broker's JVM is cold and the tables are empty.

  python3 tests/bench/pipeline.py [--people 10000] [--months 6] [--mail FOLDER]

--mail: the real mail of that folder (events.csv.gz) as well, by the mapping email_eu_colleagues; without a goal.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/e2e"))
from running_stack import BIN, RunningStack, new_folder

OUTSIDE_ADDRESS = re.compile(r'("raw":"[^"@]+)@(?!orchard\.example)')
TICK = os.sysconf("SC_CLK_TCK")
LOOK = 0.2
FLOWN_SECONDS = 1200


def processes():
    """pid -> (parent, CPU seconds, peak resident MiB)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            status = (entry / "status").read_text()
        except OSError:
            continue
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        found[int(entry.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK, int(peak[1]) / 1024 if peak else 0.0)
    return found


def of_tree(root, table):
    """CPU seconds and peak MiB of a process and all below it. What has ended is not in it: nothing of ours ends."""
    tree, more = {root}, True
    while more:
        more = {pid for pid, (parent, _, _) in table.items() if parent in tree and pid not in tree}
        tree |= more
    return sum(table[p][1] for p in tree if p in table), sum(table[p][2] for p in tree if p in table)


def usage(stack):
    table = processes()
    return {name: of_tree(process.pid, table) for name, process in stack.running.items()}


def metrics(stack, service):
    address = f"http://127.0.0.1:{stack.place.metrics[service]}/metrics"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def total(text, name):
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + "{"))


def quantile(text, q):
    """Of tend_latency_seconds: the upper bound of its bucket."""
    buckets = [(float(m[1]), float(m[2])) for m in re.finditer(r'tend_latency_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\S+)', text)]
    return next((bound for bound, count in buckets if buckets[-1][1] > 0 and count >= q * buckets[-1][1]), float("nan"))


def wait_until_projected(stack):
    """Until every hop, query's projection too, has read all there is."""
    deadline, quiet = time.monotonic() + FLOWN_SECONDS, 0
    hops = ("enrichment", "scoring", "notification", "query")
    before = None
    while quiet < 5 and time.monotonic() < deadline:
        now = [total(metrics(stack, hop), "tend_received_total") for hop in hops]
        quiet, before = (quiet + 1 if now == before else 0), now
        if quiet == 0:
            last_move = time.monotonic()
        time.sleep(LOOK * 2)
    stack.wait_until_flown()
    return last_move


def measure(stack, what, kind, files, options=()):
    before, began = usage(stack), time.monotonic()
    rows = 0
    for path in files:
        done = stack.tend("import", kind, str(path), *options)
        if done.returncode not in (0, 2):
            raise SystemExit(f"bench: {path}: {done.stdout}")
        rows += int(re.search(r"([\d,]+) interactions accepted", done.stdout)[1].replace(",", ""))
    sent = time.monotonic()
    ended = wait_until_projected(stack)
    after = usage(stack)
    print(f"\n{what}: {rows:,} interactions")
    print(f"  accepted in {sent - began:.1f} s ({rows / (sent - began):,.0f}/s); all of it projected after {ended - began:.1f} s "
          f"({rows / (ended - began):,.0f}/s end to end)")
    print(f"  {'':<14}{'CPU s/million':>14}{'peak MiB':>10}   latency of the hop, p50 / p99 (bucket's bound)")
    for name in stack.parts:
        cpu, peak = after[name][0] - before[name][0], after[name][1]
        latency = ""
        if name in ("enrichment", "scoring", "notification", "query"):
            text = metrics(stack, name)
            latency = f"{quantile(text, .5) * 1000:8.0f} / {quantile(text, .99) * 1000:.0f} ms"
        print(f"  {name:<14}{cpu * 1e6 / rows:>14.1f}{peak:>10.0f}   {latency}")


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) >> 20
    commit = subprocess.run(["git", "-C", str(TOP), "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    print(f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), {memory} GiB, load {os.getloadavg()[0]:.1f}; commit {commit}")
    kafka = re.search(r"<version>(4\.[\d.]+)</version>", (TOP / "deploy/local/kafka/pom.xml").read_text())
    print(f"Apache Kafka {kafka[1]} (1 GiB heap, 4 partitions a topic), PostgreSQL 15, one instance of each service")


def made_up(folder, options, seed):
    """A folder of traffic; that of another seed is about other people."""
    made = folder / f"made_{seed}"
    subprocess.run([str(BIN / "tend"), "sample", "--people", str(options.people), "--owners", "100", "--months", str(options.months),
                    "--seed", str(seed), "--out", str(made)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    rows = made / "interactions.jsonl"
    text = OUTSIDE_ADDRESS.sub(rf"\1.{seed}@", rows.read_text())
    text = re.sub(r'("recordId":"|"id":"|linkedin\.com/in/|IDENTIFIER_KIND_RECORD","system":"[^"]*","raw":")', rf"\g<1>{seed}-", text)
    rows.write_text(text)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10000)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--mail", type=Path)
    options = parser.parse_args()
    machine()
    folder = new_folder()
    try:
        made = [made_up(folder, options, seed) for seed in (1, 2)]
        with RunningStack(folder / "stack", made[0] / "roster.textproto") as stack:
            for i, what in enumerate(("Made-up traffic, cold", "Made-up traffic, warm")):
                measure(stack, what, "interactions", [made[i] / "interactions.jsonl"])
        if options.mail:
            with RunningStack(folder / "mail", TOP / "deploy/sample/roster.textproto") as stack:
                measure(stack, "Real mail, colleagues", "interactions", [options.mail / "events.csv.gz"],
                        ("--map", "email_eu_colleagues"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
