# SPDX-License-Identifier: Apache-2.0
# One makefile for all rooms. Sources are found by wildcard; a folder becomes one static archive.
# Everything is written below $(BUILD). CC, CFLAGS, CPPFLAGS, LDFLAGS are yours and are added last.

BUILD    ?= build
PORT     ?= 8420
PREFIX   ?= /usr/local
OPT      ?= -O2 -g
SAN      ?=#	what -fsanitize= gets; set by asan and tsan
TEST     ?=#	runs only test programs whose path contains this
JOBS     ?= 2#	compilers and test programs beside each other
$(if $(filter default,$(origin CC)),$(eval CC := gcc))
Q        := $(if $(filter 1,$(V)),,@)
say       = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# ---- libraries: looked up when first needed, so that `make deps` and `make help` need none of them

LIBS_ENGINE := yaml-0.1 sqlite3 libmicrohttpd libpcre2-8 libsodium libcrypto geos
LIBS_JAIL   := lua5.4 libseccomp
LIBS_TEST   := jansson re2
DEBIAN      := yaml-0.1=libyaml-dev sqlite3=libsqlite3-dev libmicrohttpd=libmicrohttpd-dev libpcre2-8=libpcre2-dev \
	libsodium=libsodium-dev libcrypto=libssl-dev geos=libgeos-dev lua5.4=liblua5.4-dev libseccomp=libseccomp-dev \
	jansson=libjansson-dev re2=libre2-dev
DEPS_RUN    := gcc libc6-dev pkg-config $(foreach l,$(LIBS_ENGINE) $(LIBS_JAIL),$(patsubst $(l)=%,%,$(filter $(l)=%,$(DEBIAN)))) tzdata curl
DEPS_TEST   := $(DEPS_RUN) python3 libjansson-dev libre2-dev g++ shellcheck clang libclang-rt-dev procps

comma    := ,
once     = $(if $(filter undefined,$(origin _$(1))),$(eval _$(1) := $(2)))$(_$(1))
package  = $(patsubst $(1)=%,%,$(filter $(1)=%,$(DEBIAN)))
present  = $(if $(shell command -v pkg-config),,$(error missing program 'pkg-config': install the Debian package pkg-config, or run 'make deps'))$(foreach \
	l,$(1),$(if $(shell pkg-config --exists $(l) && echo y),,$(error missing library '$(l)': install the Debian package $(call package,$(l)), or run 'make deps')))
pkg      = $(call present,$(2))$(shell pkg-config $(1) $(2))
compiler = $(if $(shell command -v $(firstword $(CC))),,$(error missing compiler '$(firstword $(CC))': install the Debian package gcc, or run 'make deps'))
LIB_CFLAGS = $(call once,cflags,$(compiler)$(call pkg,--cflags,$(LIBS_ENGINE) $(LIBS_JAIL)))
LIB_ENGINE = $(call once,engine,$(call pkg,--libs,$(LIBS_ENGINE))) -lpthread -lm
# Lua is linked in, so that some calls can be metered (sandbox/README.md), and without what nothing refers to.
METERED    := $(addprefix -Wl$(comma)--wrap=,luaO_str2num luaS_eqlngstr fmod strcoll luaS_hash)
metered    = $(patsubst -llua5.4,-l:liblua5.4.a $(METERED),$(1))
LIB_JAIL   = $(call once,jail,$(call metered,$(call pkg,--libs,$(LIBS_JAIL)))) -lpthread -lm
LIB_TEST   = $(call once,test,$(call pkg,--libs,$(LIBS_TEST) $(LIBS_ENGINE))) -lstdc++ -lpthread -lm

# ---- flags

