#!/usr/bin/env python3
"""Checks that alerts and dashboards ask for metrics that there are, and that the runbook knows every alarm.

  tests/lint/check_metrics.py [ROOT]

The names are those of common/runtime/metric_names.h; a histogram is asked for by its _bucket, _sum and _count. One line
a fault: `file:line: what: what to do`. Exit status 1 when there is any.
"""

import json
import re
import sys
from pathlib import Path

HEADER, RULES, RUNBOOK = "common/runtime/metric_names.h", "deploy/alerts/*.yml", "docs/runbook.md"
DASHBOARDS = "deploy/dashboards/*.json"
NO_METRIC = "not a metric of " + HEADER

KIND = re.compile(r"// (Counter|Gauge|Histogram)s\b")
NAME = re.compile(r'inline constexpr char k\w+\[\] = "(\w+)";')
OURS = re.compile(r"\btend_\w+")
KEYWORDS = {"and", "or", "unless", "offset", "bool", "inf", "nan"}
# What holds no metric: strings, label matchers, ranges, lists of labels.
NO_NAMES = (re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''), re.compile(r"\{[^}]*\}"), re.compile(r"\[[^\]]*\]"),
            re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([\w\s,]*\)"), re.compile(r"\bgroup_(?:left|right)\b"))
# A name that is no function's and no part of a number or duration.
IDENTIFIER = re.compile(r"(?<![\w$.:])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])")
ALERT = re.compile(r"^\s*- alert: (\w+)\s*$")
EXPR = re.compile(r"^(\s*)(?:- )?expr: *(.*)$")


def series_of(header):
    """What can be asked for."""
    kind, series = None, set()
    for line in header.splitlines():
        if found := KIND.search(line):
            kind = found[1]
        if found := NAME.search(line):
            series.update([found[1]] if kind != "Histogram" else [found[1] + suffix for suffix in ("_bucket", "_sum", "_count")])
    return series


def metrics_in(expression):
    """The metrics that a PromQL expression asks for."""
    if "__name__" in expression:
        yield "__name__"
    for pattern in NO_NAMES:
        expression = pattern.sub(" ", expression)
    for found in IDENTIFIER.finditer(expression):
        if found[1].lower() not in KEYWORDS:
            yield found[1]


def expressions_of_rules(text):
    """(line, expression) of each rule."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if not (found := EXPR.match(line)):
            continue
        if found[2] not in ("|", "|-", ">", ">-"):
            yield at + 1, found[2]
            continue
        block = []
        for deeper in lines[at + 1:]:
            if deeper.strip() and len(deeper) - len(deeper.lstrip()) <= len(found[1]):
                break
            block.append(deeper)
        yield at + 1, "\n".join(block)


def expressions_of_dashboard(value):
    """Those of all panels and variables, however deep."""
    if isinstance(value, list):
        for each in value:
            yield from expressions_of_dashboard(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            elif key == "query" and isinstance(inner, str) and (found := re.match(r"label_values\((.*),\s*\w+\)$", inner)):
                yield found[1]
            else:
                yield from expressions_of_dashboard(inner)


def line_of(text, word):
    return next((at for at, line in enumerate(text.splitlines(), 1) if re.search(rf"\b{re.escape(word)}\b", line)), 1)


def check_names(path, text, expressions, series):
    """(line, what, what to do) of each name that is none of ours."""
    asked = [(line, name) for line, expression in expressions for name in metrics_in(expression)]
    if not asked:
        yield 1, "asks for no metric", "this check has nothing to hold on to"
    families = series | {re.sub("_(bucket|sum|count)$", "", name) for name in series}
    mentioned = [(line_of(text, name), name) for name in OURS.findall(text) if name not in families]
    for line, name in sorted(set(asked + mentioned)):
        if name not in series and (name not in families or (line, name) in asked):
            yield line, f"{name} is {NO_METRIC}", "name one of those, or add it there and set it"


def check_runbook(rules, runbook):
    headings = set(re.findall(r"^#+ (Tend\w+)", runbook, re.MULTILINE))
    alerts = {}
    for path, text in rules:
        for line, row in enumerate(text.splitlines(), 1):
            if found := ALERT.match(row):
                alerts[found[1]] = (path, line)
    for alert, (path, line) in alerts.items():
        if alert not in headings:
            yield path, line, f"the alarm {alert} has no section in {RUNBOOK}", "write what it means and the first three steps"
    for heading in headings - alerts.keys():
        yield RUNBOOK, line_of(runbook, heading), f"there is no alarm {heading}", "remove its section, or write the rule"


def check(root):
    """All faults below root as sorted lines."""
    root = Path(root)
    series = series_of((root / HEADER).read_text())
    faults, rules = set(), []
    for path in sorted(root.glob(RULES)):
        text, name = path.read_text(), str(path.relative_to(root))
        if re.search(r"^groups:", text, re.MULTILINE):
            rules.append((name, text))
            faults.update((name, *fault) for fault in check_names(name, text, list(expressions_of_rules(text)), series))
    dashboards = sorted(root.glob(DASHBOARDS))
    for path in dashboards:
        text, name = path.read_text(), str(path.relative_to(root))
        expressions = [(line_of(text, next(iter(metrics_in(e)), "expr")), e) for e in expressions_of_dashboard(json.loads(text))]
        faults.update((name, *fault) for fault in check_names(name, text, expressions, series))
    if not (series and rules and dashboards):
        faults.add((HEADER, 1, "no names, no rules or no dashboard", f"they are in {HEADER}, {RULES}, {DASHBOARDS}"))
    faults.update(check_runbook(rules, (root / RUNBOOK).read_text()))
    return [f"{path}:{line}: {what}: {remedy}" for path, line, what, remedy in sorted(faults)]


def main():
    faults = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(faults) if faults else "metrics: alerts, dashboards and runbook know the same ones")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
