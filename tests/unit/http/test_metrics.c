/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_engine.h"
#include "http/metrics.h"

TEST(blocks_are_summed)
{
	static struct hyk_metrics m[2];
	struct hyk_buf b;

	hyk_metrics_count(&m[0], &hyk_routes[0], 200);
	hyk_metrics_count(&m[1], &hyk_routes[0], 200);
	hyk_metrics_count(&m[1], &hyk_routes[0], 503);
	hyk_metrics_count(&m[1], NULL, 404);
	hyk_metrics_count(&m[1], NULL, 99); /* no status */
	hyk_metrics_add(&m[0].accepted);
	hyk_metrics_move(&m[0].connections, 3);
	hyk_metrics_move(&m[1].connections, 2);
	hyk_metrics_move(&m[1].connections, -1);
	hyk_buf_init(&b, 0);
	hyk_metrics_write(&b, m, 2, 6);
	hyk_buf_append_char(&b, '\0');
	REQUIRE(!b.failed);
	CHECK(strstr(b.p, "hyk_http_requests_total{route=\"evaluation\",status=\"2xx\"} 2\n") !=
	    NULL);
	CHECK(strstr(b.p, "hyk_http_requests_total{route=\"evaluation\",status=\"5xx\"} 1\n") !=
	    NULL);
	CHECK(strstr(b.p, "hyk_http_requests_total{route=\"none\",status=\"4xx\"} 1\n") != NULL);
	CHECK(strstr(b.p, "route=\"livez\"") == NULL); /* nothing counted, nothing said */
	CHECK(strstr(b.p, "\nhyk_http_connections 4\n") != NULL);
	CHECK(strstr(b.p, "\nhyk_http_connections_total 1\n") != NULL);
	CHECK(strstr(b.p, "\nhyk_http_refused_total 6\n") != NULL);
	hyk_buf_fini(&b);
}

int
main(void)
{
	RUN(blocks_are_summed);
	return check_done();
}
