/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/parser.c - tokens to a tree, by precedence climbing.
 *
 * Two limits keep the C stack whole: nesting while parsing, and the longest
 * path of the tree, since a + b + c ... grows to the left without recursion here.
 *
 * Every node has an anchor, the token at which cel-go, the reference, reports
 * what is wrong with it: the first of a name or literal, the dot of a select,
 * the bracket that opens a call, an index, a list or a map, and the operator
 * of the rest. Ranges shown to people are chosen apart from it.
 */
#include "cel/parser.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static struct hyk_cel_node *parse_expr(struct hyk_cel_parser *p);
static struct hyk_cel_node *parse_unary(struct hyk_cel_parser *p);

static void
give_up(struct hyk_cel_parser *p, enum hyk_status st)
{
	if (p->st == HYK_OK)
		p->st = st;
}

static struct hyk_span
join(struct hyk_span a, struct hyk_span b)
{
	uint32_t end = b.at + b.n > a.at + a.n ? b.at + b.n : a.at + a.n;
	uint32_t at = a.at < b.at ? a.at : b.at;

	return (struct hyk_span){ at, end - at };
}

static struct hyk_span
outer_of(const struct hyk_cel_node *n)
{
	return n->flags & HYK_CEL_PAREN ? n->outer : n->span;
}

struct hyk_cel_node *
hyk_cel_parser_node(struct hyk_cel_parser *p, enum hyk_cel_node_kind kind, struct hyk_span from, struct hyk_span to)
{
	struct hyk_cel_node *n;
	char max[16];

	if (++*p->in->n_nodes > HYK_CEL_MAX_NODES) {
		snprintf(max, sizeof(max), "%u", HYK_CEL_MAX_NODES);
		HYK_DIAG(p->in->diags, HYK_D_CEL_NODES, p->in->src, from, hyk_str_from_c(max));
		give_up(p, HYK_E_LIMIT);
		return NULL;
	}
	n = hyk_arena_alloc(p->in->arena, sizeof(*n));
	if (!n) {
		give_up(p, HYK_E_NOMEM);
		return NULL;
	}
	n->kind = (uint8_t)kind;
	n->src = p->in->src_number;
	n->span = join(from, to);
	n->op = from;
	n->anchor = from.at;
	n->depth = 1;
	n->slot = HYK_NO_SLOT;
	return n;
}

bool
hyk_cel_parser_args(struct hyk_cel_parser *p, struct hyk_cel_node *node, size_t n)
{
	node->args = hyk_arena_array(p->in->arena, n ? n : 1, sizeof(*node->args));
	if (!node->args) {
		give_up(p, HYK_E_NOMEM);
		return false;
	}
	node->n_args = (uint32_t)n;
	return true;
}

static void
too_deep(struct hyk_cel_parser *p, struct hyk_span span)
{
	char max[16];

	if (p->st != HYK_OK)
		return;
	snprintf(max, sizeof(max), "%u", HYK_CEL_MAX_DEPTH);
	HYK_DIAG(p->in->diags, HYK_D_CEL_DEPTH, p->in->src, span, hyk_str_from_c(max));
	give_up(p, HYK_E_LIMIT);
}

struct hyk_cel_node *
hyk_cel_parser_done(struct hyk_cel_parser *p, struct hyk_cel_node *node)
{
	unsigned depth = 0;

	for (uint32_t i = 0; i < node->n_args; i++) {
		if (node->args[i] && node->args[i]->depth > depth)
			depth = node->args[i]->depth;
	}
	if (depth >= HYK_CEL_MAX_PATH) {
		too_deep(p, node->op);
		return NULL;
	}
	node->depth = (uint16_t)(depth + 1);
	return node;
}

/* The next token, whatever it is; false when the text is bad. */
static bool
advance(struct hyk_cel_parser *p)
{
	if (p->st != HYK_OK)
		return false;
	hyk_cel_lexer_next(&p->lexer, &p->token);
	if (p->token.kind != HYK_CEL_K_BAD)
		return true;
	give_up(p, p->lexer.no_memory ? HYK_E_NOMEM : HYK_E_INVALID);
	return false;
}

