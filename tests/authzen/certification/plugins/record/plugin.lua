-- SPDX-License-Identifier: Apache-2.0
-- The fixture of AuthZEN's certification: records, and users who read, write and delete them.
return plugin {
  name = "record", version = "1.0.0", api = 1,
  title = { ko = "기록", en = "Records" },

  subject_type {
    name = "user", registered = true,
    facts = { role = { type = "string", source = "registry", default = "" } },
  },

  asset_type {
    name = "record", extends = "asset",
    title = { ko = "기록", en = "Record" },
    facts = {
      status        = { type = "string", default = "active" },
      decision_mode = { type = "string", default = "private" },
    },
    actions = {
      read = {}, write = {},
      delete = { properties = { soft = { type = "bool", default = false } } },
    },
  },
}
