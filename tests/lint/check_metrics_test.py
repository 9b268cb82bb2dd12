#!/usr/bin/env python3
"""Our own alerts and dashboard pass check_metrics.py, and it finds what is wrong with others."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import check_metrics

TOP = Path(__file__).resolve().parents[2]
NAMES = """// Counters, each with the label service.
inline constexpr char kReceived[] = "tend_received_total";  // records taken in
// Gauges.
inline constexpr char kUp[] = "tend_up";
// Histograms.
inline constexpr char kLatency[] = "tend_latency_seconds";
"""
RULE = "groups:\n  - name: tend\n    rules:\n      - alert: TendGone\n        expr: {}\n        for: 1m\n"
RUNBOOK = "# Runbook\n## TendGone\nLook.\n"


def board(*expressions):
    return json.dumps({"panels": [{"targets": [{"expr": each}]} for each in expressions]}, indent=1)


def faults(rule="tend_up == 0", dashboard=None, runbook=RUNBOOK, names=NAMES):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {"common/runtime/metric_names.h": names, "deploy/alerts/a.rules.yml": RULE.format(rule),
                           "deploy/dashboards/d.json": dashboard or board("tend_up"), "docs/runbook.md": runbook}.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_text(text)
        return check_metrics.check(folder)


class CheckMetricsTest(unittest.TestCase):
    def test_our_own_have_no_fault(self):
        self.assertEqual(check_metrics.check(TOP), [])

    def test_expressions_of_known_names_have_no_fault(self):
        for rule in ("tend_up{service=\"other_name\"} == 0", "absent(tend_up) or sum by (service, le) (rate(tend_received_total[5m])) > 1e3",
                     "histogram_quantile(0.95, sum by (le) (rate(tend_latency_seconds_bucket[10m:1m])))",
                     "label_replace(tend_up, \"to\", \"x_y\", \"\", \"\") unless on (service) tend_up offset 10m",
                     "|\n          tend_up == 0\n            or on (a) group_left tend_latency_seconds_count > inf"):
            with self.subTest(rule):
                self.assertEqual(faults(rule), [])

    def test_a_name_that_is_not_there_is_a_fault_at_its_line(self):
        for rule, name in (("tend_lag_ofsets > 0", "tend_lag_ofsets"), ("up == 0", "up"), ("{__name__=~\"tend_.*\"} > 0", "__name__"),
                           ("|\n          tend_up == 0\n            or process_cpu_seconds_total", "process_cpu_seconds_total"),
                           ("tend_up_bucket", "tend_up_bucket"), ("tend_latency_seconds > 1", "tend_latency_seconds")):
            with self.subTest(rule):
                self.assertEqual([f.partition(" is ")[0] for f in faults(rule)], [f"deploy/alerts/a.rules.yml:5: {name}"])

    def test_a_name_in_a_text_must_be_there_too(self):
        self.assertEqual(len(faults("tend_up == 0\n        annotations: {summary: tend_gone_total rises}")), 1)
        self.assertEqual(faults("tend_up == 0\n        annotations: {summary: tend_latency_seconds rises}"), [])

    def test_dashboards_are_read_to_the_ground(self):
        self.assertEqual(len(faults(dashboard=board("tend_up", "rate(tend_sent_total[$__rate_interval])"))), 1)
        inner = json.dumps({"panels": [{"panels": [{"targets": [{"expr": "node_load1"}]}]}],
                            "templating": {"list": [{"query": "label_values(tend_down, service)"}]}})
        self.assertEqual(len(faults(dashboard=inner)), 2)

    def test_what_asks_for_nothing_is_a_fault(self):
        self.assertEqual(len(faults(dashboard=json.dumps({"panels": []}))), 1)
        self.assertTrue(faults(names="// nothing\n"))

    def test_alarms_and_runbook_know_each_other(self):
        self.assertEqual(len(faults(runbook="# Runbook\n")), 1)
        self.assertEqual(len(faults(runbook=RUNBOOK + "## TendBroken\n")), 1)


if __name__ == "__main__":
    unittest.main()
