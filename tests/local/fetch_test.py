#!/usr/bin/env python3
"""Kafka's jars are fetched once, and again when one of them is not whole. Maven is a script of the test's own."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

KAFKA = Path(__file__).resolve().parents[2] / "deploy/local/kafka/kafka"
MAVEN = """#!/bin/sh
echo called >>"$CALLS"
for word; do case $word in -DoutputDirectory=*) to=${word#*=} ;; esac; done
echo whole >"$to/a.jar"
echo whole >"$to/b.jar"
"""


class FetchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.jars, self.calls = Path(folder.name), Path(folder.name, "jars"), Path(folder.name, "calls")
        (self.folder / "mvn").write_text(MAVEN)
        (self.folder / "mvn").chmod(0o755)

    def fetched(self):
        """How often Maven was called until now."""
        subprocess.run([str(KAFKA), "fetch", "--jars", str(self.jars)], check=True, stderr=subprocess.DEVNULL,
                       env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "CALLS": str(self.calls)})
        return len(self.calls.read_text().splitlines())

    def test_once(self):
        self.assertEqual([self.fetched(), self.fetched()], [1, 1])

    def test_again_when_a_jar_is_cut_or_gone(self):
        self.fetched()
        (self.jars / "a.jar").write_text("")
        self.assertEqual(self.fetched(), 2)
        self.assertEqual((self.jars / "a.jar").read_text(), "whole\n")
        (self.jars / "b.jar").unlink()
        self.assertEqual([self.fetched(), self.fetched()], [3, 3])


if __name__ == "__main__":
    unittest.main()
