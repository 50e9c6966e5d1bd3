#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What GET /v1/decisions/{id} says is what was answered, or a problem; never another decision."""
import json
import os
import shutil
import tempfile
import unittest

import support

ONE = "/access/v1/evaluation"
PLUGINS = os.path.join(support.ROOT, "plugins")
VOUCHED = """
  - id: crowd
    effect: forbid
    when: context.party_size > 50 && !vouched(context.party_size)
    because: {ko: 인원은 담당자가 보증합니다, en: Somebody vouches for the number of guests}
  - id: owner
    effect: forbid
    when: context.party_size > 50 && !verified(resource.owner)
    because: {ko: 소유자는 확인되어 있습니다, en: The owner is known}
"""


def request(context=(), **more):
    r = {"subject": {"type": "person", "id": "mina"}, "action": {"name": "host_potluck"},
         "resource": {"type": "space.garden", "id": "lot-7"},
         "context": {"start": "2026-12-05T12:00:00+09:00", "end": "2026-12-05T15:00:00+09:00", **dict(context)}}
    r.update(more)
    return r


class Recorded(support.Served):
    def answered_and_again(self, body):
        a = self.server.ask("POST", ONE, body, self.token)
        self.assertEqual(a.status, 200, a.body)
        path = "/v1/decisions/" + a.json()["context"]["id"]
        return a, self.server.ask("GET", path, token=self.token), self.server.ask("GET", path + "/explain", token=self.token)


class Replay(Recorded):
    @classmethod
    def setUpClass(cls):
        cls.serve(os.path.join(support.ROOT, "policies", "yongin"), PLUGINS, ("booking", "yongin", "decide"),
                  more={os.path.join("giheung", "garden-3", "potluck.yaml"): VOUCHED})

    def test_what_was_refused_at_the_door(self):
        for code, more in (("UNKNOWN_TYPE", {"resource": {"type": "boat", "id": "1"}}),
                           ("UNKNOWN_TYPE", {"subject": {"type": "robot", "id": "1"}}),
                           ("UNKNOWN_ACTION", {"action": {"name": "fly"}}),
                           ("UNKNOWN_ASSET", {"resource": {"type": "space.garden", "id": "lot-99"}})):
            with self.subTest(more):
                answer, again, explained = self.answered_and_again(request(**more))
                self.assertEqual([r["code"] for r in answer.json()["context"]["reasons"]], [code])
                self.assertEqual((again.status, again.body), (200, answer.body))
                self.assertEqual((explained.status, explained.json()["outcome"]), (200, "deny"))

    def test_whole_numbers_past_those_of_json(self):
        for n in (2**53, 2**53 + 1, 2**63 - 1):
            with self.subTest(n):
                answer, again, explained = self.answered_and_again(request({"fee_krw": n}))
                self.assertEqual((again.status, again.body), (200, answer.body))
                fact = [f for f in explained.json()["facts"] if f["fact"] == "context.fee_krw"]
                self.assertEqual([f["value"] for f in fact], [n])

    def test_the_same_outcome_for_another_reason_is_not_shown(self):
        answer, again, _ = self.answered_and_again(request({"party_size": 51}))
        self.assertEqual([r["code"] for r in answer.json()["context"]["reasons"]], ["CROWD"])
        if again.status != 500:
            self.assertEqual((again.status, again.body), (200, answer.body))

    def test_how_well_a_fact_was_known(self):
        """What a service vouched for and what the registry said come back as that."""
        token = self.server.token("voucher", "yongin", "decide,vouch")
        body = request({"fee_krw": 0})
        a = self.server.ask("POST", "/access/v1/evaluation", body, token=token)
        self.assertEqual(a.status, 200, a.body)
        ident = a.json()["context"]["id"]
        self.assertEqual(self.server.ask("GET", "/v1/decisions/" + ident, token=token).json(), a.json())
        trace = self.server.ask("GET", "/v1/decisions/%s/explain" % ident, token=token).json()
        known = {f["fact"]: (f["source"], f["assurance"]) for f in trace["facts"]}
        self.assertEqual(known["subject.identity"], ("registry", "verified"))
        self.assertEqual(known["resource.owner"], ("registry", "verified"))
        self.assertEqual(known["context.fee_krw"], ("caller", "vouched"))
        # Another service may not look, an auditor may.
        other = self.server.token("other", "yongin", "decide")
        self.assertEqual(self.server.ask("GET", "/v1/decisions/" + ident, token=other).status, 404)
        auditor = self.server.token("eye", "yongin", "auditor")
        self.assertEqual(self.server.ask("GET", "/v1/decisions/" + ident, token=auditor).json(), a.json())

    def test_what_was_ignored(self):
        answer, again, explained = self.answered_and_again(request({"wind": 3, "fee_per_head_krw": 1}))
        self.assertEqual(sorted(answer.json()["context"]["ignored"]), ["context.fee_per_head_krw", "context.wind"])
        self.assertEqual((again.status, again.body), (200, answer.body))
        self.assertEqual(explained.json()["ignored"], answer.json()["context"]["ignored"])


