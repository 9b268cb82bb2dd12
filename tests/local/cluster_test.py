#!/usr/bin/env python3
"""A killed server's lock file: PostgreSQL takes whoever has its number now for a server. And how clients find it in folders of any
name, also where the path is too long for a socket."""

import contextlib
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/local/postgres"))
import cluster


class StaleLockTest(unittest.TestCase):
    def stays(self, where=None, text=None):
        """Whether a lock file stays that names a process which works there."""
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder).resolve()
            with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=where or data) as process:
                (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n" if text is None else text)
                cluster.remove_stale_lock(data)
            return (data / "postmaster.pid").exists()

    def test_that_of_a_server_of_this_folder_stays(self):
        self.assertTrue(self.stays())

    def test_that_which_names_another_process_goes(self):
        self.assertFalse(self.stays(where="/"))

    def test_one_that_names_nobody_is_left_to_the_server(self):
        self.assertTrue(self.stays(text=""))
        self.assertTrue(self.stays(text="4194305\n"))  # above the kernel's highest


class ConninfoTest(unittest.TestCase):
    @contextlib.contextmanager
    def cluster(self, name):
        """One that has answered psql, in a folder of this name."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)  # the server's user goes through it
            server = cluster.Cluster(Path(folder) / name, port=None, scratch=True)
            try:
                server.wait_until_ready()
                yield server
            finally:
                server.stop()

    def test_clients_find_the_socket_in_a_folder_with_a_blank(self):
        with self.cluster("a folder") as server:
            self.assertIn(f"host='{server.folder}' ", server.conninfo())

    def test_where_no_socket_can_be_clients_find_the_password_in_a_file(self):
        with self.cluster("a folder " + "d" * 100) as server:
            kept = (server.folder / "pgpass").stat()
            self.assertIn(f"host=127.0.0.1 passfile='{server.folder / 'pgpass'}' ", server.conninfo())
            self.assertNotIn((server.folder / "password").read_text().strip(), server.conninfo())
            self.assertEqual(kept, (server.folder / "pgpass").stat(), "it is written once")
            self.assertEqual(stat.S_IMODE(kept.st_mode), 0o600)

    def test_a_value_is_quoted_as_libpq_reads_it(self):
        self.assertEqual(cluster.quoted("a b"), "'a b'")
        self.assertEqual(cluster.quoted(r"it's \ "), r"'it\'s \\ '")


if __name__ == "__main__":
    unittest.main()
