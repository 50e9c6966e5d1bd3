/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/vm_loop.h - the loop of the machine; vm.c includes it twice, with and without the trace, so that the
 * trace costs nothing when it is off. RUN is the name of the function, TRACED 0 or 1.
 *
 * OP(X) begins step X; it ends with NEXT (the step after), JUMP (another), ANSWER (a bool is its result) or return.
 * Where the compiler has computed goto, each step goes to the next by itself, which processors foresee better.
 *
 * An answer is a bool that is not on the stack yet: what takes it next seldom needs it there. A quick step does
 * all the steps it stands for, or with values that are not plain only the first, its FIRST.
 */

#if TRACED || !COMPUTED_GOTO
#define OP(name) case HYK_CEL_OP_##name
#define GO goto go
#else
#define OP(name) at_##name
#define GO goto *at[s->op]
#endif
#define NEXT                                                                                       \
	do {                                                                                       \
		s++;                                                                               \
		GO;                                                                                \
	} while (0)
#define JUMP(to)                                                                                   \
	do {                                                                                       \
		s = steps + (to);                                                                  \
		GO;                                                                                \
	} while (0)
#if TRACED
#define ANSWER(b)                                                                                  \
	do {                                                                                       \
		yes = (b);                                                                         \
		set_bool(sp++, yes);                                                               \
		NEXT;                                                                              \
	} while (0)
#else
#define ANSWER(b)                                                                                  \
	do {                                                                                       \
		yes = (b);                                                                         \
		s++;                                                                               \
		goto answer;                                                                       \
	} while (0)
#endif
/* A label for what comes here from elsewhere than a step; the traced loop has none of these. */
#if TRACED
#define FIRST(name)
#else
#define FIRST(name) name:
#endif
/* The answer onto the stack, for a step that wants it there. */
#define GIVE                                                                                       \
	do {                                                                                       \
		set_bool(sp++, yes);                                                               \
		GO;                                                                                \
	} while (0)
#define PC ((uint32_t)(s - steps))

