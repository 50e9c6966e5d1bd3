# SPDX-License-Identifier: Apache-2.0
"""What happens to jails of the running program, and who hears of it."""
import os
import shutil
import signal
import tempfile
import unittest

import support

COMMONS = """commons: town
title: {ko: 마을, en: Town}
zone: Asia/Seoul
languages: [ko, en]
may_decide: [{assets: [asset], actions: ['*']}]
"""
RULES = """policy: seats
commons: town
layer: commons
title: {ko: 앉는 곳, en: Seats}
applies_to: {assets: [asset], actions: [sit]}
rules:
  - id: open
    effect: permit
    because: {ko: 누구나 앉습니다, en: Anyone may sit}
"""
PLUGIN = """return plugin { name = "%(name)s", version = "1.0.0", api = 1, title = { ko = "%(name)s", en = "%(name)s" },
  reads = { "context.n" },
  asset_type { name = "%(name)s", extends = "asset", registered = false, title = { ko = "%(name)s", en = "%(name)s" },
    facts = { decision_mode = { type = "string", default = "private" } },
    context = { n = { type = "int", default = 0 } }, actions = { sit = {} } },
  hooks = { permit = function(req) %(code)s end } }
"""


class Town(unittest.TestCase):
    """A commons with one rule and a plugin for each of `plugins`: name to the inside of its permit hook."""

    plugins = {"bench": "return permit()", "chair": "return permit()"}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-jail-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.write("commons/commons.yaml", COMMONS)
        self.write("commons/policies/seats.yaml", RULES)
        for name, code in self.plugins.items():
            self.write("plugins/%s/plugin.lua" % name, PLUGIN % {"name": name, "code": code})

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def serve(self, *options):
        server = support.Server(os.path.join(self.folder, "commons"), os.path.join(self.folder, "plugins"), options=options)
        server.start()
        self.addCleanup(server.close)
        self.token = server.token("all", "town", "decide,dry_run,auditor")
        return server

    def sit(self, server, name, n=0, connection=None, **more):
        body = {"subject": {"type": "person", "id": "mina"}, "action": {"name": "sit"},
                "resource": {"type": name, "id": name + "-1"}, "context": {"n": n}, **more}
        return server.ask("POST", "/access/v1/evaluation", body, self.token, connection=connection)

    def metric(self, server, name):
        for line in server.ask("GET", "/metrics", token=self.token).body.decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        self.fail(name + " is no metric")


def jails(server):
    """The numbers of the server's jail processes."""
    found = []
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % pid, encoding="latin-1") as f:
                head, tail = f.read().rsplit(")", 1)
        except OSError:
            continue
        if head.endswith("(hyangyak-jail") and int(tail.split()[1]) == server.process.pid and tail.split()[0] != "Z":
            found.append(int(pid))
    return found


def hit(server, sig):
    for pid in jails(server):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            pass


class Killed(Town):
    def test_nobody_is_blamed_and_nothing_is_lost(self):
        server = self.serve()
        for _ in range(10):
            self.assertTrue(jails(server))
            hit(server, signal.SIGKILL)
            for name in ("bench", "chair"):
                answer = self.sit(server, name)
                self.assertEqual((answer.status, answer.json()["decision"]), (200, True), answer.body)
                self.assertNotIn("faults", answer.json()["context"])
        self.assertEqual(self.metric(server, "hyk_plugin_strikes_total"), 0)
        self.assertGreaterEqual(self.metric(server, "hyk_jails_killed_total"), 10)
        self.assertGreaterEqual(self.metric(server, "hyk_jails_replaced_total"), 10)
        self.assertEqual(server.ask("GET", "/readyz").json(), {"ready": True, "ruleset": 1})
        server.await_log("jail.replaced")


class Quarantine(Town):
    def test_it_shows_everywhere(self):
        server = self.serve()
        for _ in range(1000):
            if "quarantined" in server.ask("GET", "/readyz").json():
                break
            # As if the code of the hook had broken them.
            hit(server, signal.SIGSEGV)
            answer = self.sit(server, "bench").json()
            if not answer["decision"]:
                self.assertEqual([(f["code"], f["plugin"]) for f in answer["context"]["faults"]],
                                 [("PLUGIN_TIMEOUT", "bench")])
        self.assertEqual(server.ask("GET", "/readyz").json(), {"ready": True, "ruleset": 1, "quarantined": ["bench"]})
        self.assertEqual(self.metric(server, 'hyk_plugin_quarantined{plugin="bench"}'), 1)
        self.assertEqual(self.metric(server, 'hyk_plugin_quarantined{plugin="chair"}'), 0)
        self.assertEqual(self.metric(server, "hyk_plugin_strikes_total"), 3)
        server.await_log("plugin.quarantined")
        answer = self.sit(server, "bench").json()
        self.assertFalse(answer["decision"])
        context = answer["context"]
        self.assertEqual(context["outcome"], "conditional")
        self.assertEqual(context["faults"], [{"code": "PLUGIN_QUARANTINE", "plugin": "bench",
                                              "message": "the plugin is in quarantine"}])
        # On record, and told the same way whenever it is looked at.
        again = server.ask("GET", "/v1/decisions/" + context["id"], token=self.token)
        self.assertEqual((again.status, again.json()["context"]["faults"]), (200, context["faults"]))
        # The neighbour goes on.
        self.assertTrue(self.sit(server, "chair").json()["decision"])


class Lost(Town):
    def test_readyz_says_why_and_it_mends_itself(self):
        program = os.path.join(self.folder, "hyangyak-jail")
        shutil.copy(os.path.join(os.path.dirname(support.HYANGYAK), "hyangyak-jail"), program)
        server = self.serve("--jail", program)
        self.assertTrue(self.sit(server, "bench").json()["decision"])
        os.rename(program, program + ".away")
        for _ in range(1000):
            hit(server, signal.SIGKILL)
            answer = self.sit(server, "bench").json()
            if not answer["decision"]:
                break
        self.assertEqual(answer["context"]["outcome"], "conditional")
        self.assertEqual([f["code"] for f in answer["context"]["faults"]], ["PLUGIN_ERROR"])
        ready = server.ask("GET", "/readyz")
        self.assertEqual(ready.status, 503)
        self.assertIn("cannot be started", ready.body.decode())
        server.await_log("jail.failed")
        os.rename(program + ".away", program)
        # Looking is enough: nobody need ask for a decision.
        for _ in range(100000):
            ready = server.ask("GET", "/readyz")
            if ready.status == 200:
                break
        self.assertEqual(ready.status, 200)
        server.await_log("jail.recovered")
        self.assertTrue(self.sit(server, "bench").json()["decision"])


if __name__ == "__main__":
    support.main()
