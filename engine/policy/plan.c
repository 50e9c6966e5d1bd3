/* SPDX-License-Identifier: Apache-2.0 */
/* policy/plan.c - see plan.h. */
#include "policy/plan.h"

static uint64_t
key_of(const struct hyk_commons *c, uint32_t shape)
{
	return (uint64_t)(c->number + 1u) << 32 | shape;
}

static size_t
home(const struct hyk_plans *plans, uint64_t key)
{
	uint64_t h = key * 0x9e3779b97f4a7c15ull;

	return (size_t)(h ^ h >> 32) & (plans->n_table - 1);
}

static const struct hyk_plan *
look(const struct hyk_plans *plans, uint64_t key)
{
	for (size_t i = home(plans, key); plans->table[i].key; i = (i + 1) & (plans->n_table - 1)) {
		if (plans->table[i].key == key)
			return plans->table[i].plan;
	}
	return NULL;
}

const struct hyk_plan *
hyk_plans_find(const struct hyk_plans *plans, const struct hyk_commons *c, const struct hyk_shape *s)
{
	for (; c; c = c->parent) {
		const struct hyk_plan *plan = look(plans, key_of(c, s->number));

		if (plan)
			return plan;
	}
	return NULL;
}

/* Rules of the commons at hand, by shape. */
struct column {
	size_t n, at;
	const struct hyk_rule **rules;
};

static bool
store(struct hyk_loader *l, struct hyk_plans *plans, const struct hyk_commons *c, const struct hyk_shape *s,
    const struct column *column)
{
	const struct hyk_commons_impl *impl = hyk_map_find(&l->commons, c->path);
	struct hyk_plan *plan = hyk_reader_alloc(&l->r, 1, sizeof(*plan));
	const struct hyk_policy **policies = hyk_reader_alloc(&l->r, column->n, sizeof(*policies));
	uint64_t key = key_of(c, s->number);
	size_t i = home(plans, key);

	if (!plan || !policies)
		return false;
	plan->rules = column->rules;
	plan->n_rules = column->n;
	for (size_t k = 0; k < column->n; k++) {
		/* Rules of one policy stand together: their numbers follow each other. */
		if (!plan->n_policies || policies[plan->n_policies - 1] != column->rules[k]->policy)
			policies[plan->n_policies++] = column->rules[k]->policy;
	}
	plan->policies = policies;
	plan->may_permit = !impl || !hyk_commons_refuses(impl, s);
	plan->parent = c->parent ? hyk_plans_find(plans, c->parent, s) : NULL;
	while (plans->table[i].key)
		i = (i + 1) & (plans->n_table - 1);
	plans->table[i] = (struct hyk_plan_entry){ key, plan };
	return true;
}

/* One commons: its policies are list[from, to). Sorted paths put parents first. */
static bool
make_commons(struct hyk_loader *l, const struct hyk_commons *c, size_t from, size_t to, struct hyk_plans *plans,
    struct column *columns)
{
	const struct hyk_catalog *catalog = l->catalog;
	const struct hyk_rule **rules;
	size_t total = 0;

	for (size_t s = 0; s < catalog->n_shapes; s++)
		columns[s] = (struct column){ 0 };
	for (int pass = 0; pass < 2; pass++) {
		if (pass) {
			rules = hyk_reader_alloc(&l->r, total, sizeof(*rules));
			if (!rules)
				return false;
			for (size_t s = 0; s < catalog->n_shapes; s++) {
				columns[s].rules = rules;
				rules += columns[s].n;
			}
		}
		for (size_t i = from; i < to; i++) {
			const struct hyk_policy *p = l->list.items[i];

			for (size_t k = 0; k < p->n_rules; k++) {
				const struct hyk_rule_shapes *shapes = &l->list.shapes[i][k];

				for (size_t j = 0; j < shapes->n; j++) {
					struct column *column = &columns[shapes->shapes[j]->number];

					if (pass) {
						column->rules[column->at++] = &p->rules[k];
					} else {
						column->n++;
						total++;
					}
				}
			}
		}
	}
	for (size_t s = 0; s < catalog->n_shapes; s++) {
		if ((columns[s].n || !c->parent) && !store(l, plans, c, &catalog->shapes[s], &columns[s]))
			return false;
	}
	return true;
}

bool
hyk_plans_make(struct hyk_loader *l, const struct hyk_ruleset *r, struct hyk_plans *ret_plans)
{
	struct hyk_plans plans = { .n_table = 16 };
	size_t most = l->catalog->n_shapes, at = 0, here = 0;
	struct column *columns = hyk_reader_alloc(&l->r, l->catalog->n_shapes, sizeof(*columns));

	/* A commons has at most one plan for each shape of its rules, and for each shape there is. */
	for (size_t i = 0; i < l->list.n; i++) {
		for (size_t k = 0; k < l->list.items[i]->n_rules; k++)
			here += l->list.shapes[i][k].n;
		if (i + 1 < l->list.n && l->list.items[i + 1]->commons == l->list.items[i]->commons)
			continue;
		most += here < l->catalog->n_shapes ? here : l->catalog->n_shapes;
		here = 0;
	}
	while (plans.n_table < most * 2)
		plans.n_table *= 2;
	plans.table = hyk_reader_alloc(&l->r, plans.n_table, sizeof(*plans.table));
	if (!columns || !plans.table)
		return false;
	for (size_t i = 0; i < r->n_commons; i++) {
		size_t from = at;

		while (at < l->list.n && l->list.items[at]->commons == &r->commons[i])
			at++;
		if ((at > from || i == 0) && !make_commons(l, &r->commons[i], from, at, &plans, columns))
			return false;
	}
	*ret_plans = plans;
	return true;
}