static struct hyk_value
RUN(const struct hyk_cel_program *p, struct hyk_cel_frame *f, struct hyk_value *base)
{
#if !TRACED && COMPUTED_GOTO
	static const void *const at[] = {
#define HYK_CEL_OP(name, operand, pops, pushes, doc) &&at_##name,
#define HYK_CEL_QUICK(name, first, second, third, doc) &&at_##name,
#include "cel/op.def"
#undef HYK_CEL_QUICK
#undef HYK_CEL_OP
	};
#endif
	const struct hyk_cel_step *const steps = p->steps, *s = steps;
	const struct hyk_value *const consts = p->consts;
	struct hyk_value *sp = base; /* one past the top */
	const struct hyk_value *x;
	struct hyk_value a;
	int64_t whole;
	bool yes;
	int cmp;
#if TRACED
	const struct hyk_cel_step *last = NULL;
#else
	const struct hyk_value *y;
#endif

	if (!spend(f, p->cost))
		return out_of_gas(p, f, 0);
	GO;
#if TRACED
go:
	/* the step before is not the one at s - 1 after a jump */
	if (last && p->places[last - steps].ends && sp > base)
		trace(f, p, p->places[last - steps].span, p->places[last - steps].src, sp[-1]);
	if (p->places[PC].join.n && sp > base)
		trace(f, p, p->places[PC].join, p->places[PC].join_src, sp[-1]);
	last = s;
	switch ((int)hyk_cel_op_first((enum hyk_cel_op)s->op)) {
#elif !COMPUTED_GOTO
go:
	switch ((int)s->op) {
#endif
	OP(DONE):
		return sp[-1];
	OP(NOP):
	OP(DATA):
		NEXT;
	OP(CONST):
	FIRST(constant)
		*sp++ = consts[s->c];
		NEXT;
	OP(FAIL):
		*sp++ = fail_at(p, f, PC, hyk_value_str(consts[s->c]), UINT32_MAX);
		NEXT;
	OP(SLOT):
	FIRST(slot)
		x = &f->slots[s->c];
		if (x->kind == HYK_BOOL)
			ANSWER(x->as.b);
		a = *x;
		if (a.kind >= HYK_ABSENT)
			a = special_slot(p, f, PC, s->c);
		*sp++ = a;
		NEXT;
	OP(SLOT_OPT):
		*sp++ = slot_optional(p, f, PC, s->c);
		NEXT;
	OP(SLOT_HAS):
		x = &f->slots[s->c];
		if (x->kind <= HYK_ABSENT)
			ANSWER(x->kind != HYK_ABSENT);
		*sp++ = special_slot(p, f, PC, s->c);
		NEXT;
	OP(KNOWN):
		x = &f->slots[s->c];
		/* That nobody has proven a fact is itself known. */
		if (x->kind <= HYK_ABSENT || x->kind == HYK_UNKNOWN)
			ANSWER(x->kind != HYK_ABSENT && f->assurance && f->assurance[s->c] >= s->a);
		*sp++ = special_slot(p, f, PC, s->c);
		NEXT;
	OP(DEFINE): {
		const struct hyk_cel_define *d = &p->defines[s->c];

		a = f->slots[d->slot];
		if (a.kind == HYK_ABSENT && a.n == 1) {
			a = RUN(d->program, f, sp);
			f->slots[d->slot] = a;
		}
		*sp++ = a;
		NEXT;
	}
	OP(LOCAL):
	FIRST(local)
		*sp++ = base[s->c];
		NEXT;
	OP(SELECT):
		x = field_of(&sp[-1], &consts[s->c], s->a);
		sp[-1] = x ? *x : select_slow(p, f, PC, sp[-1], consts[s->c], false);
		NEXT;
	OP(LOCAL_SELECT):
	FIRST(field)
		x = field_of(&base[s->b], &consts[s->c], s->a);
		*sp++ = x ? *x : select_slow(p, f, PC, base[s->b], consts[s->c], false);
		NEXT;
	OP(SELECT_OPT):
		sp[-1] = select_slow(p, f, PC, sp[-1], consts[s->c], true);
		NEXT;
	OP(HAS):
		sp[-1] = has_slow(p, f, PC, sp[-1], consts[s->c]);
		NEXT;
	OP(INDEX):
	OP(INDEX_OPT):
		sp--;
		sp[-1] = index_slow(p, f, PC, sp[-1], sp[0], s->op == HYK_CEL_OP_INDEX_OPT);
		NEXT;
	OP(ADD):
		sp--;
		if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
		    !__builtin_add_overflow(sp[-1].as.i, sp[0].as.i, &whole))
			sp[-1].as.i = whole;
		else
			sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(SUB):
		sp--;
		if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
		    !__builtin_sub_overflow(sp[-1].as.i, sp[0].as.i, &whole))
			sp[-1].as.i = whole;
		else if (time_between(&sp[-1], &sp[0], &whole))
			sp[-1] = hyk_duration(whole);
		else
			sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(MUL):
		sp--;
		if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
		    !__builtin_mul_overflow(sp[-1].as.i, sp[0].as.i, &whole))
			sp[-1].as.i = whole;
		else
			sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(EQ):
	OP(NE):
		sp--;
		if (plain(&sp[-1]) && plain(&sp[0])) {
			sp--;
			ANSWER(equal_fast(&sp[0], &sp[1]) == (s->op == HYK_CEL_OP_EQ));
		}
		sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(LT):
	OP(LE):
	OP(GT):
	OP(GE):
		sp--;
		if (compare_fast(&sp[-1], &sp[0], &cmp)) {
			sp--;
			ANSWER(ordered(cmp, s->op - HYK_CEL_OP_LT));
		}
		sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(EQ_CONST):
	OP(NE_CONST):
		if (plain(&sp[-1])) {
			sp--;
			ANSWER(equal_fast(&sp[0], &consts[s->c]) == (s->op == HYK_CEL_OP_EQ_CONST));
		}
		sp[-1] = call_const(p, f, PC, sp[-1]);
		NEXT;
	OP(LT_CONST):
	OP(LE_CONST):
	OP(GT_CONST):
	OP(GE_CONST):
		if (compare_fast(&sp[-1], &consts[s->c], &cmp)) {
			sp--;
			ANSWER(ordered(cmp, s->op - HYK_CEL_OP_LT_CONST));
		}
		sp[-1] = call_const(p, f, PC, sp[-1]);
		NEXT;
	OP(IN):
		sp--;
		if (in_list(f, &sp[-1], &sp[0], &yes)) {
			sp--;
			ANSWER(yes);
		}
		sp[-1] = call_slow(p, f, PC, sp - 1, 2);
		NEXT;
	OP(NOT):
		if (sp[-1].kind == HYK_BOOL)
			sp[-1].as.u = !sp[-1].as.b;
		else
			sp[-1] = call_slow(p, f, PC, sp - 1, 1);
		NEXT;
	OP(CALL):
		sp -= s->a;
		*sp = call_slow(p, f, PC, sp, s->a);
		sp++;
		NEXT;
	OP(MATCH):
		sp[-1] = match_slow(p, f, PC, sp[-1], p->patterns[s->c]);
		NEXT;
	OP(IN_SET):
		if (plain(&sp[-1])) {
			sp--;
			ANSWER(in_set(&p->sets[s->c], &sp[0]));
		}
		NEXT;
	OP(AND_FIRST):
		if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b)
			JUMP(s->c);
		NEXT;
	OP(AND):
		sp--;
		if (sp[-1].kind == HYK_BOOL && sp[-1].as.b && sp[0].kind == HYK_BOOL)
			sp[-1].as.u = sp[0].as.b;
		else
			sp[-1] = absorb(p, f, PC, sp[-1], sp[0], false);
		if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b)
			JUMP(s->c);
		NEXT;
	OP(OR_FIRST):
		if (sp[-1].kind == HYK_BOOL && sp[-1].as.b)
			JUMP(s->c);
		NEXT;
	OP(OR):
		sp--;
		if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b && sp[0].kind == HYK_BOOL)
			sp[-1].as.u = sp[0].as.b;
		else
			sp[-1] = absorb(p, f, PC, sp[-1], sp[0], true);
		if (sp[-1].kind == HYK_BOOL && sp[-1].as.b)
			JUMP(s->c);
		NEXT;
	OP(COND):
		if (sp[-1].kind == HYK_BOOL) {
			sp--;
			JUMP(sp[0].as.b ? PC + 2 : s->c);
		}
		sp[-1] = not_bool(p, f, PC, sp[-1]);
		JUMP(s[1].c);
	OP(JUMP):
		JUMP(s->c);
	OP(LIST):
	OP(MAP):
	OP(LIST_OPT):
	OP(MAP_OPT): {
		bool is_map = s->op == HYK_CEL_OP_MAP || s->op == HYK_CEL_OP_MAP_OPT;
		const char *opt = NULL;

		if (s->op == HYK_CEL_OP_LIST_OPT || s->op == HYK_CEL_OP_MAP_OPT)
			opt = consts[s[1].c].as.s;
		sp -= is_map ? s->c * 2 : s->c;
		*sp = gather(p, f, PC, sp, s->c, (const uint8_t *)opt, is_map);
		sp++;
		NEXT;
	}
	OP(FOLD):
		if (!fold_begin(p, f, PC, sp, s->a))
			JUMP(s->c);
		sp += 4;
		NEXT;
	OP(FOLD_NEXT):
	FIRST(turn)
		cmp = fold_next(f, sp - 5, s->a == 2, s->b);
		if (cmp < 0)
			return out_of_gas(p, f, PC);
		if (!cmp)
			JUMP(s->c);
		NEXT;
	OP(FOLD_SKIP):
		sp--;
		if (sp[0].kind == HYK_BOOL) {
			if (!sp[0].as.b)
				JUMP(s->c);
			NEXT;
		}
		sp[-3] = not_bool(p, f, PC, sp[0]);
		JUMP(steps[s->c].c);
	OP(FOLD_STEP):
		sp--;
		JUMP(fold_step(p, f, PC, sp - 5, sp[0], s->a) ? s->c : steps[s->c].c);
	OP(FOLD_DONE):
		if (s->a <= HYK_CEL_F_EXISTS && sp[-3].kind == HYK_BOOL) {
			sp -= 5;
			ANSWER(sp[2].as.b);
		}
		sp -= 4;
		sp[-1] = fold_done(p, f, PC, sp - 1, s->a);
		NEXT;
	OP(SLIDE):
		sp--;
		sp[-1] = sp[0];
		NEXT;
	OP(OPT_MAP):
		a = sp[-1];
		if (a.kind == HYK_OPTIONAL && a.as.opt) {
			sp[-1] = *a.as.opt;
			NEXT;
		}
		if (a.kind != HYK_OPTIONAL)
			sp[-1] = not_optional(p, f, PC, a);
		JUMP(s->c);
	OP(OPT_WRAP):
		sp--;
		sp[-1] = wrap(p, f, PC, sp[0]);
		NEXT;
	OP(OPT_FLAT):
		sp--;
		sp[-1] = sp[0].kind == HYK_OPTIONAL ? sp[0] : not_optional(p, f, PC, sp[0]);
		NEXT;
	OP(OR_VALUE):
	OP(OPT_OR):
		a = sp[-1];
		if (a.kind == HYK_OPTIONAL && !a.as.opt) {
			sp--;
			NEXT;
		}
		if (a.kind != HYK_OPTIONAL)
			sp[-1] = not_optional(p, f, PC, a);
		else if (s->op == HYK_CEL_OP_OR_VALUE)
			sp[-1] = *a.as.opt;
		JUMP(s->c);

