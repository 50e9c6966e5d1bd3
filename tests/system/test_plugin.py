# SPDX-License-Identifier: Apache-2.0
"""hyangyak plugin list, check and try; every example of plugins/README.md; the template; hostile scripts by the command."""
import glob
import hashlib
import json
import os
import re
import shutil
import tempfile
import unittest

import support

COMMONS = os.path.join(support.ROOT, "policies", "yongin")
PLUGINS = os.path.join(support.ROOT, "plugins")
ENGLISH = dict(os.environ, LC_ALL="C.UTF-8")
KOREAN = dict(os.environ, LC_ALL="ko_KR.UTF-8")
KEYS = {"outcome", "value", "units", "heap_peak", "micros", "jail"}
OUTCOMES = {"ok", "error", "budget", "memory", "deadline", "bad-result", "reject-load"}
MEMBER = {"role": "member", "subject": "alice@example.net", "amount": 42}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-plugin-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def plugin(self, *args, env=None, **more):
        return support.run("plugin", *args, env=ENGLISH if env is None else env, **more)

    def attempt(self, file, hook="BODY", request=None, *more):
        """The lines of `plugin try`, which must be all that it prints."""
        args = ["try", file, "--hook", hook, *more]
        if request is not None:
            args += ["--request", self.write("R.json", json.dumps(request))]
        done = self.plugin(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.endswith("\n"))
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for line in lines:
            self.assertEqual(set(line) - {"message", "log"}, KEYS)
            self.assertIn(line["outcome"], OUTCOMES)
            self.assertIn(line["jail"], ("alive", "replaced"))
        return lines

    def body(self, text, request=None, *more):
        return self.attempt(self.write("body.lua", text), "BODY", request, *more)


SMALL = """return plugin {
  name = "thing.chair", version = "2.1.0", api = 1,
  title = { ko = "의자", en = "Chair" },
  reads = { "context.party_size", "resource.seats" },
  asset_type {
    name = "thing.chair", extends = "asset", title = { ko = "의자", en = "Chair" },
    facts = {
      seats = { type = "int", min = 1, default = 1 },
      rating = { type = "double", optional = true },
      checked = { type = "bool", proof = "evidence", by = "steward" },
      colour = { type = "string" },
    },
    context = {
      over = { type = "int", default = 0, source = "hook" },
      lent = { type = "int", source = "record" },
    },
    actions = { sit = { extends = "use", properties = { soft = { type = "bool", default = false } } } },
  },
  duty "dust" { title = { ko = "먼지 털기", en = "Dust it" }, terms = { fee = { type = "int", unit = "KRW" } } },
  hooks = {
    liability = function(req) return owe("dust", { fee = 5, owed_by = "subject", due = "after" }) end,
    permit = function(req)
      if req.context.party_size > req.resource.seats then return forbid("FULL", { ko = "가득", en = "Full" }) end
    end,
    enrich = function(req)
      log("seats " .. req.resource.seats)
      return { over = req.context.party_size - req.resource.seats }
    end,
  },
}
"""


