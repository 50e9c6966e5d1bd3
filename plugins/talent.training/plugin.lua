-- SPDX-License-Identifier: Apache-2.0
-- Neighbours teach neighbours: courses, workshops, lessons.
return plugin {
  name = "talent.training", version = "1.0.0", api = 1,
  title = { ko = "이웃 배움", en = "Training by neighbours" },

  asset_type {
    name = "talent.training", extends = "talent",
    title = { ko = "이웃이 여는 강좌", en = "Course by a neighbour" },
    subject = {
      instructor_qualification = { type = "bool", proof = "credential", by = "issuer", title = { ko = "강사 자격", en = "Teaching qualification" } },
      peer_endorsed_3          = { type = "bool", proof = "credential", by = "yongin/talent",
                                   title = { ko = "배운 이웃 세 사람의 추천", en = "Endorsed by three neighbours who learned" } },
      instructor_standing      = { type = "bool", proof = "credential", any_of = { "peer_endorsed_3", "instructor_qualification" },
                                   title = { ko = "가르칠 자격 또는 추천", en = "Standing to teach" } },
      enrolled_student         = { type = "bool", proof = "credential", by = "university", title = { ko = "재학 중", en = "Enrolled student" } },
      -- An enrolled student is exempt; one on leave is not.
      private_tutor_report     = { type = "bool", proof = "registration", by = "yongin/education-office", any_of = { "enrolled_student" },
                                   title = { ko = "개인과외교습자 신고", en = "Report of private tutoring" } },
      private_qualification_registered = { type = "bool", proof = "registration", by = "qualification-registry",
                                   title = { ko = "민간자격 등록", en = "Registered private qualification" } },
      tool_safety              = { type = "bool", proof = "credential", by = "yongin/talent", title = { ko = "공구 안전교육", en = "Tool-safety training" } },
    },
    context = {
      target           = { type = "string", one_of = { "everyone", "adults", "seniors", "children", "school_students" }, default = "everyone",
                           title = { ko = "누구를 위한", en = "For whom" } },
      subject_area     = { type = "string", default = "other", title = { ko = "분야", en = "Field" } },
      certificate_type = { type = "string", one_of = { "none", "completion", "qualification" }, default = "none",
                           title = { ko = "주는 증서", en = "Certificate given" } },
      uses_kitchen     = { type = "bool", default = false, title = { ko = "조리 시설 사용", en = "Uses a kitchen" } },
      hazardous_tools  = { type = "bool", default = false, title = { ko = "위험한 공구", en = "Sharp or powered tools" } },
      legal_review     = { type = "bool", proof = "human_decision", by = "legal", title = { ko = "법률 검토", en = "Legal review" } },
    },
    actions = {
      offer_course = { extends = "use", title = { ko = "강좌 열기", en = "Offer a course" } },
      enrol        = { extends = "use", title = { ko = "수강하기", en = "Enrol" } },
    },
  },

  duty "completion_certificate_wording" { title = { ko = "수료증이라고 적기", en = "Call it a certificate of completion" } },
  duty "kitchen_hygiene_and_allergens" { title = { ko = "주방 위생과 알레르기 목록", en = "Kitchen hygiene and a list of allergens" } },
  duty "open_door_two_adult" { title = { ko = "열린 문, 어른 두 사람", en = "Open door, two adults" } },
}
