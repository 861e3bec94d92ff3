/* A stored report (docs/INTERFACES.md "Report") as its reader may see it.
 *
 * The report is stored whole; the reader's role decides what is shown: staff
 * see everything, a student what each test's feedback level allows:
 *
 *   full     name, verdict, time, memory, points, message, input, expected,
 *            actual, stderr
 *   message  name, verdict, time, memory, points, message
 *   name     name, verdict, time, memory, points
 *   none     verdict (its name is "")
 *
 * `judge`, what a checker says to the staff, is theirs alone at any level.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "lib/json.h"

#include <stdbool.h>

/* The `tests` array of the API's submission, never NULL, the caller's (add it
 * to an object, or json_free).  `report` is the column's text; NULL, "" or a
 * damaged report (logged) gives an empty array.
 *
 * `*feedback` (the caller frees it; never NULL; "" when there is nothing to
 * say) is what a human reads first: the compiler's message (which may have
 * several lines), or the first failing test's name and message as far as the
 * reader may see them, or "All 5 tests passed."  `*verified` (NULL: not wanted)
 * is true when the submission could not have had a say in its verdict. */
struct json *report_tests(const char *report, bool staff, char **feedback,
                          bool *verified);

#endif