class Check(Folder):
    def test_what_a_plugin_defines(self):
        file = self.write("chair/plugin.lua", SMALL)
        done = self.plugin("check", self.path("chair"), "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        view = json.loads(done.stdout)
        [p] = view["plugins"]
        self.assertEqual((p["name"], p["version"], p["file"]), ("thing.chair", "2.1.0", file))
        self.assertEqual(p["digest"], hashlib.sha256(SMALL.encode()).hexdigest())
        self.assertEqual(p["title"], {"ko": "의자", "en": "Chair"})
        self.assertEqual(p["reads"], ["context.party_size", "resource.seats"])
        self.assertEqual(p["hooks"], ["enrich", "permit", "liability"])
        [t] = p["asset_types"]
        self.assertEqual((t["name"], t["extends"], t["registered"]), ("thing.chair", "asset", True))
        facts = {f["path"]: f for f in t["facts"]}
        self.assertEqual({k: f["presence"] for k, f in facts.items()}, {
            "resource.seats": "default", "resource.rating": "optional", "resource.checked": "proof",
            "resource.colour": "required", "context.over": "default", "context.lent": "source"})
        self.assertEqual(facts["resource.seats"]["default"], 1)
        self.assertEqual((facts["resource.checked"]["proof"], facts["resource.checked"]["by"]), ("evidence", "steward"))
        self.assertEqual((facts["context.over"]["source"], facts["context.lent"]["source"]), ("hook", "record"))
        [a] = t["actions"]
        self.assertEqual((a["name"], a["extends"], [f["path"] for f in a["facts"]]), ("sit", "use", ["action.soft"]))
        [d] = p["duties"]
        self.assertEqual((d["name"], d["terms"]), ("dust", [{"name": "fee", "type": "int"}]))
        self.assertEqual(view["hook_order"], [{"asset_type": "thing.chair", "hooks": [
            {"hook": h, "plugin": "thing.chair"} for h in ("enrich", "permit", "liability")]}])
        for env, words in ((ENGLISH, ("asset type thing.chair < asset (Chair)", "proof evidence, by steward",
                                      "must be given", "duty dust")), (KOREAN, ("의자", "의무 dust"))):
            done = self.plugin("check", self.path("chair"), env=env)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for word in words:
                self.assertIn(word, done.stdout)

    def test_all_that_is_wrong_with_its_place(self):
        text = (SMALL.replace('type = "double", optional', 'type = "doubel", optional')
                .replace('colour = { type = "string" }', "colour = {}").replace('extends = "use"', 'extends = "uses"'))
        self.write("chair/plugin.lua", text)
        done = self.plugin("check", self.path("chair"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        found = re.findall(r"plugin\.lua:(\d+):\d+: error: .*\[HYK-\d{4}\]", done.stderr)
        self.assertEqual(sorted(int(n) for n in found), [9, 11, 17], done.stderr)
        self.assertIn("오류", self.plugin("check", self.path("chair"), env=KOREAN).stderr)

    def test_a_slip_in_reads(self):
        self.write("chair/plugin.lua", SMALL.replace('reads = { "context.party_size"', 'reads = { "context.party_sise"'))
        done = self.plugin("check", self.path("chair"))
        self.assertEqual(done.returncode, 0)
        self.assertIn("plugin.lua:4:14: warning: 'reads' names 'context.party_sise'", done.stderr)
        self.assertIn("did you mean 'context.party_size'", done.stderr)
        self.assertIn("[HYK-0566]", done.stderr)
        self.assertIn("asset type thing.chair", done.stdout)

    def test_neighbours(self):
        self.write("p/chair/plugin.lua", SMALL)
        self.write("p/stool/plugin.lua", 'return plugin { name = "thing.stool", version = "1.0.0", api = 1,\n'
                   '  asset_type { name = "thing.stool", extends = "thing.chair", facts = { legs = { type = "int", default = 3 } } },\n'
                   '  hooks = { permit = function() return nil end } }\n')
        alone = self.plugin("check", self.path("p/stool"))
        self.assertEqual(alone.returncode, 3)
        self.assertIn("thing.chair", alone.stderr)
        done = self.plugin("check", self.path("p/stool"), "--plugins", self.path("p"), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        view = json.loads(done.stdout)
        self.assertEqual([p["name"] for p in view["plugins"]], ["thing.stool"])
        self.assertEqual([f["path"] for f in view["plugins"][0]["asset_types"][0]["facts"]], ["resource.legs"])
        # The stages in turn, in each the general plugin before the special one.
        self.assertEqual([(h["hook"], h["plugin"]) for h in view["hook_order"][0]["hooks"]], [
            ("enrich", "thing.chair"), ("permit", "thing.chair"), ("permit", "thing.stool"),
            ("liability", "thing.chair")])
        listed = json.loads(self.plugin("list", "--plugins", self.path("p"), "--json").stdout)
        self.assertEqual([p["name"] for p in listed["plugins"]], ["thing.chair", "thing.stool"])
        self.assertEqual(listed["hook_order"][1], view["hook_order"][0])

    def test_list(self):
        done = self.plugin("list", "--plugins", PLUGINS)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("space.garden 1.0.0", "space.market-stall 1.0.0", "order of hooks", "space.garden: enrich"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("thing.tool", done.stdout)  # the template
        listed = json.loads(self.plugin("list", "--plugins", PLUGINS, "--json").stdout)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", p["digest"]) for p in listed["plugins"]))
        os.mkdir(self.path("none"))
        done = self.plugin("list", "--plugins", self.path("none"), "--json")
        self.assertEqual(json.loads(done.stdout), {"plugins": [], "hook_order": []})

    def test_exit_codes(self):
        self.write("empty/README.md", "nothing")
        bad = self.write("bad/plugin.lua", "return plugin {\n  name = 'x'\n  version = '1'\n}\n")
        for args, code in (((), 2), (("lisst",), 2), (("check",), 2), (("check", "a", "b"), 2), (("list", "a"), 2),
                           (("check", "--colour", "a"), 2), (("check", self.path("nowhere")), 4),
                           (("check", self.path("empty")), 4), (("check", bad), 4), (("check", self.path("bad")), 3),
                           (("list", "--plugins", self.path("nowhere")), 4), (("list", "--plugins", self.folder), 3),
                           (("list", "--plugins", PLUGINS, "--jail", "/nowhere"), 4), (("--help",), 0),
                           (("list", "--help"), 0), (("check", "--help"), 0), (("try", "--help"), 0)):
            with self.subTest(" ".join(args)):
                done = self.plugin(*args)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stdout == "", code != 0)
                self.assertEqual(done.stderr == "", code == 0)


class Try(Folder):
    def test_outcomes_of_a_body(self):
        for text, outcome, value in (
                ("return permit()", "ok", {"answer": "permit"}), ("return nil", "ok", None), ("", "ok", None),
                ("return forbid('NO', 'no')", "ok", {"answer": "forbid", "code": "NO", "text": "no"}),
                ("return 'allow'", "bad-result", "allow"), ("return true", "bad-result", True),
                ("return function() end", "bad-result", None), ("error('stop', 0)", "error", None),
                ("while true do end", "budget", None), ("local s = 'x' while true do s = s .. s end", "memory", None),
                ("return return", "reject-load", None), ("\x1bLua", "reject-load", None),
                ("-- " + "x" * 70000, "reject-load", None)):
            with self.subTest(text[:30]):
                [line] = self.body(text)
                self.assertEqual((line["outcome"], line["value"]), (outcome, value), line)
                self.assertEqual("message" in line, outcome != "ok")
        [line] = self.body("error('my own words', 0)")
        self.assertIn("my own words", line["message"])
        [line] = self.body("\n\nreturn return")
        self.assertRegex(line["message"], r"body\.lua:3: ")

    def test_a_body_gets_the_whole_request(self):
        text = "return { a = req.deep.list[2], n = req.n, s = req['한글'] }"
        [line] = self.body(text, {"deep": {"list": [1, 2.5]}, "n": None, "한글": "값"})
        self.assertEqual(line["value"], {"a": 2.5, "s": "값"})
        [line] = self.body("return { kind = type(req), n = req.x == nil }")
        self.assertEqual(line["value"], {"kind": "table", "n": True})
        [line] = self.body("return { kind = type(req) }", None, "--request", self.write("null.json", "null"))
        self.assertEqual(line["value"], {"kind": "nil"})

    def test_calls_are_alike(self):
        lines = self.body("count = (count or 0) + 1; return { n = count, s = tostring({}) }", MEMBER, "--repeat", "7")
        self.assertEqual(len(lines), 7)
        for line in lines:
            del line["micros"]
        self.assertEqual(lines, [lines[0]] * 7)
        self.assertEqual(lines[0]["value"]["n"], 1)
        self.assertTrue(lines[0]["units"] > 0 and lines[0]["heap_peak"] > 0)

    def test_nothing_it_prints_arrives(self):
        for text in ("log('XYZZY') return nil", "print('XYZZY')", "io.stderr:write('XYZZY')", "warn('XYZZY')"):
            with self.subTest(text):
                file = self.write("body.lua", text)
                done = self.plugin("try", file, "--hook", "BODY")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertNotIn("XYZZY", done.stdout)
        [line] = self.body("log('XYZZY')", None, "--log")
        self.assertEqual(line["log"].strip(), "XYZZY")

    def test_a_hook_of_a_plugin(self):
        file = self.write("chair/plugin.lua", SMALL)
        request = {"context": {"party_size": 3, "secret": 1}, "resource": {"seats": 2}}
        [line] = self.attempt(file, "enrich", request, "--log")
        self.assertEqual((line["outcome"], line["value"], line["log"].strip()), ("ok", {"over": 1}, "seats 2"))
        [line] = self.attempt(file, "permit", request)
        self.assertEqual(line["value"], {"answer": "forbid", "code": "FULL", "text": {"ko": "가득", "en": "Full"}})
        [line] = self.attempt(file, "liability", request)
        self.assertEqual(line["value"]["duty"], "dust")
        [line] = self.attempt(file, "verify", request)
        self.assertEqual(line["outcome"], "reject-load")
        self.assertIn("no such hook", line["message"])
        # What is not declared is not handed over, and asking for it is an error.
        asks = SMALL.replace("return { over = req.context.party_size - req.resource.seats }",
                             "return { over = req.context.secret }")
        self.assertNotEqual(asks, SMALL)
        [line] = self.attempt(self.write("asks/plugin.lua", asks), "enrich", request)
        self.assertEqual((line["outcome"], line["value"]), ("error", None))
        self.assertIn("context.secret", line["message"])

    def test_a_plugin_that_does_not_fit_does_not_load(self):
        file = self.write("chair/plugin.lua", SMALL.replace('extends = "asset"', 'extends = "thing.seat"'))
        [line] = self.attempt(file, "enrich", {})
        self.assertEqual(line["outcome"], "reject-load")
        self.assertIn("thing.seat", line["message"])
        self.write("p/seat/plugin.lua", 'return plugin { name = "thing.seat", version = "1.0.0", api = 1,\n'
                   '  asset_type { name = "thing.seat", extends = "asset" } }\n')
        [line] = self.attempt(file, "enrich", {"context": {"party_size": 1}, "resource": {"seats": 1}}, "--plugins",
                              self.path("p"))
        self.assertEqual((line["outcome"], line["value"]), ("ok", {"over": 0}))

    def test_events(self):
        event = {"name": "claim", "amount": 500000, "cause": "user_fault", "at": "2026-05-10T05:00:00Z"}
        agreement = {"evidence": {"before": ["p1"]}, "checked_out": "2026-05-09T05:00:00Z"}
        stall = os.path.join(PLUGINS, "space.market-stall", "plugin.lua")
        [line] = self.attempt(stall, "verify", {"event": event, "agreement": agreement}, "--plugins", PLUGINS)
        self.assertEqual(line["value"], {"answer": "accept"})
        late = dict(agreement, checked_out="2026-05-01T05:00:00Z")
        [line] = self.attempt(stall, "verify", {"event": event, "agreement": late}, "--plugins", PLUGINS)
        self.assertEqual(line["value"]["code"], "CLAIM_TOO_LATE")
        [line] = self.attempt(stall, "on_event", {"event": event, "agreement": agreement}, "--plugins", PLUGINS)
        self.assertEqual((line["value"]["duty"], line["value"]["terms"]["amount"]), ("compensation", 300000))

    def test_bad_input(self):
        good = self.write("good.lua", "return nil")
        for name, args, code in (
                ("no file", ("--hook", "BODY"), 2), ("no hook", (good,), 2), ("two files", (good, good, "--hook", "BODY"), 2),
                ("hook", (good, "--hook", "body"), 2), ("option", (good, "--hook", "BODY", "--colour", "1"), 2),
                ("no value", (good, "--hook"), 2), ("missing", (self.path("no.lua"), "--hook", "BODY"), 4),
                ("a folder", (self.folder, "--hook", "BODY"), 3),
                ("no request", (good, "--hook", "BODY", "--request", self.path("no.json")), 4),
                ("no jail", (good, "--hook", "BODY", "--jail", self.path("no")), 4),
                ("no jail for a plugin", (good, "--hook", "permit", "--jail", self.path("no")), 4),
                ("not a jail", (good, "--hook", "BODY", "--jail", "/bin/true"), 4),
                *(("repeat " + n, (good, "--hook", "BODY", "--repeat", n), 2) for n in
                  ("0", "-1", "x", "", "1.5", "1000001", "99999999999999999999"))):
            with self.subTest(name):
                done = self.plugin("try", *args)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertEqual(done.stdout, "")
                errors = [line for line in done.stderr.splitlines() if not line.startswith(" ")]
                self.assertEqual(len(errors), 1, done.stderr)
        for text in ("", "[1", "[1]", "7", '{"a": 1, "a": 2}', '{"a": "\\ud800"}', b'{"a": "\xff"}',
                     "[" * 10000 + "]" * 10000, '{"a": "' + "x" * 2000000 + '"}'):
            with self.subTest(str(text)[:20]):
                done = self.plugin("try", good, "--hook", "BODY", "--request", self.write("R.json", text))
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr[:300])
                self.assertEqual(len([s for s in done.stderr.splitlines() if not s.startswith(" ")]), 1, done.stderr[:500])
        # JSON that is well but too large for a hook is an outcome.
        [line] = self.body("return nil", {"a": "x" * 40000})
        self.assertEqual(line["outcome"], "error")
        self.assertIn("request", line["message"])


def head(text, key):
    found = re.search(r"^-- %s:(.*)$" % key, text, re.M)
    return found.group(1).strip() if found else ""


class Params(Folder):
    TEXT = """return plugin { name = "a.b", version = "1.0.0", api = 1, title = { ko = "가", en = "A" },
  params = { cap = { type = "int", default = 7, min = 1, max = 100 },
             mode = { type = "string", default = "x", one_of = { "x", "y" } } },
  asset_type { name = "a.b", extends = "asset", title = { ko = "가", en = "A" } },
  hooks = { permit = function(req) return forbid("C" .. params.cap, params.mode) end } }
"""

    def test_other_than_the_defaults(self):
        file = self.write("a.b/plugin.lua", self.TEXT)
        for given, want in ((None, ("C7", "x")), ('{"cap": 9}', ("C9", "x")), (' {"cap": 100, "mode": "y"}', ("C100", "y")),
                            (self.write("p.json", '{"mode": "y"}'), ("C7", "y"))):
            [line] = self.attempt(file, "permit", None, *(() if given is None else ("--params", given)))
            self.assertEqual((line["outcome"], line["value"]["code"], line["value"]["text"]), ("ok", *want))
        [line] = self.body("log(params.a.b)", None, "--params", '{"a": {"b": 3}}', "--log")
        self.assertEqual((line["outcome"], line["log"]), ("ok", "3\n"))

    def test_what_the_plugin_does_not_declare(self):
        file = self.write("a.b/plugin.lua", self.TEXT)
        for given, words in (('{"cap": "9"}', ["parameter 'cap'", "HYK-0583"]), ('{"cap": 0}', ["'cap'", "HYK-0583"]),
                             ('{"cap": 101, "mod": 1}', ["'cap'", "HYK-0583", "'mod' is no parameter", "HYK-0582"]),
                             ('{"mode": "z"}', ["'mode'", "HYK-0583"]), ('{', ["HYK-0201"]),
                             (self.write("l.json", "[1]"), ["must be an object"])):
            done = self.plugin("try", file, "--hook", "permit", "--params", given)
            self.assertEqual((done.returncode, done.stdout), (3, ""), given)
            for word in words:
                self.assertIn(word, done.stderr)
        self.assertEqual(self.plugin("try", file, "--hook", "permit", "--params", self.path("none")).returncode, 4)


class Hostile(Folder):
    """EXPECT assumes that a short text is an answer. Here it is refused, so `ok` and `same` mean that, too."""

    def run_folder(self, folder):
        canary = os.path.join(folder, "_canary.lua")
        files = sorted(f for f in glob.glob(os.path.join(folder, "*.lua")) if f != canary)
        self.assertGreater(len(files), 40)
        request = self.write("R.json", json.dumps(MEMBER))
        for file in files:
            with open(file, "rb") as f:
                text = f.read().decode("utf-8", "replace")
            expect = set(re.split(r"\s*\|\s*", head(text, "EXPECT")))
            if expect & {"ok", "same"}:
                expect |= {"ok", "bad-result"}
            repeat = max(2, int(head(text, "REPEAT") or 1))
            with self.subTest(os.path.basename(file)):
                runs = []
                for _ in range(2):  # two processes
                    done = self.plugin("try", file, "--hook", "BODY", "--request", request, "--repeat", str(repeat))
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    runs.append([json.loads(line) for line in done.stdout.splitlines()])
                lines = runs[0] + runs[1]
                self.assertEqual(len(lines), 2 * repeat)
                for line in lines:
                    self.assertIn(line["outcome"], expect, line)
                    self.assertNotIn("PWNED", json.dumps(line["value"]))
                    self.assertLessEqual(line["heap_peak"], 256 * 1024)
                    self.assertEqual(line["jail"], "alive")
                    del line["micros"]
                    self.assertEqual(line, lines[0])
        if os.path.exists(canary):
            for line in self.attempt(canary, "BODY", MEMBER, "--repeat", "3"):
                self.assertEqual(line["value"], "allow")

    def test_shared_scripts(self):
        self.run_folder(support.conformance("sandbox"))

    def test_our_scripts(self):
        self.run_folder(os.path.join(support.ROOT, "tests", "sandbox"))


def blocks(language):
    with open(os.path.join(PLUGINS, "README.md"), encoding="utf-8") as f:
        return re.findall(r"^```%s\n(.*?)^```$" % language, f.read(), re.M | re.S)


class Guide(Folder):
    def test_every_example_in_lua(self):
        found = blocks("lua")
        whole = [b for b in found if b.startswith("return plugin")]
        parts = [b for b in found if b.strip().startswith("workflow")]
        self.assertEqual((len(whole), len(parts), len(found)), (1, 1, 3))
        self.write("part/plugin.lua", """return plugin { name = "part", version = "1.0.0", api = 1, title = "Part",
            asset_type { name = "part", extends = "asset", title = "Part", actions = { reserve = { extends = "use" } } },
            %s }""" % parts[0])
        done = self.plugin("check", self.path("part"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for i, text in enumerate(whole):
            self.write("e%d/plugin.lua" % i, text)
            done = self.plugin("check", self.path("e%d" % i))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("space.rooftop 1.0.0", done.stdout)
        request, answer = [json.loads(b) for b in blocks("json")]
        [line] = self.attempt(self.path("e0/plugin.lua"), "enrich", request)
        self.assertEqual(set(line), set(answer))
        for key in ("outcome", "value", "jail"):
            self.assertEqual(line[key], answer[key])
        for text in found:
            if text not in whole + parts:
                [line] = self.body(text, {"context": {"party_size": 20}})
                self.assertEqual((line["outcome"], line["value"]), ("ok", None))
                [line] = self.body(text, {"context": {"party_size": 21}})
                self.assertEqual((line["outcome"], line["value"]["code"]), ("ok", "CROWDED"))

    def test_its_rules_and_scenarios(self):
        shutil.copytree(COMMONS, self.path("c"))
        shutil.copytree(PLUGINS, self.path("p"))
        self.write("p/space.rooftop/plugin.lua", blocks("lua")[0])
        policy, scenarios = blocks("yaml")
        self.write("c/rooftops.yaml", policy)
        self.write("c/rooftops-scenarios.yaml", scenarios)
        done = support.run("test", self.path("c"), "--plugins", self.path("p"), env=ENGLISH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("pass Twenty-four\npass Twenty-five\n", done.stdout)

    def test_what_it_says_can_be_called_can_be(self):
        with open(os.path.join(PLUGINS, "README.md"), encoding="utf-8") as f:
            text = f.read()
        lists = [line for line in text.splitlines() if re.match(r"    (assert|\w+\.\{)", line)]
        names = lists[0].split()
        for library, members in re.findall(r"(\w+)\.\{([^}]*)\}", "\n".join(lists[1:])):
            names += [library + "." + m for m in members.split()]
        self.assertGreater(len(names), 50)
        for name in names + ["permit", "forbid", "need", "owe"]:
            self.assertEqual(self.body("assert(%s) return nil" % name)[0]["outcome"], "ok", name)
        for name in ("require", "load", "pcall", "next", "setmetatable", "coroutine", "os", "io"):
            self.assertEqual(self.body("if %s then return 'here' end" % name)[0]["value"], None, name)

    def test_the_template(self):
        template = os.path.join(PLUGINS, "template")
        done = self.plugin("check", template)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        shutil.copytree(PLUGINS, self.path("p"))
        without = support.run("test", COMMONS, "--plugins", self.path("p"), "--json", env=ENGLISH)
        self.assertEqual(without.returncode, 0, without.stderr)
        self.assertNotIn("three days", without.stdout)
        shutil.copytree(template, self.path("p", "thing.tool"))
        done = support.run("test", COMMONS, "--plugins", self.path("p"), "--json", env=ENGLISH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        more = [json.loads(line) for line in done.stdout.splitlines()[len(without.stdout.splitlines()):]]
        self.assertEqual([(c["name"], c["outcome"]) for c in more], [
            ("Exactly three days are fine", "permit"), ("One minute more is too long", "deny")])


if __name__ == "__main__":
    support.main()
