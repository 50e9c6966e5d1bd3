/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/policy/fixture_manifests.h - manifests as the jail hands them over, as JSON; see fixture.h. */
#ifndef HYK_TESTS_POLICY_FIXTURE_MANIFESTS_H
#define HYK_TESTS_POLICY_FIXTURE_MANIFESTS_H

static const char asset_manifest[] =
	"{\"name\":\"asset\",\"version\":\"1.0.0\",\"api\":1,\"title\":{\"ko\":\"공유 자산\",\"en\":"
	"\"Shared asset\"},\"line\":1,\"subject_types\":[{\"name\":\"person\",\"line\":1,\"facts"
	"\":{\"age\":{\"type\":\"int\",\"min\":0,\"max\":150,\"proof\":\"credential\"},\"identity"
	"\":{\"type\":\"bool\",\"proof\":\"credential\"},\"resident\":{\"type\":\"bool\",\"proof"
	"\":\"credential\"},\"roles\":{\"type\":\"list<string>\",\"default\":{}}}}],\"asset_types"
	"\":[{\"name\":\"asset\",\"line\":1,\"exclusive\":\"time\",\"title\":{\"ko\":\"자산\",\"en"
	"\":\"Asset\"},\"facts\":{\"owner\":{\"type\":\"string\",\"one_of\":[\"city\",\"private\""
	",\"org\"],\"default\":\"city\"},\"steward\":{\"type\":\"string\",\"optional\":true},\"ou"
	"tdoor\":{\"type\":\"bool\",\"default\":false},\"fire_capacity\":{\"type\":\"int\",\"opti"
	"onal\":true},\"hours\":{\"type\":\"map<string, list<int>>\",\"optional\":true},\"lead_mi"
	"n_days\":{\"type\":\"int\",\"optional\":true},\"lead_max_days\":{\"type\":\"int\",\"opti"
	"onal\":true},\"quiet_from_min\":{\"type\":\"int\",\"optional\":true},\"quiet_to_min\":{"
	"\"type\":\"int\",\"optional\":true},\"deposit_krw\":{\"type\":\"int\",\"unit\":\"KRW\","
	"\"optional\":true},\"condition_report\":{\"type\":\"bool\",\"default\":false},\"restore"
	"\":{\"type\":\"bool\",\"default\":false},\"noncommercial_only\":{\"type\":\"bool\",\"def"
	"ault\":false},\"decision_mode\":{\"type\":\"string\",\"one_of\":[\"discretionary\",\"rul"
	"e_bound\",\"private\"],\"default\":\"discretionary\"},\"decision_modes\":{\"type\":\"map"
	"<string, string>\",\"default\":{}}},\"context\":{\"conflict\":{\"type\":\"bool\",\"sourc"
	"e\":\"record\",\"default\":false},\"penalties\":{\"type\":\"list<{points: int, at: date}"
	">\",\"source\":\"record\",\"default\":{}},\"guardian\":{\"type\":\"bool\",\"proof\":\"co"
	"nsent\",\"by\":\"guardian\"},\"officer\":{\"type\":\"bool\",\"proof\":\"human_decision\""
	",\"by\":\"officer\"},\"steward\":{\"type\":\"bool\",\"proof\":\"human_decision\",\"by\":"
	"\"steward\"}},\"actions\":{\"check_in\":{},\"check_out\":{},\"cancel\":{},\"report_damag"
	"e\":{},\"use\":{\"abstract\":true,\"context\":{\"start\":{\"type\":\"timestamp\"},\"end"
	"\":{\"type\":\"timestamp\"},\"party_size\":{\"type\":\"int\",\"min\":1,\"default\":1},\""
	"minors\":{\"type\":\"int\",\"default\":0},\"purpose\":{\"type\":\"string\",\"optional\":"
	"true},\"fee_krw\":{\"type\":\"int\",\"unit\":\"KRW\",\"default\":0},\"fee_basis\":{\"typ"
	"e\":\"string\",\"default\":\"\"},\"equipment\":{\"type\":\"list<string>\",\"default\":{}"
	"},\"amplified\":{\"type\":\"bool\",\"default\":false},\"open_flame\":{\"type\":\"bool\","
	"\"default\":false},\"commercial\":{\"type\":\"bool\",\"default\":false}}}}}],\"duties\":"
	"[{\"name\":\"deposit\",\"line\":1,\"terms\":{\"amount\":{\"type\":\"int\",\"unit\":\"KRW"
	"\"}}},{\"name\":\"condition_photos_before_after\",\"line\":1,\"evidence\":{\"before\":{"
	"\"min\":4}}},{\"name\":\"restore_original_state\",\"line\":1}],\"hooks\":{},\"reads\":{}"
	",\"params\":{}}";

static const char stall_manifest[] =
	"{\"name\":\"space.market-stall\",\"version\":\"1.0.0\",\"api\":1,\"title\":{\"ko\":\"시장 "
	"점포\",\"en\":\"Market stall\"},\"line\":1,\"reads\":[\"agreement.evidence\"],\"asset_type"
	"s\":[{\"name\":\"space.market-stall\",\"extends\":\"asset\",\"line\":1,\"title\":{\"ko\""
	":\"시장 빈 점포\",\"en\":\"Vacant market stall\"},\"facts\":{\"electric_kw\":{\"type\":\"doub"
	"le\",\"unit\":\"kW\",\"optional\":true},\"school_gate_m\":{\"type\":\"int\",\"unit\":\"m"
	"\",\"proof\":\"evidence\",\"by\":\"steward\"}},\"subject\":{\"food_business\":{\"type\":"
	"\"bool\",\"proof\":\"registration\",\"by\":\"yongin/sanitation\"}},\"context\":{\"uses_a"
	"isle\":{\"type\":\"bool\",\"default\":false},\"market_day\":{\"type\":\"bool\",\"default"
	"\":false,\"source\":\"record\"}},\"actions\":{\"reserve\":{\"extends\":\"use\"},\"sublen"
	"d_equipment\":{\"extends\":\"use\"}}}],\"duties\":[{\"name\":\"neighbour_notice\",\"line"
	"\":1,\"title\":{\"ko\":\"이웃 점포 알림\",\"en\":\"Notice to the stalls next door\"},\"evidenc"
	"e\":{\"photo\":{\"min\":1}}}],\"hooks\":[\"verify\",\"on_event\"]}";

static const char garden_manifest[] =
	"{\"name\":\"space.garden\",\"version\":\"1.0.0\",\"api\":1,\"line\":1,\"asset_types\":[{"
	"\"name\":\"space.garden\",\"extends\":\"asset\",\"line\":1,\"title\":{\"ko\":\"텃밭\",\"en"
	"\":\"Garden\"},\"facts\":{\"cooking_zone\":{\"type\":\"bool\",\"default\":false},\"decis"
	"ion_mode\":{\"default\":\"rule_bound\"}},\"context\":{\"steward_fee_review\":{\"type\":"
	"\"bool\",\"proof\":\"human_decision\",\"by\":\"steward\"}},\"actions\":{\"host_potluck\""
	":{\"extends\":\"use\",\"context\":{\"party_size\":{\"max\":30,\"default\":4}}},\"water\""
	":{}}}],\"duties\":[{\"name\":\"allergen_labels_and_hygiene_lead\",\"line\":1}],\"hooks\""
	":[\"enrich\"]}";

#endif