static struct hyk_cel_node *
unexpected(struct hyk_cel_parser *p, const char *en, const char *ko)
{
	struct hyk_str text = p->token.text;

	if (p->st != HYK_OK)
		return NULL;
	if (text.n > 40)
		text.n = 40;
	if (p->token.kind == HYK_CEL_K_END)
		HYK_DIAG(p->in->diags, HYK_D_CEL_END, p->in->src, p->token.span, hyk_str_from_c(en),
		    hyk_str_from_c(ko));
	else if (p->token.kind == HYK_CEL_K_RESERVED)
		HYK_DIAG(p->in->diags, HYK_D_CEL_RESERVED, p->in->src, p->token.span, text);
	else
		HYK_DIAG(p->in->diags, HYK_D_CEL_SYNTAX, p->in->src, p->token.span, text, hyk_str_from_c(en),
		    hyk_str_from_c(ko));
	give_up(p, HYK_E_INVALID);
	return NULL;
}

static bool
expect(struct hyk_cel_parser *p, enum hyk_cel_token_kind kind, const char *what)
{
	if (p->st != HYK_OK)
		return false;
	if (p->token.kind == kind)
		return true;
	unexpected(p, what, what);
	return false;
}

/* A call with n arguments taken from `args`. */
static struct hyk_cel_node *
make_call(struct hyk_cel_parser *p, const char *name, struct hyk_span op, struct hyk_cel_node *a, struct hyk_cel_node *b)
{
	struct hyk_cel_node *n;

	if (!a || p->st != HYK_OK)
		return NULL;
	n = hyk_cel_parser_node(p, HYK_CEL_N_CALL, outer_of(a), outer_of(b ? b : a));
	if (!n || !hyk_cel_parser_args(p, n, b ? 2 : 1))
		return NULL;
	n->name = hyk_str_from_c(name);
	n->op = op;
	n->anchor = op.at;
	n->span = join(n->span, op);
	n->args[0] = a;
	if (b)
		n->args[1] = b;
	return hyk_cel_parser_done(p, n);
}

/* A growing list of nodes. */
struct nodes {
	struct hyk_cel_node **items;
	size_t n, room;
};

static bool
nodes_add(struct hyk_cel_parser *p, struct nodes *list, struct hyk_cel_node *node)
{
	if (!node)
		return false;
	if (list->n == list->room) {
		list->items = hyk_arena_grow(p->in->arena, list->items, list->n, &list->room, sizeof(*list->items));
		if (!list->items) {
			give_up(p, HYK_E_NOMEM);
			return false;
		}
	}
	list->items[list->n++] = node;
	return true;
}

/* args = [ expr { "," expr } ] ")" */
static bool
parse_args(struct hyk_cel_parser *p, struct nodes *args, struct hyk_span *ret_end)
{
	while (p->token.kind != HYK_CEL_K_CLOSE) {
		if (args->n && (!expect(p, HYK_CEL_K_COMMA, "',' or ')'") || !advance(p)))
			return false;
		if (!nodes_add(p, args, parse_expr(p)))
			return false;
	}
	*ret_end = p->token.span;
	return advance(p);
}

/* name "(" args ")", p->token is "("; target NULL for a global call. */
static struct hyk_cel_node *
parse_call(struct hyk_cel_parser *p, struct hyk_cel_node *target, struct hyk_str name, struct hyk_span name_span,
    bool rooted)
{
	struct nodes args = { 0 };
	uint32_t open = p->token.span.at;
	struct hyk_span end;
	struct hyk_cel_node *n;

	if (!advance(p) || (target && !nodes_add(p, &args, target)) || (target && p->token.kind == HYK_CEL_K_COMMA))
		return unexpected(p, "an expression", "식");
	if (target) {
		/* the receiver is already the first, so the comma rule of parse_args must start afresh */
		struct nodes rest = { 0 };

		if (!parse_args(p, &rest, &end))
			return NULL;
		for (size_t i = 0; i < rest.n; i++) {
			if (!nodes_add(p, &args, rest.items[i]))
				return NULL;
		}
	} else if (!parse_args(p, &args, &end)) {
		return NULL;
	}
	n = hyk_cel_parser_node(p, HYK_CEL_N_CALL, target ? outer_of(target) : name_span, end);
	if (!n)
		return NULL;
	n->name = name;
	n->op = name_span;
	n->anchor = open;
	n->args = args.items;
	n->n_args = (uint32_t)args.n;
	n->flags = (uint8_t)((target ? HYK_CEL_MEMBER : 0) | (rooted ? HYK_CEL_ROOTED : 0));
	n = hyk_cel_parser_done(p, n);
	return !n || p->in->no_macros ? n : hyk_cel_macro_expand(p, n);
}

