-- SPDX-License-Identifier: Apache-2.0
-- A street or square before a school, where neighbours show children their work.
return plugin {
  name = "space.school-street", version = "1.0.0", api = 1,
  title = { ko = "학교 앞 거리", en = "School street" },

  asset_type {
    name = "space.school-street", extends = "space",
    title = { ko = "학교 앞 거리", en = "Street before a school" },
    facts = {
      in_school_zone_road = { type = "bool", proof = "evidence", by = "steward",
                              title = { ko = "어린이보호구역 도로", en = "Road in a school zone" } },
      class_start_min     = { type = "int", min = 0, max = 1440, unit = "min", optional = true, source = "registry",
                              title = { ko = "수업 시작(0시부터 분)", en = "Lessons begin (minutes from midnight)" } },
      class_end_min       = { type = "int", min = 0, max = 1440, unit = "min", optional = true, source = "registry",
                              title = { ko = "수업 끝(0시부터 분)", en = "Lessons end (minutes from midnight)" } },
    },
    subject = {
      liability_insurance = { type = "bool", proof = "credential", by = "insurer",
                              title = { ko = "배상책임보험", en = "Liability insurance" } },
      -- The institution says that it has done its check; what the check found never comes here.
      child_safety_checked_by_institution = { type = "bool", proof = "attestation", by = "institution",
                              title = { ko = "기관의 성범죄 경력 조회 완료 확인", en = "The institution's word that it checked its staff" } },
    },
    context = {
      school_day      = { type = "bool", optional = true, source = "record", title = { ko = "수업이 있는 날", en = "A day with lessons" } },
      staff           = { type = "int", min = 0, optional = true, title = { ko = "돌보는 어른", en = "Adults in charge" } },
      organiser_type  = { type = "string", default = "citizen_group",
                          one_of = { "citizen_group", "child_youth_institution", "school", "public_body", "company", "individual", "other" },
                          title = { ko = "주최자", en = "Kind of organiser" } },
      booths          = { type = "int", min = 0, default = 0, title = { ko = "부스 수", en = "Booths" } },
      vehicles_parked = { type = "int", min = 0, default = 0, title = { ko = "세워 두는 차", en = "Vehicles parked" } },
      safety_management_plan = { type = "bool", proof = "filing", by = "yongin/safety",
                                 title = { ko = "안전관리계획 신고", en = "Safety plan on file" } },
      more_staff      = { type = "bool", proof = "evidence", by = "steward",
                          title = { ko = "어른이 더 온다는 증빙", en = "Evidence of more adults" } },
    },
    actions = {
      host_event     = { extends = "use", title = { ko = "행사 열기", en = "Host an event" } },
      register_booth = { extends = "use", title = { ko = "부스 내기", en = "Register a booth" } },
      volunteer      = { extends = "use", title = { ko = "자원봉사", en = "Volunteer" } },
      attend         = { extends = "use", title = { ko = "참여하기", en = "Attend" } },
    },
  },

  duty "safety_plan_as_use_condition" {
    title = { ko = "허가 조건인 안전계획", en = "A safety plan, as a condition of this permit" },
    evidence = { plan = { min = 1 } },
  },
  duty "two_adult_rule" { title = { ko = "어른 두 사람 원칙", en = "Never one adult alone with a child" } },
  duty "guardian_photo_location_consent" {
    title = { ko = "사진과 위치에 대한 보호자 동의", en = "Guardians' consent to photos and location" },
    evidence = { consent = { min = 1 } },
  },
}
