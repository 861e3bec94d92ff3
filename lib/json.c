#include "lib/json.h"

#include "lib/mem.h"
#include "lib/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* struct json is cJSON under another name; nobody else needs to know. */
static cJSON *
cj(struct json *j)
{
    return (cJSON *)j;
}

static const cJSON *
ccj(const struct json *j)
{
    return (const cJSON *)j;
}

static struct json *
own(cJSON *c)
{
    if (c == NULL)
        abort(); /* cJSON fails here for want of memory alone */
    return (struct json *)c;
}

struct json *
json_object(void)
{
    return own(cJSON_CreateObject());
}

struct json *
json_array(void)
{
    return own(cJSON_CreateArray());
}

void
json_add(struct json *object, const char *key, struct json *child)
{
    cJSON_AddItemToObject(cj(object), key, cj(child));
}

void
json_add_text(struct json *object, const char *key, const char *text)
{
    if (text == NULL)
        json_add_null(object, key);
    else
        json_add(object, key, own(cJSON_CreateString(text)));
}

void
json_add_output(struct json *object, const char *key, const char *data,
                size_t size, size_t max)
{
    char *clean = text_clean(data, size, max);
    json_add_text(object, key, clean);
    free(clean);
}

void
json_add_int(struct json *object, const char *key, int64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)n);
    json_add_raw(object, key, text);
}

void
json_add_number(struct json *object, const char *key, double d)
{
    if (isfinite(d))
        json_add(object, key, own(cJSON_CreateNumber(d)));
    else
        json_add_null(object, key);
}

void
json_add_bool(struct json *object, const char *key, bool b)
{
    json_add(object, key, own(cJSON_CreateBool(b)));
}

void
json_add_null(struct json *object, const char *key)
{
    json_add(object, key, own(cJSON_CreateNull()));
}

void
json_add_raw(struct json *object, const char *key, const char *json)
{
    json_add(object, key, own(cJSON_CreateRaw(*json ? json : "null")));
}

void
json_push(struct json *array, struct json *child)
{
    cJSON_AddItemToArray(cj(array), cj(child));
}

void
json_push_text(struct json *array, const char *text)
{
    json_push(array, own(cJSON_CreateString(text)));
}

char *
json_print(const struct json *j, size_t *size)
{
    char *text = cJSON_PrintUnformatted(ccj(j));
    if (text == NULL)
        abort();
    if (size != NULL)
        *size = strlen(text);
    return text;
}

void
json_free(struct json *j)
{
    cJSON_Delete(cj(j));
}

/* -- reading: cJSON is lax, so a scan before it refuses what RFC 8259 does
   not allow or PostgreSQL could not store, and nesting that eats the stack --
 */

enum {
    DEPTH_MAX = 64,
    MEMBERS_MAX = 1000
};

/* Skip the string whose opening quote is at `p`; NULL and *why on a fault. */
static const char *
scan_string(const char *p, const char *end, const char **why)
{
    for (p++; p < end && *p != '"'; p++) {
        if ((unsigned char)*p < 0x20) {
            *why = "a control character in a string is not escaped";
            return NULL;
        }
        if (*p != '\\')
            continue;
        if (end - p > 5 && memcmp(p + 1, "u0000", 5) == 0) {
            *why = "a string holds NUL (\\u0000)";
            return NULL;
        }
        p++;
    }
    if (p >= end) {
        *why = "a string does not end";
        return NULL;
    }
    return p + 1;
}

/* Skip the number at `p` (RFC 8259 section 6); NULL on a fault. */
static const char *
scan_number(const char *p)
{
    static const char digits[] = "0123456789";
    p += *p == '-';
    size_t n = strspn(p, digits);
    if (n == 0 || (*p == '0' && n > 1))
        return NULL;
    p += n;
    if (*p == '.') {
        n = strspn(++p, digits);
        if (n == 0)
            return NULL;
        p += n;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        n = strspn(p, digits);
        if (n == 0)
            return NULL;
        p += n;
    }
    return p;
}

static bool
scan(const char *text, size_t size, const char **why)
{
    const char *p = text, *end = text + size;
    int depth = 0;

    *why = "is not JSON";
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        if (c == '"') {
            p = scan_string(p, end, why);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            p = scan_number(p);
        } else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            return false;
        } else {
            depth += (c == '[' || c == '{') - (c == ']' || c == '}');
            if (depth > DEPTH_MAX) {
                *why = "is nested too deep";
                return false;
            }
            p++;
        }
        if (p == NULL)
            return false;
    }
    return true;
}

