# Assay.  `make help` lists what there is; the README names the two that matter.

B        ?= debug
WERROR   ?= 1
CC       ?= gcc
BUILD    := build/$(B)

CFLAGS_debug   := -O1 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
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
UNIT   := $(patsubst %.c,$(BUILD)/%,$(wildcard test/unit/*.c))

objs    = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
LIB_O  := $(call objs,lib/*.c)
CORE_O := $(call objs,core/*.c)
# graderd's steps without its main, so that unit tests can link them
STEP_O := $(filter-out $(BUILD)/grader/graderd.o,$(call objs,grader/*.c))

all: $(CGI) $(CLI) $(GRADER) $(BOX)

$(BUILD)/libassay.a: $(LIB_O) $(CORE_O)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libgrader.a: $(STEP_O)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/cgi-bin/%: $(BUILD)/cgi-bin/%.o $(BUILD)/libassay.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/bin/%: $(BUILD)/cli/%.o $(BUILD)/libassay.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(GRADER): $(BUILD)/grader/graderd.o $(BUILD)/libgrader.a $(BUILD)/libassay.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(UNIT): $(BUILD)/test/unit/%: $(BUILD)/test/unit/%.o $(BUILD)/libgrader.a \
         $(BUILD)/libassay.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

include grader/box/box.mk

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.SECONDARY:
.PHONY: all