class DaysAndPlaces(unittest.TestCase):
    """A decision is made again by the calendar and the places of its ruleset, whatever they are now."""

    RULES = """
  - id: closed
    effect: forbid
    when: holiday(context.start)
    because: {ko: 휴일에는 쉽니다, en: Closed on holidays}
  - id: far
    effect: forbid
    when: '!within({"lat": 37.2411, "lon": 127.1775}, "town")'
    because: {ko: 너무 멉니다, en: Too far away}
"""

    def setUp(self):
        self.folder, self.commons = support.copy_commons(os.path.join(support.ROOT, "policies", "yongin"))
        self.addCleanup(shutil.rmtree, self.folder)
        with open(os.path.join(self.commons, "giheung", "garden-3", "potluck.yaml"), "a", encoding="utf-8") as f:
            f.write(self.RULES)
        self.places(37.3)
        self.server = support.Server(self.commons, PLUGINS, options=["--dev"]).start()
        self.addCleanup(self.server.close)
        self.token = self.server.token("booking", "yongin", "decide")

    def places(self, north):
        ring = [[127.1, 37.2], [127.2, 37.2], [127.2, north], [127.1, north], [127.1, 37.2]]
        town = {"type": "Feature", "id": "town", "geometry": {"type": "Polygon", "coordinates": [ring]}}
        with open(os.path.join(self.commons, "giheung", "garden-3", "places.geojson"), "w", encoding="utf-8") as f:
            json.dump({"type": "FeatureCollection", "features": [town]}, f)

    def ask(self, day):
        a = self.server.ask("POST", ONE, request({"start": day + "T12:00:00+09:00", "end": day + "T15:00:00+09:00"}),
                            self.token)
        self.assertEqual(a.status, 200, a.body)
        return a, a.json()["context"]["outcome"], sorted(r["code"] for r in a.json()["context"]["reasons"])

    def test_a_calendar_and_places_that_change(self):
        christmas, outcome, codes = self.ask("2026-12-25")
        self.assertEqual((outcome, codes), ("deny", ["CLOSED"]))
        plain, outcome, codes = self.ask("2026-12-24")
        self.assertEqual(outcome, "permit")
        # the calendar ends: no quiet "no holiday"
        beyond, outcome, _ = self.ask("2028-01-03")
        self.assertEqual(outcome, "conditional")
        self.assertIn("2028", str(beyond.json()["context"]["faults"]) + beyond.body.decode())
        calendar = os.path.join(self.commons, "calendar.yaml")
        with open(calendar, encoding="utf-8") as f:
            text = f.read().replace("  12-25:", "  12-24:")
        with open(calendar, "w", encoding="utf-8") as f:
            f.write(text)
        self.places(37.22)
        loaded = 2  # both changes may be seen at once, or one after the other
        self.server.await_log("ruleset.loaded", loaded)
        while self.ask("2026-12-25")[1:] != ("deny", ["FAR"]):
            loaded += 1
            self.server.await_log("ruleset.loaded", loaded)
        self.assertEqual(self.ask("2026-12-24")[1:], ("deny", ["CLOSED", "FAR"]))
        for answer in (christmas, plain, beyond):
            again = self.server.ask("GET", "/v1/decisions/" + answer.json()["context"]["id"], token=self.token)
            self.assertEqual((again.status, again.body), (200, answer.body))


DAYS = """return plugin { name = "town.room", version = "1.0.0", api = 1, title = { ko = "방", en = "Room" },
  subject_type { name = "guest", registered = true, facts = { born = { type = "date", source = "registry" } } },
  asset_type { name = "town.room", extends = "asset", title = { ko = "방", en = "Room" },
    facts = { built = { type = "date", source = "registry" } },
    context = { day = { type = "date", max = "2026-12-31" }, at = { type = "timestamp" },
                spare = { type = "list<{day: date}>", default = {} } },
    actions = { enter = { title = { ko = "들어가기", en = "Enter" } } } },
  duty "sweep" { title = { ko = "쓸기", en = "Sweep" }, terms = { on = { type = "date" } } } }"""
