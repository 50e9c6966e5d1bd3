/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_parse.c - RE2's syntax to a tree; what RE2 refuses is refused, with the place and the reason.
 *
 * Recursive descent. As in RE2 a flag group "(?i)" matches nothing and takes no part: in a(?i)* the star is a's.
 * Classes of characters are in pattern_parse_class.c.
 */
#include "text/pattern_parse.h"

#include "base/utf8.h"

#define NONGREEDY(p) (((p)->flags & HYK_PATTERN_UNGREEDY) != 0)

/* What stands between two bars. */
struct branch {
	struct hyk_pattern_node **items;
	size_t n, room;
};

static struct hyk_pattern_node *parse_bars(struct hyk_pattern_parser *p, unsigned depth);

bool
hyk_pattern_parser_nomem(struct hyk_pattern_parser *p)
{
	if (p->st == HYK_OK && p->tmp->overflowed) {
		hyk_pattern_complain(p->diags, HYK_D_PATTERN_SIZE, p->src, p->span, p->text, 0, p->text.n);
		p->st = HYK_E_INVALID;
	} else if (p->st == HYK_OK) {
		p->st = p->arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	}
	return false;
}

bool
hyk_pattern_parser_fail(struct hyk_pattern_parser *p, enum hyk_diag_id id, size_t at, size_t end)
{
	if (p->st != HYK_OK)
		return false;
	p->st = HYK_E_INVALID;
	hyk_pattern_complain(p->diags, id, p->src, p->span, p->text, at, end > at ? end - at : 0);
	return false;
}

static struct hyk_pattern_node *
node_new(struct hyk_pattern_parser *p, enum hyk_pattern_kind kind)
{
	struct hyk_pattern_node *n = hyk_arena_alloc(p->tmp, sizeof(*n));

	if (!n) {
		hyk_pattern_parser_nomem(p);
		return NULL;
	}
	*n = (struct hyk_pattern_node){ .kind = kind, .repeats = 1, .nullable = kind == HYK_PATTERN_EMPTY };
	return n;
}

/* A node over others; sets what is known of them together. */
static struct hyk_pattern_node *
node_over(struct hyk_pattern_parser *p, enum hyk_pattern_kind kind, struct hyk_pattern_node **kids, size_t n_kids)
{
	struct hyk_pattern_node *n = node_new(p, kind);

	if (!n)
		return NULL;
	n->kids = kids;
	n->n_kids = n_kids;
	n->nullable = kind != HYK_PATTERN_ALTERNATE;
	for (size_t i = 0; i < n_kids; i++) {
		if (kids[i]->height >= n->height)
			n->height = (uint16_t)(kids[i]->height + 1);
		if (kids[i]->repeats > n->repeats)
			n->repeats = kids[i]->repeats;
		if (kind == HYK_PATTERN_ALTERNATE)
			n->nullable |= kids[i]->nullable;
		else
			n->nullable &= kids[i]->nullable;
	}
	if (n->height > HYK_PATTERN_MAX_HEIGHT) {
		hyk_pattern_parser_fail(p, HYK_D_PATTERN_DEPTH, p->at, p->at);
		return NULL;
	}
	return n;
}

static struct hyk_pattern_node *
node_over_one(struct hyk_pattern_parser *p, enum hyk_pattern_kind kind, struct hyk_pattern_node *kid)
{
	struct hyk_pattern_node **kids = hyk_arena_array(p->tmp, 1, sizeof(struct hyk_pattern_node *));

	if (!kids) {
		hyk_pattern_parser_nomem(p);
		return NULL;
	}
	kids[0] = kid;
	return node_over(p, kind, kids, 1);
}

static bool
push(struct hyk_pattern_parser *p, struct branch *b, struct hyk_pattern_node *n)
{
	if (!n)
		return false;
	if (b->n == b->room) {
		struct hyk_pattern_node **items = hyk_arena_grow(p->tmp, b->items, b->n, &b->room,
		    sizeof(struct hyk_pattern_node *));

		if (!items)
			return hyk_pattern_parser_nomem(p);
		b->items = items;
	}
	b->items[b->n++] = n;
	return true;
}

