-- SPDX-License-Identifier: Apache-2.0
-- Time that one person gives to look after another.
return plugin {
  name = "care", version = "1.0.0", api = 1,
  title = { ko = "돌봄", en = "Care" },

  asset_type {
    name = "care", extends = "asset",
    title = { ko = "돌봄", en = "Care" },
    facts = {
      place_type = { type = "string", one_of = { "home", "public", "outdoor", "online" }, optional = true, source = "registry",
                     title = { ko = "장소의 종류", en = "Kind of place" } },
    },
    subject = {
      volunteer_insurance = { type = "bool", proof = "credential", by = "volunteer-portal",
                              title = { ko = "자원봉사 보험", en = "Volunteer insurance" } },
      dementia_training   = { type = "bool", proof = "credential", by = "dementia-centre",
                              title = { ko = "치매파트너 교육", en = "Dementia-partner training" } },
      statutory_checker   = { type = "bool", proof = "attestation", by = "police",
                              title = { ko = "법률이 정한 조회 기관", en = "Body that a statute lets check records" } },
    },
    context = {
      care_type  = { type = "string", one_of = { "child", "elder" }, default = "child", title = { ko = "누구의 돌봄", en = "Care for whom" } },
      place_type = { type = "string", one_of = { "home", "public", "outdoor", "online" }, optional = true,
                     title = { ko = "만나는 곳", en = "Where" } },
      adults     = { type = "int", min = 0, optional = true, title = { ko = "돌보는 어른", en = "Adults" } },
      children   = { type = "int", min = 0, default = 0, title = { ko = "아이", en = "Children" } },
      infants    = { type = "int", min = 0, default = 0, title = { ko = "영아", en = "Infants" } },
      tasks      = { type = "list<string>", default = {}, max_size = 50, title = { ko = "할 일", en = "Tasks" } },
      -- Health is nobody's business but the carer's.
      recipient_conditions = { type = "list<string>", default = {}, max_size = 50, personal = true,
                               title = { ko = "돌봄받는 이의 건강", en = "Health of the one cared for" } },
      parent_present = { type = "bool", default = false, title = { ko = "부모 동석", en = "A parent is present" } },
      completed_sessions_together = { type = "int", min = 0, default = 0, source = "record",
                                      title = { ko = "함께 마친 돌봄 횟수", en = "Sessions completed together" } },
      time_balance_h = { type = "double", unit = "h", default = 0.0, source = "record", title = { ko = "시간 화폐 잔액", en = "Balance of time credits" } },
    },
    actions = {
      report_incident        = { title = { ko = "사고 알리기", en = "Report an incident" } },
      demand_criminal_record = { title = { ko = "범죄경력 요구", en = "Demand a criminal record" } },
    },
  },

  duty "handover_dual_signoff" {
    title = { ko = "인계와 인수의 양쪽 서명", en = "Both sides sign at hand-over and at return" },
    evidence = { hand_over = { min = 2 }, hand_back = { min = 2 } },
  },
  duty "emergency_contacts" {
    title = { ko = "비상 연락처와 응급처치 동의", en = "Emergency contacts and consent to first aid" },
    evidence = { contacts = { min = 1 } },
  },
  duty "written_medication_instruction" {
    title = { ko = "복약 안내문", en = "Written instruction on medicine" },
    evidence = { instruction = { min = 1 } },
  },
  duty "minimal_health_disclosure" { title = { ko = "건강 정보는 필요한 만큼만", en = "Health data to the carer only, and only what is needed" } },
}
