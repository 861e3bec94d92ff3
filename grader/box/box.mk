# box and its zygotes: the only privileged code, so it links nothing of ours.

BOX_O    := $(call objs,grader/box/*.c)
ZYGOTE   := $(BUILD)/grader/zygote/exec
ZYGOTE_O := $(call objs,grader/zygote/exec.c grader/zygote/slot.c \
                        grader/zygote/runner.c)

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
	$(CC) $(if $(SANITIZED),$(LDFLAGS),-static) -o $@ $(ZYGOTE_O)

all: $(ZYGOTE)

# Hostile programs on a real box; needs nothing but what box needs.
HOSTILE   := $(BUILD)/test/hostile/driver $(BUILD)/test/hostile/protocol
HOSTILE_O := $(call objs,grader/run.c lib/mem.c lib/log.c lib/conf.c \
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

units check-hostile: $(BOX) $(ZYGOTE) $(HOSTILE) $(HOSTILE_CLOCK)
