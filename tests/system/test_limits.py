#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The largest, deepest and oddest that can be asked, through each way in: an answer or an error, and never a permit."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import support

CONFORMANCE = os.path.join(os.environ.get("HYK_BUILD", os.path.join(support.ROOT, "build")), "tests", "cel-conformance")
DEPTH, MIB = 10000, 1 << 20
MIN = "(-9223372036854775807 - 1)"

# expression, what comes of it: a value, "error" (of this evaluation), or "refused" (before it)
CASES = [
    *((o * DEPTH + "1" + c * DEPTH, "refused") for o, c in (("(", ")"), ("[", "]"), ("{1:", "}"), ("size(", ")"), 
                                                          ("[1].map(x, ", ")"), ("true ? 1 : ", ""), ("", ".a"), ("", "[0]"))),
    ("!" * DEPTH + "true", True), ("-" * DEPTH + "1", 1),
    ("true && " * DEPTH + "true", True),
    ("1" + " + 1" * DEPTH, "refused"),
    ("size('" + "a" * (MIB - 10) + "')", MIB - 10),
    ("size('" + "a" * MIB + "')", "refused"),
    ("'" + "a" * (MIB - 10), "refused"),
    ("[" + "1," * 400000, "refused"),
    ("size([" + ",".join(map(str, range(DEPTH))) + "])", DEPTH),
    ("[" + ",".join(map(str, range(DEPTH))) + "].exists(x, x == 9999)", True),
    ("9999 in [" + ",".join(map(str, range(DEPTH))) + "]", True),
    (MIN + " / -1", "error"), (MIN + " % -1", "error"), ("-" + MIN, "error"), (MIN + " * -1", "error"), ("1 / 0", "error"),
    ("1 % 0", "error"), ("math.abs(" + MIN + ")", "error"), ("-9223372036854775808 / dyn(-1)", "error"),
    ("size('a\0b')", 3), ("'a\\x00b' == 'a\\u0000b'", True), ("'a\0b'.split('\0') == ['a', 'b']", True),
    ("'a\0b'.matches('^a.b$')", True), ("1\0+ 1", "refused"), ("\0", "refused"),
    ("'\\ud800'", "refused"), ("'\\U0000dfff'", "refused"), ("'\\ud83d\\ude00'", "refused"),
]


class Expressions(unittest.TestCase):
    def test_eval(self):
        for expression, want in CASES:
            done = support.run("eval", "--json", "-", input=expression)
            with self.subTest(expression[:40]):
                if want == "refused":
                    self.assertEqual((done.returncode, done.stdout), (3, ""))
                    self.assertIn("error", done.stderr)
                elif want == "error":
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn("error", json.loads(done.stdout))
                else:
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(json.loads(done.stdout)["value"], want)

    def test_bytes_that_are_no_text(self):
        for text in (b"'\xed\xa0\x80'", b"'\xff'", b"\xc3", b"'\xf4\x90\x80\x80'", b"\xef\xbb\xbf1", b"a\xed\xbf\xbf"):
            done = subprocess.run([support.HYANGYAK, "eval", "-"], input=text, capture_output=True,
                                  timeout=support.GUARD_S)
            self.assertEqual((done.returncode, done.stdout), (3, b""), text)
            done.stderr.decode("utf-8")

    def test_conformance(self):
        """The same through the program that judges CEL."""
        if not os.path.exists(CONFORMANCE) and os.environ.get("HYK_SANITIZER") == "thread":
            self.skipTest("it has no threads and is not built for the tests of threads")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as f:
            for i, (expression, want) in enumerate(CASES):
                f.write(json.dumps({"id": str(i), "expr": expression, "expect": {"error": ""}, "needs": [],
                                    "relevant": True, "tier": "core"}) + "\n")
            f.flush()
            done = subprocess.run([CONFORMANCE, "--answers", f.name], capture_output=True, text=True,
                                  timeout=support.GUARD_S)
        answers = {a["id"]: a for a in map(json.loads, done.stdout.splitlines())}
        self.assertEqual((len(answers), done.stderr), (len(CASES), ""))
        for i, (expression, want) in enumerate(CASES):
            a = answers[str(i)]
            with self.subTest(expression[:40]):
                if want in ("refused", "error"):
                    self.assertIn("error", a)
                else:
                    self.assertEqual(a["value"], {"bool": want} if want is True else {"int": str(want)})

    def test_facts(self):
        for expression, facts, want in [
                ("l.all(a, a >= 0) && size(l) == 10000 && 9999 in l", {"l": list(range(DEPTH))}, True),
                ("m['k9999'] == 9999 && size(m) == 10000", {"m": {"k%d" % i: i for i in range(DEPTH)}}, True),
                ("n / d", {"n": -2**63, "d": -1}, "error"), ("n % d", {"n": -2**63, "d": -1}, "error"),
                ("-n", {"n": -2**63}, "error"), ("size(s)", {"s": "a\0b"}, 3), ("size(s)", {"s": "가" * 300000}, 300000),
                ("s.contains('\\x00')", {"s": "\0"}, True)]:
            with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as f:
                json.dump(facts, f)
                f.flush()
                done = support.run("eval", "--json", "--with", f.name, "-", input=expression)
            answer = json.loads(done.stdout)
            with self.subTest(expression):
                self.assertEqual(answer.get("value", "error" if "error" in answer else None), want)


