#!/usr/bin/env python3
"""How `tend` ends: with which code, and what it says.

  tests/cli/ends_test.py build/release/bin/tend
"""

import os
import subprocess
import sys
import unittest

TEND = "build/release/bin/tend"


def run(*words):
    return subprocess.run([TEND, *words], env={"HOME": "/nonexistent"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30,
                          check=False)


class Ends(unittest.TestCase):
    def test_the_version_is_one_line(self):
        done = run("--version")
        self.assertRegex(done.stdout, r"\Atend \d+\.\d+\.\d+ \([^\n]+\)\n\Z")
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TEND = os.path.abspath(sys.argv.pop())
    unittest.main()