#if !TRACED
/* What a quick step with a comparison does: `n` steps, the last of them one of a family that begins with `base_op`. */
#define QUICK_EQUAL(first, left, right, n, base_op)                                                \
	x = (left);                                                                                \
	y = (right);                                                                               \
	if (!x || !plain(x) || !plain(y))                                                          \
		goto first;                                                                        \
	s += (n) - 1;                                                                              \
	ANSWER(equal_fast(x, y) == (s->op == (base_op)))
#define QUICK_ORDER(first, left, right, n, base_op)                                                \
	x = (left);                                                                                \
	y = (right);                                                                               \
	if (!x || !compare_fast(x, y, &cmp))                                                       \
		goto first;                                                                        \
	s += (n) - 1;                                                                              \
	ANSWER(ordered(cmp, s->op - (base_op)))

	OP(SLOT_EQ):
		QUICK_EQUAL(slot, &f->slots[s->c], &consts[s[1].c], 2, HYK_CEL_OP_EQ_CONST);
	OP(SLOT_ORDER):
		QUICK_ORDER(slot, &f->slots[s->c], &consts[s[1].c], 2, HYK_CEL_OP_LT_CONST);
	OP(SLOT_SLOT_EQ):
		QUICK_EQUAL(slot, &f->slots[s->c], &f->slots[s[1].c], 3, HYK_CEL_OP_EQ);
	OP(SLOT_SLOT_ORDER):
		QUICK_ORDER(slot, &f->slots[s->c], &f->slots[s[1].c], 3, HYK_CEL_OP_LT);
	OP(LOCAL_EQ):
		QUICK_EQUAL(local, &base[s->c], &consts[s[1].c], 2, HYK_CEL_OP_EQ_CONST);
	OP(LOCAL_ORDER):
		QUICK_ORDER(local, &base[s->c], &consts[s[1].c], 2, HYK_CEL_OP_LT_CONST);
	OP(LOCAL_LOCAL_EQ):
		QUICK_EQUAL(local, &base[s->c], &base[s[1].c], 3, HYK_CEL_OP_EQ);
	OP(LOCAL_SLOT_EQ):
		QUICK_EQUAL(local, &base[s->c], &f->slots[s[1].c], 3, HYK_CEL_OP_EQ);
	OP(FIELD_EQ):
		QUICK_EQUAL(field, field_of(&base[s->b], &consts[s->c], s->a), &consts[s[1].c], 2, HYK_CEL_OP_EQ_CONST);
	OP(FIELD_ORDER):
		QUICK_ORDER(field, field_of(&base[s->b], &consts[s->c], s->a), &consts[s[1].c], 2, HYK_CEL_OP_LT_CONST);
	OP(FIELD_SLOT_EQ):
		QUICK_EQUAL(field, field_of(&base[s->b], &consts[s->c], s->a), &f->slots[s[1].c], 3, HYK_CEL_OP_EQ);
	OP(SLOT_IN_SET):
		if (!plain(&f->slots[s->c]))
			goto slot;
		x = &f->slots[s->c];
		s++;
		ANSWER(in_set(&p->sets[s->c], x));
	OP(CONST_SLOT_IN):
		if (!in_list(f, &consts[s->c], &f->slots[s[1].c], &yes))
			goto constant;
		s += 2;
		ANSWER(yes);
	OP(SLOT_SLOT_IN):
		if (!in_list(f, &f->slots[s->c], &f->slots[s[1].c], &yes))
			goto slot;
		s += 2;
		ANSWER(yes);
	OP(TIME_PART):
		if (sp[-1].kind != HYK_TIMESTAMP)
			goto constant;
		sp[-1] = hyk_int(hyk_cel_time_part((enum hyk_cel_part)s->a, p->zones[s->b], sp[-1]));
		s++;
		NEXT;
