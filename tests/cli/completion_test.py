#!/usr/bin/env python3
"""What `tend completion` prints, in the shells it is for: bash completes by it; zsh and fish, where they are, read it.

  tests/cli/completion_test.py build/release/bin/tend
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TEND = "build/release/bin/tend"


def script(shell):
    return subprocess.run([TEND, "completion", shell], stdout=subprocess.PIPE, text=True, check=True).stdout


class Bash(unittest.TestCase):
    def complete(self, line, folder="."):
        """What a TAB at the end of the line offers, in alphabetical order."""
        words = line.split(" ")
        asked = (f'source "$1"; COMP_WORDS=({" ".join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; '
                 'set -u; _tend; printf "%s\\n" "${COMPREPLY[@]}"')
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(script("bash"))
            file.flush()
            done = subprocess.run(["bash", "--norc", "-c", asked, "bash", file.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, check=True, cwd=folder)
        self.assertEqual(done.stderr, "")
        return sorted(done.stdout.split("\n")[:-1])

    def test_a_command_is_completed(self):
        self.assertEqual(self.complete("tend imp"), ["import"])
        self.assertEqual(self.complete("tend import "), ["interactions", "list", "owners"])
        self.assertIn("status", self.complete("tend "))

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.complete("tend import list --ag"), ["--again"])
        self.assertEqual(self.complete("tend rejects list --s"), ["--server", "--service"])
        self.assertEqual(self.complete("tend status --direct --js"), ["--json"])
        self.assertEqual(self.complete("tend health --again"), [""])

    def test_files_stand_where_files_are_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "my list.csv"), "w").close()
            for line in ("tend import list my", "tend import list --map my", "tend trial --policy my"):
                self.assertEqual(self.complete(line, folder), ["my list.csv"], line)
            for line in ("tend import my", "tend import list --set my", "tend ready my", "tend rejects list --limit my"):
                self.assertEqual(self.complete(line, folder), [""], line)

    def test_choices_are_offered(self):
        self.assertEqual(self.complete("tend completion "), ["bash", "fish", "zsh"])
        self.assertEqual(self.complete("tend list --outcome s"), ["seed", "shared_ground", "social_handle"])

    def test_ready_mappings_are_offered_beside_files(self):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "mail.textproto"), "w").close()
            for command in ("import list", "import interactions", "trial"):
                self.assertEqual(self.complete(f"tend {command} --map mail", folder), ["mail.textproto", "mail_log"], command)
        self.assertRegex(script("zsh"), r"_files; compadd .*\bmail_log\b")
        self.assertRegex(script("fish"), r"-l map -rF -a '.*\bmail_log\b")

    def test_every_command_of_the_help_is_offered(self):
        offered = self.complete("tend ")
        told = subprocess.run([TEND, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        commands = [line.split()[0] for line in told.partition("Subcommands:")[2].splitlines() if line.startswith("  ") and line[2] != " "]
        self.assertGreater(len(commands), 10)
        self.assertEqual(offered, sorted(commands))


    def test_every_command_speaks_json(self):
        commands, told = [["tend"]], 0
        while commands:
            command = commands.pop()
            below = [word for word in self.complete(" ".join(command + [""])) if word]
            if command[1:] == ["completion"]:
                continue
            if below and self.has_commands(command):
                commands += [command + [word] for word in below]
                continue
            self.assertEqual(self.complete(" ".join(command + ["--json"])), ["--json"], command)
            told += 1
        self.assertGreater(told, 15)

    @staticmethod
    def has_commands(command):
        told = subprocess.run([TEND, *command[1:], "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        return "Subcommands:" in told


class Others(unittest.TestCase):
    def test_zsh_and_fish_read_theirs(self):
        for shell in ("zsh", "fish"):
            text = script(shell)
            self.assertIn("tend import list", text)
            if shutil.which(shell) is None:
                continue
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(text)
                file.flush()
                done = subprocess.run([shell, "-n", file.name], stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)

    def test_what_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([TEND, "completion", "bash"], stderr=subprocess.PIPE, stdout=full, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be written", done.stderr)

    def test_another_shell_is_not_understood(self):
        done = subprocess.run([TEND, "completion", "tcsh"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TEND = os.path.abspath(sys.argv.pop())
    unittest.main()
