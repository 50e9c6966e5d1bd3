/* SPDX-License-Identifier: Apache-2.0 */
/* cel/program.c - what can be asked of a program, its print, and the proof that it may run. */
#include "cel/program.h"

#include "base/buf.h"
#include "cel/local.h"
#include "value/json.h"

static const struct {
	const char *name;
	uint8_t operand, pops, pushes;
} ops[] = {
#define HYK_CEL_OP(name, operand, pops, pushes, doc) { #name, HYK_CEL_OPERAND_##operand, (pops), (pushes) },
#define HYK_CEL_QUICK(name, first, second, third, doc)
#include "cel/op.def"
#undef HYK_CEL_QUICK
#undef HYK_CEL_OP
};
#define N_OPS HYK_ARRAY_LEN(ops)
_Static_assert(N_OPS <= 64, "sets of steps are bits of 64");

#define ONE(name) (UINT64_C(1) << HYK_CEL_OP_##name)
#define NOTHING UINT64_C(0)
#define EQUAL (ONE(EQ) | ONE(NE))
#define EQUAL_CONST (ONE(EQ_CONST) | ONE(NE_CONST))
#define ORDER (ONE(LT) | ONE(LE) | ONE(GT) | ONE(GE))
#define ORDER_CONST (ONE(LT_CONST) | ONE(LE_CONST) | ONE(GT_CONST) | ONE(GE_CONST))

/* In the order of enum hyk_cel_op, which has them after all others. */
static const struct quick {
	const char *name;
	uint8_t first;
	uint64_t second, third;
} quicks[] = {
#define HYK_CEL_OP(name, operand, pops, pushes, doc)
#define HYK_CEL_QUICK(name, first, second, third, doc) { #name, HYK_CEL_OP_##first, (second), (third) },
#include "cel/op.def"
#undef HYK_CEL_QUICK
#undef HYK_CEL_OP
};

static const struct quick *
quick_of(enum hyk_cel_op op)
{
	return (size_t)op < N_OPS ? NULL : &quicks[(size_t)op - N_OPS];
}

enum hyk_cel_op
hyk_cel_op_first(enum hyk_cel_op op)
{
	const struct quick *q = quick_of(op);

	return q ? (enum hyk_cel_op)q->first : op;
}

/* Are the steps from `steps` on, of which there are n, what q stands for? */
static bool
fits(const struct quick *q, const struct hyk_cel_step *steps, uint32_t n)
{
	uint32_t length = q->third ? 3 : 2;

	if (n < length || hyk_cel_op_first((enum hyk_cel_op)steps[0].op) != q->first ||
	    !(q->second >> hyk_cel_op_first((enum hyk_cel_op)steps[1].op) & 1))
		return false;
	return length == 2 || (q->third >> hyk_cel_op_first((enum hyk_cel_op)steps[2].op) & 1);
}

void
hyk_cel_program_quicken(struct hyk_cel_step *steps, uint32_t n_steps)
{
	for (uint32_t i = 0; i < n_steps; i++) {
		for (size_t k = 0; k < HYK_ARRAY_LEN(quicks); k++) {
			/* TIME_PART has operands of its own: the compiler writes it */
			if (N_OPS + k != HYK_CEL_OP_TIME_PART && steps[i].op < N_OPS &&
			    fits(&quicks[k], &steps[i], n_steps - i)) {
				steps[i].op = (uint8_t)(N_OPS + k);
				break;
			}
		}
	}
}

const char *
hyk_cel_op_name(enum hyk_cel_op op)
{
	const struct quick *q = quick_of(op);

	return q ? q->name : ops[op].name;
}

enum hyk_cel_operand
hyk_cel_op_operand(enum hyk_cel_op op)
{
	return (enum hyk_cel_operand)ops[hyk_cel_op_first(op)].operand;
}

void
hyk_cel_op_effect(const struct hyk_cel_step *s, uint32_t *ret_pops, uint32_t *ret_pushes)
{
	enum hyk_cel_op op = hyk_cel_op_first((enum hyk_cel_op)s->op);

	*ret_pops = ops[op].pops;
	*ret_pushes = ops[op].pushes;
	switch ((int)s->op) {
	case HYK_CEL_OP_CALL:
		*ret_pops = s->a;
		break;
	case HYK_CEL_OP_LIST:
	case HYK_CEL_OP_LIST_OPT:
		*ret_pops = s->c;
		break;
	case HYK_CEL_OP_MAP:
	case HYK_CEL_OP_MAP_OPT:
		*ret_pops = s->c * 2;
		break;
	default:
		break;
	}
}

