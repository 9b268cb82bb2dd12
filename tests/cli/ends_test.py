#!/usr/bin/env python3
"""How `tend` ends: with which code, and what it says.

  tests/cli/ends_test.py build/release/bin/tend
"""

import os
import subprocess
import sys
import tempfile
import unittest

TEND = "build/release/bin/tend"
SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "sample")


def run(*words, **environment):
    return subprocess.run([TEND, *words], env={"HOME": "/nonexistent", **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30,
                          check=False)


class Ends(unittest.TestCase):
    def test_the_version_is_one_line(self):
        done = run("--version")
        self.assertRegex(done.stdout, r"\Atend \d+\.\d+\.\d+ \([^\n]+\)\n\Z")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_bad_argument_is_2_in_every_command_and_a_bad_world_1(self):
        with tempfile.TemporaryDirectory() as folder:
            bad, gone = os.path.join(folder, "bad.textproto"), os.path.join(folder, "gone.textproto")
            with open(bad, "w", encoding="utf-8") as file:
                file.write("nonsense")
            for words in (["import", "owners"], ["topics", "apply", "--file"], ["topics", "list", "--config"], ["ready", "--config"],
                          ["trial", bad, "--map"], ["ready", "--ca"]):
                self.assertEqual([run(*words, path).returncode for path in (bad, gone)], [2, 1], words)
            for words in (["trial", bad, "--map", "mail_lgo"], ["import", "list", bad, "--set", "x"], ["explain", "ann", "--at", "then"],
                          ["rejects", "show", "x"], ["token", "crm", "--scope", "x"], ["sample", "--start", "x"], ["ready", "--limit", "0"]):
                self.assertEqual(run(*words).returncode, 2, words)

    def test_an_import_says_that_it_takes_no_stream(self):
        for kind, stream in (("list", "-"), ("interactions", "-"), ("owners", "-"), ("list", "/dev/null"), ("list", "/dev/stdin")):
            done = run("import", kind, stream)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"tend import {kind}: FILE: a stream is not taken", done.stderr)

    def test_a_file_that_is_not_there_is_a_name_to_look_at(self):
        for words in (["import", "list"], ["import", "owners"], ["publish"], ["ready", "--ca"], ["ready", "--config"],
                      ["import", "list", "list.csv", "--config"]):
            done = run(*words, "/nonexistent/list.csv")
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("look at how the file's name is written", done.stderr.split("\n")[1], words)

    def test_a_trial_does_not_explain_who_is_not_there(self):
        words = ["trial", os.path.join(SAMPLE, "five_people.jsonl"), "--roster", os.path.join(SAMPLE, "roster.textproto"), "--explain"]
        self.assertEqual([run(*words, who).returncode for who in ("ann@birchwood.example", "nobodyx")], [0, 1])

    def test_an_address_without_a_port_is_told_before_anybody_is_asked(self):
        for words in (["ready", "--server"], ["import", "list", "list.csv", "--server"], ["answer", "1", "right_time", "--query"],
                      ["status", "--server"], ["status", "--bootstrap"], ["topics", "list", "--bootstrap"]):
            for address in ("foo", ":::"):
                done = run(*words, address)
                self.assertEqual((done.returncode, done.stdout), (2, ""), words)
                self.assertIn(f'{words[-1]}: "{address}" is no host:port\n', done.stderr)
        self.assertIn('ADDRESS: "foo" is no host:port\n', run("health", "foo").stderr)
        self.assertIn('--bootstrap: "foo" is no host:port\n', run("topics", "read", "x", "--bootstrap", "127.0.0.1:1,foo").stderr)

    def test_who_would_wait_says_at_once_that_there_is_no_such_host(self):
        with tempfile.NamedTemporaryFile(suffix=".textproto") as file:
            for words in (["import", "list"], ["import", "interactions"], ["import", "owners"], ["publish"]):
                done = run(*words, file.name, "--server", "tend.onion:7410")  # RFC 7686: no name service is asked
                self.assertEqual((done.returncode, done.stdout), (1, ""), words)
                self.assertTrue(done.stderr.startswith(f"tend {' '.join(words)}: tend.onion:7410: no connection: there is no such host\n"), done.stderr)

    def test_an_address_of_the_environment_is_told_by_its_name_and_only_where_it_is_used(self):
        for words, variable in ((["ready"], "TEND_QUERY"), (["topics", "list"], "TEND_BOOTSTRAP")):
            done = run(*words, **{variable: "foo"})
            self.assertEqual(done.returncode, 2)
            self.assertIn(f'"foo" is no host:port (of {variable})\n', done.stderr)
        self.assertEqual(run("completion", "bash", TEND_QUERY="foo", TEND_INGEST="foo", TEND_BOOTSTRAP="foo").returncode, 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TEND = os.path.abspath(sys.argv.pop())
    unittest.main()
