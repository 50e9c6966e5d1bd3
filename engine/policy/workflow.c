/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/workflow.c - workflows out of manifests: what a type inherits, what it adds, and whether the whole can work.
 *
 * The form of a manifest's workflow was checked where it came out of the jail (sandbox/manifest_workflow.c): here
 * members have their kinds. The graph is looked at after merging: a state that cannot be reached, cannot end or has no
 * deadline would keep an agreement, and the asset with it, for ever.
 */
#include "policy/workflow.h"

#include "policy/catalog_impl.h"

#define MAX_STATES 64u

static const char *const actor_names[] = { "engine", "applicant", "provider", "steward", "officer", "mediator", "jury" };
static const char *const anchor_names[] = { "entered", "start", "end", "next_use" };
static const char *const decisions[] = { "permit", "deny", "verification", "human" };

const char *
hyk_actor_name(enum hyk_actor a)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(actor_names); i++)
		if (a == 1u << i)
			return actor_names[i];
	return "";
}

const char *
hyk_anchor_name(enum hyk_anchor a)
{
	return anchor_names[a];
}

static uint32_t
one_actor(struct hyk_str word)
{
	if (hyk_str_eq_c(word, "either party"))
		return HYK_ACTOR_APPLICANT | HYK_ACTOR_PROVIDER;
	for (size_t i = 0; i < HYK_ARRAY_LEN(actor_names); i++)
		if (hyk_str_eq_c(word, actor_names[i]))
			return 1u << i;
	return 0;
}

uint32_t
hyk_actors_parse(struct hyk_str text, struct hyk_str *ret_unknown)
{
	static const struct hyk_str between = HYK_STR_INIT(" or ");
	uint32_t actors = 0, one;

	for (;;) {
		size_t at = hyk_str_find(text, between);
		struct hyk_str word = { text.p, at == SIZE_MAX ? text.n : at };

		one = one_actor(word);
		if (one == 0) {
			*ret_unknown = word;
			return 0;
		}
		actors |= one;
		if (at == SIZE_MAX)
			return actors;
		text = hyk_str_make(text.p + at + between.n, text.n - at - between.n);
	}
}

const struct hyk_state *
hyk_workflow_find_state(const struct hyk_workflow *w, struct hyk_str name)
{
	for (size_t i = 0; w && i < w->n_states; i++)
		if (hyk_str_eq(w->states[i].name, name))
			return &w->states[i];
	return NULL;
}

const struct hyk_transition *
hyk_workflow_find(const struct hyk_workflow *w, struct hyk_str from, struct hyk_str event)
{
	for (size_t i = 0; w && i < w->n_transitions; i++)
		if (hyk_str_eq(w->transitions[i].from, from) && hyk_str_eq(w->transitions[i].event, event))
			return &w->transitions[i];
	return NULL;
}

/* ---- one manifest's part ---- */

struct making {
	struct hyk_catalog_impl *c;
	struct hyk_lua_place place;
	struct hyk_state *states;
	size_t n_states, room_states;
	struct hyk_transition *transitions;
	size_t n_transitions, room_transitions;
	struct hyk_str initial;
};

static void
tell(struct making *m, enum hyk_diag_id id, struct hyk_str at, struct hyk_str a, struct hyk_str b, struct hyk_str d)
{
	hyk_catalog_tell(m->c, id, m->place, at, a, b, d);
}

static bool
grow(struct making *m, void **items, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return true;
	more = hyk_arena_grow(m->c->arena, *items, n, room, size);
	if (!more) {
		m->c->nomem = true;
		return false;
	}
	*items = more;
	return true;
}

static struct hyk_state *
state_named(struct making *m, struct hyk_str name)
{
	void *items = m->states;

	for (size_t i = 0; i < m->n_states; i++)
		if (hyk_str_eq(m->states[i].name, name))
			return &m->states[i];
	if (m->n_states == MAX_STATES) {
		tell(m, HYK_D_WORKFLOW_LARGE, name, HYK_STR("64"), HYK_STR(""), HYK_STR(""));
		return NULL;
	}
	if (!grow(m, &items, m->n_states, &m->room_states, sizeof(*m->states)))
		return NULL;
	m->states = items;
	m->states[m->n_states] = (struct hyk_state){ .name = name };
	return &m->states[m->n_states++];
}

static struct hyk_str
text_of(struct hyk_value v, const char *key)
{
	const struct hyk_value *t = hyk_value_get(v, key);

	return t && t->kind == HYK_STRING ? hyk_value_str(*t) : HYK_STR("");
}

static bool
truth_of(struct hyk_value v, const char *key, bool otherwise)
{
	const struct hyk_value *t = hyk_value_get(v, key);

	return t && t->kind == HYK_BOOL ? t->as.b : otherwise;
}

