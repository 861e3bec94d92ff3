/* YAML as a small read-only tree with line numbers; the only file that knows
 * libyaml (https://pyyaml.org/wiki/LibYAML).
 *
 * Strings, lists and maps: that is all our files need.  Scalars stay text;
 * yaml_bool() and friends read them as the YAML core schema does.  Refused,
 * because they only ever surprise: anchors and aliases (a few lines of them
 * expand to gigabytes), tags, several documents, duplicate keys, keys that are
 * not plain scalars, more than YAML_DEPTH_MAX levels or YAML_NODES_MAX nodes.
 */
#ifndef LIB_YAML_H
#define LIB_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    YAML_DEPTH_MAX = 16,
    YAML_NODES_MAX = 5000
};

enum yaml_kind {
    YAML_TEXT,
    YAML_LIST,
    YAML_MAP
};

struct yaml; /* a node */

/* Parse `size` bytes of UTF-8.  NULL on a fault, and then *why (the caller
 * frees it) says what, and *line where (from 1).  An empty document is an
 * empty map. */
struct yaml *yaml_parse(const char *text, size_t size, char **why, int *line);
/* NULL is legal.  Hidden, because libyaml has a function of this name, too, and
 * would call ours. */
__attribute__((visibility("hidden"))) void yaml_free(struct yaml *y);

enum yaml_kind yaml_kind(const struct yaml *y);
int yaml_line(const struct yaml *y); /* from 1 */
/* Number of entries of a list or map; 0 of a text. */
size_t yaml_size(const struct yaml *y);
/* The i-th entry of a list, or value of a map; NULL past the end. */
const struct yaml *yaml_at(const struct yaml *y, size_t i);
/* The i-th key of a map; NULL past the end. */
const char *yaml_key(const struct yaml *y, size_t i);
/* A map's value; NULL when absent, or when `y` is NULL or no map. */
const struct yaml *yaml_get(const struct yaml *y, const char *key);

/* The text of a scalar; NULL when it is none, or an unquoted null. */
const char *yaml_text(const struct yaml *y);
bool yaml_is_null(const struct yaml *y);
/* A finite number in decimal notation, unquoted or quoted. */
bool yaml_number(const struct yaml *y, double *out);
/* true or false (also True, TRUE, yes, no, on, off: YAML 1.1 packages). */
bool yaml_bool(const struct yaml *y, bool *out);

#endif