HOOKED = """return plugin { name = "town.%s", version = "1.0.0", api = 1, title = { ko = "방", en = "Room" },
  asset_type { name = "town.%s", extends = "asset", title = { ko = "방", en = "Room" }, actions = { enter = {} } },
  hooks = { %s } }"""
HALF_OWED = """liability = function(req)
  return { owe("sweep", { on = "2026-05-02", due = "after" }, "MINE", { ko = "내 몫", en = "Mine" }), owe("sweep", {}) }
end"""
NO_OFFER = """permit = function(req) return forbid("WET", nil, { set = { ["context.nowhere"] = 1 } }) end"""
HALLS = """policy: halls
commons: town
layer: commons
title: {ko: 홀, en: Halls}
applies_to: {assets: [town.hall, town.yard], actions: [enter]}
rules:
  - {id: open, effect: permit, because: {ko: 누구나, en: Anyone}}
"""
ROOMS = """policy: rooms
commons: town
layer: commons
title: {ko: 방, en: Rooms}
applies_to: {assets: [town.room], actions: [enter]}
rules:
  - {id: open, effect: permit, because: {ko: 누구나, en: Anyone}}
  - id: sweep
    effect: require
    duty: {type: sweep, on: '=context.day', due: after}
    because: {ko: '{context.day}에 씁니다. {subject.born}', en: 'Sweep on {context.day}. {subject.born}'}
  - id: old
    effect: forbid
    when: context.day < subject.born || size(context.spare) > 1
    because: {ko: '{context.day}은(는) 이릅니다', en: '{context.day} is too early'}
    offer: [{text: {ko: 생일에, en: On the birthday}, set: {context.day: =subject.born}},
            {text: {ko: 백 년 뒤에, en: In a hundred years}, set: {context.day: '=subject.born + duration("876000h")'}}]
"""


class Days(Recorded):
    """A date is a day wherever it is said, and the same day when the decision is made again; also one of another zone."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="hyk-days-")
        cls.addClassCleanup(shutil.rmtree, folder)
        facts = {"built": "2020-03-01", "decision_mode": "private"}
        for path, text in (("plugins/room/plugin.lua", DAYS), ("town/rooms.yaml", ROOMS),
                           ("plugins/hall/plugin.lua", HOOKED % ("hall", "hall", HALF_OWED)),
                           ("plugins/yard/plugin.lua", HOOKED % ("yard", "yard", NO_OFFER)),
                           ("town/halls.yaml", HALLS),
                           ("town/commons.yaml", "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\n"),
                           ("town/away/commons.yaml",
                            "commons: town/away\ntitle: {ko: 먼 곳, en: Away}\nzone: America/New_York\n")):
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        assets = [{"type": "town.room", "id": i, "commons": c, "facts": facts} for i, c in
                  (("near", "town"), ("far", "town/away"))]
        assets += [{"type": t, "id": "1", "commons": "town", "facts": {"decision_mode": "private"}}
                   for t in ("town.hall", "town.yard")]
        people = [{"type": "guest", "id": "mina", "facts": {"born": "2000-02-29"}}]
        cls.serve(os.path.join(folder, "town"), os.path.join(folder, "plugins"), ("t", "town", "decide"),
                  registry=(assets, people))

    def test_an_answer_that_is_half_good(self):
        """What was good of it holds again, and so does what was not."""
        for asset, outcome, codes, duties in (("town.hall", "conditional", ["MINE", "PLUGIN_BAD_RESULT"], ["sweep"]),
                                              ("town.yard", "deny", ["WET"], [])):
            with self.subTest(asset):
                answer, again, _ = self.answered_and_again(
                    {"subject": {"type": "guest", "id": "mina"}, "resource": {"type": asset, "id": "1"},
                     "action": {"name": "enter"}})
                self.assertEqual((again.status, again.body), (200, answer.body))
                said = answer.json()["context"]
                self.assertEqual((said["outcome"], [r["code"] for r in said["reasons"]], said["offers"]), (outcome, codes, []))
                self.assertEqual([d["type"] for d in said["duties"]], duties)
                self.assertEqual([f["code"] for f in said["faults"]], ["PLUGIN_BAD_RESULT"])
                self.assertTrue(all({"ko", "en"} <= set(r["text"]) for r in said["reasons"]), said["reasons"])

    def enter(self, room, day, **more):
        answer, again, explained = self.answered_and_again(
            {"subject": {"type": "guest", "id": "mina"}, "resource": {"type": "town.room", "id": room},
             "action": {"name": "enter"}, "context": {"day": day, "at": "2026-05-02T12:00:00+09:00", **more}})
        self.assertEqual((again.status, again.body), (200, answer.body))
        self.assertEqual(explained.status, 200, explained.body)
        return answer.json()["context"], {f["fact"]: f["value"] for f in explained.json()["facts"]}

    def test_at_home(self):
        said, facts = self.enter("near", "2026-05-02", spare=[{"day": "2026-05-03"}])
        self.assertEqual((said["outcome"], said["duties"][0]["terms"]), ("permit", {"on": "2026-05-02"}))
        self.assertEqual([r["text"]["en"] for r in said["reasons"] if "sweep" in r["rule"]],
                         ["Sweep on 2026-05-02. 2000-02-29"])
        self.assertEqual((facts["context.day"], facts["context.spare"], facts["resource.built"], facts["subject.born"]),
                         ("2026-05-02", [{"day": "2026-05-03"}], "2020-03-01", "2000-02-29"))
        self.assertEqual(facts["context.at"], "2026-05-02T03:00:00Z")

    def test_an_offer_is_what_the_door_takes(self):
        """And the second is past the last day that the fact may have: it is none."""
        said, _ = self.enter("near", "1999-12-31")
        self.assertEqual((said["outcome"], [o["set"] for o in said["offers"]]), ("deny", [{"context.day": "2000-02-29"}]))
        said, _ = self.enter("near", said["offers"][0]["set"]["context.day"])
        self.assertEqual(said["outcome"], "permit")

    def test_a_day_of_another_zone(self):
        """Mina's birthday began in Seoul, on the day before in New York; her day stays that moment."""
        said, facts = self.enter("far", "2000-02-28")
        self.assertEqual((said["outcome"], facts["context.day"], facts["resource.built"], facts["subject.born"]),
                         ("deny", "2000-02-28", "2020-03-01", "2000-02-28T15:00:00Z"))
        said, _ = self.enter("far", "2000-02-29")
        self.assertEqual((said["outcome"], said["duties"][0]["terms"]), ("permit", {"on": "2000-02-29"}))