static bool
push_assert(struct hyk_pattern_parser *p, struct branch *b, enum hyk_pattern_assert assertion)
{
	struct hyk_pattern_node *n = node_new(p, HYK_PATTERN_ASSERT);

	if (!n)
		return false;
	n->assertion = assertion;
	n->nullable = true;
	return push(p, b, n);
}

static bool
push_class(struct hyk_pattern_parser *p, struct branch *b, struct hyk_pattern_class set)
{
	struct hyk_pattern_node *n = node_new(p, HYK_PATTERN_CLASS);

	if (!n)
		return false;
	hyk_pattern_class_normalize(&set);
	n->set = set;
	return push(p, b, n);
}

static bool
push_literal(struct hyk_pattern_parser *p, struct branch *b, uint32_t cp)
{
	struct hyk_pattern_class set = { 0 };

	if (!hyk_pattern_class_add(p->tmp, &set, cp, cp))
		return hyk_pattern_parser_nomem(p);
	if ((p->flags & HYK_PATTERN_FOLD) && !hyk_pattern_class_add_folds(p->tmp, &set))
		return hyk_pattern_parser_nomem(p);
	return push_class(p, b, set);
}

static bool
push_dot(struct hyk_pattern_parser *p, struct branch *b)
{
	struct hyk_pattern_class set = { 0 };
	bool all = (p->flags & HYK_PATTERN_DOT_ALL) != 0;

	if (!hyk_pattern_class_add(p->tmp, &set, 0, all ? HYK_PATTERN_MAX_RUNE : '\n' - 1) ||
	    (!all && !hyk_pattern_class_add(p->tmp, &set, '\n' + 1, HYK_PATTERN_MAX_RUNE)))
		return hyk_pattern_parser_nomem(p);
	return push_class(p, b, set);
}

bool
hyk_pattern_parser_looks_at(const struct hyk_pattern_parser *p, const char *z)
{
	return hyk_str_starts_with(hyk_str_make(p->text.p + p->at, p->text.n - p->at), hyk_str_from_c(z));
}

/* \Q...\E, or to the end. */
static bool
parse_quoted(struct hyk_pattern_parser *p, struct branch *b)
{
	p->at += 2;
	while (p->at < p->text.n) {
		if (hyk_pattern_parser_looks_at(p, "\\E")) {
			p->at += 2;
			return true;
		}
		if (!push_literal(p, b, hyk_utf8_next(p->text, &p->at)))
			return false;
	}
	return true;
}

/* A count without leading zeros. */
static bool
parse_count(const struct hyk_pattern_parser *p, size_t *at, int *ret)
{
	const char *s = p->text.p;
	size_t n = p->text.n;
	int i = 0;

	if (*at >= n || s[*at] < '0' || s[*at] > '9')
		return false;
	if (s[*at] == '0' && *at + 1 < n && s[*at + 1] >= '0' && s[*at + 1] <= '9')
		return false;
	for (; *at < n && s[*at] >= '0' && s[*at] <= '9'; (*at)++) {
		if (i >= 100000000)
			return false;
		i = i * 10 + (s[*at] - '0');
	}
	*ret = i;
	return true;
}

/* {n} {n,} {n,m} at p->at; false: then the brace is a character like any other. */
static bool
parse_braces(struct hyk_pattern_parser *p, int *min, int *max)
{
	size_t at = p->at + 1;

	if (!parse_count(p, &at, min))
		return false;
	*max = *min;
	if (at < p->text.n && p->text.p[at] == ',') {
		at++;
		*max = -1;
		if (at < p->text.n && p->text.p[at] != '}' && !parse_count(p, &at, max))
			return false;
	}
	if (at >= p->text.n || p->text.p[at] != '}')
		return false;
	p->at = at + 1;
	return true;
}

