/* lib/http_*.c without FastCGI: routes, cross-site rule, query, credentials,
 * bodies, problems; and lib/multipart.c. */
#include "lib/http_impl.h"
#include "lib/multipart.h"
#include "lib/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum err
handler(struct http_request *r)
{
    return http_reply_empty(r, 204);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/api/assignments", HTTP_NOBODY, handler},
    {HTTP_GET, "/api/assignments/next", HTTP_ANYONE, handler},
    {HTTP_GET, "/api/assignments/{a+}", HTTP_NOBODY, handler},
    {HTTP_POST, "/api/assignments/{a+}/submissions", HTTP_USER, handler},
    {HTTP_PUT, "/api/assignments/{a+}/submissions/{file}", HTTP_USER, handler},
};

static const struct http_app app = {
    .name = "test", .routes = routes, .nroutes = 5};

/* One request with these parameters (NULL-terminated "K=V"). */
struct fixture {
    struct http_impl impl;
    struct http_request r;
};

static ssize_t
no_body(void *cookie, char *data, size_t size)
{
    (void)cookie, (void)data, (void)size;
    return 0;
}

static void
begin(struct fixture *f, char **env)
{
    *f = (struct fixture){.impl = {.env = env, .read = no_body}};
    f->r = (struct http_request){.app = &app, .impl = &f->impl};
    f->r.path = http_env(&f->r, "DOCUMENT_URI");
    http_parse_query(&f->r);
}

static enum err
find(struct fixture *f, const char *method, const char *path)
{
    static char m[64], p[256];
    static char *env[] = {m, p, NULL};
    snprintf(m, sizeof m, "REQUEST_METHOD=%s", method);
    snprintf(p, sizeof p, "DOCUMENT_URI=%s", path);
    begin(f, env);
    return http_find_route(&f->r);
}

static void
finds_routes(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(find(&f, "GET", "/api/assignments"), ERR_OK);
    assert_ptr_equal(f.r.route, &routes[0]);
    http_request_free(&f.r);
    assert_int_equal(find(&f, "HEAD", "/api/assignments/next"), ERR_OK);
    assert_ptr_equal(f.r.route, &routes[1]);
    assert_true(f.impl.head);
    http_request_free(&f.r);
    assert_int_equal(find(&f, "GET", "/api/assignments/hello"), ERR_OK);
    assert_string_equal(http_param(&f.r, "a"), "hello");
    http_request_free(&f.r);
    assert_int_equal(find(&f, "GET", "/api/assignments/demo/hello"), ERR_OK);
    assert_string_equal(http_param(&f.r, "a"), "demo/hello");
    http_request_free(&f.r);
    assert_int_equal(find(&f, "POST", "/api/assignments/demo/x/submissions"),
                     ERR_OK);
    assert_string_equal(http_param(&f.r, "a"), "demo/x");
    http_request_free(&f.r);
    assert_int_equal(find(&f, "PUT", "/api/assignments/7/submissions/f.py"),
                     ERR_OK);
    assert_string_equal(http_param(&f.r, "a"), "7");
    assert_string_equal(http_param(&f.r, "file"), "f.py");
    http_request_free(&f.r);
}

static void
refuses_routes(void **state)
{
    static const char *const unknown[] = {
        "/",
        "/api",
        "/api/assignments/",
        "/api/assignments//x",
        "/api/assignments/a/b/c",
        "/api/assignmentsx",
    };
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_int_equal(find(&f, "GET", unknown[i]), ERR_NOT_FOUND);
        http_request_free(&f.r);
    }
    assert_int_equal(find(&f, "DELETE", "/api/assignments/7"), ERR_METHOD);
    assert_non_null(strstr(f.impl.headers.data, "Allow: GET, HEAD\r\n"));
    http_request_free(&f.r);
    assert_int_equal(find(&f, "get", "/api/assignments/7"), ERR_METHOD);
    http_request_free(&f.r);
}

