#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""GET /v1/places: GeoJSON of what a token's commons sees, and nothing of its neighbours."""
import json
import os
import shutil
import unittest

import support


def feature(ident, kind, coordinates, **properties):
    return {"type": "Feature", "id": ident, "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates}}


class Places(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder, commons = support.copy_commons(os.path.join(support.ROOT, "policies", "yongin"))
        with open(os.path.join(commons, "giheung", "garden-3", "places.geojson"), "w", encoding="utf-8") as f:
            json.dump({"type": "FeatureCollection", "features": [
                feature("compost", "Point", [127.1, 37.25], title="Compost \"heap\""),
                feature("beds", "MultiPolygon", [[[[127.1, 37.2], [127.2, 37.2], [127.2, 37.3], [127.1, 37.2]]]])]}, f)
        cls.server = support.Server(commons, os.path.join(support.ROOT, "plugins"))
        try:
            cls.server.start()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        shutil.rmtree(cls.folder)

    def seen(self, name, commons, rights="decide"):
        a = self.server.ask("GET", "/v1/places", token=self.server.token(name, commons, rights))
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(a.json()["type"], "FeatureCollection")
        return {(f["properties"]["commons"], f["id"]): f for f in a.json()["features"]}

    def test_above_and_below(self):
        city, market, garden = "yongin", "yongin/cheoin/jungang-market", "yongin/giheung/garden-3"
        of_market = {(city, "city-hall"), (market, "market")}
        of_garden = {(city, "city-hall"), (garden, "compost"), (garden, "beds")}
        self.assertEqual(set(self.seen("market", market)), of_market)
        self.assertEqual(set(self.seen("garden", garden, "dry_run")), of_garden)
        self.assertEqual(set(self.seen("city", city, "auditor")), of_market | of_garden)

    def test_what_the_file_says(self):
        seen = self.seen("words", "yongin/giheung/garden-3")
        heap = seen["yongin/giheung/garden-3", "compost"]
        self.assertEqual(heap["geometry"], {"type": "Point", "coordinates": [127.1, 37.25]})
        self.assertEqual(heap["properties"]["title"], {"und": "Compost \"heap\""})
        self.assertNotIn("title", seen["yongin/giheung/garden-3", "beds"]["properties"])
        self.assertEqual(seen["yongin", "city-hall"]["properties"]["title"]["ko"], "용인시청")

    def test_a_token_is_needed(self):
        self.assertEqual(self.server.ask("GET", "/v1/places").status, 401)
        self.assertEqual(self.server.ask("GET", "/v1/places", token="nobody").status, 401)
        self.assertEqual(self.server.ask("POST", "/v1/places", {}, self.server.token("p", "yongin", "decide")).status, 405)
        steward = self.server.token("steward", "yongin", "steward")
        self.assertEqual(self.server.ask("GET", "/v1/places", token=steward).status, 403)


if __name__ == "__main__":
    support.main()
