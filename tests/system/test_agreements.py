#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Agreements over HTTP: from a decision to the end, across a restart, and everything that is refused on the way."""
import datetime
import os
import threading
import time
import unittest

import support

HERE = os.path.join(support.ROOT, "tests", "system", "agreements")
NOW = datetime.datetime.now(datetime.timezone.utc)


def moment(minutes):
    return (NOW + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(n):
    return "%064x" % n


def piece(kind, n):
    return {"kind": kind, "sha256": digest(n)}


class Served(unittest.TestCase):
    """A server, four tokens, and the steps that tests are made of."""

    def setUp(self):
        self.server = support.Server(os.path.join(HERE, "commons"), os.path.join(HERE, "plugins"),
                                     options=["--workers", "2", "--no-pin"])
        self.server.start()
        self.addCleanup(self.server.close)
        self.booking = self.server.token("booking", "town", "decide,events")
        self.other = self.server.token("other", "town", "decide")
        self.steward = self.server.token("steward", "town", "steward")
        self.officer = self.server.token("officer", "town", "officer,vouch")

    def decide(self, person="mina", hall="hall-1", start=5, end=65, token=None, action="reserve", **context):
        body = {"subject": {"type": "person", "id": person}, "action": {"name": action},
                "resource": {"type": "hall", "id": hall},
                "context": {"start": moment(start), "end": moment(end), **context}}
        a = self.server.ask("POST", "/access/v1/evaluation", body, token or self.booking)
        self.assertEqual(a.status, 200, a.body)
        return a.json()["context"]

    def open(self, decision, token=None, headers=None):
        return self.server.ask("POST", "/v1/agreements", {"decision": decision["id"]}, token or self.booking, headers)

    def opened(self, state="confirmed", **more):
        a = self.open(self.decide(**more))
        self.assertEqual(a.status, 201, a.body)
        self.assertEqual(a.json()["state"], state, a.body)
        return a.json()

    def event(self, agreement, event, by="person:mina", token=None, headers=None, **more):
        return self.server.ask("POST", "/v1/agreements/%s/events" % agreement["id"], {"event": event, "by": by, **more},
                               token or self.booking, headers)

    def done(self, agreement, event, state, *args, **more):
        a = self.event(agreement, event, *args, **more)
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(a.json()["state"], state, a.body)
        return a.json()

    def get(self, agreement, token=None):
        return self.server.ask("GET", "/v1/agreements/" + agreement["id"], None, token or self.booking)

    def refused(self, agreement, answer, status, code):
        """Refused, and nothing has changed."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json()["code"], code, answer.body)
        self.assertEqual(self.get(agreement).json()["seq"], agreement["seq"])
        return answer.json()


class Agreements(Served):
    def test_a_use_from_request_to_settlement(self):
        a = self.opened()
        self.assertTrue(a["holds"])
        self.assertEqual([(e["from"], e["event"], e["to"]) for e in a["events"]],
                         [(None, "opened", "requested"), ("requested", "permit", "confirmed")])
        self.server.stop()
        self.server.start()
        again = self.get(a).json()
        self.assertEqual(again, a)
        a = self.done(a, "check_in", "checked_in", evidence=[piece("qr", 1)])
        a = self.done(a, "check_out", "checked_out")
        self.assertFalse(a["holds"])
        a = self.done(a, "accept", "settled", "person:kim", self.steward)
        self.assertEqual(a["evidence"][0]["by"], "person:mina")

    def test_an_hour_is_held_by_one(self):
        self.opened()
        d = self.decide(person="jun")
        self.assertEqual(d["outcome"], "deny")
        self.assertEqual([r["code"] for r in d["reasons"]], ["CONFLICT"])
        self.assertEqual(self.open(d).json()["code"], "AGREEMENT_DECISION_DENIED")
        self.assertEqual(self.decide(person="jun", hall="hall-2")["outcome"], "permit")
        self.assertEqual(self.decide(person="jun", start=65, end=80)["outcome"], "permit")
        self.assertEqual(self.decide(person="jun", start=64, end=80)["outcome"], "deny")

    def test_what_an_agreement_cannot_be_opened_on(self):
        d = self.decide()
        self.assertEqual(self.open(d, self.other).json()["code"], "NO_SUCH_DECISION")  # another's
        for body, status, code in (({}, 422, "AGREEMENT_MEMBER"), ({"decision": 5}, 422, "AGREEMENT_MEMBER"),
                                   ({"decision": "01NONE"}, 404, "NO_SUCH_DECISION"),
                                   ({"decision": "ruleset-1"}, 404, "NO_SUCH_DECISION"),
                                   ({"decision": d["id"], "by": "person:jun"}, 403, "AGREEMENT_SENDER"),
                                   ({"decision": d["id"], "by": "mina"}, 422, "AGREEMENT_MEMBER"), ([], 400, "NOT_AN_OBJECT")):
            a = self.server.ask("POST", "/v1/agreements", body, self.booking)
            self.assertEqual((a.status, a.json()["code"]), (status, code), a.body)
        self.assertEqual(self.open(self.decide(storm=True)).json()["code"], "AGREEMENT_DECISION_DENIED")
        self.assertEqual(self.open(self.decide(action="look")).json()["code"], "AGREEMENT_NOT_A_USE")
        self.assertEqual(self.open(self.decide(start=60, end=50)).json()["code"], "AGREEMENT_NOT_A_USE")
        self.assertEqual(self.open(self.decide(start=-60, end=-50)).json()["code"], "AGREEMENT_NOT_A_USE")
        self.assertEqual(self.open(d).status, 201)
        again = self.open(d)
        self.assertEqual((again.status, again.json()["code"]), (409, "AGREEMENT_DECISION_USED"))
        self.assertEqual(self.server.ask("POST", "/v1/agreements", {"decision": d["id"]}, self.steward).status, 403)
        self.assertEqual(self.server.ask("POST", "/v1/agreements", {"decision": d["id"]}).status, 401)

    def test_events_that_are_refused_change_nothing(self):
        a = self.opened()
        event = self.event
        qr = [piece("qr", 1)]
        for more, status, code in (
                (dict(event="fly"), 422, "AGREEMENT_EVENT"),
                (dict(event="check_out"), 409, "AGREEMENT_ORDER"),
                (dict(event="deadline"), 403, "AGREEMENT_ENGINE"),
                (dict(event="permit"), 409, "AGREEMENT_TWICE"),
                (dict(event="check_in", by="person:jun", evidence=qr), 403, "AGREEMENT_SENDER"),
                (dict(event="check_in", by="mina"), 422, "AGREEMENT_MEMBER"),
                (dict(event="check_in"), 422, "EVIDENCE_LACKING"),
                (dict(event="check_in", evidence="qr"), 422, "EVIDENCE_FORM"),
                (dict(event="check_in", evidence=[{"kind": "qr"}]), 422, "EVIDENCE_FORM"),
                (dict(event="check_in", evidence=[{"kind": "qr", "sha256": "A" * 64}]), 422, "EVIDENCE_FORM"),
                (dict(event="check_in", evidence=[dict(piece("qr", 1), by="person:kim")]), 422, "EVIDENCE_FORM"),
                (dict(event="check_in", evidence=qr + [piece("receipt", 2)]), 422, "EVIDENCE_KIND"),
                (dict(event="check_in", evidence=qr + [piece("after", 2)]), 422, "EVIDENCE_KIND"),
                (dict(event="check_in", evidence=qr + [piece("before", 1)]), 422, "EVIDENCE_TWICE"),
                (dict(event="check_in", evidence=qr, evidnce=1), 422, "AGREEMENT_MEMBER"),
                (dict(event="check_in", evidence=qr, seq=0), 409, "MOVED_ON"),
                (dict(event="check_in", evidence=qr, reason="no"), 422, "HALL_SAYS_NO"),
                (dict(event="check_in", evidence=qr, reason="fail"), 503, "AGREEMENT_FAULT"),
                (dict(event="check_in", evidence=qr, reason="nothing"), 503, "AGREEMENT_FAULT"),
                (dict(event="check_in", evidence=qr, reason="owe what nobody declared"), 503, "AGREEMENT_FAULT"),
                (dict(event="discharge", duty=0), 422, "DUTY_NUMBER"),
                (dict(event="emergency", by="person:mina"), 403, "AGREEMENT_SENDER")):
            self.refused(a, event(a, **more), status, code)
        self.refused(a, event(a, "emergency", "person:o", self.officer), 422, "AGREEMENT_NOTHING")
        self.refused(a, event(a, "emergency", "person:o", self.officer, facts={"context.storm": False}), 409, "AGREEMENT_STILL")
        self.refused(a, event(a, "emergency", "person:o", self.officer, facts={"context.strom": True}), 422, "AGREEMENT_FACT")
        self.refused(a, event(a, "emergency", "person:o", self.officer, facts={"context.start": moment(9)}), 422, "AGREEMENT_FACT")
        self.assertEqual(event(a, "check_in", token=self.other).status, 403)  # no right to events
        far = self.server.token("far", "elsewhere", "events")
        self.assertEqual(event(a, "check_in", token=far).json()["code"], "NO_SUCH_AGREEMENT")
        late = self.opened(hall="hall-2", start=30, end=60)
        self.refused(late, event(late, "check_in", evidence=[piece("qr", 7)]), 409, "AGREEMENT_EARLY")
        problem = event(a, "check_out").json()
        self.assertIn("check_in", problem["detail"])
        self.assertIn("cancel", problem["detail"])
        korean = event(a, "check_out", headers={"Accept-Language": "ko"}).json()
        self.assertIn("가능한 것", korean["detail"])
        a = self.done(a, "cancel", "cancelled")
        self.assertFalse(a["holds"])
        self.refused(a, event(a, "check_in", evidence=qr), 409, "AGREEMENT_ENDED")

    def test_a_key_makes_a_write_once(self):
        d = self.decide()
        key = {"Idempotency-Key": "one"}
        first = self.open(d, headers=key)
        again = self.open(d, headers=key)
        self.assertEqual((first.status, first.body), (again.status, again.body))
        a = first.json()
        send = lambda **m: self.event(a, "check_in", evidence=[piece("qr", 1)], headers={"Idempotency-Key": "two"}, **m)
        moved = send()
        self.assertEqual(moved.json()["state"], "checked_in", moved.body)
        self.done(a, "check_out", "checked_out")
        self.assertEqual(send().body, moved.body)  # the answer as it was then
        self.assertEqual(send(reason="else").json()["code"], "AGREEMENT_KEY")
        self.server.stop()
        self.server.start()
        self.assertEqual(send().body, moved.body)
        # The same key of another token is another key.
        other = self.server.token("lock", "town", "events")
        self.assertEqual(self.event(a, "check_in", token=other, headers={"Idempotency-Key": "two"}).json()["code"],
                         "AGREEMENT_TWICE")

    def test_sixty_four_clients_on_one_hour(self):
        for r in range(200 if os.environ.get("HYK_LONG") else 2):
            decisions = [self.decide(person="p%d" % i, start=60 * r + 5, end=60 * r + 65) for i in range(64)]
            answers = [None] * 64

            def ask(i):
                answers[i] = self.open(decisions[i])

            threads = [threading.Thread(target=ask, args=(i,)) for i in range(64)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            states = sorted(a.json()["state"] for a in answers)
            self.assertEqual(states, ["confirmed"] + ["declined"] * 63)
            lost = [a.json() for a in answers if a.json()["state"] == "declined"]
            self.assertTrue(all("engine#g-busy" in str(a["reasons"]) for a in lost), lost[0]["reasons"])

    def test_papers_a_deposit_and_an_officer(self):
        a = self.opened("pending_verification", party_size=20)
        self.assertEqual([n["fact"] for n in a["needs"]], ["subject.adult"])
        self.assertFalse(a["holds"])
        self.refused(a, self.event(a, "presented"), 422, "AGREEMENT_NOTHING")
        # What the use is stays what was agreed on, and an officer's word is no paper.
        for facts in ({"context.party_size": 1}, {"context.purpose": "tea"}, {"context.officer": True}):
            self.refused(a, self.event(a, "presented", facts=facts), 422, "AGREEMENT_FACT")
        # Saying so is no proof: it is asked again.
        a = self.done(a, "presented", "pending_verification", facts={"subject.adult": True})
        vouching = self.server.token("vouching", "town", "events,vouch")
        a = self.done(a, "presented", "confirmed", token=vouching, facts={"subject.adult": True})
        self.assertTrue(a["holds"])

        b = self.opened("pending_verification", hall="hall-2", purpose="party")
        self.assertEqual([(d["type"], d["due"], d["state"]) for d in b["duties"]], [("deposit", "before", "owed")])
        self.refused(b, self.event(b, "discharge", duty=0), 403, "DUTY_OWN_WORD")
        b = self.done(b, "discharge", "pending_verification", "person:kim", self.steward, duty=0)
        self.assertEqual(b["duties"][0]["state"], "discharged")
        self.refused(b, self.event(b, "discharge", "person:kim", self.steward, duty=0), 409, "DUTY_NOT_OWED")
        b = self.done(b, "presented", "confirmed", evidence=[piece("receipt", 4)])
        # What was left goes back, once.
        b = self.done(b, "cancel", "cancelled")
        self.assertEqual([(d["type"], d["state"], d["owed_by"], d["owed_to"], d["terms"]) for d in b["duties"]],
                         [("deposit", "discharged", "person:mina", "steward", {"amount": 30000}),
                          ("deposit_return", "owed", "steward", "person:mina", {"amount": 30000})])
        b = self.done(b, "discharge", "cancelled", "person:mina", duty=1)
        self.assertEqual([d["state"] for d in b["duties"]], ["discharged", "discharged"])

        c = self.opened("pending_human", hall="hall-2", start=200, end=260, commercial=True)
        self.refused(c, self.event(c, "decide_permit", "person:o", self.officer), 422, "AGREEMENT_REASON")
        self.refused(c, self.event(c, "decide_permit", "person:kim", self.steward, reason="fine"), 409, "AGREEMENT_STILL")
        self.refused(c, self.event(c, "decide_permit", "person:mina", self.officer, reason="fine"), 403, "AGREEMENT_SENDER")
        c = self.done(c, "decide_permit", "confirmed", "person:o", self.officer, reason="fine")
        why = self.server.ask("GET", "/v1/decisions/" + c["decided"], None, self.booking)
        self.assertEqual((why.status, why.json()["decision"]), (200, True), why.body)

    def test_a_storm_comes_and_goes(self):
        a = self.opened()
        a = self.done(a, "emergency", "permit_suspended", "person:o", self.officer, facts={"context.storm": True})
        self.assertTrue(a["holds"])
        self.refused(a, self.event(a, "check_in", evidence=[piece("qr", 1)]), 409, "AGREEMENT_ORDER")
        self.refused(a, self.event(a, "lifted", "person:o", self.officer, facts={"context.storm": True}), 409, "AGREEMENT_STILL")
        a = self.done(a, "lifted", "confirmed", "person:o", self.officer, facts={"context.storm": False})

    def claimed(self, **more):
        a = self.opened(**more)
        a = self.done(a, "check_in", "checked_in", evidence=[piece("qr", 1), piece("before", 2)])
        return self.done(a, "check_out", "checked_out", evidence=[piece("after", 3)])

    def test_damage_is_split_and_judged_by_no_party(self):
        a = self.claimed()
        claim = lambda **m: self.event(a, "claim", "org:kim", self.steward, **m)
        self.refused(a, claim(cause="wear", amount=9000), 422, "CLAIM_NOT_USERS")
        self.refused(a, claim(cause="bad luck", amount=9000), 422, "CLAIM_FORM")
        self.refused(a, claim(cause="user_fault", amount=-1), 422, "CLAIM_FORM")
        self.refused(a, claim(split={"user_fault": 0, "wear": 5000}), 422, "CLAIM_NOT_USERS")
        self.refused(a, self.event(a, "claim", cause="user_fault", amount=1), 403, "AGREEMENT_SENDER")
        a = self.done(a, "claim", "claim_open", "org:kim", self.steward, split={"user_fault": 60000, "wear": 20000}, amount=80000)
        self.assertEqual([(d["type"], d["state"], d["terms"]["amount"]) for d in a["duties"]], [("compensation", "claimed", 40000)])
        a = self.done(a, "contest", "disputed")
        split = {"user_fault": 10000, "facility_defect": 50000, "wear": 20000}
        self.refused(a, self.event(a, "rule", "org:kim", self.steward, reason="mine", split=split), 403, "AGREEMENT_SENDER")
        self.refused(a, self.event(a, "rule", "person:o", self.officer, reason="so", split={"user_fault": 1}), 422, "CLAIM_RULING")
        a = self.done(a, "rule", "settled", "person:o", self.officer, reason="so", split=split)
        self.assertEqual([(d["type"], d["state"], d["terms"]["amount"]) for d in a["duties"]], [("compensation", "owed", 10000)])
        owed = self.server.ask("GET", "/v1/duties?person=person%3Amina", None, self.booking).json()["duties"]
        self.assertEqual([(d["agreement"], d["duty"]["type"]) for d in owed], [(a["id"], "compensation")])
        self.assertEqual(self.server.ask("GET", "/v1/duties?person=person:jun", None, self.booking).json()["duties"], [])
        a = self.done(a, "appeal", "disputed", reason="new photos")
        a = self.done(a, "rule", "settled", "person:o", self.officer, reason="again", split={"user_fault": 0, "wear": 80000})
        self.assertEqual([d["state"] for d in a["duties"]], ["void"])
        self.refused(a, self.event(a, "appeal", reason="once more"), 409, "AGREEMENT_ONCE")

    def test_what_is_admitted_is_owed_up_to_the_cap(self):
        a = self.claimed()
        a = self.done(a, "claim", "claim_open", "org:kim", self.steward, cause="user_fault", amount=90000)
        a = self.done(a, "admit", "settled")
        self.assertEqual([(d["type"], d["state"], d["terms"]["amount"], d["owed_by"]) for d in a["duties"]],
                         [("compensation", "owed", 40000, "person:mina")])

    def test_no_claim_without_photos_from_before(self):
        a = self.opened()
        a = self.done(a, "check_in", "checked_in", evidence=[piece("qr", 1)])
        self.refused(a, self.event(a, "evidence", evidence=[piece("before", 2)]), 422, "EVIDENCE_KIND")
        a = self.done(a, "check_out", "checked_out", evidence=[piece("after", 3)])
        p = self.refused(a, self.event(a, "claim", "org:kim", self.steward, cause="user_fault", amount=5), 422, "EVIDENCE_LACKING")
        self.assertIn("before 0/1", p["detail"])

    def test_nobody_fills_it_up_for_the_other(self):
        """Thirty pieces of one party are enough; the provider's claim is heard whatever the applicant hands in."""
        a = self.done(self.opened(), "check_in", "checked_in", evidence=[piece("qr", 1), piece("before", 2)])
        for n in (100, 110):
            a = self.done(a, "evidence", "checked_in", evidence=[piece("after", n + i) for i in range(10)])
        self.refused(a, self.event(a, "evidence", evidence=[piece("after", 200 + i) for i in range(9)]), 409,
                     "AGREEMENT_FULL")
        a = self.done(a, "evidence", "checked_in", evidence=[piece("after", 200 + i) for i in range(8)])
        a = self.done(a, "check_out", "checked_out")
        self.done(a, "claim", "claim_open", "org:kim", self.steward, cause="user_fault", amount=5000)

    def test_photos_that_a_duty_asks_for(self):
        a = self.opened(alcohol=True)
        p = self.refused(a, self.event(a, "check_in", evidence=[piece("qr", 1), piece("before", 2)]), 422, "EVIDENCE_LACKING")
        self.assertIn("before 1/4", p["detail"])
        a = self.done(a, "check_in", "checked_in", evidence=[piece("qr", 1)] + [piece("before", n) for n in (2, 3, 4, 5)])
        self.refused(a, self.event(a, "check_out"), 422, "EVIDENCE_LACKING")
        a = self.done(a, "check_out", "checked_out", evidence=[piece("after", n) for n in (6, 7, 8, 9)])
        self.assertEqual([(d["type"], d["state"]) for d in a["duties"]], [("condition_photos_before_after", "discharged")])

    def test_who_may_see_what(self):
        a = self.opened()
        self.assertEqual(self.get(a, self.other).status, 404)
        self.assertEqual(self.get(a, self.steward).status, 200)
        self.assertEqual(self.get(a, self.server.token("audit", "town", "auditor")).status, 200)
        far = self.server.token("far", "townhouse", "auditor,steward,events")
        self.assertEqual(self.get(a, far).status, 404)
        see = lambda token, query="": [x["id"] for x in
                                       self.server.ask("GET", "/v1/agreements" + query, None, token).json()["agreements"]]
        self.assertEqual(see(self.steward), [a["id"]])
        self.assertEqual(see(self.booking, "?person=person:mina"), [a["id"]])
        self.assertEqual(see(self.booking, "?person=person:jun"), [])
        self.assertEqual(see(self.other), [])
        self.assertEqual(see(far), [])
        self.assertEqual(self.server.ask("GET", "/v1/agreements?person=%zz", None, self.steward).status, 400)
        self.assertEqual(self.server.ask("GET", "/v1/duties?after=x", None, self.steward).status, 400)

    def test_pages(self):
        ids = [self.opened(start=600 + 2 * i, end=601 + 2 * i)["id"] for i in range(55)]
        first = self.server.ask("GET", "/v1/agreements", None, self.steward).json()
        rest = self.server.ask("GET", "/v1/agreements?after=" + first["next"], None, self.steward).json()
        self.assertEqual(sorted(ids), [x["id"] for x in first["agreements"] + rest["agreements"]])
        self.assertEqual((len(first["agreements"]), rest["next"]), (50, None))

    def test_the_clock_cannot_be_moved(self):
        self.assertEqual(support.run("advance", "--state", self.server.state, "1h").returncode, 2)


class Deadlines(Served):
    """With the program that has a clock to move."""
    CLOCK = os.path.join(os.path.dirname(support.HYANGYAK), "hyangyak-clock")

    def setUp(self):
        if not os.access(self.CLOCK, os.X_OK):
            self.skipTest("hyangyak-clock is not built")
        program, support.HYANGYAK = support.HYANGYAK, self.CLOCK
        self.addCleanup(setattr, support, "HYANGYAK", program)
        super().setUp()

    def advance(self, *by):
        self.assertEqual(support.run("advance", "--state", self.server.state, *by).returncode, 0)

    def await_state(self, agreement, state):
        end = time.monotonic() + support.GUARD_S
        while True:
            a = self.get(agreement).json()
            if a["state"] == state or time.monotonic() > end:
                self.assertEqual(a["state"], state, a)
                return a

    def test_deadlines_are_met_once_whatever_the_clock_does(self):
        a, b = self.opened(start=60, end=120), self.opened(hall="hall-2", start=60 * 24 * 3, end=60 * 24 * 3 + 60, party_size=20,
                                                          state="pending_verification")
        self.advance("74m")
        self.assertEqual(self.get(a).json()["state"], "confirmed")
        self.advance("2m")
        a = self.await_state(a, "no_show")
        self.assertEqual(a["points"][0]["points"], 1)
        self.advance("--back", "2h")
        self.server.stop()
        self.advance("72h")  # while nobody looks
        self.server.start()
        b = self.await_state(b, "declined")
        self.assertEqual(self.get(a).json(), a)
        self.assertEqual([e["event"] for e in b["events"]], ["opened", "needs_verification", "deadline"])


if __name__ == "__main__":
    support.main()