static void
read_states(struct making *m, struct hyk_value w)
{
	const struct hyk_value *states = hyk_value_get(w, "states");

	for (uint32_t i = 0; states && states->kind == HYK_MAP && i < states->as.map->n; i++) {
		const struct hyk_ventry *e = &states->as.map->entries[i];
		struct hyk_state *s = state_named(m, hyk_value_str(e->key));

		if (!s)
			return;
		s->final = truth_of(e->value, "final", s->final);
		s->holds = truth_of(e->value, "holds", s->holds);
	}
}

static void
read_timer(struct making *m, struct hyk_state *s, const struct hyk_vmap *timer)
{
	struct hyk_timer_term *terms = hyk_catalog_alloc(m->c, timer->n, sizeof(*terms));
	struct hyk_str names[HYK_ARRAY_LEN(anchor_names)];
	size_t n = 0;

	if (!terms)
		return;
	for (size_t k = 0; k < HYK_ARRAY_LEN(anchor_names); k++)
		names[k] = hyk_str_from_c(anchor_names[k]);
	for (uint32_t i = 0; i < timer->n; i++) {
		struct hyk_str key = hyk_value_str(timer->entries[i].key), text = hyk_value_str(timer->entries[i].value);
		struct hyk_value d;
		size_t k = 0;

		while (k < HYK_ARRAY_LEN(anchor_names) && !hyk_str_eq(names[k], key))
			k++;
		if (k == HYK_ARRAY_LEN(anchor_names)) {
			hyk_diag_suggest(m->c->diags,
			    hyk_catalog_tell(m->c, HYK_D_WORKFLOW_ANCHOR, m->place, key, key, s->name, HYK_STR("")),
			    hyk_str_nearest(key, names, HYK_ARRAY_LEN(anchor_names)));
			continue;
		}
		if (!hyk_duration_parse(text, &d) || (k == HYK_FROM_ENTERED && d.as.i <= 0)) {
			tell(m, HYK_D_WORKFLOW_TIME, text, text, s->name, HYK_STR(""));
			continue;
		}
		terms[n].anchor = (enum hyk_anchor)k;
		terms[n++].offset_s = d.as.i / 1000000000;
	}
	s->timer = terms;
	s->n_timer = n;
}

static void
read_timers(struct making *m, struct hyk_value w)
{
	const struct hyk_value *timers = hyk_value_get(w, "timers");

	for (uint32_t i = 0; timers && timers->kind == HYK_MAP && i < timers->as.map->n; i++) {
		const struct hyk_ventry *e = &timers->as.map->entries[i];
		struct hyk_str name = hyk_value_str(e->key);
		struct hyk_state *s = NULL;

		for (size_t k = 0; k < m->n_states; k++)
			if (hyk_str_eq(m->states[k].name, name))
				s = &m->states[k];
		if (!s)
			tell(m, HYK_D_WORKFLOW_STATE, name, name, HYK_STR(""), HYK_STR(""));
		else
			read_timer(m, s, e->value.as.map);
	}
}

static void
read_evidence(struct making *m, struct hyk_transition *t, struct hyk_value row)
{
	const struct hyk_value *v = hyk_value_get(row, "evidence");
	struct hyk_evidence_need *needs;
	size_t n = v && v->kind == HYK_MAP ? v->as.map->n : 0, k = 0;

	if (n == 0)
		return;
	/* Asking for more is refining: what was asked for stays. */
	needs = hyk_catalog_alloc(m->c, n + t->n_evidence, sizeof(*needs));
	if (!needs)
		return;
	for (; k < t->n_evidence; k++)
		needs[k] = t->evidence[k];
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_evidence_need one = { hyk_value_str(v->as.map->entries[i].key), v->as.map->entries[i].value.as.i };
		size_t at = 0;

		while (at < k && !hyk_str_eq(needs[at].kind, one.kind))
			at++;
		if (at < k && needs[at].min > one.min)
			tell(m, HYK_D_WORKFLOW_CHANGE, one.kind, t->from, t->event, HYK_STR("evidence"));
		needs[at] = one;
		k += at == k;
	}
	t->evidence = needs;
	t->n_evidence = k;
}

static void
read_actor(struct making *m, struct hyk_transition *t, struct hyk_str actor)
{
	struct hyk_str unknown = HYK_STR(""), names[HYK_ARRAY_LEN(actor_names)];

	t->actor = actor;
	t->actors = hyk_actors_parse(actor, &unknown);
	if (t->actors)
		return;
	for (size_t k = 0; k < HYK_ARRAY_LEN(actor_names); k++)
		names[k] = hyk_str_from_c(actor_names[k]);
	hyk_diag_suggest(m->c->diags,
	    hyk_catalog_tell(m->c, HYK_D_WORKFLOW_ACTOR, m->place, actor, unknown, t->event, HYK_STR("")),
	    hyk_str_nearest(unknown, names, HYK_ARRAY_LEN(actor_names)));
}