/* list = "[" [ ["?"] expr { "," ["?"] expr } ] [","] "]", p->token is "[" */
static struct hyk_cel_node *
parse_list(struct hyk_cel_parser *p)
{
	struct hyk_span from = p->token.span;
	struct nodes items = { 0 };
	struct hyk_cel_node *n;
	uint8_t *opt = NULL;
	size_t room = 0;
	bool any = false;

	if (!advance(p))
		return NULL;
	/* "[,]" is an empty list: the grammar's last comma needs no item before it. */
	if (p->token.kind == HYK_CEL_K_COMMA && (!advance(p) || !expect(p, HYK_CEL_K_RBRACKET, "']'")))
		return NULL;
	while (p->token.kind != HYK_CEL_K_RBRACKET) {
		if (items.n == room) {
			opt = hyk_arena_grow(p->in->arena, opt, items.n, &room, 1);
			if (!opt) {
				give_up(p, HYK_E_NOMEM);
				return NULL;
			}
		}
		opt[items.n] = p->token.kind == HYK_CEL_K_QUESTION;
		any = any || opt[items.n];
		if (opt[items.n] && !advance(p))
			return NULL;
		if (!nodes_add(p, &items, parse_expr(p)))
			return NULL;
		if (p->token.kind == HYK_CEL_K_RBRACKET)
			break;
		if (!expect(p, HYK_CEL_K_COMMA, "',' or ']'") || !advance(p))
			return NULL;
	}
	n = hyk_cel_parser_node(p, HYK_CEL_N_LIST, from, p->token.span);
	if (!n || !advance(p))
		return NULL;
	n->args = items.items;
	n->n_args = (uint32_t)items.n;
	n->opt = any ? opt : NULL;
	return hyk_cel_parser_done(p, n);
}

/* map = "{" [ ["?"] expr ":" expr { "," ["?"] expr ":" expr } ] [","] "}", p->token is "{" */
static struct hyk_cel_node *
parse_map(struct hyk_cel_parser *p)
{
	struct hyk_span from = p->token.span;
	struct nodes items = { 0 };
	struct hyk_cel_node *n;
	uint8_t *opt = NULL;
	size_t room = 0;
	bool any = false;

	if (!advance(p))
		return NULL;
	if (p->token.kind == HYK_CEL_K_COMMA && (!advance(p) || !expect(p, HYK_CEL_K_RBRACE, "'}'")))
		return NULL;
	while (p->token.kind != HYK_CEL_K_RBRACE) {
		if (items.n / 2 == room) {
			opt = hyk_arena_grow(p->in->arena, opt, items.n / 2, &room, 1);
			if (!opt) {
				give_up(p, HYK_E_NOMEM);
				return NULL;
			}
		}
		opt[items.n / 2] = p->token.kind == HYK_CEL_K_QUESTION;
		any = any || opt[items.n / 2];
		if (opt[items.n / 2] && !advance(p))
			return NULL;
		if (!nodes_add(p, &items, parse_expr(p)) || !expect(p, HYK_CEL_K_COLON, "':'") || !advance(p) ||
		    !nodes_add(p, &items, parse_expr(p)))
			return NULL;
		if (p->token.kind == HYK_CEL_K_RBRACE)
			break;
		if (!expect(p, HYK_CEL_K_COMMA, "',' or '}'") || !advance(p))
			return NULL;
	}
	n = hyk_cel_parser_node(p, HYK_CEL_N_MAP, from, p->token.span);
	if (!n || !advance(p))
		return NULL;
	n->args = items.items;
	n->n_args = (uint32_t)items.n;
	n->opt = any ? opt : NULL;
	return hyk_cel_parser_done(p, n);
}

