# Assay.  `make help` lists what there is; the README names the two that matter.

B        ?= debug
WERROR   ?= 1
CC       ?= gcc
BUILD    := build/$(B)

# ASSAY_FAULTS: crash points for the tests (lib/fault.h), never in a release
CFLAGS_debug   := -O1 -g -DASSAY_FAULTS
CFLAGS_asan    := -O1 -g -DASSAY_FAULTS -fsanitize=address,undefined -fno-sanitize-recover=all \
                  -fno-omit-frame-pointer
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
                  -fstack-clash-protection -fPIE
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_release := -pie -Wl,-z,relro,-z,now

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wformat=2 -Wswitch-enum -Wvla -Wundef -Wpointer-arith -Wwrite-strings
ifeq ($(WERROR),1)
WARN += -Werror
endif

PKGS     := libpq hiredis libcjson libsodium libarchive yaml-0.1
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

override CFLAGS += -std=c17 -D_GNU_SOURCE $(WARN) $(CFLAGS_$(B)) -I. $(PKG_CFLAGS)
override LDFLAGS += $(LDFLAGS_$(B))
LIBS := $(PKG_LIBS) -lfcgi -lcmark-gfm -lcmark-gfm-extensions -lm

# One .c in cgi-bin/ is one program; so is one in cli/.
CGI    := $(patsubst %.c,$(BUILD)/%,$(wildcard cgi-bin/*.c))
CLI    := $(patsubst cli/%.c,$(BUILD)/bin/%,$(wildcard cli/*.c))
GRADER := $(BUILD)/grader/graderd
BOX    := $(BUILD)/grader/box/box
SOCKETS := $(BUILD)/nchan/sockets.so
UNIT   := $(patsubst %.c,$(BUILD)/%,$(wildcard test/unit/*.c))
# what test/grader/*.bats drive
DRIVER := $(patsubst %.c,$(BUILD)/%,$(wildcard test/grader/*.c))

# one short line a file; V=1 shows the commands
V ?=
Q  := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-5s %s\n')

objs    = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
LIB_O  := $(call objs,lib/*.c)
CORE_O := $(call objs,core/*.c)
# graderd's steps without its main, so that unit tests can link them
STEP_O := $(filter-out $(BUILD)/grader/graderd.o,$(call objs,grader/*.c)) \
          $(BUILD)/grader/attack/attack.bin.o \
          $(patsubst %.py,$(BUILD)/%.py.o,$(wildcard grader/attack/*.py))

.DEFAULT_GOAL := all
all: $(CGI) $(CLI) $(GRADER) $(BOX) $(SOCKETS)

$(BUILD)/libassay.a: $(LIB_O) $(CORE_O)
	@rm -f $@
	$(say) AR $@
	$(Q)ar rcs $@ $^

$(BUILD)/libgrader.a: $(STEP_O)
	@rm -f $@
	$(say) AR $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/cgi-bin/%: $(BUILD)/cgi-bin/%.o $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/bin/%: $(BUILD)/cli/%.o $(BUILD)/libassay.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(GRADER): $(BUILD)/grader/graderd.o $(BUILD)/libgrader.a $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# The attacker of the self-attack, and how it gets into graderd.  Static, and
# never with sanitizers, as the zygotes are (grader/box/box.mk).
ATTACK_O := $(call objs,grader/attack/*.c)
$(ATTACK_O): override CFLAGS := $(filter-out -fsanitize=%,$(CFLAGS)) -fno-pie
$(BUILD)/grader/attack/attack: $(ATTACK_O)
	$(say) LINK $@
	$(Q)$(CC) -static -no-pie -s -o $@ $^

# in its own folder, because the name that is given to ld becomes a symbol
$(BUILD)/grader/attack/attack.bin.o: $(BUILD)/grader/attack/attack
	$(say) LD $@
	$(Q)cd $(@D) && ld -r -b binary -z noexecstack -o $(@F) $(<F)

$(UNIT): $(BUILD)/test/unit/%: $(BUILD)/test/unit/%.o $(BUILD)/libgrader.a \
         $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(DRIVER): $(BUILD)/test/grader/%: $(BUILD)/test/grader/%.o \
           $(BUILD)/libgrader.a $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

BENCH_BOX := $(BUILD)/test/bench/box
$(BENCH_BOX): $(call objs,test/bench/box*.c) $(BUILD)/libgrader.a \
              $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Preloaded into nginx, which has no sanitizer's run time.
$(SOCKETS): deploy/nchan/sockets.c
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS)) -fPIC \
	    -shared -Wl,-z,relro,-z,now -o $@ $<

include grader/box/box.mk

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# -- the page ------------------------------------------------------------------

# npm writes this file last
MODULES := static/node_modules/.package-lock.json
$(MODULES): static/package-lock.json
	npm --prefix static ci --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/index.html: $(MODULES) static/build.js $(shell find static/src -type f)
	npm --prefix static run --silent build

static: static/dist/index.html

BROWSER := test/browser/node_modules/.package-lock.json
$(BROWSER): test/browser/package-lock.json
	npm --prefix test/browser ci --no-audit --no-fund --loglevel=error
	@touch $@

# -- what people type; the text after ## is the help --------------------------------

# What check-vm runs there: suites; T names hostile programs (cpu_* and so on).
VM ?= hostile unit

# A recipe that installs packages first must look for them anew: pkg-config was
# asked before it ran.
AGAIN = $(MAKE) -s --no-print-directory

run: deps ## start everything under var/, show events; Ctrl-C stops it (PORT=8080)
	@$(AGAIN) B=$(B) all static
	@B=$(B) exec deploy/stack.sh run var

test: ## install what is missing, build, run every test; last line: N passed, N failed
	@deploy/deps.sh run test
	@$(AGAIN) B=debug build-check $(BROWSER)
	@$(AGAIN) B=asan all units
	@test/run.sh all

check: build-check ## the fast half: layers, headers, sqlcheck, unit, api (B=debug)
	@B=$(B) test/run.sh checks unit api

check-unit: units ## C unit tests
	@B=$(B) test/run.sh unit
check-api: all static ## curl through nginx, on real servers in a temp folder
	@B=$(B) test/run.sh api
check-grader: all units static ## graderd: claims, crashes, the race of design 5.1
	@B=$(B) test/run.sh grader
check-hostile: all static ## programs that attack the box
	@B=$(B) test/run.sh hostile
check-chaos: all static ## each class of faults once, under load (< 3 min)
	@B=$(B) test/run.sh chaos
chaos: all static ## faults at random for long: ROUNDS=20 SEED=n ONLY=F1,F5
	@test/chaos/chaos.py --build $(B) --rounds $(or $(ROUNDS),20) \
	    $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))
check-vm: ## the hostile and the unit tests on an emulated Debian 12, systemd, pure cgroup v2 (T=, VM=)
	@deploy/deps.sh run vm
	@$(AGAIN) B=$(B) all units
	@B=$(B) T="$(T)" test/vm/run.sh $(VM)
check-browser: all static $(BROWSER) ## the page in headless Chromium
	@B=$(B) test/run.sh browser
build-check: all units static $(BUILD)/test/sqlcheck

bench: ## figures of a running system (latency, throughput, memory)
	@deploy/deps.sh run bench
	@$(AGAIN) B=release all static
	@B=release test/bench/bench.sh

bench-box: ## figures of the box alone, against bare commands
	@deploy/deps.sh run bench
	@$(AGAIN) B=release all build/release/test/bench/box
	@B=release test/bench/box.sh

deps: ## install missing Debian packages; starts and changes no service
	@deploy/deps.sh run

doctor: ## what this host lacks, and the cure
	@deploy/doctor.sh

# students' programs and attacks are not ours to put into shape
STUDENTS = ':!courses' ':!test/hostile/programs' ':!test/grader/packages' \
           ':!test/bench/hello'
SOURCES = $(shell git ls-files '*.c' '*.h' ':!test/hostile' $(STUDENTS))
SCRIPTS = $(shell git ls-files '*.sh' '*.bash' '*.bats' .ci/run $(STUDENTS))

fmt: ## put the C files into shape
	@deploy/deps.sh lint
	clang-format -i $(SOURCES)

lint: ## clang-format, clang-tidy, cppcheck, shellcheck
	@deploy/deps.sh run lint
	clang-format --dry-run -Werror $(SOURCES)
	shellcheck -x -S warning -e SC2034 $(SCRIPTS)
	cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr \
	    --suppressions-list=test/checks/cppcheck.txt --error-exitcode=1 -I. \
	    $(filter %.c,$(SOURCES))
	printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P 2 -n 1 \
	    sh -c 'clang-tidy --quiet "$$@" -- $(filter-out -Werror,$(CFLAGS)) -I$(BUILD)/test $(shell $(PYTHON_CONFIG) --includes) 2>/dev/null' --

clean: ## remove what was built; var/ (its data) stays
	rm -rf build static/dist

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | \
	    awk -F '\t' '{ printf "make %-14s %s\n", $$1, $$2 }'

units: $(UNIT) $(DRIVER)

# The tables of statements that core/ exports, for sqlcheck to walk.
$(BUILD)/test/statements.h: $(wildcard core/*.c)
	@mkdir -p $(@D)
	@sed -n 's/^const struct db_stmts \([a-z_]*\) .*/TABLE(\1)/p' $^ >$@

$(BUILD)/test/sqlcheck.o: $(BUILD)/test/statements.h
$(BUILD)/test/sqlcheck.o: override CFLAGS += -I$(BUILD)/test
$(BUILD)/test/sqlcheck: $(BUILD)/test/sqlcheck.o $(BUILD)/libassay.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

.SECONDARY:
.PHONY: all static run test check check-unit check-api check-grader \
        check-hostile check-chaos chaos check-vm check-browser build-check bench bench-box deps \
        doctor fmt lint \
        clean help units
