/* A box with a hole, for test/grader/selfattack.bats: the same objects as the
 * real one, linked with --wrap (grader/box/box.mk), so that socket() is allowed
 * by its filter.  Nothing of it is in the source of box, in a build of `all` or
 * in an option that somebody could leave on.
 */
#include <seccomp.h>
#include <stdint.h>
#include <unistd.h>

int __real_seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int nr,
                                  unsigned count,
                                  const struct scmp_arg_cmp *args);
int __wrap_seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int nr,
                                  unsigned count,
                                  const struct scmp_arg_cmp *args);

int
__wrap_seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int nr,
                              unsigned count, const struct scmp_arg_cmp *args)
{
    if (nr == SCMP_SYS(socket))
        action = SCMP_ACT_ALLOW;
    return __real_seccomp_rule_add_array(ctx, action, nr, count, args);
}

static void __attribute__((constructor)) announce(void)
{
    static const char text[] = "box: THIS BOX HAS A HOLE, for tests\n";
    if (write(2, text, sizeof text - 1) < 0)
        _exit(2);
}
