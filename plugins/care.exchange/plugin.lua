-- SPDX-License-Identifier: Apache-2.0
-- Care circles: families and neighbours mind each other's children and elders, hour for hour.
return plugin {
  name = "care.exchange", version = "1.0.0", api = 1,
  title = { ko = "돌봄 품앗이", en = "Care exchange" },

  asset_type {
    name = "care.exchange", extends = "care",
    title = { ko = "돌봄 품앗이", en = "Care exchange" },
    subject = {
      pumasi_member = { type = "bool", proof = "credential", by = "yongin/care", title = { ko = "품앗이 회원", en = "Member of a care circle" } },
      registered_childcare_agency = { type = "bool", proof = "attestation", by = "agency",
                                      title = { ko = "등록 돌봄 기관의 확인", en = "A registered agency's attestation" } },
    },
    actions = {
      join_circle  = { title = { ko = "품앗이 가입", en = "Join a circle" } },
      request_care = { extends = "use", title = { ko = "돌봄 부탁하기", en = "Ask for care" } },
      provide_care = { extends = "use", title = { ko = "돌봐 주기", en = "Give care" } },
      hand_over    = { title = { ko = "인계하기", en = "Hand over" } },
    },
  },
}