/* The repetition operator that ends at p->at began at `at`; `last` is where an operator just before it began. */
static bool
push_repeat(struct hyk_pattern_parser *p, struct branch *b, size_t at, size_t last, int min, int max, bool braces)
{
	struct hyk_pattern_node *n, *x = b->n > 0 ? b->items[b->n - 1] : NULL;
	bool lazy = NONGREEDY(p);
	size_t end = p->at;

	if (p->at < p->text.n && p->text.p[p->at] == '?') {
		lazy = !lazy;
		p->at++;
	}
	if (last != SIZE_MAX)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_REPEAT_TWICE, last, p->at);
	if (min > HYK_PATTERN_MAX_REPEAT || max > HYK_PATTERN_MAX_REPEAT || (max >= 0 && max < min))
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_REPEAT_SIZE, at, end);
	if (!x) {
		if (at > 0 && p->text.p[at] == '*' && p->text.p[at - 1] == '(')
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_VERB, at - 1, end);
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_REPEAT_NOTHING, at, end);
	}
	/* One operator on another, by way of (?i) or (?:): x** is x*, so that such chains stay flat. */
	if (!braces && x->kind == HYK_PATTERN_REPEAT && x->lazy == lazy && x->min == min && x->max == max &&
	    (max < 0 || (min == 0 && max == 1)))
		return true;
	n = node_over_one(p, HYK_PATTERN_REPEAT, x);
	if (!n)
		return false;
	n->min = min;
	n->max = max;
	n->lazy = lazy;
	n->nullable = min == 0 || x->nullable;
	if (braces) {
		int count = max < 0 ? min : max, times = x->repeats * (count > 0 ? count : 1);

		if (times > HYK_PATTERN_MAX_REPEAT && (min >= 2 || max >= 2))
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_REPEAT_SIZE, at, end);
		n->repeats = (uint16_t)times;
	}
	b->items[b->n - 1] = n;
	return true;
}

/* Letters, digits and '_', as Unicode has them (L, M, Nd, Nl, Pc). */
static bool
is_name(struct hyk_pattern_parser *p, struct hyk_str name)
{
	static const char *const groups[] = { "L", "Mn", "Mc", "Nd", "Nl", "Pc" };
	struct hyk_pattern_class set = { 0 };
	bool plain = true;

	for (size_t at = 0; at < name.n;) {
		uint32_t cp = hyk_utf8_next(name, &at);

		if (!((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || cp == '_'))
			plain = false;
	}
	for (size_t i = 0; !plain && i < HYK_ARRAY_LEN(groups); i++) {
		bool known;

		if (!hyk_pattern_class_add_group(p->tmp, &set, hyk_str_from_c(groups[i]), &known))
			return hyk_pattern_parser_nomem(p);
	}
	for (size_t at = 0; !plain && at < name.n;) {
		uint32_t cp = hyk_utf8_next(name, &at);
		bool in = false;

		for (size_t i = 0; i < set.n && !in; i++)
			in = cp >= set.r[i].lo && cp <= set.r[i].hi;
		if (!in)
			return false;
	}
	return name.n > 0;
}

/* Counts a group, with or without a name; 0: it failed. */
static uint32_t
new_group(struct hyk_pattern_parser *p, struct hyk_str name)
{
	if (p->n_groups + 2 > p->room_names) {
		struct hyk_str *names = hyk_arena_grow(p->arena, p->names, p->names ? p->n_groups + 1 : 0,
		    &p->room_names, sizeof(*names));

		if (!names) {
			hyk_pattern_parser_nomem(p);
			return 0;
		}
		p->names = names;
	}
	p->names[++p->n_groups] = name;
	return (uint32_t)p->n_groups;
}

/* (?P<name> at p->at. */
static uint32_t
parse_name(struct hyk_pattern_parser *p)
{
	size_t from = p->at + 4, end = from;
	struct hyk_str name;

	while (end < p->text.n && p->text.p[end] != '>')
		end++;
	name = hyk_str_make(p->text.p + from, end - from);
	if (end >= p->text.n || !is_name(p, name)) {
		hyk_pattern_parser_fail(p, HYK_D_PATTERN_GROUP_NAME, p->at, end < p->text.n ? end + 1 : end);
		return 0;
	}
	for (size_t i = 1; i <= p->n_groups; i++) {
		if (hyk_str_eq(p->names[i], name)) {
			hyk_pattern_parser_fail(p, HYK_D_PATTERN_GROUP_TWICE, from, end);
			return 0;
		}
	}
	name = hyk_arena_dup(p->arena, name);
	if (!name.p) {
		hyk_pattern_parser_nomem(p);
		return 0;
	}
	p->at = end + 1;
	return new_group(p, name);
}

/* The message for a "(?" that patterns do not have. */
static bool
refuse_group(struct hyk_pattern_parser *p, size_t at)
{
	size_t end = at;

	for (unsigned i = 0; i < 4 && end < p->text.n && p->text.p[end] != ')'; i++)
		hyk_utf8_next(p->text, &end);
	p->at = at;
	if (hyk_pattern_parser_looks_at(p, "(?=") || hyk_pattern_parser_looks_at(p, "(?!"))
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_LOOKAROUND, at, at + 3);
	if (hyk_pattern_parser_looks_at(p, "(?<=") || hyk_pattern_parser_looks_at(p, "(?<!"))
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_LOOKAROUND, at, at + 4);
	if (hyk_pattern_parser_looks_at(p, "(?P=") || hyk_pattern_parser_looks_at(p, "(?P>"))
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BACKREF, at, at + 4);
	return hyk_pattern_parser_fail(p, HYK_D_PATTERN_GROUP, at, end);
}

