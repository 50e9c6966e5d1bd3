-- SPDX-License-Identifier: Apache-2.0
-- What every shared thing has in common. All asset types extend `asset`.
return plugin {
  name = "asset", version = "1.0.0", api = 1,
  title = { ko = "공유 자산", en = "Shared asset" },

  subject_type {
    name = "person",
    facts = {
      age      = { type = "int", min = 0, max = 150, proof = "credential" },
      identity = { type = "bool", proof = "credential" },
      resident = { type = "bool", proof = "credential" },
      roles    = { type = "list<string>", default = {} },
    },
  },

  asset_type {
    name = "asset",
    title = { ko = "자산", en = "Asset" },
    exclusive = "time",
    -- What the commons knows of its asset comes from the registry alone: a caller who could say
    -- `decision_mode` would take the decision away from the officer.
    facts = {
      owner              = { type = "string", one_of = { "city", "private", "org" }, default = "city", source = "registry" },
      steward            = { type = "string", optional = true, source = "registry" },
      name               = { type = "string", optional = true, source = "registry" },
      outdoor            = { type = "bool", default = false, source = "registry" },
      noise_class        = { type = "string", default = "other", source = "registry" },
      fire_capacity      = { type = "int", optional = true, source = "registry" },
      area_m2            = { type = "double", optional = true, source = "registry" },
      hours              = { type = "map<string, list<int>>", optional = true, source = "registry" },
      lead_min_days      = { type = "int", optional = true, source = "registry" },
      lead_max_days      = { type = "int", optional = true, source = "registry" },
      quiet_from_min     = { type = "int", optional = true, source = "registry" },
      quiet_to_min       = { type = "int", optional = true, source = "registry" },
      deposit_krw        = { type = "int", unit = "KRW", optional = true, source = "registry" },
      condition_report   = { type = "bool", default = false, source = "registry" },
      restore            = { type = "bool", default = false, source = "registry" },
      location_checkin   = { type = "bool", default = false, source = "registry" },
      noncommercial_only = { type = "bool", default = false, source = "registry" },
      decision_mode      = { type = "string", one_of = { "discretionary", "rule_bound", "private" }, default = "discretionary", source = "registry" },
      decision_modes     = { type = "map<string, string>", default = {}, source = "registry" },
    },
    context = {                                    -- of every action
      conflict  = { type = "bool", source = "record", default = false },
      penalties = { type = "list<{points: int, at: date}>", source = "record", default = {} },
      guardian  = { type = "bool", proof = "consent", by = "guardian" },
      officer   = { type = "bool", proof = "human_decision", by = "officer" },
      steward   = { type = "bool", proof = "human_decision", by = "steward" },
    },
    actions = {
      check_in = {}, check_out = {}, cancel = {}, report_damage = {},
      use = { abstract = true, context = {                          -- actions that take the asset for a time extend it
        start      = { type = "timestamp" },
        ["end"]    = { type = "timestamp" },
        party_size = { type = "int", min = 1, default = 1 },
        minors     = { type = "int", min = 0, default = 0 },
        purpose    = { type = "string", optional = true },
        fee_krw    = { type = "int", min = 0, unit = "KRW", default = 0 },
        fee_basis  = { type = "string", default = "" },
        equipment  = { type = "list<string>", default = {} },
        amplified  = { type = "bool", default = false },
        open_flame = { type = "bool", default = false },
        alcohol    = { type = "bool", default = false },
        commercial = { type = "bool", default = false },
        food_sale  = { type = "bool", default = false },
        permanent_fixture       = { type = "bool", default = false },
        transfer_to_third_party = { type = "bool", default = false },
      } },
    },
  },

  duty "deposit"                       { terms = { amount = { type = "int", unit = "KRW" } } },
  duty "condition_photos_before_after" { evidence = { before = { min = 4 }, after = { min = 4 } } },
  duty "restore_original_state"        {},
  duty "location_consent"              {},
  duty "noise_limit_65dbA"             {},
  duty "noise_limit_60dbA"             {},
}
