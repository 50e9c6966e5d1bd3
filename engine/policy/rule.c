/* SPDX-License-Identifier: Apache-2.0 */
/* policy/rule.c - one line of law. */
#include "policy/loader.h"

static const char *const effect_names[] = { "permit", "forbid", "require", NULL };

const char *
hyk_effect_name(enum hyk_effect e)
{
	return (unsigned)e <= HYK_REQUIRE ? effect_names[e] : "";
}

static struct hyk_str
capitals(struct hyk_loader *l, struct hyk_str id)
{
	struct hyk_str code = hyk_arena_dup(l->r.arena, id);
	char *p;

	if (!code.p) {
		l->r.nomem = true;
		return HYK_STR("");
	}
	p = hyk_reader_alloc(&l->r, id.n + 1, 1);
	if (!p)
		return HYK_STR("");
	for (size_t i = 0; i < id.n; i++)
		p[i] = id.p[i] >= 'a' && id.p[i] <= 'z' ? (char)(id.p[i] - 'a' + 'A') : id.p[i] == '-' ? '_' : id.p[i];
	return hyk_str_make(p, id.n);
}

static void
read_basis(struct hyk_loader *l, const struct hyk_node *node, struct hyk_rule *rule)
{
	static const char *const keys[] = { "text", "url", "checked_on", NULL };
	struct hyk_what what = HYK_WHAT("'basis'", "'basis'");
	const struct hyk_node *part;
	int64_t days;

	if (node->kind == HYK_NODE_SCALAR) {
		(void)hyk_reader_text(&l->r, node, "basis", &rule->basis);
		return;
	}
	if (node->kind != HYK_NODE_MAP) {
		if (node->kind != HYK_NODE_BAD)
			HYK_DIAG0(l->r.diags, HYK_D_BASIS_FORM, l->r.src, node->span);
		return;
	}
	hyk_reader_check_keys(&l->r, node, what, keys);
	part = hyk_reader_need(&l->r, node, "text", what);
	if (part)
		(void)hyk_reader_text(&l->r, part, "text", &rule->basis);
	part = hyk_node_find(node, "url");
	if (part)
		(void)hyk_reader_text(&l->r, part, "url", &rule->basis_url);
	part = hyk_node_find(node, "checked_on");
	if (part && hyk_reader_date(&l->r, part, "checked_on", &days))
		rule->basis_checked_on = part->text;
}

/* A caller's bare word is no proof: whoever may simply say `true` is held back by nothing. */
static bool
is_provable(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, uint32_t slot)
{
	for (size_t i = 0; i < shapes->n; i++) {
		const struct hyk_fact *f = hyk_shape_find_fact(l->catalog, shapes->shapes[i], slot);

		if (f && !hyk_fact_is_provable(f))
			return false;
	}
	return true;
}

static void
read_need(struct hyk_loader *l, const struct hyk_node *node, const struct hyk_rule_shapes *shapes, struct hyk_rule *rule)
{
	struct hyk_str path;
	const struct hyk_fact *f;

	if (!hyk_reader_text(&l->r, node, "need", &path))
		return;
	f = hyk_applies_fact(l, shapes, path, l->r.src, node->span, HYK_D_NEED_UNKNOWN);
	if (!f)
		return;
	if (f->type->kind != HYK_T_BOOL) {
		struct hyk_buf b;

		hyk_buf_init(&b, 500);
		hyk_type_write(&b, f->type);
		HYK_DIAG(l->r.diags, HYK_D_NEED_NOT_BOOL, l->r.src, node->span, path, hyk_buf_peek(&b));
		hyk_buf_fini(&b);
		return;
	}
	if (!is_provable(l, shapes, f->slot)) {
		HYK_DIAG(l->r.diags, HYK_D_NEED_UNPROVEN, l->r.src, node->span, path);
		return;
	}
	rule->need = f;
}

/* `require` has one of need and duty; the others have neither. */
static void
read_claim(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes, struct hyk_rule *rule, bool has_effect)
{
	const struct hyk_node *need = hyk_node_find(node, "need"), *duty = hyk_node_find(node, "duty");

	if (!has_effect)
		return;
	if (rule->effect != HYK_REQUIRE) {
		if (need || duty)
			HYK_DIAG(l->r.diags, HYK_D_REQUIRE_ONLY, l->r.src, (need ? need : duty)->span,
			    need ? HYK_STR("need") : HYK_STR("duty"));
		return;
	}
	if (!need == !duty)
		HYK_DIAG0(l->r.diags, HYK_D_REQUIRE_WHAT, l->r.src, node->keys[0]->span);
	if (need && shapes->n)
		read_need(l, need, shapes, rule);
	if (duty && shapes->n)
		rule->duty = hyk_duty_read(l, p, duty, shapes);
}

