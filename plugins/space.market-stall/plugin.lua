-- SPDX-License-Identifier: Apache-2.0
-- A vacant market stall, lent out for an afternoon.
return plugin {
  name = "space.market-stall", version = "1.0.0", api = 1,
  title  = { ko = "시장 점포", en = "Market stall" },
  reads  = { "agreement.evidence", "agreement.checked_out" },
  params = { cap_krw = { type = "int", unit = "KRW", default = 300000 } },

  asset_type {
    name = "space.market-stall", extends = "space",
    title = { ko = "시장 빈 점포", en = "Vacant market stall" },
    facts = {
      electric_kw = { type = "double", min = 0, unit = "kW", optional = true, source = "registry",
                      title = { ko = "쓸 수 있는 전력", en = "Power" } },
    },
    subject = {
      food_business = { type = "bool", proof = "registration", by = "yongin/sanitation",
                        title = { ko = "식품 영업신고", en = "Food-business report" } },
    },
    context = {
      uses_aisle = { type = "bool", default = false, title = { ko = "통로 사용", en = "Uses the aisle" } },
      market_day = { type = "bool", default = false, source = "record", title = { ko = "장날", en = "Market day" } },
      education_environment_committee = { type = "bool", proof = "human_decision", by = "committee",
                                          title = { ko = "교육환경보호위원회 심의", en = "Review by the education environment committee" } },
    },
    actions = {
      reserve           = { extends = "use", title = { ko = "점포 빌리기", en = "Borrow the stall" } },
      host_series       = { extends = "use", title = { ko = "연속 모임 열기", en = "Host a series" } },
      sublend_equipment = { extends = "use", title = { ko = "점포 비품 다시 빌려주기", en = "Lend the stall's equipment on" } },
    },
  },

  duty "neighbour_notice" {
    title = { ko = "이웃 점포 알림", en = "Notice to the stalls next door" },
    evidence = { photo = { min = 1 } },
  },

  hooks = {
    -- A claim needs photos from before, and comes within two days.
    verify = function(event, agreement)
      if event.name ~= "claim" then return accept() end
      if not agreement.evidence.before then
        return reject("NO_BEFORE_PHOTOS", { ko = "사용 전 사진이 없습니다", en = "There are no photos from before" })
      end
      if time.hours(agreement.checked_out, event.at) > 48 then
        return reject("CLAIM_TOO_LATE", { ko = "이틀이 지났습니다", en = "The two days are over" })
      end
      return accept()
    end,

    -- Wear is the merchant's; a fault is the user's, up to the cap.
    on_event = function(event, agreement)
      if event.name ~= "claim" or event.cause ~= "user_fault" then return nil end
      local amount = math.min(event.amount, params.cap_krw)
      return owe("compensation", { amount = amount, owed_by = "subject", owed_to = "steward", due = "after" })
    end,
  },
}
