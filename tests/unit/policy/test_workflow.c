/* SPDX-License-Identifier: Apache-2.0 */
/* Workflows as plugins declare them: what cannot work is refused with its place, and a type may only refine. */
#include "policy/workflow.h"

#include "support/check.h"
#include "unit/policy/fixture.h"

#define TYPE(workflow) "{'name':'t','version':'1','api':1,'line':1,'asset_types':[{'name':'t','line':2,'workflow':" workflow "}]}"
#define SUBTYPE(workflow)                                                                                              \
	"{'name':'u','version':'1','api':1,'line':1,'asset_types':[{'name':'u','extends':'t','line':2,'workflow':" workflow "}]}"
#define STATES "'initial':'open','line':3,'states':{'open':{},'done':{'final':true}}"
#define TIMERS ",'timers':{'open':{'entered':'48h'}}"
#define DEADLINE "{'from':'open','event':'deadline','to':'done','actor':'engine'}"
#define FINISH ",{'from':'open','event':'finish','to':'done','actor':'applicant or steward'}"
#define WHOLE "{" STATES TIMERS ",'transitions':[" DEADLINE FINISH "]}"

/* The Lua text that the messages point into: names at lines 3 and 4. */
static const char lua[] = "return plugin {\n  asset_type { name = \"t\",\n    workflow = { \"open\", \"done\", \"lost\",\n"
			  "      \"finish\", \"deadline\" } } }\n";

static const char *
quoted(struct fixture *f, const char *manifest)
{
	struct hyk_str s = hyk_arena_dup(&f->arena, hyk_str_from_c(manifest));
	char *p = hyk_arena_alloc(&f->arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == '\'' ? '"' : s.p[i];
	return p;
}

static const struct hyk_workflow *
load(struct fixture *f, const char *type, const char *subtype)
{
	struct hyk_catalog *c = NULL;
	const struct hyk_asset_type *t;

	fixture_init(f);
	fixture_add_plugin(f, "t/plugin.lua", lua, quoted(f, type));
	if (subtype)
		fixture_add_plugin(f, "u/plugin.lua", lua, quoted(f, subtype));
	if (hyk_catalog_build(f->plugins, f->n_plugins, &f->arena, &c, &f->diags) != HYK_OK)
		return NULL;
	t = hyk_catalog_find_type(c, subtype ? HYK_STR("u") : HYK_STR("t"));
	return t ? t->workflow : NULL;
}

static void
refused(const char *type, const char *subtype, unsigned number, const char *words, unsigned line)
{
	struct fixture f;
	const struct hyk_diag *d;

	CHECK(load(&f, type, subtype) == NULL);
	d = fixture_diag(&f, 0);
	if (CHECK(d != NULL)) {
		CHECK_INT(d->id, number);
		CHECK_STR(d->text[HYK_LANG_EN], words);
		CHECK(d->text[HYK_LANG_KO].n > 0);
		CHECK_INT(hyk_source_locate(d->src, d->span).line, line);
	}
	CHECK_INT(f.diags.n_errors, 1);
	fixture_fini(&f);
}

TEST(a_whole_one_is_read)
{
	struct fixture f;
	const struct hyk_workflow *w = load(&f, TYPE(WHOLE), NULL);
	const struct hyk_transition *t;

	if (CHECK(w != NULL)) {
		CHECK_STR(w->initial, "open");
		CHECK_INT(w->n_states, 2);
		t = hyk_workflow_find(w, HYK_STR("open"), HYK_STR("finish"));
		CHECK_STR(t->actor, "applicant or steward");
		CHECK_INT(t->actors, HYK_ACTOR_APPLICANT | HYK_ACTOR_STEWARD);
		CHECK_INT(hyk_workflow_find_state(w, HYK_STR("open"))->timer[0].offset_s, 48 * 3600);
		CHECK(hyk_workflow_find(w, HYK_STR("done"), HYK_STR("finish")) == NULL);
	}
	fixture_fini(&f);
}

TEST(what_cannot_work_is_refused)
{
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE ",{'from':'open','event':'lose','to':'lost','actor':'engine'}]}"),
	    NULL, 569, "the workflow has no state 'lost'", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE ",{'from':'open','event':'finish','to':'done','actor':'aplicant'}]}"),
	    NULL, 570, "'aplicant' is no actor that could send 'finish'", 3);
	refused(TYPE("{'initial':'open','line':3,'states':{'open':{},'lost':{'final':true},'done':{'final':true}}" TIMERS
		     ",'transitions':[" DEADLINE "]}"), NULL, 571, "state 'lost' cannot be reached from 'open'", 3);
	refused(TYPE("{'initial':'open','line':3,'states':{'open':{},'lost':{},'done':{'final':true}},"
		     "'timers':{'open':{'entered':'1h'},'lost':{'entered':'1h'}},'transitions':[" DEADLINE
		     ",{'from':'open','event':'lose','to':'lost','actor':'engine'},{'from':'lost','event':'deadline','to':'lost','actor':'engine'}]}"),
	    NULL, 572, "from state 'lost' no agreement could ever end", 3);
	refused(TYPE("{" STATES ",'transitions':[" DEADLINE FINISH "]}"), NULL, 573, "state 'open' has no deadline", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[{'from':'open','event':'finish','to':'done','actor':'engine'}]}"), NULL,
	    573, "state 'open' has no deadline", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE ",{'from':'done','event':'finish','to':'open','actor':'engine'}]}"),
	    NULL, 574, "state 'done' is final, yet 'finish' leaves it", 4);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE FINISH FINISH "]}"), NULL, 575,
	    "'finish' in state 'open' is declared twice", 4);
	refused(TYPE("{" STATES ",'timers':{'open':{'entered':'soon'}},'transitions':[" DEADLINE "]}"), NULL, 577,
	    "'soon' is no time for the deadline of 'open'", 3);
	refused(TYPE("{" STATES ",'timers':{'open':{'entered':'-1h'}},'transitions':[" DEADLINE "]}"), NULL, 577,
	    "'-1h' is no time for the deadline of 'open'", 3);
	refused(TYPE("{" STATES ",'timers':{'open':{'begin':'1h'}},'transitions':[" DEADLINE "]}"), NULL, 578,
	    "the deadline of 'open' cannot be counted from 'begin'", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE ",{'from':'open','event':'finish','actor':'engine'}]}"), NULL, 579,
	    "'finish' in state 'open' has no 'to'", 4);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE
		     ",{'from':'open','event':'finish','to':'done','actor':'engine','decision':'maybe'}]}"), NULL, 580,
	    "'maybe' is no decision that moves an agreement", 3);
}

