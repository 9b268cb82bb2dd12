#!/usr/bin/env python3
"""Where `tend` asks, command by command: an option wins over the environment, the environment over the file.

  tests/cli/sources_test.py build/release/bin/tend
"""

import contextlib
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import unittest

TEND = "build/release/bin/tend"

# What a command needs beside its options before it asks anybody; FILE and ROWS are there.
WORDS = {
    "answer": ["1", "right_time", "--owner", "eve"], "explain": ["eve@example.com"], "health": ["127.0.0.1:1"], "import interactions": ["FILE"],
    "import list": ["FILE"], "import owners": ["FILE"], "list": ["gone"], "publish": ["ROWS"], "rejects show": ["0/0"],
    "show": ["eve@example.com"], "status": ["--direct"], "topics read": ["tend.nudges.v1"]
}
# The field of the file for what an option says.
FIELDS = {"TEND_INGEST": "ingest_address", "TEND_QUERY": "query_address", "TEND_BOOTSTRAP": "bootstrap_servers"}


def leaves(path=()):
    """Each command that can be run, with its help."""
    told = subprocess.run([TEND, *path, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    below = re.findall(r"^  ([a-z]+) ", told.partition("Subcommands:")[2].partition("\n\n")[0], re.MULTILINE)
    if not below:
        yield " ".join(path), told
    for word in below:
        yield from leaves((*path, word))


class Sources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "roster.textproto")
        self.config = os.path.join(folder.name, "config.textproto")
        with open(self.file, "w", encoding="utf-8"):
            pass
        self.rows = os.path.join(folder.name, "rows.jsonl")
        with open(self.rows, "w", encoding="utf-8") as file:
            file.write("{}\n")

    def command(self, name):
        return [TEND, *name.split(), *[{"FILE": self.file, "ROWS": self.rows}.get(word, word) for word in WORDS.get(name, [])]]

    def asked(self, name, option, variable, sources):
        """Which of the sources the command follows when all of them name a place."""
        command, environment = self.command(name), {"HOME": "/nonexistent", "TEND_CONFIG": self.config}
        if name == "answer" and option == "--query":
            command = command[:-2]
        with contextlib.ExitStack() as stack:
            places = {source: stack.enter_context(socket.create_server(("127.0.0.1", 0))) for source in sources}
            address = {source: "127.0.0.1:%d" % place.getsockname()[1] for source, place in places.items()}
            if "option" in sources:
                command += [option, address["option"]]
            if "environment" in sources:
                environment[variable] = address["environment"]
            with open(self.config, "w", encoding="utf-8") as file:
                file.write('%s: "%s"' % (FIELDS[variable], address["file"]))
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                called, _, _ = select.select(list(places.values()), [], [], 10)
                process.kill()
            return [source for source, place in places.items() if place in called]

    def test_an_option_wins_over_the_environment_and_that_over_the_file(self):
        walked = 0
        for name, told in leaves():
            for option, variable in re.findall(r"(--[a-z]+) TEXT \(Env:(TEND_(?:INGEST|QUERY|BOOTSTRAP))\)", told):
                for sources in (("option", "environment", "file"), ("environment", "file"), ("file",)):
                    with self.subTest(command=name, option=option, sources=sources):
                        self.assertEqual(self.asked(name, option, variable, sources), [sources[0]])
                walked += 1
        self.assertGreater(walked, 15)

    def test_the_file_of_the_option_wins_over_that_of_the_environment(self):
        walked = 0
        for name, told in leaves():
            if "--config FILE" not in told:
                continue
            environment = {"HOME": "/nonexistent", "TEND_CONFIG": "/nonexistent/environment"}
            for words, place in ((["--config", "/nonexistent/option"], "/nonexistent/option"), ([], "/nonexistent/environment")):
                done = subprocess.run([*self.command(name), *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True, timeout=30, check=False)
                with self.subTest(command=name, words=words):
                    self.assertIn(place + ":", done.stderr)
            walked += 1
        self.assertGreater(walked, 15)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TEND = os.path.abspath(sys.argv.pop())
    unittest.main()
