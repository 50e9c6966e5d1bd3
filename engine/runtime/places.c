/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/places.c - the places of the ruleset in force, as GeoJSON (RFC 7946): those of the caller's commons, of the
 * commons above it, whose places its rules may name, and of those below it, where the caller may ask too.
 */
#include "pipeline/write.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

static void
write_place(struct hyk_buf *b, const struct hyk_commons *c, const struct hyk_place_entry *e)
{
	hyk_buf_append_c(b, "{\"type\":\"Feature\",\"id\":");
	hyk_json_write_str(b, e->place.id);
	hyk_buf_append_c(b, ",\"properties\":{\"commons\":");
	hyk_json_write_str(b, c->path);
	if (e->title.n > 0) {
		hyk_buf_append_c(b, ",\"title\":");
		hyk_write_text(b, &e->title);
	}
	hyk_buf_append_c(b, "},\"geometry\":");
	hyk_buf_append(b, e->geometry);
	hyk_buf_append_char(b, '}');
}

/* The places of its own: what it sees of those above is theirs. */
static const struct hyk_places *
own_places(const struct hyk_commons *c)
{
	return c->parent != NULL && c->data.places == c->parent->data.places ? NULL : c->data.places;
}

void
hyk_places_list(struct hyk_exchange *x)
{
	const struct hyk_ruleset *r = x->state->snapshot->ruleset;
	struct hyk_str home = hyk_str_from_c(x->caller.commons);
	bool first = true;

	hyk_buf_append_c(&x->answer, "{\"type\":\"FeatureCollection\",\"features\":[");
	for (size_t i = 0; i < r->n_commons; i++) {
		const struct hyk_commons *c = &r->commons[i];
		const struct hyk_places *own = own_places(c);

		if (!hyk_commons_contains(home, c->path) && !hyk_commons_contains(c->path, home))
			continue;
		for (size_t k = 0; own != NULL && k < own->by_id.n; k++) {
			hyk_buf_append_c(&x->answer, first ? "" : ",");
			write_place(&x->answer, c, own->by_id.entries[k].item);
			first = false;
		}
	}
	hyk_buf_append_c(&x->answer, "]}");
	if (x->answer.failed)
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left", "엔진의 메모리가 부족합니다", NULL);
	else
		x->status = 200;
}