# Under sanitizers gcc warns of what cannot be, so -Werror is for plain builds.
WARN     := -Wall -Wextra -Wshadow -Wcast-qual -Wswitch-enum $(if $(SAN),,$(if $(filter 1,$(WERROR)),-Werror))
BASE     := -std=c17 -D_GNU_SOURCE $(WARN) $(OPT) -fPIE -fvisibility=hidden -fstack-protector-strong
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
INCLUDES := -Iengine -I. -Itests -include engine/base/poison.h
LINK     := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
COMPILE   = $(CC) $(BASE) $(INCLUDES) $(LIB_CFLAGS) -MMD -MP $(CPPFLAGS) $(CFLAGS)

# ---- what there is

ROOMS    := base value text cel policy pipeline store ledger registry agreement identity sandbox runtime http cli
JAILED   := sandbox text value base#	what the jail program is made of
DIR_sandbox := sandbox
$(foreach r,$(filter-out sandbox,$(ROOMS)),$(eval DIR_$(r) := engine/$(r)))
# A room's tests link the room and what it may include. runtime and cli stand on all of it; http's tests bring an
# engine of their own.
LINE     := $(shell sed -n 's/ /,/g; s/^\([a-z]*\):,*/\1=\1,/p' engine/LAYERS)
$(foreach r,$(ROOMS),$(eval BELOW_$(r) := $(subst $(comma), ,$(patsubst $(r)=%,%,$(filter $(r)=%,$(LINE))))))
BELOW_runtime := $(ROOMS)
BELOW_cli     := $(ROOMS)
BELOW_http    := http value base
BELOW_text    := text value base#	the tests of zones read times

symbol   = $(subst -,_,$(subst .,_,$(notdir $(1))))
BUILTINS := $(wildcard engine/*/builtin/*)
$(foreach r,$(ROOMS),$(eval OBJ_$(r) := $(patsubst %.c,%.o,$(filter-out engine/cli/main.c,$(wildcard $(DIR_$(r))/*.c))) \
	$(foreach b,$(filter $(DIR_$(r))/builtin/%,$(BUILTINS)),gen/builtin_$(call symbol,$(b)).o)))
OBJ_jail := $(patsubst %.c,%.o,$(wildcard sandbox/jail/*.c))

PLAIN    := $(BUILD)$(if $(SAN),/plain)#	objects without sanitizers: the jail program is always made of these
archives = $(foreach r,$(1),$(BUILD)/lib/libhyk_$(r).a)
grouped  = -Wl,--start-group $(1) -Wl,--end-group

TEST_SRC := $(wildcard tests/unit/*/test_*.c)
CASE_SRC := $(wildcard tests/cases/run_*.c tests/fuzz/fuzz_*.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
UNIT     := $(TEST_SRC:%.c=$(BUILD)/%)
CASES    := $(CASE_SRC:%.c=$(BUILD)/%)
BENCHES  := $(BENCH_SRC:%.c=$(BUILD)/%)
SCRIPTS  := $(wildcard tests/cases/test_*.py tests/cases/test_*.sh tests/authzen/test_*.py tests/system/test_*.py tests/system/test_*.sh)
PROGRAMS := $(BUILD)/hyangyak $(BUILD)/hyangyak-jail

all: $(PROGRAMS) ## the two programs, hyangyak and hyangyak-jail (default)

# ---- a change of flags rebuilds everything, a change in the list of a folder's files its archive

$(shell mkdir -p $(BUILD)/lists)
remember = $(if $(filter $(subst $() ,_,$(strip $(file <$(1)))),x_$(subst $() ,_,$(strip $(2)))),,$(file >$(1),x $(2)))
$(call remember,$(BUILD)/lists/flags,$(CC) $(BASE) $(SANFLAGS) $(CPPFLAGS) $(CFLAGS))
$(call remember,$(BUILD)/lists/link,$(CC) $(LINK) $(METERED) $(SANFLAGS) $(LDFLAGS))
$(foreach r,$(ROOMS) jail,$(call remember,$(BUILD)/lists/$(r),$(OBJ_$(r))))

# ---- objects and archives

define objects # where, sanitizer flags
$(1)/obj/%.o: %.c $(BUILD)/lists/flags
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D) && $$(COMPILE) $(2) -c -o $$@ $$<
$(1)/obj/%.o: $(1)/%.c $(BUILD)/lists/flags
	$$(Q)mkdir -p $$(@D) && $$(COMPILE) $(2) -c -o $$@ $$<
