-- SPDX-License-Identifier: Apache-2.0
-- A template: copy the folder, rename everything that says "tool", and take away what you do not need.
return plugin {
  name = "thing.tool", version = "1.0.0", api = 1,
  title  = { ko = "공구", en = "Tool" },
  reads  = { "context.start", "context.end", "resource.max_days" }, -- all that the hooks below may look at
  params = { fine_krw = { type = "int", unit = "KRW", default = 1000 } },

  asset_type {
    name = "thing.tool", extends = "asset",
    title = { ko = "함께 쓰는 공구", en = "Shared tool" },
    facts = {                                            -- of the thing: resource.x in rules
      max_days   = { type = "int", min = 1, default = 7, title = { ko = "최대 일수", en = "Most days" } },
      power_tool = { type = "bool", default = false },
    },
    subject = {                                          -- of the person: subject.x
      tool_training = { type = "bool", proof = "credential", by = "yongin/tool-library" },
    },
    context = {                                          -- of the occasion: context.x
      days_out = { type = "int", min = 0, default = 0, source = "hook" },
    },
    actions = {
      borrow = { extends = "use", title = { ko = "빌리기", en = "Borrow" } },
    },
  },

  duty "return_clean" {
    title = { ko = "닦아서 돌려주기", en = "Return it clean" },
    terms = { fine_krw = { type = "int", unit = "KRW" } },
  },

  hooks = {
    -- Derives a fact, for rules to read.
    enrich = function(req)
      local from, to = req.context.start, req.context["end"]
      if not from or not to then return nil end
      return { days_out = math.ceil(time.days(from, to)) }
    end,

    -- Says no (or permit(), or need("subject.x")); nothing is no opinion.
    permit = function(req)
      local from, to = req.context.start, req.context["end"]
      if not from or not to then return nil end
      if time.days(from, to) > req.resource.max_days then
        return forbid("TOO_LONG", { ko = "빌릴 수 있는 날수를 넘었습니다", en = "That is longer than this tool may be out" })
      end
      return permit()
    end,

    -- Says what is owed for it.
    liability = function(req)
      return owe("return_clean", { fine_krw = params.fine_krw, owed_by = "subject", due = "after" })
    end,
  },
}
