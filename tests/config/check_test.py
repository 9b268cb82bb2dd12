#!/usr/bin/env python3
"""What `tend-SERVICE --check` says of files that a configuration names: each that is missing or wrong, with its key, all at once,
and nothing of a secret. The start says the same, and does not start.

  tests/config/check_test.py build/release/bin
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BIN = Path("build/release/bin")
TOP = Path(__file__).resolve().parents[2]
SECONDS = 30
SERVERS = "host:port with a port of 1 to 65535, several with commas and no blanks"

RUNTIME = 'runtime { instance: "one" kafka_bootstrap_servers: "%s" rpc_address: "127.0.0.1:0" %s }\n'
SHIPPED = {"model_file": "deploy/model.textproto", "policy_file": "deploy/policy.textproto",
           "roster_file": "deploy/sample/roster.textproto", "postgres": "host=/nowhere"}
KEYS = {
    "ingest": [],
    "enrichment": ["roster_file", "postgres", "identity_key_file"],
    "scoring": ["model_file", "policy_file", "roster_file"],
    "notification": ["policy_file"],
    "query": ["model_file", "policy_file", "postgres"],
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tend-check-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def said(self, service, more="", runtime="", kafka="127.0.0.1:1", **values):
        """The faults, without the configuration's own path, of --check and of a start alike; [] when it is right. values: of keys,
        in place of those that are shipped."""
        known = {**SHIPPED, "identity_key_file": self.write("identity.key", "k" * 32), **values}
        lines = [f'{key}: "{known[key]}"\n' for key in KEYS[service]]
        config = self.write("config.textproto", RUNTIME % (kafka, runtime) + "".join(lines) + more)
        command = [BIN / f"tend-{service}", "--config", config]
        checked = subprocess.run([*command, "--check"], capture_output=True, text=True, timeout=SECONDS, cwd=TOP)
        if checked.returncode == 0:
            self.assertEqual((checked.stdout, checked.stderr), (f"{config}: right\n", ""))
            return []
        started = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=TOP)
        self.assertEqual((checked.returncode, started.returncode), (2, 2))
        self.assertEqual(started.stderr, checked.stderr)
        return checked.stderr.removeprefix(f"tend-{service}: ").replace(f"{config}: ", "").splitlines()

    def test_what_is_shipped_is_right(self):
        for service in KEYS:
            with self.subTest(service):
                self.assertEqual(self.said(service), [])

    def test_each_file_that_is_missing_is_told_with_its_key(self):
        for service, keys in KEYS.items():
            missing = {key: f"no/{key}" for key in keys if key != "postgres"}
            with self.subTest(service):
                self.assertEqual(self.said(service, **missing), [f"{key}: {path}: cannot be read" for key, path in missing.items()])

    def test_each_file_that_is_no_text_of_its_message_is_told_with_its_place(self):
        bad = self.write("bad.textproto", "\n  nonsense: 1\n")
        for service, keys in KEYS.items():
            for key in keys:
                if key in ("postgres", "identity_key_file"):
                    continue
                with self.subTest(service=service, key=key):
                    faults = self.said(service, **{key: bad})
                    self.assertEqual(len(faults), 1, faults)
                    self.assertRegex(faults[0], f'^{key}: {bad}:2:[0-9]+: .*"nonsense"')

    def test_each_file_whose_values_are_wrong_is_told(self):
        bad = {"model_file": self.write("model.textproto", 'version: "a"'),
               "policy_file": self.write("policy.textproto", 'version: "a" attention { outreach_per_day: -1 }'),
               "roster_file": self.write("roster.textproto", 'owners { display_name: "x" }')}
        for service, key in (("scoring", "model_file"), ("scoring", "policy_file"), ("query", "model_file"),
                             ("query", "policy_file"), ("notification", "policy_file"), ("enrichment", "roster_file")):
            with self.subTest(service=service, key=key):
                faults = self.said(service, **{key: bad[key]})
                self.assertTrue(faults)
                for fault in faults:
                    self.assertTrue(fault.startswith(f"{key}: {bad[key]}: "), fault)
                    self.assertNotRegex(fault, r"textproto:\d")  # it could be read

    def test_a_key_that_is_too_short_is_told_by_its_length(self):
        short = self.write("short.key", "secret")
        self.assertEqual(self.said("enrichment", identity_key_file=short),
                         [f"identity_key_file: {short}: has 6 bytes, a key needs 32"])

    def test_a_region_is_two_letters(self):
        self.assertEqual(self.said("enrichment", more='default_region: "DE"'), [])
        self.assertEqual(self.said("enrichment", more='default_region: "deu"'),
                         ['default_region: "deu"; allowed: two letters of ISO 3166, as "DE"'])

    def test_a_roster_has_owners_and_their_phones_are_the_regions(self):
        nobody = self.write("nobody.textproto", 'domains: "ours.example"')
        for service in ("enrichment", "scoring"):
            with self.subTest(service):
                self.assertEqual(self.said(service, roster_file=nobody), [f"roster_file: {nobody}: has no owners"])
        phone = self.write("phone.textproto", 'owners { owner_id: "eve" identifiers { kind: IDENTIFIER_KIND_PHONE raw: "030 1234567" } }')
        self.assertEqual(self.said("enrichment", more='default_region: "DE"', roster_file=phone), [])
        self.assertEqual(self.said("enrichment", roster_file=phone),
                         [f"roster_file: {phone}: roster: owner eve: identifiers[0] has no normal form"])

    def test_each_address_has_a_port_and_each_that_listens_its_own(self):
        for service in KEYS:
            with self.subTest(service):
                self.assertEqual(self.said(service, kafka="kafka", runtime='metrics_address: "127.0.0.1"'),
                                 [f'runtime.kafka_bootstrap_servers: "kafka"; allowed: {SERVERS}',
                                  'runtime.metrics_address: "127.0.0.1"; allowed: host:port of a loopback address, as 127.0.0.1:7411'])
                self.assertEqual(self.said(service, runtime='metrics_address: "127.0.0.1:7" http_address: "127.0.0.1:7"'),
                                 ['runtime.http_address: "127.0.0.1:7"; allowed: another port than runtime.metrics_address\'s'])
        self.assertEqual(self.said("query", more='metrics_addresses { key: "scoring" value: "127.0.0.1:1,scoring-2" }'),
                         [f'metrics_addresses[scoring]: "scoring-2"; allowed: {SERVERS}'])

    def test_postgres_is_told_without_its_password(self):
        secret = "postgres: holds a secret as {}; allowed: none, the user's password in the file that PGPASSFILE or passfile= names"
        password, key = secret.format("password"), secret.format("sslpassword")
        unread = 'postgres: cannot be read; allowed: as "host=/run/postgresql dbname=tend user=tend"'
        for service in ("enrichment", "query"):
            for conninfo, fault in (("host=db password=xyzzy", password), ("postgresql://tend:xyzzy@db/tend", password),
                                    ("host=db sslpassword=xyzzy", key), ("postgresql://tend@db/tend?sslpassword=xyzzy", key),
                                    ("host=db passwort=xyzzy", unread), ("xyzzy", unread), ("", "postgres: is empty")):
                with self.subTest(service=service, conninfo=conninfo):
                    self.assertEqual(self.said(service, postgres=conninfo), [fault])
            self.assertEqual(self.said(service, postgres="postgresql://tend@db/tend?passfile=/etc/tend/pgpass"), [])

    def test_what_sources_name_is_told_for_each(self):
        secret = self.write("secrets", "whsec_notbase64!")
        sources = "".join(f'sources {{ name: "{name}" {text} }}\n' for name, text in (
            ("a", 'mapping: "no/such.textproto"'), ("b", 'mapping: "nonsense"'), ("c", 'secrets_file: "no/such"'),
            ("d", f'secrets_file: "{secret}"'), ("e", 'secrets_environment: "TEND_NO_SUCH"'),
            ("f", f'secrets_file: "{secret}" secrets_environment: "TEND_NO_SUCH"')))
        faults = self.said("ingest", more=sources + 'inbox { mapping: "no/inbox.textproto" }', runtime='http_address: "127.0.0.1:0"')
        self.assertEqual([fault.partition(": ")[0] for fault in faults],
                         ["sources[0].mapping", "sources[1].mapping", "sources[2].secrets_file", "sources[3].secrets_file",
                          "sources[4].secrets_environment", "sources[5].secrets_environment", "inbox.mapping"])
        for fault, named in zip(faults, ("no/such.textproto", "nonsense", "no/such", secret, "TEND_NO_SUCH", "TEND_NO_SUCH",
                                         "no/inbox.textproto")):
            self.assertIn(named, fault)
        self.assertNotIn("notbase64", str(faults))

    def test_files_of_tls_are_told_for_every_service(self):
        bad = self.write("server.pem", "secret")
        for service in KEYS:
            with self.subTest(service):
                self.assertEqual(self.said(service, runtime=f'tls {{ certificate_file: "{bad}" key_file: "no/such.key" }}'),
                                 [f"runtime.tls.certificate_file: {bad}: holds no certificate in PEM",
                                  "runtime.tls.key_file: no/such.key: cannot be read"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BIN = Path(sys.argv.pop(1)).resolve()
    unittest.main()
