-- SPDX-License-Identifier: Apache-2.0
-- What a person can do and shares with others.
return plugin {
  name = "talent", version = "1.0.0", api = 1,
  title = { ko = "재능", en = "Talent" },

  asset_type {
    name = "talent", extends = "asset",
    title = { ko = "재능", en = "Talent" },
    facts = {
      place_type = { type = "string", one_of = { "public", "home", "outdoor", "online" }, default = "public", source = "registry",
                     title = { ko = "장소의 종류", en = "Kind of place" } },
    },
    context = {
      time_credits = { type = "double", min = 0, unit = "h", default = 0.0, title = { ko = "시간 화폐", en = "Time credits" } },
    },
  },
}
