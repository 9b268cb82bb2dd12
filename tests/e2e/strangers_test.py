"""Callers who may not, or overdo it: no token, another scope, a body of 100 MB, a thousand connections that say nothing."""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from running_stack import BIN, TOP, RunningStack, new_folder

SECONDS = 20
HUGE = 100 << 20
LIST = TOP / "deploy/sample/list.csv"
PUBLISH = "/tend.v1.IngestService/PublishInteractions"


def make_token(name, scope):
    """The token, and its line of the configuration."""
    made = subprocess.run([str(BIN / "tend"), "token", name, "--scope", scope], capture_output=True, text=True, check=True)
    return made.stdout.strip(), made.stderr.splitlines()[-1]


class StrangersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = new_folder()
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.source, lines = make_token("crm", "ingest")
        cls.reader, more = make_token("dashboard", "read")
        cls.stack = cls.enterClassContext(RunningStack(folder / "stack", runtime=f"{lines}\n{more}\n"))

    def imported(self, token):
        return self.stack.tend("import", "list", str(LIST), "--again", token=token)

    def post(self, path, body, token=None, length=None):
        """Status and answer. length: what the head says of the body, which is then sent as far as it is taken."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.place.http["ingest"], timeout=SECONDS)
        with contextlib.closing(connection):
            connection.putrequest("POST", path)
            connection.putheader("content-type", "application/json")
            connection.putheader("content-length", str(len(body) if length is None else length))
            if token:
                connection.putheader("authorization", f"Bearer {token}")
            connection.endheaders()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was refused and closed meanwhile
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def test_without_a_token_nothing_comes_in(self):
        refused = self.imported(None)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("token", refused.stdout)
        self.assertEqual(self.post(PUBLISH, b"{}")[0], 401)
        self.assertNotEqual(self.stack.tend("ready").returncode, 0)

    def test_with_another_scope_the_scope_is_named(self):
        refused = self.imported(self.reader)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("SCOPE_INGEST", refused.stdout)
        status, answer = self.post(PUBLISH, b"{}", self.reader)
        self.assertEqual((status, json.loads(answer)["code"]), (403, "permission_denied"))
        self.assertIn("SCOPE_READ", self.stack.tend("ready", token=self.source).stdout)

    def test_with_the_right_ones_it_answers(self):
        self.assertIn("51 interactions accepted", self.imported(self.source).stdout)
        self.assertEqual(self.stack.tend("ready", token=self.reader).returncode, 0)

    def test_a_body_of_100_mb_is_refused_and_the_next_call_answered(self):
        self.assertEqual(self.post(PUBLISH, b"x" * HUGE, self.source)[0], 413)
        self.assertEqual(self.post(PUBLISH, b"x" * 1000, self.source, length=HUGE)[0], 413)
        self.assertIn("accepted", self.imported(self.source).stdout)

    def test_a_thousand_silent_connections_keep_nobody_out(self):
        place = self.stack.place
        for port in (place.rpc["ingest"], place.http["ingest"], place.rpc["query"], place.http["query"]):
            with contextlib.ExitStack() as silent:
                for _ in range(1000):
                    silent.enter_context(socket.create_connection(("127.0.0.1", port), timeout=SECONDS))
                self.assertIn("accepted", self.imported(self.source).stdout)
                self.assertEqual(self.stack.tend("ready", token=self.reader).returncode, 0)
                self.assertEqual(self.post(PUBLISH, b"{}", self.source)[0], 400)
        self.assertEqual(self.stack.ended(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