static struct hyk_cel_node *
make_const(struct hyk_cel_parser *p, const struct hyk_cel_token *t, struct hyk_span from, bool negative)
{
	struct hyk_cel_node *n = hyk_cel_parser_node(p, HYK_CEL_N_CONST, from, t->span);

	if (!n)
		return NULL;
	n->value = t->value;
	if (t->value.kind == HYK_ABSENT && !hyk_cel_lexer_int(t, negative, &n->value)) {
		HYK_DIAG(p->in->diags, HYK_D_CEL_NUMBER_RANGE, p->in->src, n->span,
		    hyk_str_make(p->in->src->text.p + n->span.at, n->span.n > 60 ? 60 : n->span.n));
		give_up(p, HYK_E_INVALID);
		return NULL;
	}
	if (negative && n->value.kind == HYK_DOUBLE)
		n->value.as.d = -n->value.as.d;
	return n;
}

/* primary = ["."] ident [ "(" args ")" ] | "(" expr ")" | list | map | literal */
static struct hyk_cel_node *
parse_primary(struct hyk_cel_parser *p)
{
	struct hyk_cel_token t = p->token;
	struct hyk_cel_node *n;
	bool rooted = t.kind == HYK_CEL_K_DOT;

	if (rooted) {
		uint32_t dot = t.span.at;

		if (!advance(p))
			return NULL;
		t = p->token;
		if (t.kind != HYK_CEL_K_IDENT) {
			unexpected(p, "a name", "이름");
			if (t.kind == HYK_CEL_K_RESERVED && p->in->diags)
				hyk_diag_anchor(p->in->diags->last, p->in->src, dot);
			return NULL;
		}
	}
	switch ((int)t.kind) {
	case HYK_CEL_K_IDENT:
		if (!advance(p))
			return NULL;
		if (p->token.kind == HYK_CEL_K_OPEN)
			return parse_call(p, NULL, t.text, t.span, rooted);
		n = hyk_cel_parser_node(p, HYK_CEL_N_IDENT, t.span, t.span);
		if (n) {
			n->name = t.text;
			n->flags = rooted ? HYK_CEL_ROOTED : 0;
		}
		return n;
	case HYK_CEL_K_OPEN:
		if (!advance(p))
			return NULL;
		n = parse_expr(p);
		if (!n || !expect(p, HYK_CEL_K_CLOSE, "')'"))
			return NULL;
		n->outer = join(t.span, p->token.span);
		n->flags |= HYK_CEL_PAREN;
		return advance(p) ? n : NULL;
	case HYK_CEL_K_LBRACKET:
		return parse_list(p);
	case HYK_CEL_K_LBRACE:
		return parse_map(p);
	case HYK_CEL_K_LITERAL:
		n = make_const(p, &t, t.span, false);
		return n && advance(p) ? n : NULL;
	default:
		return unexpected(p, "an expression", "식");
	}
}

/* "." ["?"] name [ "(" args ")" ] */
static struct hyk_cel_node *
parse_select(struct hyk_cel_parser *p, struct hyk_cel_node *target)
{
	uint32_t dot = p->token.span.at;
	struct hyk_cel_token name;
	struct hyk_cel_node *n;
	bool opt;

	if (!advance(p))
		return NULL;
	opt = p->token.kind == HYK_CEL_K_QUESTION;
	if (opt && !advance(p))
		return NULL;
	name = p->token;
	if (name.kind != HYK_CEL_K_IDENT && name.kind != HYK_CEL_K_QUOTED && name.kind != HYK_CEL_K_RESERVED)
		return unexpected(p, "a field name", "필드 이름");
	if (!advance(p))
		return NULL;
	if (p->token.kind == HYK_CEL_K_OPEN && !opt && name.kind != HYK_CEL_K_QUOTED)
		return parse_call(p, target, name.text, name.span, false);
	n = hyk_cel_parser_node(p, HYK_CEL_N_SELECT, outer_of(target), name.span);
	if (!n || !hyk_cel_parser_args(p, n, 1))
		return NULL;
	n->args[0] = target;
	n->name = name.text;
	n->op = name.span;
	n->anchor = dot;
	n->flags = opt ? HYK_CEL_OPT : 0;
	return hyk_cel_parser_done(p, n);
}

