#include "core/verdict.h"

#include <stddef.h>
#include <string.h>

const char *
verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_ACCEPTED:
        return "accepted";
    case VERDICT_WRONG_ANSWER:
        return "wrong_answer";
    case VERDICT_TIME_LIMIT:
        return "time_limit";
    case VERDICT_MEMORY_LIMIT:
        return "memory_limit";
    case VERDICT_OUTPUT_LIMIT:
        return "output_limit";
    case VERDICT_RUNTIME_ERROR:
        return "runtime_error";
    case VERDICT_COMPILE_ERROR:
        return "compile_error";
    case VERDICT_SYSTEM_ERROR:
        return "system_error";
    }
    return "system_error";
}

/* Kattis' names first; then ours for what Kattis has no folder for. */
static const struct {
    const char *folder;
    enum verdict verdict;
} folders[] = {
    {"accepted", VERDICT_ACCEPTED},
    {"wrong_answer", VERDICT_WRONG_ANSWER},
    {"time_limit_exceeded", VERDICT_TIME_LIMIT},
    {"run_time_error", VERDICT_RUNTIME_ERROR},
    {"runtime_error", VERDICT_RUNTIME_ERROR},
    {"compile_error", VERDICT_COMPILE_ERROR},
    {"memory_limit_exceeded", VERDICT_MEMORY_LIMIT},
    {"output_limit_exceeded", VERDICT_OUTPUT_LIMIT},
};

int
verdict_of_folder(const char *folder)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strcmp(folders[i].folder, folder) == 0)
            return (int)folders[i].verdict;
    return -1;
}