/* Of an inherited transition: the same or nothing. */
static void
check_same(struct making *m, const struct hyk_transition *t, struct hyk_value row, const char *key, struct hyk_str has)
{
	struct hyk_str says = text_of(row, key);

	if (says.n && !hyk_str_eq(says, has))
		tell(m, HYK_D_WORKFLOW_CHANGE, says, t->from, t->event, hyk_str_from_c(key));
}

static void
read_new(struct making *m, struct hyk_transition *t, struct hyk_value row)
{
	static const char *const must[] = { "to", "actor" };
	bool known = false;

	t->to = text_of(row, "to");
	t->decision = text_of(row, "decision");
	for (size_t i = 0; i < HYK_ARRAY_LEN(must); i++)
		if (text_of(row, must[i]).n == 0)
			tell(m, HYK_D_WORKFLOW_LACKS, t->event, t->from, t->event, hyk_str_from_c(must[i]));
	if (text_of(row, "actor").n)
		read_actor(m, t, text_of(row, "actor"));
	for (size_t i = 0; i < HYK_ARRAY_LEN(decisions); i++)
		known |= hyk_str_eq_c(t->decision, decisions[i]);
	if (t->decision.n && (!known || t->actors != HYK_ACTOR_ENGINE))
		tell(m, HYK_D_WORKFLOW_DECISION, t->decision, t->decision, HYK_STR(""), HYK_STR(""));
}

static void
read_transitions(struct making *m, struct hyk_value w, size_t n_inherited)
{
	const struct hyk_value *list = hyk_value_get(w, "transitions");

	for (uint32_t i = 0; list && list->kind == HYK_LIST && i < list->as.list->n; i++) {
		struct hyk_value row = list->as.list->items[i];
		struct hyk_str from = text_of(row, "from"), event = text_of(row, "event");
		struct hyk_transition *t = NULL;
		void *items = m->transitions;
		size_t k = 0;

		while (k < m->n_transitions &&
		    !(hyk_str_eq(m->transitions[k].from, from) && hyk_str_eq(m->transitions[k].event, event)))
			k++;
		if (k < m->n_transitions && k >= n_inherited) {
			tell(m, HYK_D_WORKFLOW_TWICE, event, from, event, HYK_STR(""));
			continue;
		}
		if (k == m->n_transitions) {
			if (!grow(m, &items, k, &m->room_transitions, sizeof(*m->transitions)))
				return;
			m->transitions = items;
			t = &m->transitions[m->n_transitions++];
			*t = (struct hyk_transition){ .from = from, .event = event };
			read_new(m, t, row);
		} else {
			t = &m->transitions[k];
			check_same(m, t, row, "to", t->to);
			check_same(m, t, row, "actor", t->actor);
			check_same(m, t, row, "decision", t->decision);
		}
		if ((t->reason && !truth_of(row, "reason", true)) || (t->once && !truth_of(row, "once", true)))
			tell(m, HYK_D_WORKFLOW_CHANGE, event, from, event, t->reason ? HYK_STR("reason") : HYK_STR("once"));
		t->reason = truth_of(row, "reason", t->reason);
		t->once = truth_of(row, "once", t->once);
		read_evidence(m, t, row);
	}
}

/* ---- the whole ---- */

static size_t
number_of(const struct making *m, struct hyk_str name)
{
	for (size_t i = 0; i < m->n_states; i++)
		if (hyk_str_eq(m->states[i].name, name))
			return i;
	return SIZE_MAX;
}

/* States of transitions that nobody declared. */
static bool
check_names(struct making *m)
{
	bool ok = true;

	if (number_of(m, m->initial) == SIZE_MAX) {
		tell(m, HYK_D_WORKFLOW_STATE, HYK_STR("initial"), m->initial, HYK_STR(""), HYK_STR(""));
		ok = false;
	}
	for (size_t i = 0; i < m->n_transitions; i++) {
		struct hyk_str ends[] = { m->transitions[i].from, m->transitions[i].to };

		for (size_t k = 0; k < HYK_ARRAY_LEN(ends); k++) {
			if (ends[k].n == 0 || number_of(m, ends[k]) != SIZE_MAX)
				continue;
			tell(m, HYK_D_WORKFLOW_STATE, ends[k], ends[k], HYK_STR(""), HYK_STR(""));
			ok = false;
		}
	}
	return ok;
}

