-- SPDX-License-Identifier: Apache-2.0
-- Rooms for young people: to study, meet and practise, shared fairly among teams.
return plugin {
  name = "space.youth", version = "1.0.0", api = 1,
  title = { ko = "청년 공간", en = "Youth space" },

  asset_type {
    name = "space.youth", extends = "space",
    title = { ko = "청년 공간", en = "Youth space" },
    facts = {
      age_min = { type = "int", min = 0, max = 150, optional = true, source = "registry",
                  title = { ko = "예약 최소 나이", en = "Youngest who may book" } },
      age_max = { type = "int", min = 0, max = 150, optional = true, source = "registry",
                  title = { ko = "예약 최고 나이", en = "Oldest who may book" } },
    },
    subject = {
      employment_local = { type = "bool", proof = "credential", by = "employer",
                           title = { ko = "관내 직장", en = "Works in the city" } },
      student_local    = { type = "bool", proof = "credential", by = "university",
                           title = { ko = "관내 학교 재학", en = "Studies in the city" } },
      -- Any one of them is enough; the one that says least about a person comes first.
      local_tie        = { type = "bool", proof = "credential", any_of = { "resident", "student_local", "employment_local" },
                           title = { ko = "시와의 연고", en = "A tie to the city" } },
    },
    context = {
      out_of_range_share = { type = "double", min = 0, max = 1, default = 0.0,
                             title = { ko = "나이 범위 밖 참여자 비율", en = "Share of guests outside the age range" } },
      team_hours_today   = { type = "double", min = 0, unit = "h", default = 0.0, source = "record",
                             title = { ko = "팀이 오늘 쓴 시간", en = "Hours of the team that day" } },
      monthly_uses       = { type = "int", min = 0, default = 0, source = "record", title = { ko = "이달 이용 횟수", en = "Uses this month" },
                             count = { action = "reserve", by = "person", state = "confirmed", within = "30d" } },
    },
    actions = {
      reserve = { extends = "use", title = { ko = "예약하기", en = "Reserve" } },
    },
  },

  duty "checkin_within_15min" {
    title = { ko = "15분 안에 체크인", en = "Check-in within 15 minutes" },
    evidence = { checkin = { min = 1 } },
  },
}
