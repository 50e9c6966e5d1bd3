# SPDX-License-Identifier: Apache-2.0
"""The citizens' scenarios in the city's data file: same decision, reasons, duties and needs, by file and by HTTP.

The data and its mapping script lie beside the conformance data and are read there.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import data_rules
import support

OUTCOME = {"permit": "permit", "permit_with_obligations": "permit", "needs_verification": "conditional", "deny": "deny"}
KINDS = {"market_stall", "garden_lot", "school_street_event", "youth_space", "urban_glamping", "expert_training",
         "care_exchange"}
COMMONS = os.path.join(support.ROOT, "policies", "yongin")
PLUGINS = os.path.join(support.ROOT, "plugins")
ENGLISH = dict(os.environ, LC_ALL="C.UTF-8")


def as_case(context):
    """The answer over HTTP in the terms of `hyangyak test --json`."""
    shown = [r for r in context["reasons"] if r.get("rule") and r["effect"] != "permit"]
    return {"outcome": context["outcome"],
            "reasons": {r["rule"].split("#")[1] for r in shown},
            "duties": {d["type"] for d in context["duties"]},
            "needs": {n["kind"] + ":" + n["id"] for n in context["needs"]}}


def coverage():
    """Of each shipped rule: in how many scenarios of the folder it was true, in how many false."""
    done = support.run("test", COMMONS, "--plugins", PLUGINS, env=ENGLISH)
    rows = re.findall(r"^ +(\d+) +(\d+) +\d+  (\S+#\S+)", done.stdout, re.M)
    return {rule: (int(true), int(false)) for true, false, rule in rows}


class Domain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shared = os.path.join(support.conformance(), "..")
        source = os.path.join(shared, "domain", "scenarios.json")
        script = os.path.join(shared, "design", "examples", "map-scenarios.py")
        if not (os.path.exists(source) and os.path.exists(script)):
            raise unittest.SkipTest("no domain data beside the conformance data")
        cls.folder = tempfile.TemporaryDirectory(prefix="hyk-domain-")
        cls.file = os.path.join(cls.folder.name, "cases.json")
        subprocess.run([sys.executable, script, source, cls.file], check=True)
        with open(source, encoding="utf-8") as f:
            whole = json.load(f)
        cls.whole, cls.script = whole, script
        cls.data, cls.rules = whole["scenarios"], whole["rules"]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def expected(self, s):
        e = s["expected"]
        return {"outcome": OUTCOME[e["decision"]], "reasons": {r.lower() for r in e["reasons"]},
                "duties": set(e["obligations"]), "needs": set(e["pending"])}

    def test_by_file(self):
        done = support.run("test", "--json", "--commons", COMMONS, "--plugins", PLUGINS, self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = {c["name"]: c for c in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(len(lines), len(self.data))
        self.assertEqual({s["asset_kind"] for s in self.data}, KINDS)
        for s in self.data:
            got = lines[s["id"]]
            with self.subTest(s["id"]):
                self.assertEqual({"outcome": got["outcome"], "reasons": set(got["reasons"]),
                                  "duties": set(got["duties"]), "needs": set(got["needs"])}, self.expected(s))

    def test_over_http(self):
        with open(self.file, encoding="utf-8") as f:
            cases = {c["name"]: c for c in json.load(f)["cases"]}
        with support.Server(COMMONS, PLUGINS) as server:
            token = server.token("author", "yongin", "decide,dry_run")
            for s in self.data:
                case = dict(cases[s["id"]])
                case.pop("name")
                case.update(action={"name": case["action"]}, dry_run=True, as_scenario=True)
                answer = server.ask("POST", "/access/v1/evaluation", case, token=token)
                with self.subTest(s["id"]):
                    self.assertEqual(answer.status, 200, answer.body)
                    context = answer.json()["context"]
                    self.assertEqual(as_case(context), self.expected(s))
                    self.assertNotIn("record", context)
                    self.assertEqual(answer.json()["decision"], context["outcome"] == "permit")

    def test_changed_scenarios_give_what_the_rules_say_literally(self):
        """1,500 of them, with every figure of the rules met, missed by one, and passed by one."""
        changer = data_rules.Changer(self.whole, 20260506)
        made = [changer.make("case-%d" % i) for i in range(1500)]
        # Whoever only enrols is not asked for what the teacher of the course must have.
        made = [s for s in made if s["request"]["action"] != "enrol"]
        source, cases = (os.path.join(self.folder.name, name) for name in ("changed.json", "changed-cases.json"))
        with open(source, "w", encoding="utf-8") as f:
            json.dump({"scenarios": made}, f)
        subprocess.run([sys.executable, self.script, source, cases], check=True)
        done = support.run("test", "--json", "--commons", COMMONS, "--plugins", PLUGINS, cases)
        self.assertEqual(done.returncode, 0, done.stderr[:2000])
        lines = {c["name"]: c for c in map(json.loads, done.stdout.splitlines())}
        outcomes = set()
        for s in made:
            got, want = lines[s["id"]], data_rules.decide(self.rules, s)
            outcomes.add(want["outcome"])
            with self.subTest(s["id"], scenario=s):
                self.assertEqual({"outcome": got["outcome"], "reasons": set(got["reasons"]),
                                  "duties": set(got["duties"]), "needs": set(got["needs"])}, want)
        self.assertEqual(outcomes, {"permit", "conditional", "deny"})

    def test_the_second_reading_agrees_with_the_data(self):
        for s in self.data:
            with self.subTest(s["id"]):
                self.assertEqual(data_rules.decide(self.rules, s), self.expected(s))

    def test_every_rule_of_the_data_is_shipped(self):
        """Under its own id, with its code or what it asks for; the engine's own two are built in."""
        done = support.run("test", COMMONS, "--plugins", PLUGINS, "--no-coverage", env=ENGLISH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        shipped = {r.rsplit("#")[1] for r in coverage()}
        self.assertEqual({r["id"].lower() for r in self.rules} - shipped, {"g-busy", "g-discretion"})


class Coverage(unittest.TestCase):
    def test_every_rule_is_true_in_one_scenario_and_false_in_another(self):
        rows = coverage()
        self.assertGreater(len(rows), 90)
        self.assertEqual([r for r, (true, false) in rows.items() if not (true and false)], [])


if __name__ == "__main__":
    support.main()
