/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/vm_loop.h - the loop of the machine; vm.c includes it twice, with and without the trace, so that the
 * trace costs nothing when it is off. RUN is the name of the function, TRACED 0 or 1.
 */

static struct hyk_value
RUN(const struct hyk_cel_program *p, struct hyk_cel_frame *f, struct hyk_value *base)
{
	const struct hyk_cel_step *const steps = p->steps, *s;
	const struct hyk_value *const consts = p->consts;
	struct hyk_value *sp = base; /* one past the top */
	const struct hyk_value *x, *y;
	struct hyk_value a;
	uint32_t pc = 0;
	int64_t whole;
	int cmp;
#if TRACED
	uint32_t last = UINT32_MAX;
#endif

	if (!spend(f, p->cost))
		return out_of_gas(p, f, 0);
	for (;;) {
#if TRACED
		/* the step before is not the one at pc - 1 after a jump */
		if (last != UINT32_MAX && p->places[last].ends && sp > base)
			trace(f, p, p->places[last].span, p->places[last].src, sp[-1]);
		if (p->places[pc].join.n && sp > base)
			trace(f, p, p->places[pc].join, p->places[pc].join_src, sp[-1]);
		last = pc;
#endif
		s = &steps[pc++];
		switch ((enum hyk_cel_op)s->op) {
		case HYK_CEL_OP_DONE:
			return sp[-1];
		case HYK_CEL_OP_NOP:
		case HYK_CEL_OP_DATA:
			break;
		case HYK_CEL_OP_CONST:
			*sp++ = consts[s->c];
			break;
		case HYK_CEL_OP_FAIL:
			*sp++ = fail_at(p, f, pc - 1, hyk_value_str(consts[s->c]), UINT32_MAX);
			break;
		case HYK_CEL_OP_SLOT:
			a = f->slots[s->c];
			if (a.kind >= HYK_ABSENT)
				a = special_slot(p, f, pc - 1, s->c);
			*sp++ = a;
			break;
		case HYK_CEL_OP_SLOT_OPT:
			*sp++ = slot_optional(p, f, pc - 1, s->c);
			break;
		case HYK_CEL_OP_SLOT_HAS:
			a = f->slots[s->c];
			if (a.kind == HYK_UNKNOWN || a.kind == HYK_ERROR_VALUE)
				a = special_slot(p, f, pc - 1, s->c);
			else
				a = hyk_bool(a.kind != HYK_ABSENT);
			*sp++ = a;
			break;
		case HYK_CEL_OP_KNOWN:
			a = f->slots[s->c];
			if (a.kind == HYK_UNKNOWN || a.kind == HYK_ERROR_VALUE)
				a = special_slot(p, f, pc - 1, s->c);
			else
				a = hyk_bool(a.kind != HYK_ABSENT && f->assurance && f->assurance[s->c] >= s->a);
			*sp++ = a;
			break;
		case HYK_CEL_OP_DEFINE: {
			const struct hyk_cel_define *d = &p->defines[s->c];

			a = f->slots[d->slot];
			if (a.kind == HYK_ABSENT && a.n == 1) {
				a = RUN(d->program, f, sp);
				f->slots[d->slot] = a;
			}
			*sp++ = a;
			break;
		}
		case HYK_CEL_OP_LOCAL:
			*sp++ = base[s->c];
			break;
		case HYK_CEL_OP_SELECT:
			x = sp[-1].kind == HYK_MAP ? find_field(sp[-1].as.map, &consts[s->c]) : NULL;
			sp[-1] = x ? *x : select_slow(p, f, pc - 1, sp[-1], consts[s->c], false);
			break;
		case HYK_CEL_OP_LOCAL_SELECT:
			x = &base[s->b];
			y = x->kind == HYK_MAP ? find_field(x->as.map, &consts[s->c]) : NULL;
			*sp++ = y ? *y : select_slow(p, f, pc - 1, *x, consts[s->c], false);
			break;
		case HYK_CEL_OP_SELECT_OPT:
			sp[-1] = select_slow(p, f, pc - 1, sp[-1], consts[s->c], true);
			break;
		case HYK_CEL_OP_HAS:
			sp[-1] = has_slow(p, f, pc - 1, sp[-1], consts[s->c]);
			break;
		case HYK_CEL_OP_INDEX:
		case HYK_CEL_OP_INDEX_OPT:
			sp--;
			sp[-1] = index_slow(p, f, pc - 1, sp[-1], sp[0], s->op == HYK_CEL_OP_INDEX_OPT);
			break;
		case HYK_CEL_OP_ADD:
			sp--;
			if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
			    !__builtin_add_overflow(sp[-1].as.i, sp[0].as.i, &whole)) {
				sp[-1].as.i = whole;
				break;
			}
			sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			break;
		case HYK_CEL_OP_SUB:
			sp--;
			if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
			    !__builtin_sub_overflow(sp[-1].as.i, sp[0].as.i, &whole)) {
				sp[-1].as.i = whole;
				break;
			}
			sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			break;
		case HYK_CEL_OP_MUL:
			sp--;
			if (sp[-1].kind == HYK_INT && sp[0].kind == HYK_INT &&
			    !__builtin_mul_overflow(sp[-1].as.i, sp[0].as.i, &whole)) {
				sp[-1].as.i = whole;
				break;
			}
			sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			break;
		case HYK_CEL_OP_EQ:
		case HYK_CEL_OP_NE:
			sp--;
			x = &sp[-1];
			y = &sp[0];
			if (x->kind >= HYK_ABSENT || y->kind >= HYK_ABSENT)
				sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			else
				set_bool(&sp[-1], equal_fast(x, y) == (s->op == HYK_CEL_OP_EQ));
			break;
		case HYK_CEL_OP_LT:
		case HYK_CEL_OP_LE:
		case HYK_CEL_OP_GT:
		case HYK_CEL_OP_GE:
			sp--;
			if (compare_fast(&sp[-1], &sp[0], &cmp))
				set_bool(&sp[-1], ordered(cmp, s->op - HYK_CEL_OP_LT));
			else
				sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			break;
		case HYK_CEL_OP_EQ_CONST:
		case HYK_CEL_OP_NE_CONST:
			if (sp[-1].kind >= HYK_ABSENT)
				sp[-1] = call_const(p, f, pc - 1, sp[-1]);
			else
				set_bool(&sp[-1], equal_fast(&sp[-1], &consts[s->c]) == (s->op == HYK_CEL_OP_EQ_CONST));
			break;
		case HYK_CEL_OP_LT_CONST:
		case HYK_CEL_OP_LE_CONST:
		case HYK_CEL_OP_GT_CONST:
		case HYK_CEL_OP_GE_CONST:
			if (compare_fast(&sp[-1], &consts[s->c], &cmp))
				set_bool(&sp[-1], ordered(cmp, s->op - HYK_CEL_OP_LT_CONST));
			else
				sp[-1] = call_const(p, f, pc - 1, sp[-1]);
			break;
		case HYK_CEL_OP_IN:
			sp--;
			sp[-1] = call_slow(p, f, pc - 1, sp - 1, 2);
			break;
		case HYK_CEL_OP_NOT:
			if (sp[-1].kind == HYK_BOOL)
				sp[-1].as.u = !sp[-1].as.b;
			else
				sp[-1] = call_slow(p, f, pc - 1, sp - 1, 1);
			break;
		case HYK_CEL_OP_CALL:
			sp -= s->a;
			*sp = call_slow(p, f, pc - 1, sp, s->a);
			sp++;
			break;
		case HYK_CEL_OP_MATCH:
			sp[-1] = match_slow(p, f, pc - 1, sp[-1], p->patterns[s->c]);
			break;
		case HYK_CEL_OP_IN_SET:
			if (sp[-1].kind < HYK_ABSENT)
				set_bool(&sp[-1], hyk_cel_set_has(&p->sets[s->c], sp[-1]));
			break;
		case HYK_CEL_OP_AND_FIRST:
			if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b)
				pc = s->c;
			break;
		case HYK_CEL_OP_AND:
			sp--;
			if (sp[-1].kind == HYK_BOOL && sp[-1].as.b && sp[0].kind == HYK_BOOL)
				sp[-1].as.u = sp[0].as.b;
			else
				sp[-1] = absorb(p, f, pc - 1, sp[-1], sp[0], false);
			if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b)
				pc = s->c;
			break;
		case HYK_CEL_OP_OR_FIRST:
			if (sp[-1].kind == HYK_BOOL && sp[-1].as.b)
				pc = s->c;
			break;
		case HYK_CEL_OP_OR:
			sp--;
			if (sp[-1].kind == HYK_BOOL && !sp[-1].as.b && sp[0].kind == HYK_BOOL)
				sp[-1].as.u = sp[0].as.b;
			else
				sp[-1] = absorb(p, f, pc - 1, sp[-1], sp[0], true);
			if (sp[-1].kind == HYK_BOOL && sp[-1].as.b)
				pc = s->c;
			break;
		case HYK_CEL_OP_COND:
			if (sp[-1].kind == HYK_BOOL) {
				pc = sp[-1].as.b ? pc + 1 : s->c;
				sp--;
				break;
			}
			sp[-1] = not_bool(p, f, pc - 1, sp[-1]);
			pc = steps[pc].c;
			break;
		case HYK_CEL_OP_JUMP:
			pc = s->c;
			break;
		case HYK_CEL_OP_LIST:
		case HYK_CEL_OP_MAP:
		case HYK_CEL_OP_LIST_OPT:
		case HYK_CEL_OP_MAP_OPT: {
			bool is_map = s->op == HYK_CEL_OP_MAP || s->op == HYK_CEL_OP_MAP_OPT;
			const char *opt = NULL;
			uint32_t n = is_map ? s->c * 2 : s->c;

			if (s->op == HYK_CEL_OP_LIST_OPT || s->op == HYK_CEL_OP_MAP_OPT)
				opt = consts[steps[pc].c].as.s;
			sp -= n;
			*sp = gather(p, f, pc - 1, sp, s->c, (const uint8_t *)opt, is_map);
			sp++;
			break;
		}
		case HYK_CEL_OP_FOLD:
			if (!fold_begin(p, f, pc - 1, sp, s->a)) {
				pc = s->c;
				break;
			}
			sp += 4;
			break;
		case HYK_CEL_OP_FOLD_NEXT:
			cmp = fold_next(f, sp - 5, s->b == 2, s->c - pc + 1);
			if (cmp < 0)
				return out_of_gas(p, f, pc - 1);
			if (!cmp)
				pc = s->c;
			break;
		case HYK_CEL_OP_FOLD_SKIP:
			sp--;
			if (sp[0].kind == HYK_BOOL) {
				if (!sp[0].as.b)
					pc = s->c;
				break;
			}
			sp[-3] = not_bool(p, f, pc - 1, sp[0]);
			pc = steps[s->c].c;
			break;
		case HYK_CEL_OP_FOLD_STEP:
			sp--;
			if (s->a <= HYK_CEL_F_EXISTS && sp[0].kind == HYK_BOOL && sp[-3].kind == HYK_BOOL) {
				sp[-3].as.u = sp[0].as.b;
				pc = sp[0].as.b == (s->a == HYK_CEL_F_ALL) ? s->c : steps[s->c].c;
				break;
			}
			pc = fold_step(p, f, pc - 1, sp - 5, sp[0], s->a) ? s->c : steps[s->c].c;
			break;
		case HYK_CEL_OP_FOLD_DONE:
			sp -= 4;
			sp[-1] = fold_done(p, f, pc - 1, sp - 1, s->a);
			break;
		case HYK_CEL_OP_SLIDE:
			sp--;
			sp[-1] = sp[0];
			break;
		case HYK_CEL_OP_OPT_MAP:
			a = sp[-1];
			if (a.kind == HYK_OPTIONAL && a.as.opt) {
				sp[-1] = *a.as.opt;
				break;
			}
			if (a.kind != HYK_OPTIONAL)
				sp[-1] = not_optional(p, f, pc - 1, a);
			pc = s->c;
			break;
		case HYK_CEL_OP_OPT_WRAP:
			sp--;
			sp[-1] = wrap(p, f, pc - 1, sp[0]);
			break;
		case HYK_CEL_OP_OPT_FLAT:
			sp--;
			sp[-1] = sp[0].kind == HYK_OPTIONAL ? sp[0] : not_optional(p, f, pc - 1, sp[0]);
			break;
		case HYK_CEL_OP_OR_VALUE:
		case HYK_CEL_OP_OPT_OR:
			a = sp[-1];
			if (a.kind == HYK_OPTIONAL && !a.as.opt) {
				sp--;
				break;
			}
			if (a.kind != HYK_OPTIONAL)
				sp[-1] = not_optional(p, f, pc - 1, a);
			else if (s->op == HYK_CEL_OP_OR_VALUE)
				sp[-1] = *a.as.opt;
			pc = s->c;
			break;
		}
	}
}
