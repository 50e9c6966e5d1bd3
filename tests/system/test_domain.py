# SPDX-License-Identifier: Apache-2.0
"""The citizens' scenarios in the city's data file: same decision, reasons, duties and needs, by file and by HTTP.

The data and its mapping script lie beside the conformance data and are read there.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import support

OUTCOME = {"permit": "permit", "permit_with_obligations": "permit", "needs_verification": "conditional", "deny": "deny"}
KINDS = {"market_stall", "garden_lot"}  # the kinds that have policies so far
COMMONS = os.path.join(support.ROOT, "policies", "yongin")
PLUGINS = os.path.join(support.ROOT, "plugins")


def as_case(context):
    """The answer over HTTP in the terms of `hyangyak test --json`."""
    shown = [r for r in context["reasons"] if r.get("rule") and r["effect"] != "permit"]
    return {"outcome": context["outcome"],
            "reasons": {r["rule"].split("#")[1] for r in shown},
            "duties": {d["type"] for d in context["duties"]},
            "needs": {n["kind"] + ":" + n["id"] for n in context["needs"]}}


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
            cls.data = json.load(f)["scenarios"]

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
        compared = 0
        for s in self.data:
            got = lines[s["id"]]
            if s["asset_kind"] not in KINDS:
                self.assertEqual((got["outcome"], got["codes"]), ("deny", ["UNKNOWN_TYPE"]), s["id"])
                continue
            compared += 1
            with self.subTest(s["id"]):
                self.assertEqual({"outcome": got["outcome"], "reasons": set(got["reasons"]),
                                  "duties": set(got["duties"]), "needs": set(got["needs"])}, self.expected(s))
        self.assertGreaterEqual(compared, 10)

    def test_over_http(self):
        with open(self.file, encoding="utf-8") as f:
            cases = {c["name"]: c for c in json.load(f)["cases"]}
        with support.Server(COMMONS, PLUGINS) as server:
            token = server.token("author", "yongin", "decide,dry_run")
            for s in self.data:
                if s["asset_kind"] not in KINDS:
                    continue
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


if __name__ == "__main__":
    support.main()
