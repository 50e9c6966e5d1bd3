# SPDX-License-Identifier: Apache-2.0
"""What happens to jails of the running program, and who hears of it."""
import ctypes
import errno
import json
import os
import platform
import shutil
import signal
import struct
import subprocess
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
    """The numbers of the program's jail processes."""
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
        for _ in range(10):  # the jails of other workers may still be broken
            answer = self.sit(server, "chair").json()
        self.assertTrue(answer["decision"])


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


def refuse(number, first=None):
    """What a child runs before its program: from then on this system call fails, as on a kernel without it."""
    def code(op, k, yes=0, no=0):
        return struct.pack("HBBI", op, yes, no, k)

    load, equal, give = 0x20, 0x15, 0x06
    lines = [code(load, 0), code(equal, number, 0, 3 if first is not None else 1)]
    if first is not None:
        lines += [code(load, 16), code(equal, first, 0, 1)]
    lines += [code(give, 0x00050000 | errno.ENOSYS), code(give, 0x7fff0000)]
    program = b"".join(lines)
    library = ctypes.CDLL(None, use_errno=True)

    def run():
        text = ctypes.create_string_buffer(program)
        filters = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(text))
        if library.prctl(38, 1, 0, 0, 0) or library.prctl(22, 2, filters, 0, 0):
            os._exit(99)
    return run


@unittest.skipUnless(platform.machine() == "x86_64", "system calls are numbered for x86-64 here")
class Unsafe(Town):
    """Without any one of its walls there is no jail, and without a jail no plugin."""

    walls = {"closing descriptors": (436, None), "giving up Landlock": (444, None), "Landlock's restriction": (446, None),
             "limits": (302, None), "the timestamp counter": (157, 26), "the filter": (317, None),
             "no new privileges": (157, 38), "dying with the engine": (157, 1), "no dumps": (157, 4)}

    def test_each_wall(self):
        file = os.path.join(self.folder, "plugins", "bench", "plugin.lua")
        steps = set()
        walls = dict(self.walls)
        if os.environ.get("HYK_SANITIZER"):
            del walls["limits"]  # a program with sanitizers asks for its own limits, and ends
        for what, call in walls.items():
            with self.subTest(what):
                done = support.run("plugin", "try", file, "--hook", "permit", preexec_fn=refuse(*call))
                self.assertEqual((done.returncode, done.stdout), (4, ""), what + ": " + done.stderr)
                self.assertIn("HYK-0520", done.stderr)
                self.assertIn("Function not implemented", done.stderr)
                steps.add(done.stderr.splitlines()[0])
        # Landlock's two calls are one step; all others have names of their own.
        self.assertEqual(len(steps), len(walls) - 1, steps)

    def test_the_server_does_not_start(self):
        for number in (444, 317):
            done = support.run("serve", "--commons", os.path.join(self.folder, "commons"), "--plugins",
                               os.path.join(self.folder, "plugins"), "--state", os.path.join(self.folder, "state"),
                               "--listen", "127.0.0.1:0", preexec_fn=refuse(number))
            self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
            self.assertIn("HYK-0520", done.stderr)

    def test_in_korean(self):
        done = support.run("plugin", "check", os.path.join(self.folder, "plugins", "bench"), preexec_fn=refuse(444),
                           env=dict(os.environ, LC_ALL="ko_KR.UTF-8"))
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stderr, "플러그인")


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "only root becomes somebody else")
class OrdinaryUser(Town):
    def setUp(self):
        super().setUp()
        # Where everybody may look: the folder for temporary files may be root's own.
        public = tempfile.mkdtemp(prefix="hyk-jail-", dir="/tmp")
        self.addCleanup(shutil.rmtree, public, True)
        self.folder = shutil.copytree(self.folder, os.path.join(public, "town"))
        for folder in (public, self.folder):
            os.chmod(folder, 0o755)
        for name in ("hyangyak", "hyangyak-jail", "tests/unit/sandbox/test_lockdown"):
            path = os.path.join(os.path.dirname(support.HYANGYAK), name)
            if os.path.exists(path):
                shutil.copy(path, self.folder)

    def as_nobody(self, *command):
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command], cwd="/",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=support.GUARD_S)

    def test_plugins_run(self):
        done = self.as_nobody(os.path.join(self.folder, "hyangyak"), "plugin", "try",
                              os.path.join(self.folder, "plugins", "bench", "plugin.lua"), "--hook", "permit")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["outcome"], "ok")

    def test_the_walls_stand(self):
        program = os.path.join(self.folder, "test_lockdown")
        if not os.path.exists(program) or os.environ.get("HYK_SANITIZER"):
            self.skipTest("the test of the walls is not built")
        done = self.as_nobody(program)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Try(Town):
    """One call after the other by the command; its jail breaks meanwhile."""

    def test_a_jail_that_breaks_is_told(self):
        self.process = subprocess.Popen([support.HYANGYAK, "plugin", "try", os.path.join(
            self.folder, "plugins", "bench", "plugin.lua"), "--hook", "permit", "--repeat", "1000000"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.kill)
        seen = []
        for line in self.process.stdout:
            call = json.loads(line)
            if call["outcome"] == "ok":
                self.assertEqual(call["jail"], "alive")
                if not seen or seen[-1] != "ok":
                    seen.append("ok")
                    hit(self, signal.SIGSEGV)
            elif call["outcome"] == "deadline":
                self.assertEqual((call["jail"], call["value"]), ("replaced", None))
                self.assertIn("replaced", call["message"])
                seen.append("deadline")
            else:
                self.assertEqual((call["outcome"], call["message"]), ("reject-load", "the plugin is in quarantine"))
                break
        self.assertEqual([s for s in seen if s != "ok"], ["deadline"] * 3)


if __name__ == "__main__":
    support.main()