/* Every object below `j` has distinct keys, and not too many. */
static bool
distinct_keys(const cJSON *j, const char **why)
{
    int members = 0;
    for (const cJSON *c = j->child; c != NULL; c = c->next) {
        if (cJSON_IsObject(j) && ++members > MEMBERS_MAX) {
            *why = "has an object with too many members";
            return false;
        }
        for (const cJSON *d = j->child; d != c; d = d->next)
            if (c->string != NULL && d->string != NULL &&
                strcmp(c->string, d->string) == 0) {
                *why = "has the same key twice";
                return false;
            }
        if (!distinct_keys(c, why))
            return false;
    }
    return true;
}

struct json *
json_parse(const char *text, size_t size, const char **why)
{
    const char *dummy = NULL, *end = NULL;

    if (why == NULL)
        why = &dummy;
    if (!text_is_utf8(text, size)) {
        *why = "is not UTF-8 without NUL";
        return NULL;
    }
    /* the scans read up to a NUL */
    char *copy = xstrndup(text, size);
    cJSON *c = NULL;
    if (scan(copy, size, why)) {
        *why = "is not JSON";
        c = cJSON_ParseWithLengthOpts(copy, size, &end, 0);
    }
    if (c != NULL && end[strspn(end, " \t\r\n")] != '\0') {
        *why = "has something after its end";
        cJSON_Delete(c);
        c = NULL;
    }
    if (c != NULL && !distinct_keys(c, why)) {
        cJSON_Delete(c);
        c = NULL;
    }
    free(copy);
    return (struct json *)c;
}

const struct json *
json_get(const struct json *object, const char *key)
{
    return (const struct json *)cJSON_GetObjectItemCaseSensitive(ccj(object),
                                                                 key);
}

bool
json_is_object(const struct json *j)
{
    return cJSON_IsObject(ccj(j));
}

bool
json_is_array(const struct json *j)
{
    return cJSON_IsArray(ccj(j));
}

const char *
json_text(const struct json *j)
{
    return cJSON_GetStringValue(cj((struct json *)(uintptr_t)j));
}

bool
json_number(const struct json *j, double *out)
{
    if (!cJSON_IsNumber(ccj(j)) || !isfinite(ccj(j)->valuedouble))
        return false;
    *out = ccj(j)->valuedouble;
    return true;
}

bool
json_int(const struct json *j, int64_t *out)
{
    double d = 0;
    /* beyond 2^53 a double no longer tells whole numbers apart */
    if (!json_number(j, &d) || d != floor(d) || fabs(d) > 9007199254740992.0)
        return false;
    *out = (int64_t)d;
    return true;
}

bool
json_bool(const struct json *j, bool *out)
{
    if (!cJSON_IsBool(ccj(j)))
        return false;
    *out = cJSON_IsTrue(ccj(j));
    return true;
}

int
json_size(const struct json *j)
{
    return cJSON_GetArraySize(ccj(j));
}

const struct json *
json_at(const struct json *array, int i)
{
    return (const struct json *)cJSON_GetArrayItem(ccj(array), i);
}

/* Is `value` what the table says?  NULL, or what is wrong. */
static const char *
check_value(const struct json *value, const struct json_field *f)
{
    int64_t n = 0;
    bool b = false;
    const char *text = json_text(value);

    switch (f->type) {
    case JSON_TEXT:
        if (text == NULL)
            return "must be a string";
        if (f->max > 0 && strlen(text) > (size_t)f->max)
            return "is too long";
        return NULL;
    case JSON_INT:
        if (!json_int(value, &n))
            return "must be a whole number";
        return f->max > 0 && n > f->max ? "is too large" : NULL;
    case JSON_BOOL:
        return json_bool(value, &b) ? NULL : "must be true or false";
    }
    return "has no type";
}

enum err
json_check(const struct json *body, const struct json_field *fields,
           size_t count, const char **field, const char **why)
{
    *field = NULL;
    *why = "must be a JSON object";
    if (!json_is_object(body))
        return ERR_INVALID;
    for (const cJSON *c = ccj(body)->child; c != NULL; c = c->next) {
        size_t i = 0;
        while (i < count && strcmp(fields[i].name, c->string) != 0)
            i++;
        *field = c->string;
        *why = i == count ? "is not a field of this request"
                          : check_value((const struct json *)c, &fields[i]);
        if (*why != NULL)
            return ERR_INVALID;
    }
    for (size_t i = 0; i < count; i++) {
        *field = fields[i].name;
        *why = "is missing";
        if (fields[i].required && json_get(body, fields[i].name) == NULL)
            return ERR_INVALID;
    }
    *field = *why = NULL;
    return ERR_OK;
}