TEST(a_type_may_ask_for_more_and_never_for_less)
{
	struct fixture f;
	const struct hyk_workflow *w = load(&f, TYPE(WHOLE),
	    SUBTYPE("{'line':3,'transitions':[{'from':'open','event':'finish','evidence':{'photo':2},'reason':true}],"
		    "'timers':{'open':{'entered':'24h'}}}"));
	const struct hyk_transition *t;

	if (CHECK(w != NULL)) {
		t = hyk_workflow_find(w, HYK_STR("open"), HYK_STR("finish"));
		CHECK_STR(t->to, "done");
		CHECK(t->reason);
		CHECK_INT(t->n_evidence, 1);
		CHECK_INT(t->evidence[0].min, 2);
		CHECK_INT(hyk_workflow_find_state(w, HYK_STR("open"))->timer[0].offset_s, 24 * 3600);
	}
	fixture_fini(&f);
	refused(TYPE(WHOLE), SUBTYPE("{'line':3,'transitions':[{'from':'open','event':'finish','actor':'engine'}]}"), 576,
	    "'finish' in state 'open' is inherited: its 'actor' cannot become another or less", 3);
	refused(TYPE(WHOLE), SUBTYPE("{'line':3,'transitions':[{'from':'open','event':'finish','to':'open'}]}"), 576,
	    "'finish' in state 'open' is inherited: its 'to' cannot become another or less", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE
		     ",{'from':'open','event':'finish','to':'done','actor':'engine','reason':true,'evidence':{'photo':2}}]}"),
	    SUBTYPE("{'line':3,'transitions':[{'from':'open','event':'finish','evidence':{'photo':1}}]}"), 576,
	    "'finish' in state 'open' is inherited: its 'evidence' cannot become another or less", 3);
	refused(TYPE("{" STATES TIMERS ",'transitions':[" DEADLINE
		     ",{'from':'open','event':'finish','to':'done','actor':'engine','reason':true}]}"),
	    SUBTYPE("{'line':3,'transitions':[{'from':'open','event':'finish','reason':false}]}"), 576,
	    "'finish' in state 'open' is inherited: its 'reason' cannot become another or less", 4);
}

int
main(void)
{
	RUN(a_whole_one_is_read);
	RUN(what_cannot_work_is_refused);
	RUN(a_type_may_ask_for_more_and_never_for_less);
	return check_done();
}
