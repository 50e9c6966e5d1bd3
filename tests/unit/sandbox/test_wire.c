/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "sandbox/wire.h"

TEST(writes_and_reads_back)
{
	uint8_t bytes[64];
	struct hyk_wire_out o = { bytes, 0, sizeof(bytes), false };
	struct hyk_wire_in i;

	hyk_wire_put_u8(&o, 7);
	hyk_wire_put_u32(&o, 0xdeadbeef);
	hyk_wire_put_u64(&o, UINT64_MAX);
	hyk_wire_put_str(&o, HYK_STR("a\0b"));
	hyk_wire_put_double(&o, -0.5);
	hyk_wire_patch_u32(&o, 1, 5);
	CHECK(!o.full);
	CHECK_INT(o.n, 1 + 4 + 8 + 4 + 3 + 9);
	i = (struct hyk_wire_in){ bytes, o.n, 0, false };
	CHECK_INT(hyk_wire_get_u8(&i), 7);
	CHECK_INT(hyk_wire_get_u32(&i), 5);
	CHECK(hyk_wire_get_u64(&i) == UINT64_MAX);
	CHECK(hyk_str_eq(hyk_wire_get_str(&i), HYK_STR("a\0b")));
	CHECK_INT(hyk_wire_get_u8(&i), HYK_WIRE_DOUBLE);
	CHECK(hyk_wire_get_f64(&i) == -0.5);
	CHECK(!i.bad);
	CHECK_INT(hyk_wire_get_u8(&i), 0);
	CHECK(i.bad);
}

TEST(never_passes_the_end)
{
	uint8_t bytes[16];
	struct hyk_wire_out o = { bytes, 0, 6, false };
	struct hyk_wire_in i = { bytes, 6, 0, false };

	memset(bytes, 0xee, sizeof(bytes));
	hyk_wire_put_u32(&o, 1);
	hyk_wire_put_u32(&o, 2);
	CHECK(o.full);
	hyk_wire_put_u8(&o, 3); /* once full, always full */
	CHECK_INT(o.n, 4);
	CHECK_INT(bytes[4], 0xee);
	/* A length that says more than there is. */
	memset(bytes, 0xff, 4);
	CHECK_INT(hyk_wire_get_str(&i).n, 0);
	CHECK(i.bad);
	CHECK_INT(hyk_wire_get_u8(&i), 0); /* bad stays bad */
}

TEST(paths_name_the_offender)
{
	struct hyk_wire_path p;
	size_t a, b;

	hyk_wire_path_init(&p);
	a = hyk_wire_path_enter_key(&p, HYK_STR("terms"));
	b = hyk_wire_path_enter_item(&p, 2);
	hyk_wire_path_leave(&p, b);
	CHECK_C(p.text, "terms");
	hyk_wire_path_enter_key(&p, HYK_STR("a\nb"));
	hyk_wire_path_fail(&p, "is %s", "wrong");
	hyk_wire_path_fail(&p, "is something else");
	hyk_wire_path_leave(&p, a);
	CHECK_C(p.text, "terms.a?b");
	CHECK_C(p.why, "is wrong");
}

int
main(void)
{
	RUN(writes_and_reads_back);
	RUN(never_passes_the_end);
	RUN(paths_name_the_offender);
	return check_done();
}
