/* What a grading says of a program.  A fault of ours is an `enum err`
 * instead; only parking turns one into VERDICT_SYSTEM_ERROR.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

enum verdict {
    VERDICT_ACCEPTED,
    VERDICT_WRONG_ANSWER,
    VERDICT_TIME_LIMIT,
    VERDICT_MEMORY_LIMIT,
    VERDICT_OUTPUT_LIMIT,
    VERDICT_RUNTIME_ERROR,
    VERDICT_COMPILE_ERROR,
    VERDICT_SYSTEM_ERROR
};

/* "accepted", as in the database, the API and the events.  Never NULL. */
const char *verdict_name(enum verdict v);

/* The folder of a package's submissions/ whose programs get this verdict
 * (Kattis: accepted, wrong_answer, time_limit_exceeded, run_time_error …);
 * -1 when `folder` is not one.  Otherwise an enum verdict. */
int verdict_of_folder(const char *folder);

#endif
