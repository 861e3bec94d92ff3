/* JSON in and out; the only file that knows cJSON.
 *
 * https://github.com/DaveGamble/cJSON: numbers are doubles, GetObjectItem
 * ignores case, Add* takes ownership: all hidden here.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json; /* a cJSON node */

/* -- writing.  Adding takes ownership of a child; keys are copied. -- */
struct json *json_object(void);
struct json *json_array(void);
void json_add(struct json *object, const char *key, struct json *child);
void json_add_text(struct json *object, const char *key, const char *text);
/* `size` bytes that need not end in NUL nor be UTF-8: cleaned (text_clean). */
void json_add_output(struct json *object, const char *key, const char *data,
                     size_t size, size_t max);
void json_add_int(struct json *object, const char *key, int64_t n);
/* A number; NaN and infinities become null.  Whole numbers have no ".0". */
void json_add_number(struct json *object, const char *key, double d);
void json_add_bool(struct json *object, const char *key, bool b);
void json_add_null(struct json *object, const char *key);
/* Text that is JSON already (from PostgreSQL); "" is null. */
void json_add_raw(struct json *object, const char *key, const char *json);
void json_push(struct json *array, struct json *child);
void json_push_text(struct json *array, const char *text);
/* Compact text, the caller's to free(). */
char *json_print(const struct json *j, size_t *size);
void json_free(struct json *j); /* NULL is legal */

/* -- reading -- */
/* The whole of `text` as one JSON value: UTF-8 without NUL (nor \u0000), no
 * duplicate keys in an object, no trailing bytes, at most 64 deep.  NULL on a
 * fault, and then *why (static text) says it. */
struct json *json_parse(const char *text, size_t size, const char **why);
const struct json *json_get(const struct json *object, const char *key);
bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
const char *json_text(const struct json *j);       /* NULL: not a string */
bool json_int(const struct json *j, int64_t *out); /* false: not whole */
bool json_number(const struct json *j, double *out);
bool json_bool(const struct json *j, bool *out);
int json_size(const struct json *array_or_object);
const struct json *json_at(const struct json *array, int i);

/* What a request's body may hold.  An object with other keys, or with a field
 * of another type, too long or missing, is refused by name. */
enum json_type {
    JSON_TEXT,
    JSON_INT,
    JSON_BOOL
};

struct json_field {
    const char *name;
    enum json_type type;
    int64_t max; /* bytes of a text, value of an int; 0 no limit */
    bool required;
};

/* Check `body` against `count` fields.  ERR_OK; ERR_INVALID with *field (one
 * of the table's names, or the unknown key: valid as long as body) and *why
 * (static text). */
enum err json_check(const struct json *body, const struct json_field *fields,
                    size_t count, const char **field, const char **why);

#endif