/* Marks what follows from what is marked (or leads to it) until nothing new does: at most MAX_STATES rounds. */
static void
spread(const struct making *m, bool *marked, bool backwards)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < m->n_transitions; i++) {
			size_t a = number_of(m, m->transitions[i].from), b = number_of(m, m->transitions[i].to);
			size_t from = backwards ? b : a, to = backwards ? a : b;

			if (from == SIZE_MAX || to == SIZE_MAX || !marked[from] || marked[to])
				continue;
			marked[to] = more = true;
		}
	}
}

/* Something must happen by itself when the time is over. */
static bool
acts_at_deadline(const struct making *m, const struct hyk_state *s)
{
	for (size_t i = 0; i < m->n_transitions; i++) {
		const struct hyk_transition *t = &m->transitions[i];

		if (hyk_str_eq(t->from, s->name) && (hyk_str_eq_c(t->event, "deadline") || t->decision.n))
			return true;
	}
	return false;
}

static void
check_graph(struct making *m)
{
	bool reached[MAX_STATES] = { false }, ends[MAX_STATES] = { false };

	reached[number_of(m, m->initial)] = true;
	for (size_t i = 0; i < m->n_states; i++)
		ends[i] = m->states[i].final;
	spread(m, reached, false);
	spread(m, ends, true);
	for (size_t i = 0; i < m->n_states; i++) {
		const struct hyk_state *s = &m->states[i];

		if (!reached[i])
			tell(m, HYK_D_WORKFLOW_REACH, s->name, s->name, m->initial, HYK_STR(""));
		if (!ends[i])
			tell(m, HYK_D_WORKFLOW_END, s->name, s->name, HYK_STR(""), HYK_STR(""));
		if (!s->final && (s->n_timer == 0 || !acts_at_deadline(m, s)))
			tell(m, HYK_D_WORKFLOW_DEADLINE, s->name, s->name, HYK_STR(""), HYK_STR(""));
	}
	for (size_t i = 0; i < m->n_transitions; i++) {
		const struct hyk_transition *t = &m->transitions[i];

		if (m->states[number_of(m, t->from)].final)
			tell(m, HYK_D_WORKFLOW_FINAL, t->event, t->from, t->event, HYK_STR(""));
	}
}

static void
inherit(struct making *m, const struct hyk_workflow *up)
{
	if (!up)
		return;
	m->states = hyk_catalog_alloc(m->c, up->n_states, sizeof(*m->states));
	m->transitions = hyk_catalog_alloc(m->c, up->n_transitions, sizeof(*m->transitions));
	if (!m->states || !m->transitions)
		return;
	m->initial = up->initial;
	memcpy(m->states, up->states, up->n_states * sizeof(*m->states));
	memcpy(m->transitions, up->transitions, up->n_transitions * sizeof(*m->transitions));
	m->n_states = m->room_states = up->n_states;
	m->n_transitions = m->room_transitions = up->n_transitions;
}

static void
refine(struct making *m, const struct hyk_value *w, const struct hyk_source *src)
{
	size_t n_inherited = m->n_transitions;

	if (!w || w->kind != HYK_MAP)
		return;
	m->place = hyk_lua_line(src, *w);
	if (text_of(*w, "initial").n)
		m->initial = text_of(*w, "initial");
	read_states(m, *w);
	read_timers(m, *w);
	read_transitions(m, *w, n_inherited);
}

void
hyk_catalog_workflow(struct hyk_catalog_impl *c, struct hyk_type_impl *t)
{
	const struct hyk_workflow *up = t->parent ? t->parent->pub.workflow : NULL;
	const struct hyk_value *of_plugin = hyk_value_get(t->pub.plugin->manifest, "workflow");
	const struct hyk_value *own = hyk_value_get(t->raw, "workflow");
	struct making m = { .c = c, .place = hyk_lua_line(t->pub.plugin->src, t->raw) };
	size_t errors = c->diags->n_errors;
	struct hyk_workflow *w;

	t->pub.workflow = up;
	/* A plugin's workflow is read once a line of types: its second type has it by inheritance. */
	if (t->parent && t->parent->pub.plugin == t->pub.plugin)
		of_plugin = NULL;
	if (!of_plugin && !own)
		return;
	inherit(&m, up);
	refine(&m, of_plugin, t->pub.plugin->src);
	refine(&m, own, t->pub.plugin->src);
	w = hyk_catalog_alloc(c, 1, sizeof(*w));
	if (c->nomem || c->diags->n_errors > errors)
		return;
	if (check_names(&m))
		check_graph(&m);
	*w = (struct hyk_workflow){ m.initial, m.states, m.n_states, m.transitions, m.n_transitions };
	t->pub.workflow = w;
}