class Plugins(unittest.TestCase):
    """Under --dev plugins come and go; a decision of before is made again by the plugins of before."""

    def setUp(self):
        self.folder, commons = support.copy_commons(os.path.join(support.ROOT, "policies", "yongin"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.plugins = os.path.join(self.folder, "plugins")
        shutil.copytree(PLUGINS, self.plugins)
        self.server = support.Server(commons, self.plugins, options=["--dev"]).start()
        self.addCleanup(self.server.close)
        self.token = self.server.token("booking", "yongin", "decide")
        self.loaded = 1

    def ask(self):
        a = self.server.ask("POST", ONE, request({"fee_krw": 100}), self.token)
        self.assertEqual(a.status, 200, a.body)
        return a

    def again(self, answer):
        a = self.server.ask("GET", "/v1/decisions/" + answer.json()["context"]["id"], token=self.token)
        self.assertEqual((a.status, a.body), (200, answer.body))

    def write(self, name, text):
        """A plugin, and the first answer under it."""
        before = self.ask().json()["context"]["ruleset"]
        os.makedirs(os.path.join(self.plugins, name), exist_ok=True)
        with open(os.path.join(self.plugins, name, "plugin.lua"), "w", encoding="utf-8") as f:
            f.write(text)
        self.loaded += 1
        self.server.await_log("ruleset.loaded", self.loaded)
        answer = self.ask()
        self.assertNotEqual(answer.json()["context"]["ruleset"], before)
        return answer

    def test_another_plugin_comes(self):
        first = self.ask()
        self.write("aaa", """return plugin { name = "aaa", version = "1.0.0", api = 1, title = { ko = "가", en = "A" },
  asset_type { name = "aaa.thing", extends = "asset", title = { ko = "가", en = "A" }, actions = { go = { extends = "use" } } },
  hooks = { enrich = function(req) return { nonsense = 1 } end } }""")
        self.again(first)

    def test_a_hook_is_broken_and_mended(self):
        first = self.ask()
        with open(os.path.join(self.plugins, "space.garden", "plugin.lua"), encoding="utf-8") as f:
            good = f.read()
        faulty = self.write("space.garden", good.replace("fee // n", "nobody.there"))
        context = faulty.json()["context"]
        self.assertEqual((context["outcome"], [f["code"] for f in context["faults"]]), ("conditional", ["PLUGIN_ERROR"]))
        self.again(faulty)
        mended = self.write("space.garden", good + "-- mended\n")
        self.assertEqual(mended.json()["context"]["outcome"], "permit")
        for answer in (first, faulty, mended):
            self.again(answer)


if __name__ == "__main__":
    support.main()
