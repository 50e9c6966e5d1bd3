-- SPDX-License-Identifier: Apache-2.0
return plugin {
  name = "hall", version = "1.0.0", api = 1,
  title = { ko = "회관", en = "Hall" },
  asset_type {
    name = "hall", extends = "asset", title = { ko = "회관", en = "Hall" },
    subject = { adult = { type = "bool", proof = "credential" } },
    context = { storm = { type = "bool", default = false } },
    actions = { reserve = { extends = "use" }, look = {} },
  },
}
