-- SPDX-License-Identifier: Apache-2.0
-- A small camp in the city, where generations spend a night together.
return plugin {
  name = "space.glamping", version = "1.0.0", api = 1,
  title = { ko = "도심 글램핑", en = "Urban glamping" },

  asset_type {
    name = "space.glamping", extends = "space",
    title = { ko = "도심 글램핑", en = "Urban glamping site" },
    facts = {
      tents              = { type = "int", min = 1, optional = true, source = "registry", title = { ko = "천막 수", en = "Tents" } },
      tent_spacing_m     = { type = "double", min = 0, unit = "m", optional = true, source = "registry",
                             title = { ko = "천막 간격", en = "Space between tents" } },
      tent_type          = { type = "string", one_of = { "fixed_glamping", "closed_mobile", "open_mobile" }, proof = "evidence", by = "steward",
                             title = { ko = "천막 종류", en = "Kind of tent" } },
      in_city_park       = { type = "bool", proof = "evidence", by = "steward", title = { ko = "도시공원 안", en = "In a city park" } },
      designated_camping = { type = "bool", proof = "evidence", by = "steward", title = { ko = "지정된 야영장", en = "Designated for camping" } },
      -- What the monthly safety check finds.
      extinguisher       = { type = "bool", proof = "evidence", by = "steward", title = { ko = "소화기", en = "Fire extinguisher" } },
      smoke_alarm        = { type = "bool", proof = "evidence", by = "steward", title = { ko = "연기 감지기", en = "Smoke alarm" } },
      co_alarm           = { type = "bool", proof = "evidence", by = "steward", title = { ko = "일산화탄소 경보기", en = "CO alarm" } },
      flame_retardant    = { type = "bool", proof = "evidence", by = "steward", title = { ko = "방염 천막", en = "Flame-retardant canvas" } },
      insurance_valid    = { type = "bool", default = false, source = "registry", title = { ko = "책임보험 유효", en = "Insurance in force" } },
      onsite_manager     = { type = "bool", proof = "evidence", by = "steward",
                             title = { ko = "상주 관리요원 증빙", en = "Evidence of a manager on site" } },
    },
    subject = {
      youth_activity_report = { type = "bool", proof = "filing", by = "yongin/youth",
                                title = { ko = "숙박형 청소년활동 신고", en = "Report of an overnight youth activity" } },
      campsite_insurance    = { type = "bool", proof = "credential", by = "insurer",
                                title = { ko = "야영장 책임보험", en = "Campsite liability insurance" } },
    },
    context = {
      guardians_present = { type = "bool", default = false, title = { ko = "보호자 동행", en = "Guardians present" } },
      -- Counts when somebody who may vouch says so; a guest's own word leaves the need for evidence.
      onsite_manager    = { type = "bool", default = false, assurance = "vouched", title = { ko = "관리요원 상주", en = "A manager stays on site" } },
      staff             = { type = "int", min = 0, optional = true, title = { ko = "지도자 수", en = "Leaders" } },
      tent_power_w      = { type = "int", min = 0, unit = "W", default = 0, title = { ko = "천막에서 쓰는 전력", en = "Power used in the tent" } },
      weather_warning   = { type = "string", default = "none", source = "record",
                            one_of = { "none", "strong_wind", "heavy_rain", "typhoon", "cold_wave", "heat_wave", "heavy_snow", "dry",
                                       "wind_wave", "storm_surge", "yellow_dust" },
                            title = { ko = "기상 특보", en = "Weather warning" } },
      night_leaders     = { type = "bool", proof = "evidence", by = "steward", title = { ko = "야간 지도자 증빙", en = "Evidence of night leaders" } },
    },
    actions = {
      stay = { extends = "use", title = { ko = "머물기", en = "Stay" } },
    },
  },

  duty "fire_safety_briefing" {
    title = { ko = "소방 안전 안내", en = "Fire briefing at check-in" },
    evidence = { signature = { min = 1 } },
  },
  duty "guest_manifest" {
    title = { ko = "숙박 명단", en = "List of everyone sleeping on site" },
    evidence = { manifest = { min = 1 } },
  },
}
