#!/usr/bin/env python3
"""Runs clang-tidy 14 on the .cc files that a change touched, two at a time, and says how many.

  tests/lint/tidy.py --build build/release [--base COMMIT] [--max N]

Changed is what differs from --base (or $TIDY_BASE), else from where this branch left its upstream
or origin/main, uncommitted files included; a header counts as the .cc beside it. Where that yields
nothing (a fresh clone of what has landed), the files of the latest commits stand in. At most --max
files (or $TIDY_MAX) are looked at, the latest changed first: protobuf's and Abseil's headers cost
clang-tidy seconds per file.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

LATEST_COMMITS = 5  # how far back the stand-in looks; TIDY_BASE=COMMIT looks further
# GCC's precompiled headers mean nothing to clang; without them it also sees what a file forgot to include.
GCC_ONLY = re.compile(r"\s-include \S*cmake_pch\.hxx|\s-Winvalid-pch|\s-fpch-\S+|\s-fno-pch\S*")


def git(*args):
    done = subprocess.run(["git", *args], capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def known_base(asked):
    """The commit that the change starts from, or None."""
    if asked:
        if git("rev-parse", "--verify", "-q", asked + "^{commit}") is None:
            sys.exit(f"tidy: no such commit: {asked}")
        return asked
    for upstream in ("@{upstream}", "origin/main"):
        found = git("merge-base", "HEAD", upstream)
        if found:
            return found[0]
    return None


def changed_files(asked_base):
    """(paths, newest change first; words for where they come from)."""
    paths = [line[3:].split(" -> ")[-1] for line in git("status", "--porcelain", "-uall") or []]
    base = known_base(asked_base)
    if base:
        paths += git("log", "--format=", "--name-only", f"{base}..HEAD") or []
        if paths:
            return paths, f"changed since {base[:12]}"
    paths += git("log", "--format=", "--name-only", f"-{LATEST_COMMITS}", "HEAD") or []
    return paths, f"of the latest {LATEST_COMMITS} commits, as no change from a base is known"


def select(paths, compiled):
    """The compiled .cc files among paths, with headers as the .cc beside them; order kept."""
    chosen = {}
    for path in paths:
        path = re.sub(r"\.h$", ".cc", path)
        if path in compiled:
            chosen[path] = None
    return list(chosen)


def write_commands(build, folder):
    """A compile_commands.json that clang can read, in folder; returns the files it names."""
    commands = json.loads((build / "compile_commands.json").read_text())
    for entry in commands:
        entry["command"] = GCC_ONLY.sub("", entry["command"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(commands))
    top = os.getcwd() + os.sep
    return {e["file"][len(top):] for e in commands if e["file"].startswith(top)}


def tidy(path, folder):
    """(passed, output) of clang-tidy on one file."""
    done = subprocess.run(
        ["clang-tidy-14", "--quiet", "-p", str(folder), path], capture_output=True, text=True, check=False)
    noise = re.compile(r"^\d+ warnings? (and \d+ errors? )?generated|^Suppressed |^Use -header-filter")
    errors = [line for line in done.stderr.split("\n") if line and not noise.search(line)]
    # On success stderr holds only counts; keep it when clang-tidy itself failed.
    return done.returncode == 0, done.stdout + ("\n".join(errors) if done.returncode else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--base", default=os.environ.get("TIDY_BASE", ""))
    parser.add_argument("--max", type=int, default=int(os.environ.get("TIDY_MAX", "40")))
    args = parser.parse_args()
    folder = args.build / "tidy"
    paths, where = changed_files(args.base)
    files = select(paths, write_commands(args.build, folder))
    looked_at = files[: args.max]
    print(f"tidy: {len(looked_at)} of {len(files)} .cc files {where}", flush=True)
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for path, (passed, output) in zip(looked_at, pool.map(lambda p: tidy(p, folder), looked_at)):
            if not passed:
                failed += 1
                print(f"-- {path}\n{output}", flush=True)
    if failed:
        sys.exit(f"tidy: {failed} of {len(looked_at)} files need a change")


if __name__ == "__main__":
    main()