/* "[" ["?"] expr "]" */
static struct hyk_cel_node *
parse_index(struct hyk_cel_parser *p, struct hyk_cel_node *target)
{
	struct hyk_span from = p->token.span;
	struct hyk_cel_node *key, *n;
	bool opt;

	if (!advance(p))
		return NULL;
	opt = p->token.kind == HYK_CEL_K_QUESTION;
	if (opt && !advance(p))
		return NULL;
	key = parse_expr(p);
	if (!key || !expect(p, HYK_CEL_K_RBRACKET, "']'"))
		return NULL;
	n = make_call(p, opt ? "_[?_]" : "_[_]", from, target, key);
	if (!n)
		return NULL;
	n->span = join(n->span, p->token.span);
	return advance(p) ? n : NULL;
}

/* a.b.c of plain names, before which a brace begins a message */
static bool
is_path(const struct hyk_cel_node *n)
{
	while (n->kind == HYK_CEL_N_SELECT && !(n->flags & (HYK_CEL_OPT | HYK_CEL_TEST | HYK_CEL_PAREN)))
		n = n->args[0];
	return n->kind == HYK_CEL_N_IDENT && !(n->flags & HYK_CEL_PAREN);
}

/*
 * message = path "{" [ ["?"] name ":" expr { "," ["?"] name ":" expr } [","] ] "}", p->token is "{". It is CEL, and
 * what is no CEL is said first; so it is read to its end, and a node stands for it that nobody will look at.
 */
static struct hyk_cel_node *
parse_message(struct hyk_cel_parser *p, const struct hyk_cel_node *path)
{
	struct hyk_cel_node *n;

	if (!p->message.n)
		p->message = p->token.span;
	if (!advance(p))
		return NULL;
	while (p->token.kind != HYK_CEL_K_RBRACE) {
		if (p->token.kind == HYK_CEL_K_QUESTION && !advance(p))
			return NULL;
		if (p->token.kind != HYK_CEL_K_IDENT && p->token.kind != HYK_CEL_K_QUOTED &&
		    p->token.kind != HYK_CEL_K_RESERVED)
			return unexpected(p, "a field name", "필드 이름");
		if (!advance(p) || !expect(p, HYK_CEL_K_COLON, "':'") || !advance(p) || !parse_expr(p))
			return NULL;
		if (p->token.kind == HYK_CEL_K_RBRACE)
			break;
		if (!expect(p, HYK_CEL_K_COMMA, "',' or '}'") || !advance(p))
			return NULL;
	}
	n = hyk_cel_parser_node(p, HYK_CEL_N_MAP, path->span, p->token.span);
	return n && advance(p) ? n : NULL;
}

/* member = primary { select | call | index | message } */
static struct hyk_cel_node *
parse_member_rest(struct hyk_cel_parser *p, struct hyk_cel_node *n)
{
	while (n && p->st == HYK_OK) {
		if (p->token.kind == HYK_CEL_K_DOT)
			n = parse_select(p, n);
		else if (p->token.kind == HYK_CEL_K_LBRACKET)
			n = parse_index(p, n);
		else if (p->token.kind == HYK_CEL_K_LBRACE && is_path(n))
			n = parse_message(p, n);
		else
			break;
	}
	return p->st == HYK_OK ? n : NULL;
}

