#!/usr/bin/env python3
"""What operators install, looked at by the tools that read it there: promtool the alarms, systemd-analyze the units.

Exit status 77, which ctest shows as skipped, where neither tool is installed.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from check_metrics import expressions_of_dashboard

TOP = Path(__file__).resolve().parents[2]
ALERTS, UNITS = TOP / "deploy/alerts", TOP / "deploy/systemd"
DASHBOARD = TOP / "deploy/dashboards/tend.json"
SKIPPED = 77
SERVICES = ("ingest", "enrichment", "scoring@", "notification", "query")
EXPOSURE = 2.5  # of 10, as `systemd-analyze security` counts
PROMTOOL, SYSTEMD = shutil.which("promtool"), shutil.which("systemd-analyze")


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


@unittest.skipUnless(PROMTOOL, "no promtool: install the package prometheus (deploy/packages.txt)")
class AlarmsTest(unittest.TestCase):
    def test_the_rules_are_rules(self):
        code, said = run(PROMTOOL, "check", "rules", ALERTS / "tend.rules.yml")
        self.assertEqual(code, 0, said)

    def test_each_alarm_rings_when_it_should(self):
        code, said = run(PROMTOOL, "test", "rules", ALERTS / "tend_rules_test.yml")
        self.assertEqual(code, 0, said)

    def test_each_alarm_is_tested(self):
        rules, tests = ((ALERTS / name).read_text() for name in ("tend.rules.yml", "tend_rules_test.yml"))
        for alarm in re.findall(r"- alert: (\w+)", rules):
            self.assertRegex(tests, rf"alertname: {alarm}\n +exp_alerts:\n", f"{alarm} never rings in tend_rules_test.yml")

    def test_the_dashboard_asks_in_promql(self):
        """As rules that record: Grafana's variables filled in, promtool reads nothing else."""
        asked = [e.replace("$__rate_interval", "1m").replace("$service", ".*")
                 for e in expressions_of_dashboard(json.loads(DASHBOARD.read_text()))]
        self.assertGreater(len(asked), 10)
        rules = [{"record": f"panel_{at}", "expr": expression} for at, expression in enumerate(asked)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "panels", "rules": rules}]}, file)  # JSON is YAML
            file.flush()
            code, said = run(PROMTOOL, "check", "rules", file.name)
        self.assertEqual(code, 0, said)


@unittest.skipUnless(SYSTEMD, "no systemd-analyze: install the package systemd")
class UnitsTest(unittest.TestCase):
    def setUp(self):
        """The units with a program that there is in place of ours, instance 1 of what is a template."""
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for service in SERVICES:
            text = (UNITS / f"tend-{service}.service").read_text()
            text, count = re.subn(rf"^ExecStart=/usr/bin/tend-{service.strip('@')} ", "ExecStart=/bin/true ", text, flags=re.MULTILINE)
            self.assertEqual(count, 1, service)
            (self.folder / f"tend-{service}.service").write_text(text)
        self.units = [self.folder / f"tend-{service}{'1' if service.endswith('@') else ''}.service" for service in SERVICES]

    def test_systemd_understands_them(self):
        code, said = run(SYSTEMD, "verify", "--man=no", *self.units)
        ours = [line for line in said.splitlines() if "tend-" in line]
        self.assertEqual((code, ours), (0, []), said)

    def test_they_are_shut_in(self):
        code, said = run(SYSTEMD, "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", "--no-pager",
                         *(self.folder / f"tend-{service}.service" for service in SERVICES))
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    if not PROMTOOL and not SYSTEMD:
        print("skipped: neither promtool (package prometheus) nor systemd-analyze is installed")
        sys.exit(SKIPPED)
    unittest.main()