const struct hyk_type *
hyk_cel_program_type(const struct hyk_cel_program *p)
{
	return p->type;
}

const uint32_t *
hyk_cel_program_slots(const struct hyk_cel_program *p, size_t *ret_n)
{
	*ret_n = p->n_slots;
	return p->slots;
}

uint64_t
hyk_cel_program_cost(const struct hyk_cel_program *p)
{
	return p->cost_max;
}

const uint32_t *
hyk_cel_program_given(const struct hyk_cel_program *p, size_t *ret_n)
{
	*ret_n = p->presence.n_if_true;
	return p->presence.if_true;
}

bool
hyk_cel_program_constant(const struct hyk_cel_program *p, struct hyk_value *ret_v)
{
	if (p->n_steps != 2 || p->steps[0].op != HYK_CEL_OP_CONST)
		return false;
	*ret_v = p->consts[p->steps[0].c];
	return true;
}

void
hyk_cel_program_write(struct hyk_buf *b, const struct hyk_cel_program *p)
{
	for (uint32_t i = 0; i < p->n_steps; i++) {
		const struct hyk_cel_step *s = &p->steps[i];

		hyk_buf_printf(b, "%4u %s", i, hyk_cel_op_name((enum hyk_cel_op)s->op));
		switch (hyk_cel_op_operand((enum hyk_cel_op)s->op)) {
		case HYK_CEL_OPERAND_CONST:
			hyk_buf_append_char(b, ' ');
			hyk_json_write(b, p->consts[s->c]);
			break;
		case HYK_CEL_OPERAND_FN:
		case HYK_CEL_OPERAND_CALL:
			hyk_buf_printf(b, " %s", hyk_cel_function(s->c)->name);
			break;
		case HYK_CEL_OPERAND_NONE:
			break;
		case HYK_CEL_OPERAND_SLOT:
		case HYK_CEL_OPERAND_DEFINE:
		case HYK_CEL_OPERAND_LOCAL:
		case HYK_CEL_OPERAND_PATTERN:
		case HYK_CEL_OPERAND_SET:
		case HYK_CEL_OPERAND_JUMP:
		case HYK_CEL_OPERAND_BACK:
		case HYK_CEL_OPERAND_COUNT:
			hyk_buf_printf(b, " %u", s->c);
			break;
		}
		hyk_buf_append_char(b, '\n');
	}
}

/* The proof -------------------------------------------------------------- */

static bool
operand_ok(const struct hyk_cel_program *p, uint32_t pc)
{
	const struct hyk_cel_step *s = &p->steps[pc];

	switch (hyk_cel_op_operand((enum hyk_cel_op)s->op)) {
	case HYK_CEL_OPERAND_NONE:
	case HYK_CEL_OPERAND_LOCAL: /* against the depth, by the caller */
	case HYK_CEL_OPERAND_COUNT:
		return true;
	case HYK_CEL_OPERAND_CONST:
		return s->c < p->n_consts;
	case HYK_CEL_OPERAND_SLOT:
		return s->c < p->max_slot;
	case HYK_CEL_OPERAND_DEFINE:
		return s->c < p->n_defines;
	case HYK_CEL_OPERAND_FN:
	case HYK_CEL_OPERAND_CALL:
		return s->c + s->b <= hyk_cel_functions_count();
	case HYK_CEL_OPERAND_PATTERN:
		return s->c < p->n_patterns;
	case HYK_CEL_OPERAND_SET:
		return s->c < p->n_sets;
	case HYK_CEL_OPERAND_JUMP:
		return s->c > pc && s->c < p->n_steps;
	case HYK_CEL_OPERAND_BACK:
		return s->c < pc && p->steps[s->c].op == HYK_CEL_OP_FOLD_NEXT;
	}
	return false;
}

/* The depth at `to` is `depth`, or was found to be so before. */
static bool
reach(const struct hyk_cel_program *p, uint32_t *depths, uint32_t to, uint32_t depth)
{
	if (to >= p->n_steps || depth > p->stack)
		return false;
	if (!depths[to])
		depths[to] = depth + 1;
	return depths[to] == depth + 1;
}

/*
 * A quick step does what the steps it stands for do, and these are proven one by one: so that they are there is
 * all that is left to see.
 */
static bool
quick_ok(const struct hyk_cel_program *p, uint32_t pc)
{
	const struct hyk_cel_step *s = &p->steps[pc];
	const struct quick *q = quick_of((enum hyk_cel_op)s->op);

	if (!q)
		return true;
	if (s->op == HYK_CEL_OP_TIME_PART && (s->a >= HYK_CEL_N_PARTS || s->b >= p->n_zones || pc + 1 >= p->n_steps ||
	    p->steps[pc + 1].a != 2))
		return false;
	return fits(q, s, p->n_steps - pc);
}