/* Flags after "(?": sets p->flags; *ret_group: it ends with ':' and opens a group. */
static bool
parse_flags(struct hyk_pattern_parser *p, bool *ret_group)
{
	size_t from = p->at;
	unsigned flags = p->flags;
	bool off = false, any = false;

	for (p->at += 2; p->at < p->text.n;) {
		char c = p->text.p[p->at++];
		unsigned flag = c == 'i' ? HYK_PATTERN_FOLD
		    : c == 'm'           ? HYK_PATTERN_LINES
		    : c == 's'           ? HYK_PATTERN_DOT_ALL
		    : c == 'U'           ? HYK_PATTERN_UNGREEDY
		                         : 0;

		if (flag) {
			flags = off ? flags & ~flag : flags | flag;
			any = true;
		} else if (c == '-' && !off) {
			off = true;
			any = false;
		} else if ((c == ':' || c == ')') && (any || !off)) {
			*ret_group = c == ':';
			p->flags = flags;
			return true;
		} else {
			break;
		}
	}
	return refuse_group(p, from);
}

/* At '('. */
static bool
parse_group(struct hyk_pattern_parser *p, struct branch *b, unsigned depth)
{
	size_t from = p->at;
	unsigned flags = p->flags;
	uint32_t group = 0;
	bool opens = true;
	struct hyk_pattern_node *inside, *n;

	if (hyk_pattern_parser_looks_at(p, "(?P<")) {
		group = parse_name(p);
		if (!group)
			return false;
	} else if (hyk_pattern_parser_looks_at(p, "(?")) {
		if (!parse_flags(p, &opens))
			return false;
		if (!opens)
			return true;
	} else {
		p->at++;
		group = new_group(p, hyk_str_make(NULL, 0));
		if (!group)
			return false;
	}
	if (depth + 1 > HYK_PATTERN_MAX_DEPTH)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_DEPTH, from, from + 1);
	inside = parse_bars(p, depth + 1);
	if (!inside)
		return false;
	if (p->at >= p->text.n)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_PAREN_OPEN, from, from + 1);
	p->at++; /* ')' */
	p->flags = flags;
	if (!group)
		return push(p, b, inside);
	n = node_over_one(p, HYK_PATTERN_GROUP, inside);
	if (n)
		n->group = group;
	return push(p, b, n);
}

/* At '\'. */
static bool
parse_backslash(struct hyk_pattern_parser *p, struct branch *b)
{
	char c = p->at + 1 < p->text.n ? p->text.p[p->at + 1] : '\0';
	struct hyk_pattern_class set = { 0 };
	struct hyk_pattern_node *n;
	bool is_class = false;
	uint32_t cp;

	switch (c) {
	case 'b':
	case 'B':
		p->at += 2;
		return push_assert(p, b, c == 'b' ? HYK_PATTERN_WORD : HYK_PATTERN_NOT_WORD);
	case 'A':
		p->at += 2;
		return push_assert(p, b, HYK_PATTERN_BEGIN_TEXT);
	case 'z':
		p->at += 2;
		return push_assert(p, b, HYK_PATTERN_END_TEXT);
	case 'C':
		p->at += 2;
		n = node_new(p, HYK_PATTERN_BYTE);
		return push(p, b, n);
	case 'Q':
		return parse_quoted(p, b);
	default:
		break;
	}
	if (!hyk_pattern_parse_shorthand(p, &set, &is_class))
		return false;
	if (is_class)
		return push_class(p, b, set);
	return hyk_pattern_parse_escape(p, &cp) && push_literal(p, b, cp);
}

