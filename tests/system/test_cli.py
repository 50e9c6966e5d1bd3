# SPDX-License-Identifier: Apache-2.0
"""The commands and their exit codes: 0 yes, 1 no, 2 usage, 3 invalid input, 4 environment; and what they say of bad input."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import support

COMMONS = os.path.join(support.ROOT, "policies", "yongin")
PLUGINS = os.path.join(support.ROOT, "plugins")
ENGLISH = dict(os.environ, LC_ALL="C.UTF-8")
KOREAN = dict(os.environ, LC_ALL="ko_KR.UTF-8")
POTLUCK = {
    "subject": {"type": "person", "id": "mina"}, "action": {"name": "host_potluck"},
    "resource": {"type": "space.garden", "id": "lot-7"},
    "context": {"start": "2026-05-09T12:00:00+09:00", "end": "2026-05-09T15:00:00+09:00", "party_size": 6}}


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-cli-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def decide(self, request, **more):
        text = request if isinstance(request, str) else json.dumps(request)
        return support.run("decide", "--commons", COMMONS, "--plugins", PLUGINS, "--request", "-", input=text,
                           env=ENGLISH, **more)

    def test_help_and_usage(self):
        self.assertEqual(support.run("--help").returncode, 0)
        for command in ("serve", "check", "test", "decide", "explain", "eval", "token"):
            done = support.run(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("--", done.stdout)
        done = support.run("deside", env=ENGLISH)
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean 'decide'", done.stderr)
        self.assertEqual(support.run("decide", "--colour", env=ENGLISH).returncode, 2)
        self.assertEqual(support.run().returncode, 2)

    def test_decide_is_what_the_server_says(self):
        done = self.decide(POTLUCK)
        self.assertEqual(done.returncode, 0, done.stderr)
        alone = json.loads(done.stdout)
        self.assertTrue(alone["decision"])
        texts = [r["text"] for r in alone["context"]["reasons"]]
        self.assertTrue(texts and all(t["ko"] and t["en"] for t in texts))
        with support.Server(COMMONS, PLUGINS) as server:
            token = server.token("cli", "yongin", "decide,dry_run")
            asked = dict(POTLUCK, dry_run=True, now=alone["context"]["now"])
            served = server.ask("POST", "/access/v1/evaluation", asked, token=token).json()
        served["context"]["ruleset"] = alone["context"]["ruleset"]  # a folder has no version
        self.assertEqual(served, alone)

    def test_decide_exit_code_says_no(self):
        request = json.loads(json.dumps(POTLUCK))
        request["context"]["open_flame"] = True
        done = self.decide(request)
        self.assertEqual(done.returncode, 1)
        context = json.loads(done.stdout)["context"]
        self.assertEqual(context["outcome"], "deny")
        self.assertEqual(context["reasons"][0]["code"], "OPEN_FLAME")
        self.assertEqual(context["offers"][0]["set"], {"context.open_flame": False})

    def test_explain_shows_every_rule_and_fact(self):
        done = support.run("explain", "--commons", COMMONS, "--plugins", PLUGINS, "--request", "-",
                           input=json.dumps(POTLUCK))
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = json.loads(done.stdout)
        text = json.dumps(trace, ensure_ascii=False)
        for part in ("gd-fire", "g-id", "context.open_flame", "subject.identity", "registry", "verified"):
            self.assertIn(part, text)

    def test_explain_message(self):
        done = support.run("explain", "HYK-0101", env=ENGLISH)
        self.assertEqual(done.returncode, 0)
        self.assertIn("FILE_OPEN", done.stdout)
        self.assertIn("열 수 없습니다", support.run("explain", "HYK-0101", env=KOREAN).stdout)
        self.assertEqual(support.run("explain", "HYK-9998").returncode, 1)

    def test_bad_requests(self):
        deep = "[" * 10000 + "]" * 10000
        for name, text in {
                "truncated": json.dumps(POTLUCK)[:-20], "duplicate": '{"subject":{"type":"a","type":"b"}}',
                "deep": deep, "number": '{"subject": 123456789012345678901234567890}', "empty": "", "list": "[]",
                "missing": '{"subject": {"type": "person"}}', "surrogate": '{"subject": "\\ud800"}',
                "wrong type": json.dumps(dict(POTLUCK, context=dict(POTLUCK["context"], party_size="many")))}.items():
            with self.subTest(name):
                done = self.decide(text)
                self.assertEqual(done.returncode, 3, done.stdout)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_ten_megabytes(self):
        done = self.decide('{"a": "' + "x" * 10_000_000 + '"}')
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout, "")

    def check(self, *args, env=ENGLISH):
        return support.run("check", *args, "--plugins", PLUGINS, env=env)

    def test_check(self):
        done = self.check(COMMONS)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ok: 10 commons", done.stdout)
        self.assertEqual(self.check("/nowhere").returncode, 4)

    def test_all_errors_of_a_folder_at_once(self):
        self.write("c/commons.yaml", "commons: town\ntitle: Town\nzone: Asia/Seoul\nlanguages: [ko, en]\n")
        rules = "".join(
            "  - id: r%d\n    effect: forbid\n    when: context.partysize > %d\n    because: {ko: 가, en: b}\n" % (i, i)
            for i in range(100))
        self.write("c/many.yaml", "policy: many\ncommons: town\nlayer: commons\ntitle: T\n"
                   "applies_to: {assets: [space.garden], actions: [use]}\nrules:\n" + rules)
        self.write("c/key.yaml", "policy: key\ncommons: town\nlayer: commons\ntitel: T\n"
                   "applies_to: {assets: [space.gardn], actions: [use]}\nrules: []\n")
        done = self.check(os.path.join(self.folder, "c"))
        self.assertEqual(done.returncode, 3)
        where = re.findall(r"^(\S+):(\d+):(\d+): error: .*\[HYK-(\d{4})\]$", done.stderr, re.M)
        lines = {int(line) for file, line, _, _ in where if file.endswith("many.yaml")}
        self.assertEqual(len(lines), 100, done.stderr[:2000])
        self.assertEqual({int(c) for f, _, c, _ in where if f.endswith("many.yaml")}, {11})
        self.assertIn("did you mean 'context.party_size'", done.stderr)
        self.assertIn("did you mean 'space.garden'", done.stderr)
        self.assertIn("did you mean 'title'", done.stderr)
        korean = self.check(os.path.join(self.folder, "c"), env=KOREAN)
        self.assertIn("오류", korean.stderr)

    def test_one_bad_file_each(self):
        head = "policy: p\ncommons: town\nlayer: commons\ntitle: T\napplies_to: {assets: [space.garden], actions: [use]}\n"
        rule = "rules:\n  - id: r\n    effect: permit\n    because: {ko: 가, en: b}\n"
        for name, text in {
                "tab": head + "rules:\n\t- id: r\n", "duplicate": head + "title: U\n" + rule,
                "anchor": head + "rules: &x []\n", "not utf-8": (head + rule).encode() + b"# \xff\xfe\n",
                "effect": head + rule.replace("permit", "allow"), "syntax": head + rule + "    when: context.start >\n",
                "type": head + rule + "    when: context.party_size\n", "mixed": head + rule + "    when: context.party_size > 'a'\n",
                "bang": head + rule + "    when: !context.open_flame\n", "two": head + rule + "---\n" + head + rule,
                "list": "- a\n- b\n"}.items():
            with self.subTest(name):
                shutil.rmtree(os.path.join(self.folder, "c"), ignore_errors=True)
                self.write("c/commons.yaml", "commons: town\ntitle: Town\nzone: Asia/Seoul\nlanguages: [ko, en]\n")
                self.write("c/p.yaml", text)
                done = self.check(os.path.join(self.folder, "c"))
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                self.assertRegex(done.stderr, r"p\.yaml:\d+:\d+: error: .* \[HYK-\d{4}\]")

    def test_two_policies_of_one_id(self):
        self.write("c/commons.yaml", "commons: town\ntitle: Town\nzone: Asia/Seoul\nlanguages: [ko, en]\n")
        text = ("policy: p\ncommons: town\nlayer: commons\ntitle: T\n"
                "applies_to: {assets: [space.garden], actions: [use]}\n"
                "rules:\n  - id: r\n    effect: permit\n    because: {ko: 가, en: b}\n")
        self.write("c/a.yaml", text)
        self.write("c/b.yaml", text)
        done = self.check(os.path.join(self.folder, "c"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("a.yaml", done.stderr)
        self.assertIn("b.yaml", done.stderr)

    def test_bad_plugins(self):
        self.write("c/commons.yaml", "commons: town\ntitle: Town\nzone: Asia/Seoul\nlanguages: [ko, en]\n")
        for name, lua in {
                "syntax": "return plugin {\n  name = 'x'\n  version = '1'\n}\n", "loop": "while true do end\n",
                "memory": "local s = 'x'\nwhile true do s = s .. s end\n", "not a plugin": "return 42\n",
                "io": "local f = io.open('/etc/passwd')\nreturn plugin {}\n", "bytecode": b"\x1bLua\x54\x00"}.items():
            with self.subTest(name):
                self.write("plugins/x/plugin.lua", lua)
                done = support.run("check", os.path.join(self.folder, "c"), "--plugins",
                                   os.path.join(self.folder, "plugins"), env=ENGLISH)
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                self.assertRegex(done.stderr, r"plugin\.lua.*\[HYK-05\d\d\]")

    def test_failing_scenario_is_a_no(self):
        file = self.write("s.yaml", "scenarios: s\ncases:\n  - name: wrong\n    commons: yongin/giheung/garden-3\n"
                          "    now: 2026-04-28T10:00:00+09:00\n    subject: {type: person, id: mina, properties: {identity: true, age: 27}}\n"
                          "    resource: {type: space.garden, id: lot-7, properties: {decision_mode: rule_bound}}\n"
                          "    action: host_potluck\n    context: {start: 2026-05-02T12:00:00+09:00, end: 2026-05-02T15:00:00+09:00}\n"
                          "    expect: {outcome: deny}\n")
        done = support.run("test", "--commons", COMMONS, "--plugins", PLUGINS, file, env=ENGLISH)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("FAIL wrong", done.stdout)
        self.assertIn("outcome: expected deny, got permit", done.stdout)
        with open(file, encoding="utf-8") as f:
            text = f.read()
        file = self.write("s.yaml", text.replace("outcome: deny", "by: [gd-fier]"))
        done = support.run("test", "--commons", COMMONS, "--plugins", PLUGINS, file, env=ENGLISH)
        self.assertEqual(done.returncode, 3)
        self.assertIn("did you mean 'gd-fire'", done.stderr)

    def test_one_wrong_case_keeps_nobody_from_the_others(self):
        case = ("  - {name: %s, subject: {type: person, id: mina, properties: {identity: true, age: %s}}, expect: {outcome: permit},"
                " action: %s}\n")
        file = self.write("s.yaml", "scenarios: s\ngiven:\n  commons: yongin/giheung/garden-3\n  now: 2026-04-28T10:00:00+09:00\n"
                          "  resource: {type: space.garden, id: lot-7, properties: {decision_mode: rule_bound}}\n"
                          "  context: {start: 2026-05-02T12:00:00+09:00, end: 2026-05-02T15:00:00+09:00}\ncases:\n"
                          + case % ("wrong", "old", "host_potluck") + case % ("right", 27, "host_potluck")
                          # What only the other action is told may stand in the given of both.
                          + case % ("no time", 27, "co_garden"))
        done = support.run("test", "--commons", COMMONS, "--plugins", PLUGINS, file, env=ENGLISH)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("s.yaml:8:", done.stderr)
        self.assertIn("FAIL wrong", done.stdout)
        self.assertIn("pass right", done.stdout)
        self.assertIn("pass no time", done.stdout)

    def test_own_scenarios_pass(self):
        done = support.run("test", COMMONS, "--plugins", PLUGINS, env=ENGLISH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(" 0 failed", done.stdout)
        for form, sign in (("--tap", "1.."), ("--junit", "<testsuite")):
            done = support.run("test", COMMONS, "--plugins", PLUGINS, form, env=ENGLISH)
            self.assertEqual(done.returncode, 0)
            self.assertIn(sign, done.stdout)

    def test_tokens(self):
        state = os.path.join(self.folder, "state")
        add = ["token", "add", "--state", state, "--commons", "yongin", "--rights", "decide"]
        first = support.run(*add, "--name", "booking")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(os.stat(os.path.join(state, "tokens")).st_mode & 0o777, 0o600)
        with open(os.path.join(state, "tokens"), encoding="utf-8") as f:
            self.assertNotIn(first.stdout.strip(), f.read())
        self.assertEqual(support.run(*add, "--name", "booking").returncode, 3)
        wrong = support.run("token", "add", "--state", state, "--name", "x", "--commons", "yongin", "--rights", "decid",
                            env=ENGLISH)
        self.assertEqual(wrong.returncode, 3)
        self.assertIn("decide", wrong.stderr)
        self.assertIn("booking", support.run("token", "list", "--state", state).stdout)
        self.assertEqual(support.run("token", "remove", "--state", state, "--name", "booking").returncode, 0)
        self.assertEqual(support.run("token", "list", "--state", state).stdout, "")


class Serving(unittest.TestCase):
    """What can be wrong with the place it is started in."""

    def serve(self, state, listen="127.0.0.1:0", *more):
        return support.run("serve", "--commons", COMMONS, "--plugins", PLUGINS, "--state", state, "--listen", listen,
                           *more, env=ENGLISH)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-serve-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.state = os.path.join(self.folder, "state")

    def refused(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        said = [line for line in done.stderr.splitlines() if "HYK-" in line or "hyangyak serve:" in line]
        self.assertEqual(len(said), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_port_in_use(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            port = s.getsockname()[1]
            self.refused(self.serve(self.state, "127.0.0.1:%d" % port), 4, str(port))
        self.assertFalse(os.path.exists(self.state))

    def test_state_held_by_another_engine(self):
        with support.Server(COMMONS, PLUGINS, state=self.state):
            self.refused(self.serve(self.state), 4, self.state)

    def test_state_without_rights(self):
        path = os.path.join(self.folder, "file")
        with open(path, "w", encoding="utf-8") as f:
            f.write("not a folder")
        self.refused(self.serve(os.path.join(path, "state")), 4)

    def test_no_state(self):
        for state in ([], ["--state", ""]):
            done = support.run("serve", "--commons", COMMONS, *state, env=ENGLISH)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr.count("--state"), 1, done.stderr)

    def test_a_caller_cannot_say_what_the_commons_knows_of_its_asset(self):
        """Neither who decides, nor what may be done there: the registry says it, silent or not."""
        lease = dict(POTLUCK, action={"name": "lease_plot"}, subject={"type": "person", "id": "junho"})
        with support.Server(COMMONS, PLUGINS, state=self.state) as server:
            token = server.token("a", "yongin", "decide,vouch")

            def ask(request, **properties):
                resource = dict(request["resource"], properties=properties)
                return server.ask("POST", "/access/v1/evaluation", dict(request, resource=resource), token=token).json()

            for properties in ({}, {"decision_modes": {"lease_plot": "rule_bound"}}, {"decision_mode": "private"},
                               {"owner": "private"}):
                answer = ask(lease, **properties)
                self.assertEqual(answer["context"]["outcome"], "conditional", properties)
                self.assertIn("officer", [n["id"] for n in answer["context"]["needs"]], properties)
                self.assertEqual(sorted(answer["context"].get("ignored", [])),
                                 sorted("resource." + k for k in properties))
            fire = dict(POTLUCK, context=dict(POTLUCK["context"], open_flame=True))
            self.assertEqual(ask(fire, cooking_zone=True)["context"]["outcome"], "deny")

    def test_second_start_needs_no_folder_and_keeps_decisions(self):
        with support.Server(COMMONS, PLUGINS, state=self.state) as server:
            token = server.token("a", "yongin", "decide")
            first = server.ask("POST", "/access/v1/evaluation", POTLUCK, token=token).json()
            self.assertTrue(first["decision"])
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        with support.Server(empty, empty, state=self.state) as server:
            again = server.ask("GET", "/v1/decisions/" + first["context"]["id"], token=token).json()
            self.assertEqual(again, first)
            second = server.ask("POST", "/access/v1/evaluation", POTLUCK, token=token).json()
            self.assertEqual(second["context"]["record"]["index"], first["context"]["record"]["index"] + 1)
            self.assertEqual(second["context"]["ruleset"], 1)

    def test_dev_state_is_its_own(self):
        with support.Server(COMMONS, PLUGINS, state=self.state):
            pass
        self.refused(self.serve(self.state, "127.0.0.1:0", "--dev"), 3, "--dev")

    def test_full_disk(self):
        """On a small disk of its own: 503 and no decision when it is full, nothing answered is lost, and it recovers."""
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk],
                                               stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        with support.Server(COMMONS, PLUGINS, state=os.path.join(disk, "state")) as server:
            token = server.token("a", "yongin", "decide")
            connection = server.connect()
            known, full = [], None
            ballast = os.path.join(disk, "ballast")
            for number in range(20000):
                if number == 20:
                    with open(ballast, "wb", buffering=0) as f:
                        try:
                            while True:
                                f.write(b"x" * 4096)
                        except OSError:
                            pass  # full
                a = server.ask("POST", "/access/v1/evaluation", POTLUCK, token=token, connection=connection)
                if a.status != 200:
                    full = a
                    break
                known.append(a.json()["context"]["id"])
            self.assertIsNotNone(full, "it never filled up")
            self.assertEqual(full.status, 503)
            self.assertNotIn(b"decision\":true", full.body)
            self.assertEqual(server.ask("GET", "/readyz").status, 503)
            server.await_log("record.failed")
            os.remove(ballast)
            for ident in known:
                self.assertEqual(server.ask("GET", "/v1/decisions/" + ident, token=token).status, 200)
            # The first tries may find the file being opened again; the promise is only that it comes back.
            for _ in range(200):
                a = server.ask("POST", "/access/v1/evaluation", POTLUCK, token=token)
                if a.status == 200:
                    break
            self.assertEqual(a.status, 200)
            self.assertEqual(server.ask("GET", "/readyz").status, 200)
            server.await_log("record.recovered")


class Dev(unittest.TestCase):
    def test_a_broken_text_never_replaces_the_last_good_one(self):
        folder = tempfile.mkdtemp(prefix="hyk-dev-")
        self.addCleanup(shutil.rmtree, folder, True)
        commons = os.path.join(folder, "yongin")
        shutil.copytree(COMMONS, commons)
        rules = os.path.join(commons, "giheung", "garden-3", "potluck.yaml")
        with open(rules, encoding="utf-8") as f:
            text = f.read()
        server = support.Server(commons, PLUGINS, options=["--dev"])
        with server:
            token = server.token("a", "yongin", "decide")

            def put(changed):
                with open(rules + ".new", "w", encoding="utf-8") as out:
                    out.write(changed)
                os.replace(rules + ".new", rules)

            def ask():
                return server.ask("POST", "/access/v1/evaluation", POTLUCK, token=token).json()

            first = ask()["context"]
            self.assertEqual((first["ruleset"], first["dev"]), (1, True))
            put(text.replace("effect: permit", "effect: permitt"))
            server.await_log("ruleset.refused")
            self.assertTrue(ask()["decision"])
            self.assertEqual(ask()["context"]["ruleset"], 1)
            put(text.replace("  - id: gd-open\n    effect: permit", "  - id: gd-open\n    effect: forbid"))
            server.await_log("version=2")
            after = ask()
            self.assertEqual((after["decision"], after["context"]["ruleset"]), (False, 2))
            # What was decided under version 1 is still explained under version 1.
            put(text)
            server.await_log("version=3")
            old = server.ask("GET", "/v1/decisions/" + after["context"]["id"], token=token).json()
            self.assertEqual(old, after)


if __name__ == "__main__":
    support.main()