PLUGIN = """return plugin {
  name = "thing", version = "1.0.0", api = 1, title = { ko = "것", en = "Thing" },
  asset_type {
    name = "thing", extends = "asset", registered = false, title = { ko = "것", en = "Thing" },
    facts = { decision_mode = { type = "string", default = "private" } },
    context = {
      n = { type = "int", default = 0 }, d = { type = "int", default = 1 },
      l = { type = "list<int>", default = {}, max_size = 10000 },
      s = { type = "string", default = "", max_size = 100000 },
    },
    actions = { try = { extends = "use", title = { ko = "써 보기", en = "Try" } } },
  },
}
"""
POLICY = r"""policy: things
commons: town
layer: commons
title: Things
applies_to: {assets: [thing], actions: [try]}
rules:
  - {id: yes, effect: permit, because: Whoever asks may}
  - {id: quotient, effect: forbid, when: context.n / context.d == 5 || context.n % context.d == 7, because: A quotient}
  - {id: member, effect: forbid, when: "9999 in context.l && context.l.exists(x, x == 9998)", because: In the list}
  - {id: text, effect: forbid, when: 'context.s.contains("\x00") || context.s.matches("^(a+)+$")', because: The text}
"""


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="hyk-limits-")
        for path, text in (("plugins/thing/plugin.lua", PLUGIN), ("commons/things.yaml", POLICY),
                           ("commons/commons.yaml", "commons: town\ntitle: Town\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
                            "may_decide: [{assets: [asset], actions: ['*']}]\n")):
            path = os.path.join(cls.folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        cls.server = support.Server(os.path.join(cls.folder, "commons"), os.path.join(cls.folder, "plugins"))
        try:
            cls.server.start()
            cls.token = cls.server.token("booking", "town", "decide")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        shutil.rmtree(cls.folder)

    def ask(self, context):
        """`context` as JSON text; times, so that the action is a use."""
        body = ('{"subject":{"type":"person","id":"a"},"action":{"name":"try"},"resource":{"type":"thing","id":"1"},'
                '"context":{"start":"2026-12-05T12:00:00+09:00","end":"2026-12-05T15:00:00+09:00",'
                '"commons":"town"%s}}' % context)
        return self.server.ask("POST", "/access/v1/evaluation", body.encode("utf-8", "surrogatepass"), self.token)

    def decided(self, context):
        a = self.ask(context)
        self.assertEqual(a.status, 200, (context[:60], a.body[:300]))
        return a.json()["decision"], [r["code"] for r in a.json()["context"].get("reasons", [])]

    def test_all_is_well_without(self):
        self.assertEqual(self.decided("")[0], True)
        self.assertEqual(self.decided(',"n":5')[1], ["QUOTIENT"])

    def test_arithmetic(self):
        for n, d in ((-2**63, -1), (1, 0), (-2**63, 0)):
            self.assertEqual(self.decided(',"n":%d,"d":%d' % (n, d))[0], False, "an error is no permit")
        self.assertEqual(self.decided(',"n":%d,"d":1' % -2**63)[0], True)

    def test_lists(self):
        self.assertEqual(self.decided(',"l":%s' % list(range(DEPTH)))[1], ["MEMBER"])
        self.assertEqual(self.decided(',"l":%s' % list(range(DEPTH - 1)))[0], True)
        self.assertEqual(self.ask(',"l":%s' % list(range(DEPTH + 1))).status, 400, "more than the schema takes")

    def test_texts(self):
        self.assertEqual(self.decided(',"s":"a\\u0000b"')[1], ["TEXT"])
        self.assertEqual(self.decided(',"s":"%s"' % ("a" * 5000))[1], ["TEXT"])
        self.assertEqual(self.decided(',"s":"%sb"' % ("a" * 5000))[0], True)
        self.assertEqual(self.decided(',"s":"\\ud83d\\ude00"')[0], True)
        for s in ('"\\ud800"', '"\\udc00\\ud800"', '"\ud800"', '"a\0b"', '"\x1f"'):
            self.assertEqual(self.ask(',"s":' + s).status, 400, s)

    def test_depth_and_size(self):
        for context in (',"x":' + "[" * DEPTH + "]" * DEPTH, ',"x":' + '{"a":' * DEPTH + "1" + "}" * DEPTH,
                        ',"x":' + "[" * DEPTH):
            self.assertEqual(self.ask(context).status, 400)
        a = self.ask(',"s":"%s"' % ("a" * (2 * MIB)))
        self.assertEqual(a.status, 413)
        self.assertEqual(self.decided("")[0], True, "it serves as before")


if __name__ == "__main__":
    support.main()