/* One thing of a branch; *last is where the repetition just before began, or SIZE_MAX. */
static bool
parse_item(struct hyk_pattern_parser *p, struct branch *b, unsigned depth, size_t *last)
{
	size_t from = p->at, before = *last;
	struct hyk_pattern_class set = { 0 };
	char c = p->text.p[p->at];
	int min, max;

	*last = SIZE_MAX;
	switch (c) {
	case '(':
		return parse_group(p, b, depth);
	case '[':
		return hyk_pattern_parse_brackets(p, &set) && push_class(p, b, set);
	case '^':
		p->at++;
		return push_assert(p, b, p->flags & HYK_PATTERN_LINES ? HYK_PATTERN_BEGIN_LINE : HYK_PATTERN_BEGIN_TEXT);
	case '$':
		p->at++;
		return push_assert(p, b, p->flags & HYK_PATTERN_LINES ? HYK_PATTERN_END_LINE : HYK_PATTERN_END_TEXT);
	case '.':
		p->at++;
		return push_dot(p, b);
	case '\\':
		return parse_backslash(p, b);
	case '*':
	case '+':
	case '?':
		p->at++;
		*last = from;
		return push_repeat(p, b, from, before, c == '+', c == '?' ? 1 : -1, false);
	case '{':
		if (parse_braces(p, &min, &max)) {
			*last = from;
			return push_repeat(p, b, from, before, min, max, true);
		}
		break;
	default:
		break;
	}
	return push_literal(p, b, hyk_utf8_next(p->text, &p->at));
}

static struct hyk_pattern_node *
end_branch(struct hyk_pattern_parser *p, const struct branch *b)
{
	if (b->n == 0)
		return node_new(p, HYK_PATTERN_EMPTY);
	return b->n == 1 ? b->items[0] : node_over(p, HYK_PATTERN_CONCAT, b->items, b->n);
}

/* Branches up to ')' or the end; both are left to the caller. */
static struct hyk_pattern_node *
parse_bars(struct hyk_pattern_parser *p, unsigned depth)
{
	struct branch bars = { 0 }, b = { 0 };
	size_t last = SIZE_MAX;

	while (p->at < p->text.n && p->text.p[p->at] != ')') {
		if (p->text.p[p->at] == '|') {
			p->at++;
			last = SIZE_MAX;
			if (!push(p, &bars, end_branch(p, &b)))
				return NULL;
			b = (struct branch){ 0 };
		} else if (!parse_item(p, &b, depth, &last)) {
			return NULL;
		}
	}
	if (bars.n == 0)
		return end_branch(p, &b);
	if (!push(p, &bars, end_branch(p, &b)))
		return NULL;
	return node_over(p, HYK_PATTERN_ALTERNATE, bars.items, bars.n);
}

enum hyk_status
hyk_pattern_parse(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text, const struct hyk_source *src,
    struct hyk_span span, struct hyk_pattern_parsed *ret_parsed, struct hyk_diags *diags)
{
	struct hyk_pattern_parser p = { .arena = arena, .tmp = tmp, .text = text, .src = src, .span = span, .diags = diags };
	size_t valid = hyk_utf8_valid_prefix(text);
	struct hyk_pattern_node *root;

	if (valid < text.n) {
		hyk_pattern_complain(diags, HYK_D_PATTERN_UTF8, src, span, text, valid, 1);
		return HYK_E_INVALID;
	}
	root = parse_bars(&p, 0);
	if (root && p.at < text.n)
		hyk_pattern_parser_fail(&p, HYK_D_PATTERN_PAREN_CLOSE, p.at, p.at + 1);
	if (p.st != HYK_OK)
		return p.st;
	*ret_parsed = (struct hyk_pattern_parsed){ root, p.names, p.n_groups };
	return HYK_OK;
}
