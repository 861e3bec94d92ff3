# box and its zygotes: the only privileged code, so it links nothing of ours.

BOX_O := $(call objs,grader/box/*.c)

$(BOX): $(BOX_O)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lseccomp -lcap