static void
read_head(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_node *node, struct hyk_rule *rule)
{
	struct hyk_what what = HYK_WHAT("the rule", "규칙");
	const struct hyk_node *part = hyk_reader_need(&l->r, node, "id", what);
	const struct hyk_policy *policy = p->policy;

	if (part && hyk_reader_id(&l->r, part, "id", &rule->id)) {
		rule->full = hyk_arena_printf(l->r.arena, "%.*s:%.*s#%.*s", HYK_STR_ARG(policy->commons->path),
		    HYK_STR_ARG(policy->id), HYK_STR_ARG(rule->id));
		l->r.nomem |= !rule->full.p;
	}
	part = hyk_node_find(node, "code");
	if (part)
		(void)hyk_reader_text(&l->r, part, "code", &rule->code);
	else
		rule->code = capitals(l, rule->id);
	part = hyk_node_find(node, "basis");
	if (part)
		read_basis(l, part, rule);
}

/* The policy's `applies_to` is wrong, and told so; a condition that fits nothing at all is told of beside it. */
static void
check_anywhere(struct hyk_loader *l, struct hyk_policy_draft *p, struct hyk_unit *unit)
{
	if (!l->every.shapes) {
		const struct hyk_shape **all = hyk_reader_alloc(&l->r, l->catalog->n_shapes, sizeof(const struct hyk_shape *));

		for (size_t i = 0; all && i < l->catalog->n_shapes; i++)
			all[l->every.n++] = &l->catalog->shapes[i];
		l->every.shapes = all;
	}
	unit->guess = true;
	if (l->every.shapes)
		(void)hyk_unit_compile(l, p, &l->every, unit);
}

static bool
is_whole(const struct hyk_node *node, const struct hyk_rule *rule, const struct hyk_rule_shapes *shapes)
{
	if (!rule->id.n || !shapes->n || (hyk_node_find(node, "when") && !rule->when))
		return false;
	return rule->effect != HYK_REQUIRE || rule->need || rule->duty;
}

void
hyk_rule_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node, struct hyk_rule *rule,
    struct hyk_rule_shapes *ret_shapes)
{
	static const char *const keys[] = { "id", "effect", "actions", "when", "duty", "need", "code", "because", "about",
		"title", "basis", "offer", NULL };
	struct hyk_what what = HYK_WHAT("the rule", "규칙");
	const struct hyk_node *part;
	struct hyk_rule_shapes shapes = { 0 };
	int effect = 0;
	bool has_effect;

	rule->src = l->r.src;
	rule->span = node->span;
	rule->policy = p->policy;
	if (!hyk_reader_is_map(&l->r, node, "rules"))
		return;
	if (!node->n) {
		HYK_DIAG(l->r.diags, HYK_D_EMPTY_VALUE, l->r.src, node->span, HYK_STR("rules"));
		return;
	}
	hyk_reader_check_keys(&l->r, node, what, keys);
	read_head(l, p, node, rule);
	part = hyk_reader_need(&l->r, node, "effect", what);
	has_effect = part && hyk_reader_one_of(&l->r, part, "effect", effect_names, &effect);
	rule->effect = (enum hyk_effect)effect;
	if (p->n_shapes && !hyk_applies_narrow(l, p, hyk_node_find(node, "actions"), &shapes))
		shapes.n = 0;
	part = hyk_node_find(node, "because");
	if (part && shapes.n)
		(void)hyk_template_read(l, part, "because", &shapes, &rule->because);
	else if (!part)
		HYK_DIAG(l->r.diags, HYK_D_NO_BECAUSE, l->r.src, node->keys[0]->span, rule->id);
	part = hyk_node_find(node, "when");
	p->when = NULL;
	p->when_broken = false;
	if (part) {
		struct hyk_unit unit = { .cond = hyk_condition_read(l, part) };

		if (unit.cond && shapes.n)
			rule->when = hyk_unit_compile(l, p, &shapes, &unit);
		else if (unit.cond)
			check_anywhere(l, p, &unit);
		p->when = rule->when;
		p->when_broken = rule->when == NULL;
	}
	read_claim(l, p, node, &shapes, rule, has_effect);
	part = hyk_node_find(node, "offer");
	if (part && shapes.n)
		hyk_offers_read(l, p, part, &shapes, rule);
	/* Whatever went wrong above was told. Should it not have been, the rule must not pass for a weaker one. */
	if (!l->r.nomem && l->r.diags->n_errors == l->errors && !is_whole(node, rule, &shapes))
		HYK_DIAG0(l->r.diags, HYK_D_RULE_NOT_WHOLE, l->r.src, node->keys[0]->span);
	*ret_shapes = shapes;
}
