-- SPDX-License-Identifier: Apache-2.0
return plugin {
  name = "hall", version = "1.0.0", api = 1,
  title = { ko = "회관", en = "Hall" },
  reads = { "agreement.state", "agreement.evidence", "agreement.checked_in" },
  params = { cap_krw = { type = "int", unit = "KRW", default = 40000 } },

  asset_type {
    name = "hall", extends = "asset", title = { ko = "회관", en = "Hall" },
    subject = { adult = { type = "bool", proof = "credential", assurance = "vouched" } },
    context = { storm = { type = "bool", default = false } },
    actions = { reserve = { extends = "use" }, look = {} },
  },

  hooks = {
    verify = function(event, agreement)
      if event.reason == "fail" then error("the hook has failed") end
      if event.reason == "nothing" then return nil end
      if event.reason == "no" then
        return reject("HALL_SAYS_NO", { ko = "안 됩니다", en = "The hall says no" })
      end
      if event.name == "check_out" and not (agreement.checked_in and agreement.evidence.qr) then
        return reject("NO_CODE", "no code was shown")
      end
      return accept()
    end,
    on_event = function(event, agreement)
      if event.reason == "owe what nobody declared" then return owe("a pony", {}) end
      if event.name == "deadline" and agreement.state == "no_show" then return point(1, "no_show") end
      if event.name ~= "claim" then return nil end
      return owe("compensation", { amount = math.min(event.amount, params.cap_krw),
                                   owed_by = "subject", owed_to = "steward", due = "after" })
    end,
  },
}
