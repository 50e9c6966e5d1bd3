/* SPDX-License-Identifier: Apache-2.0 */
#include "http/metrics.h"

#include <inttypes.h>

void
hyk_metrics_count(struct hyk_metrics *m, const struct hyk_route *route, int status)
{
	size_t row = route == NULL ? HYK_N_ROUTES : (size_t)(route - hyk_routes);
	int class = status / 100;

	if (class >= 1 && class <= 5)
		hyk_metrics_add(&m->requests[row][class - 1]);
}

static uint64_t
load(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
write_one(struct hyk_buf *b, const char *name, const char *kind, const char *help, int64_t value)
{
	hyk_buf_printf(
	    b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, kind, name, value);
}

void
hyk_metrics_write(struct hyk_buf *b, const struct hyk_metrics *blocks, size_t n, uint64_t refused)
{
	uint64_t accepted = 0, timed_out = 0, broken = 0;
	int64_t connections = 0, waiting = 0;

	hyk_buf_append_c(b,
	    "# HELP hyk_http_requests_total Answers by route and class of status.\n"
	    "# TYPE hyk_http_requests_total counter\n");
	for (size_t row = 0; row <= HYK_N_ROUTES; row++) {
		const char *name = row == HYK_N_ROUTES ? "none" : hyk_routes[row].name;

		for (int class = 0; class < 5; class ++) {
			uint64_t sum = 0;

			for (size_t i = 0; i < n; i++)
				sum += load(&blocks[i].requests[row][class]);
			if (sum > 0)
				hyk_buf_printf(b,
				    "hyk_http_requests_total{route=\"%s\",status=\"%dxx\"} %" PRIu64
				    "\n",
				    name, class + 1, sum);
		}
	}
	for (size_t i = 0; i < n; i++) {
		accepted += load(&blocks[i].accepted);
		timed_out += load(&blocks[i].timed_out);
		broken += load(&blocks[i].broken);
		connections += atomic_load_explicit(&blocks[i].connections, memory_order_relaxed);
		waiting += atomic_load_explicit(&blocks[i].waiting, memory_order_relaxed);
	}
	write_one(b, "hyk_http_connections", "gauge", "Open connections.", connections);
	write_one(
	    b, "hyk_http_in_flight", "gauge", "Requests that wait for their record.", waiting);
	write_one(
	    b, "hyk_http_connections_total", "counter", "Connections accepted.", (int64_t)accepted);
	write_one(b, "hyk_http_refused_total", "counter", "Connections turned away, too many.",
	    (int64_t)refused);
	write_one(b, "hyk_http_timed_out_total", "counter", "Connections closed by a time limit.",
	    (int64_t)timed_out);
	write_one(b, "hyk_http_broken_total", "counter",
	    "Requests whose client left before the answer was sent.", (int64_t)broken);
}
