-- SPDX-License-Identifier: Apache-2.0
-- A leftover lot that neighbours share: plots to lease for a season, and meals together.
return plugin {
  name = "space.garden", version = "1.0.0", api = 1,
  title = { ko = "자투리 텃밭", en = "Leftover-lot garden" },
  reads = { "context.fee_krw", "context.party_size" },

  asset_type {
    name = "space.garden", extends = "space",
    title = { ko = "자투리 텃밭", en = "Leftover-lot garden" },
    facts = {
      plots        = { type = "int", min = 1, optional = true, title = { ko = "구좌 수", en = "Plots" }, source = "registry" },
      plot_m2      = { type = "double", min = 0, unit = "m2", optional = true, title = { ko = "구좌 넓이", en = "Size of a plot" }, source = "registry" },
      cooking_zone = { type = "bool", default = false, title = { ko = "취사 구역", en = "Cooking zone" }, source = "registry" },
      alcohol_free = { type = "bool", default = false, title = { ko = "음주 청정 구역", en = "Alcohol-free" }, source = "registry" },
    },
    subject = {
      garden_training = { type = "bool", proof = "credential", by = "yongin/agriculture",
                          title = { ko = "텃밭 사전교육", en = "Garden training" } },
    },
    context = {
      methods            = { type = "list<string>", default = {}, max_size = 20, title = { ko = "경작 방법", en = "Ways of growing" } },
      household_plots    = { type = "int", min = 0, default = 0, source = "record", title = { ko = "세대가 쓰는 구좌", en = "Plots of the household" },
                             count = { action = "lease_plot", by = "household", state = "confirmed" } },
      steward_fee_review = { type = "bool", proof = "human_decision", by = "steward",
                             title = { ko = "관리자의 금액 확인", en = "The steward's look at the sum" } },
      fee_per_head_krw   = { type = "int", unit = "KRW", default = 0, source = "hook",
                             title = { ko = "한 사람 몫", en = "What each guest pays" } },
    },
    actions = {
      lease_plot    = { extends = "use", title = { ko = "텃밭 빌리기", en = "Lease a plot" } },
      host_potluck  = { extends = "use", title = { ko = "포트럭 열기", en = "Host a potluck" } },
      transfer_plot = { extends = "use", title = { ko = "구좌 넘기기", en = "Hand a plot on" }, context = {
        transfer_to_third_party = { default = true }, -- that is what handing on means
      } },
      harvest_share = { extends = "use", title = { ko = "수확 나눔", en = "Share the harvest" } },
      return_plot   = { title = { ko = "구좌 돌려주기", en = "Return a plot" } },
      co_garden     = { title = { ko = "공동경작 등록", en = "Register a co-gardener" } },
    },
  },

  duty "eco_farming_agreement" { title = { ko = "친환경 경작 협약", en = "Agreement on ecological farming" } },
  duty "allergen_labels_and_hygiene_lead" { title = { ko = "알레르기 표시와 위생 담당", en = "Allergen labels and a hygiene lead" } },
  duty "food_two_hour_rule" { title = { ko = "음식 두 시간 규칙", en = "Two-hour rule for food" } },

  hooks = {
    -- What each guest pays: a rule may look at it, and people understand it better than the sum.
    enrich = function(req)
      local fee, n = req.context.fee_krw, req.context.party_size
      if not fee or not n then return nil end -- an action that takes no time and no money
      return { fee_per_head_krw = fee // n }
    end,
  },
}