static bool
step_ok(const struct hyk_cel_program *p, uint32_t *depths, uint32_t pc)
{
	const struct hyk_cel_step *s = &p->steps[pc];
	uint32_t depth = depths[pc] - 1, pops, pushes, after;
	bool data = s->op == HYK_CEL_OP_LIST_OPT || s->op == HYK_CEL_OP_MAP_OPT || s->op == HYK_CEL_OP_COND;

	if (!operand_ok(p, pc) || !quick_ok(p, pc))
		return false;
	if (s->op == HYK_CEL_OP_DONE)
		return depth == 1;
	hyk_cel_op_effect(s, &pops, &pushes);
	if (pops > depth || (data && (pc + 1 >= p->n_steps || p->steps[pc + 1].op != HYK_CEL_OP_DATA)))
		return false;
	after = depth - pops + pushes;
	switch ((int)hyk_cel_op_first((enum hyk_cel_op)s->op)) {
	case HYK_CEL_OP_LOCAL:
		return s->c < depth && reach(p, depths, pc + 1, after);
	case HYK_CEL_OP_LOCAL_SELECT:
		return s->b < depth && reach(p, depths, pc + 1, after);
	case HYK_CEL_OP_EQ_CONST:
	case HYK_CEL_OP_NE_CONST:
	case HYK_CEL_OP_LT_CONST:
	case HYK_CEL_OP_LE_CONST:
	case HYK_CEL_OP_GT_CONST:
	case HYK_CEL_OP_GE_CONST:
		return (uint32_t)s->b + s->a <= hyk_cel_functions_count() && reach(p, depths, pc + 1, after);
	case HYK_CEL_OP_DEFINE:
		return after + p->defines[s->c].program->stack <= p->stack && reach(p, depths, pc + 1, after);
	case HYK_CEL_OP_JUMP:
		return reach(p, depths, s->c, after);
	case HYK_CEL_OP_COND:
		/* true: past the DATA; false: to c; neither: the value is kept and goes to the DATA's place */
		return reach(p, depths, pc + 2, after) && reach(p, depths, s->c, after) &&
		    p->steps[pc + 1].c > pc && reach(p, depths, p->steps[pc + 1].c, depth);
	case HYK_CEL_OP_FOLD:
	case HYK_CEL_OP_OR_VALUE:
	case HYK_CEL_OP_OPT_OR:
		return reach(p, depths, pc + 1, after) && reach(p, depths, s->c, depth);
	case HYK_CEL_OP_AND_FIRST:
	case HYK_CEL_OP_OR_FIRST:
	case HYK_CEL_OP_AND:
	case HYK_CEL_OP_OR:
	case HYK_CEL_OP_OPT_MAP:
	case HYK_CEL_OP_FOLD_NEXT:
		return reach(p, depths, pc + 1, after) && reach(p, depths, s->c, after);
	case HYK_CEL_OP_FOLD_SKIP:
		return reach(p, depths, pc + 1, after) && reach(p, depths, s->c, after) &&
		    reach(p, depths, p->steps[s->c].c, after);
	case HYK_CEL_OP_FOLD_STEP:
		return reach(p, depths, s->c, after) && reach(p, depths, p->steps[s->c].c, after);
	case HYK_CEL_OP_LIST_OPT:
	case HYK_CEL_OP_MAP_OPT:
		return p->steps[pc + 1].c < p->n_consts && p->consts[p->steps[pc + 1].c].n >= s->c &&
		    reach(p, depths, pc + 1, after);
	default:
		return reach(p, depths, pc + 1, after);
	}
}

bool
hyk_cel_program_verify(const struct hyk_cel_program *p, struct hyk_arena *scratch)
{
	uint32_t *depths = hyk_arena_array(scratch, (size_t)p->n_steps + 1, sizeof(*depths));

	if (!depths || !p->n_steps || p->steps[p->n_steps - 1].op != HYK_CEL_OP_DONE || p->stack > HYK_CEL_STACK)
		return false;
	depths[0] = 1;
	for (uint32_t pc = 0; pc < p->n_steps; pc++) {
		if ((size_t)p->steps[pc].op >= N_OPS + HYK_ARRAY_LEN(quicks))
			return false;
	}
	/* Jumps back only go to a FOLD_NEXT seen before, so one pass sees every step with its depth known. */
	for (uint32_t pc = 0; pc < p->n_steps; pc++) {
		if (depths[pc] && !step_ok(p, depths, pc))
			return false;
	}
	return true;
}
