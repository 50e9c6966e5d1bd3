#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Agreements over HTTP: from a decision to the end, across a restart, and everything that is refused on the way."""
import datetime
import os
import threading
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


class Agreements(unittest.TestCase):
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


if __name__ == "__main__":
    support.main()