endef
$(eval $(call objects,$(BUILD),$(SANFLAGS)))
$(if $(SAN),$(eval $(call objects,$(PLAIN),)))
$(BUILD)/obj/%.o: %.cc $(BUILD)/lists/flags
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -Wall -Wextra $(OPT) -fPIE -Iengine -I. -Itests $(LIB_CFLAGS) -MMD -MP $(CPPFLAGS) $(CXXFLAGS) $(SANFLAGS) -c -o $@ $<

define embed # a file under builtin/
$(BUILD)/gen/builtin_$(call symbol,$(1)).c: $(1) tests/tools/embed.sh
	$$(call say,EMBED,$$<)
	$$(Q)mkdir -p $$(@D) && sh tests/tools/embed.sh hyk_builtin_$(call symbol,$(1)) <$$< >$$@.new && mv $$@.new $$@
endef
$(foreach b,$(BUILTINS),$(eval $(call embed,$(b))))

define archive # where, room
$(1)/lib/libhyk_$(2).a: $(OBJ_$(2):%=$(1)/obj/%) $(BUILD)/lists/$(2)
	$$(Q)mkdir -p $$(@D) && rm -f $$@ && ar rcsD $$@ $(OBJ_$(2):%=$(1)/obj/%)
endef
$(foreach r,$(ROOMS) jail,$(eval $(call archive,$(BUILD),$(r))))
$(foreach r,$(if $(SAN),$(JAILED) jail),$(eval $(call archive,$(PLAIN),$(r))))

# ---- programs

# No Lua in here: a reference to it out of the engine's side of sandbox/ is an undefined symbol.
$(BUILD)/hyangyak: $(BUILD)/obj/engine/cli/main.o $(call archives,$(ROOMS)) $(BUILD)/lists/link
	$(call say,LINK,$@)
	$(Q)$(CC) $(LINK) $(SANFLAGS) $(CFLAGS) -o $@ $(filter %.o,$^) $(call grouped,$(filter %.a,$^)) $(LIB_ENGINE) $(LDFLAGS)

$(BUILD)/hyangyak-jail: $(OBJ_jail:%=$(PLAIN)/obj/%) $(foreach r,$(JAILED),$(PLAIN)/lib/libhyk_$(r).a) $(BUILD)/lists/link
	$(call say,LINK,$@)
	$(Q)$(CC) $(LINK) $(CFLAGS) -o $@ $(filter %.o,$^) $(call grouped,$(filter %.a,$^)) $(LIB_JAIL) $(LDFLAGS)

# The same program with a clock that `hyangyak advance` moves: for tests, and never installed.
CLOCKED := $(addprefix $(BUILD)/clock/engine/,cli/main.o cli/serve.o cli/advance.o runtime/test_clock.o runtime/timers.o)
$(BUILD)/clock/%.o: %.c $(BUILD)/lists/flags
	$(call say,CC,$< (clock))
	$(Q)mkdir -p $(@D) && $(COMPILE) $(SANFLAGS) -DHYK_TEST_CLOCK -c -o $@ $<
$(BUILD)/hyangyak-clock: $(CLOCKED) $(call archives,$(ROOMS)) $(BUILD)/lists/link
	$(call say,LINK,$@)
	$(Q)$(CC) $(LINK) $(SANFLAGS) $(CFLAGS) -o $@ $(filter %.o,$^) $(call grouped,$(filter %.a,$^)) $(LIB_ENGINE) $(LDFLAGS)

# ---- test programs

