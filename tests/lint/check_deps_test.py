#!/usr/bin/env python3
"""Each rule of check_deps.py passes the good tree and fails on its bad one.

A bad tree is fixtures/good with the files of fixtures/bad_* laid over it. Its expected.txt lists
every fault by place and rule. What a file may not even hold as a fixture is written here.
"""

import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import check_deps

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
BAD = sorted(path for path in FIXTURES.iterdir() if path.name.startswith("bad_"))


def faults_with(overlay=None, texts=None):
    """The faults of the good tree with a folder, and then {path: text}, laid over it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FIXTURES / "good", folder, dirs_exist_ok=True)
        if overlay:
            shutil.copytree(overlay, folder, dirs_exist_ok=True)
            pathlib.Path(folder, "expected.txt").unlink()
        for path, text in (texts or {}).items():
            pathlib.Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(folder, path).write_text(text)
        return check_deps.check(folder)


def places(faults):
    """["file:line: rule N"] of whole messages."""
    return [": ".join(fault.split(": ")[:2]) for fault in faults]


class CheckDepsTest(unittest.TestCase):
    def test_good_tree_has_no_fault(self):
        self.assertEqual(faults_with(), [])

    def test_each_bad_tree_has_exactly_its_faults(self):
        self.assertGreaterEqual(len(BAD), 9)
        for bad in BAD:
            with self.subTest(bad.name):
                expected = (bad / "expected.txt").read_text().split("\n")[:-1]
                self.assertEqual(places(faults_with(bad)), expected)

    def test_every_rule_has_a_bad_tree(self):
        seen = {place.split(": ")[1] for bad in BAD for place in places(faults_with(bad))}
        self.assertEqual(seen, {f"rule {n}" for n in (1, 2, 3, 4, 5, 7, 8)} | {"style"})

    def test_messages_say_what_and_what_to_do(self):
        for bad in BAD:
            for fault in faults_with(bad):
                self.assertRegex(fault, r"^[^:]+:\d+: (rule \d|style): [^:]+.*: \w+.*$")

    def test_long_files_are_flagged_at_their_limit(self):
        guard = "TEND_COMMON_STREAM_LONG_H_"
        header = f"#ifndef {guard}\n#define {guard}\n" + "\n" * 397 + "#endif\n"
        self.assertEqual(faults_with(texts={"common/stream/long.h": header}), [])
        long = {
            "common/stream/long.h": header + "\n",
            "common/stream/processor.cc": '#include "common/stream/processor.h"\n' + "\n" * 800,
            "common/stream/README.md": "\n" * 61,
        }
        self.assertEqual(places(faults_with(texts=long)), [
            "common/stream/README.md:60: style", "common/stream/long.h:401: style",
            "common/stream/processor.cc:801: style"])

    def test_main_stays_short(self):
        texts = {"services/cli/main.cc": "\n" * 61,
                 "services/cli/CMakeLists.txt": "tend_binary(NAME tend SRCS main.cc trial_wiring.cc "
                                                "DEPS ingest_connectors ingest_processor)\n"}
        self.assertEqual(places(faults_with(texts=texts)), ["services/cli/main.cc:61: style"])

    def test_unfinished_notes_need_an_owner(self):
        note = "TO" + "DO"
        lines = {f"// {note}: later": 1, f"// {note}(): later": 1, f"// {note}(ann) later": 1, "// FIX" + "ME": 1,
                 f"// {note}(ann): later": 0, f"// {note}(#12): later": 0, "// TODOS": 0}
        for line, count in lines.items():
            with self.subTest(line):
                self.assertEqual(len(faults_with(texts={"common/base/check.cc": line + "\n"})), count)

    def test_machine_paths_and_registries_are_flagged(self):
        lines = {"see /" + "home/ann/notes": 1, 'path = "/' + 'work/x"': 1, "the https://" + "registry.npmjs.org/ one": 1,
                 "/usr/bin/g++ and build/home/x": 0, "https://protobuf.dev/": 0}
        for line, count in lines.items():
            with self.subTest(line):
                self.assertEqual(len(faults_with(texts={"docs/page.md": line + "\n"})), count)


if __name__ == "__main__":
    unittest.main()