static void
same_site(void **state)
{
    static const struct {
        const char *site, *origin;
        enum err want;
    } cases[] = {
        {"", "", ERR_OK}, /* curl */
        {"same-origin", "http://g.example:8080", ERR_OK},
        {"none", "", ERR_OK},
        {"cross-site", "", ERR_FORBIDDEN},
        {"same-site", "", ERR_FORBIDDEN},
        {"", "http://g.example:8080", ERR_OK},
        {"", "http://g.example", ERR_FORBIDDEN},
        {"", "https://g.example:8080", ERR_FORBIDDEN},
        {"", "http://evil.example", ERR_FORBIDDEN},
        {"", "http://g.example:8080.evil.example", ERR_FORBIDDEN},
        {"", "null", ERR_FORBIDDEN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char site[64], origin[128];
        char *env[] = {(char[]){"HTTP_HOST=g.example:8080"}, site, origin,
                       NULL};
        struct fixture f;
        snprintf(site, sizeof site, "HTTP_SEC_FETCH_SITE=%s", cases[i].site);
        snprintf(origin, sizeof origin, "HTTP_ORIGIN=%s", cases[i].origin);
        begin(&f, env);
        f.r.method = HTTP_POST;
        assert_int_equal(http_same_site(&f.r), cases[i].want);
        assert_int_equal(http_replied(&f.r), cases[i].want != ERR_OK);
        http_request_free(&f.r);
        begin(&f, env);
        f.r.method = HTTP_GET; /* a GET changes nothing: always allowed */
        assert_int_equal(http_same_site(&f.r), ERR_OK);
        http_request_free(&f.r);
    }
}

static void
reads_parameters(void **state)
{
    char *env[] = {(char[]){"QUERY_STRING=wait=10&x=a%20b+c&bad=%ff&n=1e3&e"},
                   (char[]){"HTTP_COOKIE=a=1; assay=tok; assayx=no"},
                   (char[]){"HTTP_AUTHORIZATION=Basic bWU6dG9rZW4="},
                   (char[]){"HTTP_ACCEPT=Text/Plain"},
                   (char[]){"CONTENT_TYPE=Multipart/Form-Data; a=b; "
                            "boundary=\"x y\""},
                   NULL};
    struct fixture f;
    int64_t n = 0;
    (void)state;
    begin(&f, env);
    assert_string_equal(http_query(&f.r, "x"), "a b c");
    assert_string_equal(http_query(&f.r, "e"), "");
    assert_null(http_query(&f.r, "bad")); /* not UTF-8 */
    assert_int_equal(http_query_int(&f.r, "wait", 0, 0, 60, &n), ERR_OK);
    assert_int_equal(n, 10);
    assert_int_equal(http_query_int(&f.r, "none", 5, 0, 60, &n), ERR_OK);
    assert_int_equal(n, 5);
    assert_string_equal(http_cookie(&f.r, "assay"), "tok");
    assert_null(http_cookie(&f.r, "ass"));
    assert_string_equal(http_bearer(&f.r), "token");
    assert_true(http_wants_text(&f.r));
    assert_string_equal(http_content_type(&f.r), "multipart/form-data");
    assert_string_equal(http_content_param(&f.r, "boundary"), "x y");
    assert_int_equal(http_query_int(&f.r, "n", 0, 0, 60, &n), ERR_INVALID);
    assert_int_equal(f.impl.status, 422);
    http_request_free(&f.r);
}

static void
no_header_splitting(void **state)
{
    char *env[] = {NULL};
    struct fixture f;
    (void)state;
    begin(&f, env);
    http_set_header(&f.r, "Location", "/x\r\nSet-Cookie: a=b");
    assert_string_equal(f.impl.headers.data,
                        "Location: /x  Set-Cookie: a=b\r\n");
    http_request_free(&f.r);
}

static void
problems(void **state)
{
    char *env[] = {NULL};
    struct fixture f;
    (void)state;
    begin(&f, env);
    assert_int_equal(http_problem(&f.r, ERR_INVALID, "code", "is %s", "empty"),
                     ERR_INVALID);
    assert_string_equal(f.impl.out.data,
                        "{\"type\":\"/problems/invalid-field\",\"title\":\"A "
                        "field is not valid\",\"status\":422,\"detail\":\"is "
                        "empty\",\"field\":\"code\"}");
    assert_non_null(strstr(f.impl.headers.data,
                           "Content-Type: application/problem+json\r\n"));
    assert_non_null(strstr(f.impl.headers.data, "Cache-Control: no-store\r\n"));
    http_request_free(&f.r);
}

static int
split(const char *body, const char *boundary, struct multipart_part *parts)
{
    const char *why = NULL;
    int n = multipart_parse(body, strlen(body), boundary, parts, &why);
    assert_true(n >= 0 || why != NULL);
    return n;
}

static void
multipart(void **state)
{
    struct multipart_part p[MULTIPART_PARTS_MAX];
    (void)state;
    assert_int_equal(
        split("--B\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\n"
              "c\r\n--B\r\ncontent-disposition: form-data; name=\"file\"; "
              "filename=\"a\\\"; b.py\"\r\nContent-Type: text/x-python\r\n\r\n"
              "print()\r\n\r\n--B--\r\n",
              "B", p),
        2);
    assert_string_equal(p[0].name, "language");
    assert_int_equal(p[0].size, 1);
    assert_memory_equal(p[0].data, "c", 1);
    assert_string_equal(p[1].filename, "a\"; b.py");
    assert_string_equal(p[1].type, "text/x-python");
    assert_int_equal(p[1].size, 9);
    assert_int_equal(
        split("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--B--",
              "B", p),
        1);
    assert_int_equal(p[0].size, 0);
}

static void
bad_multipart(void **state)
{
    struct multipart_part p[MULTIPART_PARTS_MAX];
    (void)state;
    static const char *const bad[] = {
        "",
        "--B",
        "--B\r\n",
        "--C--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--B\r\nnonsense\r\n\r\nx\r\n--B--",
        "--B\r\n\r\nx\r\n--B--",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(split(bad[i], "B", p), -1);
    assert_int_equal(split("--B--", "", p), -1);
    assert_int_equal(split("--B--",
                           "0123456789012345678901234567890123456789"
                           "0123456789012345678901234567890",
                           p),
                     -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_routes),
        cmocka_unit_test(refuses_routes),
        cmocka_unit_test(same_site),
        cmocka_unit_test(reads_parameters),
        cmocka_unit_test(no_header_splitting),
        cmocka_unit_test(problems),
        cmocka_unit_test(multipart),
        cmocka_unit_test(bad_multipart),
    };
    secret_init();
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
