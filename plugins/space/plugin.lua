-- SPDX-License-Identifier: Apache-2.0
-- A place that is lent for a time: what all places have in common.
return plugin {
  name = "space", version = "1.0.0", api = 1,
  title = { ko = "공간", en = "Space" },

  asset_type {
    name = "space", extends = "asset",
    title = { ko = "공간", en = "Space" },
    facts = {
      school_gate_m     = { type = "int", min = 0, unit = "m", proof = "evidence", by = "steward",
                            title = { ko = "학교 정문까지 거리", en = "Distance to the school gate" } },
      school_boundary_m = { type = "int", min = 0, unit = "m", proof = "evidence", by = "steward",
                            title = { ko = "학교 경계까지 거리", en = "Distance to the school boundary" } },
    },
  },
}
