# box and its zygotes: the only privileged code, so it links nothing of ours.

BOX_O    := $(call objs,grader/box/*.c)
# where box looks for all of them
ZYGOTES  := $(BUILD)/grader/zygotes
ZYGOTE   := $(ZYGOTES)/exec
# what they share
SHARED   := $(addprefix grader/zygote/,start slot runner)
ZYGOTE_O := $(call objs,grader/zygote/exec.c $(SHARED:=.c))

$(BOX): $(BOX_O) | $(ZYGOTE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(BOX_O) -lseccomp -lcap

# Static: it is executed where no library of the host may be trusted to be
# there yet, and one page less is one page less to copy at each fork.
#
# With sanitizers (B=asan) it is dynamic, since their run-time library is: the
# slot has the host's /usr, so the loader finds it.  Covered so are box, the
# zygote, and the runner up to the program's exec.  A report of box or of the
# zygote goes to box's standard error, one of a runner that has its job to the
# program's; test/hostile looks into both.  Not covered: leaks in a zygote,
# which never returns from main, and the static binary itself.
SANITIZED := $(findstring -fsanitize,$(LDFLAGS))
$(ZYGOTE): $(ZYGOTE_O)
	@mkdir -p $(@D)
	$(CC) $(if $(SANITIZED),$(LDFLAGS),-static) -o $@ $(ZYGOTE_O)

# The other zygotes are built without: node's stays static, and the interpreter
# of python3's is not ours.  So they have these in objects of their own.
PLAIN_O := $(SHARED:%=$(BUILD)/%.plain.o)
%.plain.o: override CFLAGS := $(filter-out -fsanitize=%,$(CFLAGS))
$(BUILD)/%.plain.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# The python3 zygote has the interpreter in it, as /usr/bin/python3 has.  Not
# the first python3-config of PATH, which may be somebody's own.
PYTHON_CONFIG ?= /usr/bin/python3-config
PYTHON_O := $(call objs,grader/zygote/python3/*.c) $(PLAIN_O) \
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
NODE_O := $(NODE_C) $(PLAIN_O) \
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

$(BUILD)/test/hostile/driver: $(call objs,test/hostile/program.c \
    test/hostile/host.c test/hostile/after.c test/hostile/lane.c)
$(HOSTILE): %: %.o $(HOSTILE_O)
	$(CC) $(LDFLAGS) -pthread -o $@ $^

# Preloaded into box, which may have a sanitizer's run time; it has none itself.
HOSTILE_CLOCK := $(BUILD)/test/hostile/clock.so
$(HOSTILE_CLOCK): test/hostile/clock.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS)) -fPIC -shared \
	    -o $@ $<

# A box with a hole, for the test of the self-attack; below test/ only.
HOLE := $(BUILD)/test/hole/box
$(HOLE): $(BOX_O) $(BUILD)/test/hole/hole.o
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=seccomp_rule_add_array -o $@ $^ \
	    -lseccomp -lcap

units: $(HOLE)
units check-hostile: $(BOX) $(ZYGOTE) $(ZYGOTES)/python3 $(ZYGOTES)/node \
                     $(HOSTILE) $(HOSTILE_CLOCK)

# The link's decoder under the sanitizers: it has the interpreter in it, too.
$(BUILD)/test/unit/test_wire.o: override CFLAGS += $(shell $(PYTHON_CONFIG) --includes)
$(BUILD)/test/unit/test_wire: override LDFLAGS := $(filter-out -pie,$(LDFLAGS)) -no-pie -Wl,-export-dynamic
$(BUILD)/test/unit/test_wire: override LIBS = $(PYTHON_LIBS)
