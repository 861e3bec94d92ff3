/* The score board.
 *
 *   GET /api/scores[?course=&limit=&after=]
 *
 * Names or pseudonyms, as the course allows; a course that shows no scores
 * shows them to its staff.  The next page is in the Link header.
 */
#include "core/access.h"
#include "core/assignment.h"
#include "core/handler.h"
#include "core/score.h"
#include "lib/conf.h"
#include "lib/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "POINTS:ID", as we wrote it into a Link. */
static bool
read_cursor(const char *text, struct score_cursor *out)
{
    char *end = NULL;
    out->points = strtod(text, &end);
    return end != text && isfinite(out->points) && *end == ':' &&
           text_to_int(end + 1, 1, INT64_MAX, &out->id);
}

static enum err
get_scores(struct http_request *r)
{
    const char *course = http_query(r, "course");
    const char *after = http_query(r, "after");
    struct score_cursor from = {0}, next = {0};
    struct json *j = NULL;
    int64_t limit = 0;

    if (course == NULL)
        course = conf()->default_course;
    if (!assignment_is_slug(course))
        return ERR_NOT_FOUND;
    if (after != NULL && !read_cursor(after, &from))
        return http_problem(r, ERR_INVALID, "after",
                            "must come from a Link header");
    enum err e = http_query_int(r, "limit", 50, 1, conf()->list_max_rows,
                                &limit);
    if (e != ERR_OK)
        return e;
    e = score_list(r->db, course, access_user(r), access_is_admin(r),
                   after ? &from : NULL, limit, &j, &next);
    if (e == ERR_FORBIDDEN)
        return http_problem(r, e, NULL, "this course does not show scores");
    if (e != ERR_OK)
        return e;
    if (next.id != 0)
        http_set_header(r, "Link",
                        "</api/scores?course=%s&limit=%lld&after=%.17g:%lld>; "
                        "rel=\"next\"",
                        course, (long long)limit, next.points,
                        (long long)next.id);
    return http_reply_json(r, 200, j);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/api/scores", HTTP_ANYONE, get_scores},
};

int
main(int argc, char **argv)
{
    return handler_main("scores", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
