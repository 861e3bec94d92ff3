# box and its zygotes: the only privileged code, so it links nothing of ours.

BOX_O    := $(call objs,grader/box/*.c)
# where box looks for all of them
ZYGOTES  := $(BUILD)/grader/zygotes
ZYGOTE   := $(ZYGOTES)/exec
ZYGOTE_O := $(call objs,grader/zygote/exec.c grader/zygote/start.c grader/zygote/slot.c \
                        grader/zygote/runner.c)

$(BOX): $(BOX_O) | $(ZYGOTE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(BOX_O) -lseccomp -lcap

# Static: it is executed where no library of the host may be trusted to be
# there yet, and one page less is one page less to copy at each fork.  Never
# with sanitizers: they are not for static programs, nor for process 1.
$(ZYGOTE_O): override CFLAGS := $(filter-out -fsanitize=%,$(CFLAGS))
$(ZYGOTE): $(ZYGOTE_O)
	@mkdir -p $(@D)
	$(CC) -static -o $@ $(ZYGOTE_O)

# The python3 zygote has the interpreter in it, as /usr/bin/python3 has.  Not
# the first python3-config of PATH, which may be somebody's own.
PYTHON_CONFIG ?= /usr/bin/python3-config
PYTHON_O := $(call objs,grader/zygote/python3/*.c grader/zygote/start.c grader/zygote/slot.c \
                        grader/zygote/runner.c) \
            $(patsubst %.py,$(BUILD)/%.py.o,$(wildcard grader/zygote/python3/*.py))
PYTHON_A = $(shell $(PYTHON_CONFIG) --configdir)/libpython$(shell \
             /usr/bin/python3 -Ic 'import sysconfig; print(sysconfig.get_config_var("LDVERSION"))').a
# what each fork would have to copy: fewer libraries, fewer mappings
PYTHON_LIBS = $(PYTHON_A) -Wl,-Bstatic -lz -lexpat -Wl,-Bdynamic -ldl -lm

$(call objs,grader/zygote/python3/*.c): override CFLAGS := $(filter-out \
    -fsanitize=%,$(CFLAGS)) $(shell $(PYTHON_CONFIG) --includes)

$(BUILD)/%.py.o $(BUILD)/%.cjs.o: FORMAT := -r -b binary -z noexecstack
$(BUILD)/%.py.o: %.py
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)ld $(FORMAT) -o $@ $<

$(BUILD)/%.cjs.o: %.cjs
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)ld $(FORMAT) -o $@ $<

$(ZYGOTES)/python3: $(PYTHON_O)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -no-pie -Wl,-export-dynamic -o $@ $(PYTHON_O) $(PYTHON_LIBS)

# Of node itself it needs nothing before it runs.
NODE_C := $(call objs,grader/zygote/node/node.c)
NODE_O := $(NODE_C) $(call objs,grader/zygote/start.c grader/zygote/slot.c grader/zygote/runner.c) \
          $(BUILD)/grader/zygote/node/ahead.cjs.o

$(NODE_C): override CFLAGS := $(filter-out -fsanitize=%,$(CFLAGS))
$(ZYGOTES)/node: $(NODE_O)
	@mkdir -p $(@D)
	$(CC) -static -o $@ $(NODE_O)

all: $(ZYGOTE) $(ZYGOTES)/python3 $(ZYGOTES)/node

# Hostile programs on a real box; needs nothing but what box needs.
HOSTILE   := $(addprefix $(BUILD)/test/hostile/,driver protocol compare)
HOSTILE_O := $(call objs,test/hostile/ahead.c grader/run.c grader/run_box.c \
                         lib/mem.c lib/log.c lib/conf.c \
                         lib/text.c lib/err.c lib/clock.c)

$(HOSTILE): %: %.o $(HOSTILE_O)
	$(CC) $(LDFLAGS) -o $@ $^

# A box with a hole, for the test of the self-attack; below test/ only.
HOLE := $(BUILD)/test/hole/box
$(HOLE): $(BOX_O) $(BUILD)/test/hole/hole.o
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=seccomp_rule_add_array -o $@ $^ \
	    -lseccomp -lcap

units: $(HOLE)
units check-hostile: $(BOX) $(ZYGOTE) $(ZYGOTES)/node $(HOSTILE)

# The link's decoder under the sanitizers: it has the interpreter in it, too.
$(BUILD)/test/unit/test_wire.o: override CFLAGS += $(shell $(PYTHON_CONFIG) --includes)
$(BUILD)/test/unit/test_wire: override LDFLAGS := $(filter-out -pie,$(LDFLAGS)) -no-pie -Wl,-export-dynamic
$(BUILD)/test/unit/test_wire: override LIBS = $(PYTHON_LIBS)