/* unary = "!" { "!" } member | "-" { "-" } member | member. Two of a kind undo each other. */
static struct hyk_cel_node *
parse_unary(struct hyk_cel_parser *p)
{
	enum hyk_cel_token_kind sign = p->token.kind;
	struct hyk_span op = p->token.span, first = op;
	struct hyk_cel_node *n;
	bool odd = false;

	if (sign != HYK_CEL_K_NOT && sign != HYK_CEL_K_MINUS)
		return parse_member_rest(p, parse_primary(p));
	while (p->token.kind == sign) {
		odd = !odd;
		op = p->token.span;
		if (!advance(p)) {
			/* the sign belongs to the number that is too large */
			if (p->in->diags && p->in->diags->last && p->in->diags->last->id == HYK_D_CEL_NUMBER_RANGE)
				hyk_diag_anchor(p->in->diags->last, p->in->src, op.at);
			return NULL;
		}
	}
	if (p->token.kind == HYK_CEL_K_NOT || p->token.kind == HYK_CEL_K_MINUS)
		return unexpected(p, "an expression", "식");
	/* A minus right before a number belongs to it, or the least int could not be written. */
	if (sign == HYK_CEL_K_MINUS && p->token.kind == HYK_CEL_K_LITERAL &&
	    (p->token.value.kind == HYK_ABSENT || p->token.value.kind == HYK_DOUBLE) &&
	    !(p->token.value.kind == HYK_ABSENT && (p->token.text.p[p->token.text.n - 1] | 32) == 'u')) {
		n = make_const(p, &p->token, odd ? op : p->token.span, odd);
		return n && advance(p) ? parse_member_rest(p, n) : NULL;
	}
	n = parse_member_rest(p, parse_primary(p));
	if (!odd)
		return n;
	n = make_call(p, sign == HYK_CEL_K_NOT ? "!_" : "-_", op, n, NULL);
	if (n)
		n->anchor = first.at;
	return n;
}

static unsigned
precedence(enum hyk_cel_token_kind k, const char **ret_name)
{
	switch ((int)k) {
	case HYK_CEL_K_STAR:
		*ret_name = "_*_";
		return 3;
	case HYK_CEL_K_SLASH:
		*ret_name = "_/_";
		return 3;
	case HYK_CEL_K_PERCENT:
		*ret_name = "_%_";
		return 3;
	case HYK_CEL_K_PLUS:
		*ret_name = "_+_";
		return 2;
	case HYK_CEL_K_MINUS:
		*ret_name = "_-_";
		return 2;
	case HYK_CEL_K_LT:
		*ret_name = "_<_";
		return 1;
	case HYK_CEL_K_LE:
		*ret_name = "_<=_";
		return 1;
	case HYK_CEL_K_GT:
		*ret_name = "_>_";
		return 1;
	case HYK_CEL_K_GE:
		*ret_name = "_>=_";
		return 1;
	case HYK_CEL_K_EQ:
		*ret_name = "_==_";
		return 1;
	case HYK_CEL_K_NE:
		*ret_name = "_!=_";
		return 1;
	case HYK_CEL_K_IN:
		*ret_name = "@in";
		return 1;
	default:
		return 0;
	}
}

/* binary = unary { op binary-of-higher-precedence } */
static struct hyk_cel_node *
parse_binary(struct hyk_cel_parser *p, unsigned least)
{
	struct hyk_cel_node *left = parse_unary(p);
	const char *name = NULL;
	unsigned prec;

	while (left && p->st == HYK_OK && (prec = precedence(p->token.kind, &name)) >= least && prec) {
		struct hyk_span op = p->token.span;
		const char *this_name = name;

		if (!advance(p))
			return NULL;
		left = make_call(p, this_name, op, left, parse_binary(p, prec + 1));
	}
	return p->st == HYK_OK ? left : NULL;
}

/*
 * chain = operand { op operand }: one node however long it is, so that it stays shallow.
 * The reference makes a balanced tree of it, whose root is the operator in the middle.
 */