#endif
#if TRACED || !COMPUTED_GOTO
	}
	HYK_ASSERT(!"a step that the proof let through");
	return hyk_null();
#endif

#if !TRACED
	/* `yes` belongs on top of the stack, and s is what comes next. */
answer:
	switch ((int)s->op) {
	case HYK_CEL_OP_DONE:
		return hyk_bool(yes);
	case HYK_CEL_OP_AND_FIRST:
		if (!yes) {
			s = steps + s->c;
			goto answer;
		}
		break;
	case HYK_CEL_OP_OR_FIRST:
		if (yes) {
			s = steps + s->c;
			goto answer;
		}
		break;
	case HYK_CEL_OP_AND:
		if (sp[-1].kind != HYK_BOOL || !sp[-1].as.b)
			GIVE;
		if (yes)
			NEXT;
		sp--;
		s = steps + s->c;
		goto answer;
	case HYK_CEL_OP_OR:
		if (sp[-1].kind != HYK_BOOL || sp[-1].as.b)
			GIVE;
		if (!yes)
			NEXT;
		sp--;
		s = steps + s->c;
		goto answer;
	case HYK_CEL_OP_NOT:
		ANSWER(!yes);
	case HYK_CEL_OP_COND:
		JUMP(yes ? PC + 2 : s->c);
	case HYK_CEL_OP_JUMP:
		s = steps + s->c;
		goto answer;
	case HYK_CEL_OP_FOLD_SKIP:
		if (yes)
			NEXT;
		s = steps + s->c;
		goto turn;
	case HYK_CEL_OP_FOLD_STEP:
		if (s->a > HYK_CEL_F_EXISTS)
			GIVE;
		if (yes == (s->a == HYK_CEL_F_EXISTS)) {
			set_bool(&sp[-3], yes);
			JUMP(steps[s->c].c);
		}
		s = steps + s->c;
		goto turn;
	default:
		GIVE;
	}
	set_bool(sp++, yes);
	NEXT;
#endif
}
#undef OP
#undef GO
#undef NEXT
#undef JUMP
#undef ANSWER
#undef FIRST
#undef PC
#undef GIVE
#undef QUICK_EQUAL
#undef QUICK_ORDER
