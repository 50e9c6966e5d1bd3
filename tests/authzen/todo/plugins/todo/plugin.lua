-- SPDX-License-Identifier: Apache-2.0
-- The to-do list of the AuthZEN interop: todos and the users who keep them. Who a user is, the registry says.
return plugin {
  name = "todo", version = "1.0.0", api = 1,
  title = { ko = "할 일 목록", en = "To-do list" },

  subject_type {
    name = "user", registered = true,
    facts = {
      email = { type = "string", source = "registry", optional = true },
      roles = { type = "list<string>", source = "registry", default = {} },
    },
  },

  asset_type {
    name = "todo", extends = "asset", registered = false,
    title = { ko = "할 일", en = "Todo" },
    facts = {
      ownerID       = { type = "string", default = "" },
      decision_mode = { type = "string", default = "private" },
    },
    actions = { can_read_todos = {}, can_create_todo = {}, can_update_todo = {}, can_delete_todo = {} },
  },

  asset_type {
    name = "user", extends = "asset", registered = false,
    title = { ko = "사용자 정보", en = "A user's entry" },
    facts = { decision_mode = { type = "string", default = "private" } },
    actions = { can_read_user = {} },
  },
}
