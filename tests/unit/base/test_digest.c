/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: FIPS 180-4's examples, RFC 4231 (HMAC), RFC 4648 section 10, RFC 6962's empty leaf. */
#include "support/check.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"

static void
check_hex(const uint8_t *p, size_t n, const char *want)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_hex(&b, p, n);
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
}

TEST(sha256)
{
	static char million[1000000];
	uint8_t out[HYK_SHA256_BYTES];

	hyk_sha256(HYK_STR(""), out);
	check_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hyk_sha256(hyk_str_make(NULL, 0), out);
	check_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hyk_sha256(HYK_STR("abc"), out);
	check_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hyk_sha256(HYK_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
	check_hex(out, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof(million));
	hyk_sha256(hyk_str_make(million, sizeof(million)), out);
	check_hex(out, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(prefixed)
{
	uint8_t out[HYK_SHA256_BYTES], want[HYK_SHA256_BYTES];

	/* The leaf hash of the empty leaf: SHA-256 of one zero byte. */
	hyk_sha256_prefixed(0, HYK_STR(""), out);
	check_hex(out, 32, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	hyk_sha256_prefixed('a', HYK_STR("bc"), out);
	hyk_sha256(HYK_STR("abc"), want);
	CHECK_INT(memcmp(out, want, 32), 0);
}

TEST(hmac_rfc_4231)
{
	uint8_t out[HYK_SHA256_BYTES];
	char key[131], data[50];

	memset(key, 0x0b, 20);
	hyk_hmac_sha256(hyk_str_make(key, 20), HYK_STR("Hi There"), out);
	check_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hyk_hmac_sha256(HYK_STR("Jefe"), HYK_STR("what do ya want for nothing?"), out);
	check_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	memset(data, 0xdd, 50);
	hyk_hmac_sha256(hyk_str_make(key, 20), hyk_str_make(data, 50), out);
	check_hex(out, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	/* A key longer than the block is hashed first. */
	hyk_hmac_sha256(hyk_str_make(key, 131),
	    HYK_STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	check_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
check_base64url(const char *text, const char *want)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_base64url(&b, (const uint8_t *)text, strlen(text));
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
}

TEST(base64url_rfc_4648)
{
	check_base64url("", "");
	check_base64url("f", "Zg");
	check_base64url("fo", "Zm8");
	check_base64url("foo", "Zm9v");
	check_base64url("foob", "Zm9vYg");
	check_base64url("fooba", "Zm9vYmE");
	check_base64url("foobar", "Zm9vYmFy");
	check_base64url("\xfb\xff\xbf", "-_-_");
}

TEST(random_bytes_differ)
{
	uint8_t a[1000] = { 0 }, b[1000] = { 0 };

	CHECK(hyk_random(a, sizeof(a)));
	CHECK(hyk_random(b, sizeof(b)));
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	/* The end is filled too. */
	CHECK(memcmp(a + 968, (uint8_t[32]){ 0 }, 32) != 0);
	CHECK(hyk_random(a, 0));
	/* small ones come out of a store: no two of them the same, and none all zero */
	for (unsigned i = 0; i < 60; i++)
		CHECK(hyk_random(a + i * 16, 16));
	for (unsigned i = 0; i < 60; i++) {
		CHECK(memcmp(a + i * 16, (uint8_t[16]){ 0 }, 16) != 0);
		for (unsigned k = 0; k < i; k++)
			CHECK(memcmp(a + i * 16, a + k * 16, 16) != 0);
	}
}

/* What a child of fork() gets is not what its parent gets. */
TEST(random_bytes_after_fork)
{
	uint8_t mine[16], its[16] = { 0 };
	int pipes[2], status = 1;
	pid_t child;

	CHECK(hyk_random(mine, sizeof(mine))); /* now there is a store */
	REQUIRE(pipe(pipes) == 0);
	child = fork();
	if (child == 0) {
		bool ok = hyk_random(its, sizeof(its)) && write(pipes[1], its, sizeof(its)) == (ssize_t)sizeof(its);

		_exit(ok ? 0 : 1);
	}
	REQUIRE(child > 0);
	CHECK(hyk_random(mine, sizeof(mine)));
	CHECK(read(pipes[0], its, sizeof(its)) == (ssize_t)sizeof(its));
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(memcmp(mine, its, sizeof(mine)) != 0);
	close(pipes[0]);
	close(pipes[1]);
}

TEST(equal_secret)
{
	CHECK(hyk_equal_secret("abc", "abc", 3));
	CHECK(!hyk_equal_secret("abc", "abd", 3));
	CHECK(!hyk_equal_secret("xbc", "abc", 3));
	CHECK(hyk_equal_secret("a", "b", 0));
}

int
main(void)
{
	RUN(sha256);
	RUN(prefixed);
	RUN(hmac_rfc_4231);
	RUN(base64url_rfc_4648);
	RUN(random_bytes_differ);
	RUN(random_bytes_after_fork);
	RUN(equal_secret);
	return check_done();
}