objs     = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))
define test_program # a tests/**/*.c with main() or beside one, the rooms it links
$(BUILD)/$(1:.c=): $(call objs,$(1) $(filter-out $(TEST_SRC) $(CASE_SRC) $(BENCH_SRC) $(if $(findstring fuzzer,$(SAN)),%/replay.c),$(wildcard $(dir $(1))*.c $(dir $(1))*.cc)) \
	$(wildcard tests/support/*.c tests/support/*.cc)) $(call archives,$(2)) $(BUILD)/lists/link
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LINK) $$(SANFLAGS) $$(CFLAGS) -o $$@ $$(filter %.o,$$^) $$(call grouped,$$(filter %.a,$$^)) $(if $(filter sandbox,$(2)),$$(LIB_JAIL)) $$(LIB_TEST) $$(LDFLAGS)
endef
room      = $(or $(BELOW_$(word 3,$(subst /, ,$(1)))),$(ROOMS))
$(foreach t,$(TEST_SRC),$(eval $(call test_program,$(t),$(call room,$(t)) $(if $(filter tests/unit/sandbox/%,$(t)),jail))))
$(foreach t,$(CASE_SRC),$(eval $(call test_program,$(t),$(ROOMS))))
$(foreach f,cel=unit/cel/refeval policy=unit/policy/fixture pattern=unit/text/re2_oracle,$(eval $(BUILD)/tests/fuzz/fuzz_$(subst =,: $(BUILD)/obj/tests/,$(f)).o))
$(foreach t,$(BENCH_SRC),$(eval $(call test_program,$(t),$(if $(findstring bench_jail,$(t)),$(ROOMS),$(if $(findstring bench_cel,$(t)),cel text) value base))))
# Lua is the reference that conditions are measured against.
$(BUILD)/tests/bench/bench_cel: private LIB_TEST += $(patsubst -llua5.4,-l:liblua5.4.a,$(call pkg,--libs,lua5.4)) -ldl

# Runs cases of the form of CEL's conformance suite.
$(eval $(call test_program,tests/tools/cel_conformance.c,$(BELOW_cel)))
$(BUILD)/tests/cel-conformance: $(BUILD)/tests/tools/cel_conformance; $(Q)cp $< $@
$(BUILD)/tests/unit/cel/test_conformance: | $(BUILD)/tests/cel-conformance

# ---- tests

export HYK_BUILD := $(abspath $(BUILD))
export HYANGYAK  := $(abspath $(BUILD)/hyangyak)
export ASAN_OPTIONS  ?= detect_leaks=1:halt_on_error=1:abort_on_error=0
export UBSAN_OPTIONS ?= halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS  ?= halt_on_error=1
export HYK_SANITIZER := $(SAN)
RUNNER    = bash tests/tools/run_tests.sh -j $(JOBS) -o $(BUILD)/results $(if $(SAN),-t 600)
selected  = $(if $(TEST),$(foreach t,$(1),$(if $(findstring $(TEST),$(t)),$(t))),$(1))
AGAIN     = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
HOUSE     = tests/tools/check_layers.sh 'tests/tools/check_layers.sh --self-test' tests/tools/check_runner.sh
THREADED := $(foreach r,store ledger runtime http,$(filter $(BUILD)/tests/unit/$(r)/%,$(UNIT)))
NEEDS_JAIL := $(addprefix $(BUILD)/,$(basename $(shell grep -lE 'hyangyak-jail|(corpus|open_jail)\.h' $(TEST_SRC) /dev/null)))
$(NEEDS_JAIL): | $(BUILD)/hyangyak-jail

test-programs: $(call selected,$(if $(filter thread,$(SAN)),$(THREADED),$(UNIT) $(CASES))) $(PROGRAMS) $(BUILD)/hyangyak-clock; @:

test: ## every test, at most 15 minutes; the last line counts them (TEST=part of a path)
	@$(if $(SAN),,sh tests/tools/deps.sh $(DEPS_TEST))
	+@$(AGAIN) test-programs $(if $(SAN),,archives)
	@$(RUNNER) $(call selected,$(UNIT) $(CASES) $(SCRIPTS)) $(if $(SAN)$(TEST),,$(HOUSE))

test-long: ## the same with the slow tests in it
	+@HYK_LONG=1 HYK_TEST_TIMEOUT=3600 $(AGAIN) test

check-unit: $(call selected,$(UNIT)) ## the C tests (TEST=)
	@$(RUNNER) $(call selected,$(UNIT))

check-system: $(PROGRAMS) $(BUILD)/hyangyak-clock ## the tests of the running program (TEST=)
	@$(RUNNER) $(call selected,$(SCRIPTS))

check-layers: archives ## who includes whom, foreign headers, names, sizes; and that the check can fail
	@$(RUNNER) $(HOUSE)

asan ubsan: ## all tests with the address and undefined-behaviour sanitizers, in BUILD/asan
	+@$(AGAIN) BUILD=$(BUILD)/asan SAN=address,undefined OPT='-O1 -g' test

tsan: ## the tests of threads and of the running program with the thread sanitizer, in BUILD/tsan
	+@$(AGAIN) BUILD=$(BUILD)/tsan SAN=thread OPT='-O1 -g' test-threads

test-threads: test-programs
	@$(RUNNER) $(call selected,$(THREADED) $(filter tests/system/% tests/authzen/%,$(SCRIPTS)))

fuzz: deps ## fuzzes TARGET (or each of tests/fuzz) for SECONDS (60), in BUILD/fuzz; MERGE=1 keeps what is new
	+@$(AGAIN) BUILD=$(BUILD)/fuzz CC='$(if $(findstring clang,$(CC)),$(CC),clang)' CXX=clang++ SAN=fuzzer-no-link,address,undefined OPT='-O1 -g' LDFLAGS=-fsanitize=fuzzer fuzzers
	@MERGE=$(MERGE) bash tests/tools/fuzz.sh $(BUILD)/fuzz $(or $(SECONDS),60) $(TARGET)
fuzzers: $(filter $(BUILD)/tests/fuzz/fuzz_$(or $(TARGET),%),$(CASES))

bench: $(PROGRAMS) $(BENCHES) ## CPU of a decision, as a ratio to a bare server (ARGS=)
	@$(if $(wildcard tests/bench/run.sh),sh tests/bench/run.sh $(ARGS),echo 'tests/bench/run.sh is not there')

lint: check-layers ## check-layers, and shellcheck of the scripts
	@shellcheck -x $(wildcard engine/*/*.sh tests/*/*.sh .ci/run) && echo 'shellcheck: nothing to say'

FORMATTED = $(wildcard engine/*/*.[ch] sandbox/*.[ch] sandbox/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch])
format: ## clang-format 14 over all C files
	@clang-format -i $(FORMATTED)
format-check: ## fails when format would change something
	@clang-format --dry-run --Werror $(FORMATTED)

# ---- setting up, running, installing

deps: ## installs the Debian packages that building, running and testing need
	@sh tests/tools/deps.sh $(DEPS_TEST)

run: ## installs what is missing, builds, serves policies/yongin on 127.0.0.1:PORT (8420)
	@sh tests/tools/deps.sh $(DEPS_RUN)
	+@$(AGAIN) all
	@exec sh engine/cli/run.sh $(BUILD) $(PORT) $(ARGS)

install: all ## into DESTDIR/PREFIX (/usr/local)
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/bin $(PROGRAMS)
	install -d $(DESTDIR)$(PREFIX)/share/hyangyak
	cp -R policies plugins LICENSE $(DESTDIR)$(PREFIX)/share/hyangyak

archives: $(call archives,$(ROOMS) jail); @:

clean: ## removes BUILD
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  CC=clang, CFLAGS=, CPPFLAGS=, LDFLAGS=, BUILD=dir, WERROR=1, V=1 do what they say.'

.PHONY: all test test-long test-programs test-threads check-unit check-system check-layers asan ubsan tsan bench lint fuzz fuzzers format format-check deps run install archives clean help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

-include $(shell test -d $(BUILD)/obj && find $(sort $(BUILD)/obj $(PLAIN)/obj $(wildcard $(BUILD)/clock)) -name "*.d" 2>/dev/null)