static struct hyk_cel_node *
parse_chain(struct hyk_cel_parser *p, bool is_or)
{
	enum hyk_cel_token_kind op = is_or ? HYK_CEL_K_OR : HYK_CEL_K_AND;
	struct hyk_cel_node *first = is_or ? parse_chain(p, false) : parse_binary(p, 1), *n;
	struct hyk_span at = p->token.span;
	struct nodes items = { 0 };
	uint32_t *ops = NULL;
	size_t room = 0;

	if (!first || p->token.kind != op)
		return first;
	if (!nodes_add(p, &items, first))
		return NULL;
	while (p->token.kind == op) {
		if (items.n > room) {
			ops = hyk_arena_grow(p->in->arena, ops, items.n - 1, &room, sizeof(*ops));
			if (!ops) {
				give_up(p, HYK_E_NOMEM);
				return NULL;
			}
		}
		ops[items.n - 1] = p->token.span.at;
		if (!advance(p) || !nodes_add(p, &items, is_or ? parse_chain(p, false) : parse_binary(p, 1)))
			return NULL;
	}
	n = hyk_cel_parser_node(p, is_or ? HYK_CEL_N_OR : HYK_CEL_N_AND, outer_of(first),
	    outer_of(items.items[items.n - 1]));
	if (!n)
		return NULL;
	n->op = at;
	n->anchor = ops[(items.n - 1) / 2];
	n->args = items.items;
	n->n_args = (uint32_t)items.n;
	return hyk_cel_parser_done(p, n);
}

/* expr = or [ "?" or ":" expr ] */
static struct hyk_cel_node *
parse_expr(struct hyk_cel_parser *p)
{
	struct hyk_cel_node *c, *a, *b, *n;
	struct hyk_span op;

	if (p->st != HYK_OK)
		return NULL;
	if (p->depth >= HYK_CEL_MAX_DEPTH) {
		too_deep(p, p->token.span);
		return NULL;
	}
	p->depth++;
	c = parse_chain(p, true);
	if (c && p->token.kind == HYK_CEL_K_QUESTION) {
		op = p->token.span;
		a = advance(p) ? parse_chain(p, true) : NULL;
		b = a && expect(p, HYK_CEL_K_COLON, "':'") && advance(p) ? parse_expr(p) : NULL;
		n = b ? hyk_cel_parser_node(p, HYK_CEL_N_COND, outer_of(c), outer_of(b)) : NULL;
		if (!n || !hyk_cel_parser_args(p, n, 3))
			return NULL;
		n->op = op;
		n->anchor = op.at;
		n->args[0] = c;
		n->args[1] = a;
		n->args[2] = b;
		c = hyk_cel_parser_done(p, n);
	}
	p->depth--;
	return p->st == HYK_OK ? c : NULL;
}

enum hyk_status
hyk_cel_parse(const struct hyk_cel_parser_in *in, struct hyk_cel_node **ret_node)
{
	struct hyk_cel_parser p = { .in = in, .lexer = { .src = in->src, .arena = in->arena, .diags = in->diags } };
	struct hyk_cel_node *n;
	char max[16];
	size_t bad;

	if (in->src->text.n > HYK_CEL_MAX_BYTES) {
		snprintf(max, sizeof(max), "%u", HYK_CEL_MAX_BYTES);
		HYK_DIAG(in->diags, HYK_D_CEL_BYTES, in->src, HYK_NO_SPAN, hyk_str_from_c(max));
		return HYK_E_LIMIT;
	}
	bad = hyk_utf8_valid_prefix(in->src->text);
	if (bad != in->src->text.n) {
		HYK_DIAG0(in->diags, HYK_D_CEL_UTF8, in->src, ((struct hyk_span){ (uint32_t)bad, 1 }));
		return HYK_E_INVALID;
	}
	advance(&p);
	n = parse_expr(&p);
	if (n && p.token.kind != HYK_CEL_K_END)
		n = unexpected(&p, "an operator or the end", "연산자나 끝");
	if (!n)
		return p.st == HYK_OK ? HYK_E_INVALID : p.st;
	if (p.message.n) {
		HYK_DIAG0(in->diags, HYK_D_CEL_MESSAGE, in->src, p.message);
		return HYK_E_INVALID;
	}
	*ret_node = n;
	return HYK_OK;
}
