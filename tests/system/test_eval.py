# SPDX-License-Identifier: Apache-2.0
"""hyangyak eval: value, type, cost and trace of one expression, where its faults stand, and the manual of functions."""
import json
import os
import re
import tempfile
import unittest

import support

ENGLISH = dict(os.environ, LC_ALL="C.UTF-8")
KOREAN = dict(os.environ, LC_ALL="ko_KR.UTF-8")


def run(*args, stdin="", env=ENGLISH):
    return support.run("eval", *args, input=stdin, env=env)


def value(expression, *args, **more):
    done = run("--json", *args, "--", expression, **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Eval(unittest.TestCase):
    def file(self, text):
        f = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")
        self.addCleanup(f.close)
        f.write(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))
        f.flush()
        return f.name

    def test_value_type_and_cost_for_people(self):
        done = run("1 + 2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[:2], ["3", "type: int"])
        self.assertRegex(lines[2], r"^cost: \d+ \(at most \d+\)$")
        self.assertEqual(run("false").returncode, 0, "false is a value")
        self.assertIn("타입: int", run("1 + 2", env=KOREAN).stdout)

    def test_values_as_json(self):
        for expression, want, type_ in [
                ("{'a': [1, 2.5, null, true]}.a[1]", 2.5, None), ("'향' + '약'", "향약", "string"), ("-1", -1, "int"),
                ("duration('1h30m')", "5400s", "duration"), ("type(1u)", "uint", None),
                ("'%s: %d'.format(['a', 7])", "a: 7", "string"), ("[1, 2, 3].filter(x, x > 1)", [2, 3], "list(int)"),
                ("timestamp('2026-05-09T12:00:00+09:00')", "2026-05-09T03:00:00Z", None),
                ("cidr('10.0.0.0/8')", "10.0.0.0/8", None), ("optional.of(3)", 3, None), ("optional.none()", None, None)]:
            got = value(expression)
            self.assertEqual(got["value"], want, expression)
            if type_ is not None:
                self.assertEqual(got["type"], type_, expression)

    def test_names_out_of_a_file(self):
        facts = self.file({"subject": {"나이": 20, "roles": ["a", "b"]}, "x": 1, "now": "2026-05-09T12:00:00+09:00"})
        self.assertIs(value("subject.roles.exists(r, r == 'b') && x == 1", "--with", facts)["value"], True)
        self.assertEqual(value("subject['나이'] + x", "--with", facts)["value"], 21)
        self.assertEqual(value("now.getHours(tz)", "--with", facts)["value"], 3)
        self.assertEqual(value("now.getHours(tz)", "--with", facts, "--zone", "Asia/Seoul")["value"], 12)
        self.assertEqual(value("weekday(now)", "--with", facts, "--zone", "Asia/Seoul")["value"], 6, "a Saturday")
        self.assertEqual(value("x + 1", "--with", "-", stdin='{"x": 41}')["value"], 42)
        names = value("x", "--with", facts, "--type")["names"]
        self.assertEqual(names, {"subject": "dyn", "x": "dyn", "now": "timestamp", "tz": "string"})

    def test_expression_from_standard_input(self):
        done = run("-", stdin="1 +\n  2\n")
        self.assertEqual((done.returncode, done.stdout.splitlines()[0]), (0, "3"))
        self.assertEqual(run("-", "--with", "-").returncode, 2)

    def test_trace(self):
        got = value("x > 1 && x < 3", "--trace", "--with", "-", stdin='{"x": 2}')
        steps = [(s["text"], s["value"]) for s in got["trace"]]
        for step in [("x", 2), ("x > 1", True), ("x < 3", True), ("x > 1 && x < 3", True)]:
            self.assertIn(step, steps)
        self.assertEqual([s["column"] for s in got["trace"] if s["text"] == "x < 3"], [10])
        text = run("x > 1 &&\n\n   x < 3", "--trace", "--with", "-", stdin='{"x": 2}').stdout
        self.assertIn("  3:4  x < 3  =>  true\n", text)
        self.assertIn("  1:1  x > 1 && x < 3  =>  true\n", text)
        failed = run("1 / x > 0 || x == 0", "--trace", "--json", "--with", "-", stdin='{"x": 0}')
        self.assertEqual(failed.returncode, 0, "absorbed")
        self.assertTrue(any("error" in s for s in json.loads(failed.stdout)["trace"]))

    def test_errors_when_evaluated(self):
        done = run("true &&\n  1 / x > 0", "--with", "-", stdin='{"x": 0}')
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^<expression>:2:3: error: ")
        self.assertIn("HYK-0755", done.stderr)
        self.assertRegex(done.stderr, r"\| +\^")
        self.assertNotIn("true", done.stdout)
        done = run("1 / x", "--json", "--with", "-", stdin='{"x": 0}')
        got = json.loads(done.stdout)
        self.assertEqual((done.returncode, got["line"], got["column"], "value" in got), (1, 1, 1, False))
        self.assertIn("error", got)
        self.assertIn("계산할 수 없습니다", run("1 / x", "--with", "-", stdin='{"x": 0}', env=KOREAN).stderr)

    def test_errors_before(self):
        for expression, place in [("1 + 'a'", "1:3"), ("nope", "1:1"), ("'가' + nope", "1:7"), ("(1", "1:"), ("", "1:1"),
                                  ("\n\n  nope", "3:3"), ("1 == 1 2", "1:8")]:
            done = run("--", expression)
            self.assertEqual((done.returncode, done.stdout), (3, ""), expression)
            self.assertTrue(done.stderr.startswith("<expression>:" + place), expression + ": " + done.stderr)
            self.assertIn("^", done.stderr)
        self.assertTrue(run("-", stdin="1 + nope").stderr.startswith("<stdin>:1:5"))

    def test_bad_files_and_options(self):
        self.assertEqual(run("1", "--with", "-", stdin="[1]").returncode, 3)
        self.assertEqual(run("1", "--with", "-", stdin='{"a": }').returncode, 3)
        self.assertEqual(run("1", "--with", "-", stdin='{"now": 3}').returncode, 3)
        self.assertEqual(run("1", "--with", self.file("") + ".none").returncode, 4)
        self.assertEqual(run("1", "--zone", "Moon/Sea").returncode, 3)
        for args in [(), ("1", "2"), ("--functions", "1"), ("1", "--colour"), ("1", "--with")]:
            self.assertEqual(run(*args).returncode, 2, args)

    def test_a_hostile_expression_ends(self):
        for expression in ["(" * 10000, "[" * 10000, "!" * 10000 + "true", "a." * 10000 + "a", "1" + "+1" * 200000,
                           "'" + "\\" * 9999, "[0].map(a, [0].map(b, [0].map(c, [0].map(d, 0))))"]:
            self.assertIn(run("-", stdin=expression).returncode, (0, 1, 3), expression[:20])
        big = json.dumps({"l": list(range(3000))})
        done = run("l.all(a, l.all(b, a + b >= 0))", "--with", "-", stdin=big)
        self.assertEqual(done.returncode, 1, "9,000,000 rounds are more than a decision may use")

    def test_days_and_places_of_a_commons(self):
        yongin = ["--commons", os.path.join(support.ROOT, "policies", "yongin")]
        market = yongin + ["--in", "yongin/cheoin/jungang-market"]
        self.assertIs(value("holiday(timestamp('2026-02-17T00:00:00+09:00'))", *yongin)["value"], True)
        # 23:59 of the day before in Seoul
        self.assertIs(value("holiday(timestamp('2026-02-15T14:59:59Z'))", *yongin)["value"], False)
        self.assertEqual(value("tz", *yongin)["value"], "Asia/Seoul")
        self.assertEqual(value("tz", *yongin, "--zone", "UTC")["value"], "UTC")
        self.assertIs(value("within({'lat': 37.235, 'lon': 127.203}, 'market')", *market)["value"], True)
        self.assertIs(value("within({'lat': 37.2330, 'lon': 127.2005}, 'market')", *market)["value"], True, "a corner")
        self.assertIs(value("within({'lat': 37.2329, 'lon': 127.203}, 'market')", *market)["value"], False)
        self.assertEqual(value("distance('city-hall', 'city-hall')", *market)["value"], 0)
        here = self.file({"here": {"lat": 37, "lon": 127}, "name": "market", "nowhere": "somewhere"})
        self.assertIs(value("within(here, name)", *market, "--with", here)["value"], False)
        for expression, args, code, text in [
                ("within({'lat': 37.2, 'lon': 127.2}, 'market')", yongin, 3, "HYK-0439"),
                ("within({'lat': 37.2, 'lon': 127.2}, 'markt')", market, 3, "did you mean 'market'?"),
                ("within({'lat': 37.2, 'lon': 127.2}, 'city-hall')", market, 3, "HYK-0440"),
                ("distance('market', 'city-hall')", market, 3, "HYK-0441"),
                ("distance({'lat': 127.2, 'lon': 37.2}, 'city-hall')", market, 1, "-90 to 90"),
                ("distance({'lat': 37.2, 'lng': 127.2}, 'city-hall')", market, 1, "{lat, lon}"),
                ("within(here, nowhere)", market + ["--with", here], 1, "'somewhere' is no place"),
                ("holiday(now)", ["--commons", "/nowhere"], 4, "/nowhere"),
                ("tz", yongin + ["--in", "yongin/cheoin/jungang-markt"], 3, "did you mean 'yongin/cheoin/jungang-market'?"),
                ("tz", ["--in", "yongin"], 2, "--commons"),
                ("holiday(timestamp('2028-01-01T00:00:00+09:00'))", yongin, 1, "does not cover 2028")]:
            done = run(expression, *args)
            self.assertEqual(done.returncode, code, expression + done.stderr)
            self.assertIn(text, done.stderr)

    def test_functions(self):
        done = run("--functions")
        self.assertEqual(done.returncode, 0)
        with open(os.path.join(support.ROOT, "engine", "cel", "functions.def"), encoding="utf-8") as f:
            names = re.findall(r'^(?:HYK_CEL_FN|GETTER)\(\w+, "([A-Za-z.0-9]+)"', f.read(), re.M)
        self.assertGreater(len(set(names)), 80)
        for name in sorted(set(names)):
            self.assertRegex(done.stdout, r"(?m)^([^ ]+\.)?%s\(.*\) -> " % re.escape(name))
        listed = json.loads(run("--functions", "--json").stdout)
        self.assertEqual({f["name"] for f in listed if not f["operator"]}, set(names))
        documented = {(f["name"]) for f in listed if f["doc"]}
        self.assertEqual({f["name"] for f in listed} - documented, set(), "functions without a word")

    def test_help(self):
        for env in (ENGLISH, KOREAN):
            done = run("--help", env=env)
            self.assertEqual(done.returncode, 0)
            for option in ("--with", "--zone", "--commons", "--in", "--type", "--trace", "--json", "--functions"):
                self.assertIn(option, done.stdout)
        self.assertIn("표준 입력", run("--help", env=KOREAN).stdout)


if __name__ == "__main__":
    support.main()
