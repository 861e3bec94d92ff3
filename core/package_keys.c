/* What the YAML files of a package have in common: tables of keys, numbers,
 * and the flags of the default output validator.
 */
#include "core/package_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
package_number(struct package_reader *r, const char *file, const struct yaml *y,
               double min, double max, double *out)
{
    double d;

    if (!yaml_number(y, &d) || d < min || d > max) {
        package_fault(r, file, yaml_line(y), "expected a number from %g to %g",
                      min, max);
        return false;
    }
    *out = d;
    return true;
}

void
package_keys(struct package_reader *r, const char *file, const struct yaml *map,
             const struct package_key *keys, size_t nkeys, void *out)
{
    int format = r->legacy ? PACKAGE_LEGACY : PACKAGE_NEW;

    if (yaml_kind(map) != YAML_MAP) {
        package_fault(r, file, yaml_line(map), "expected `key: value` lines");
        return;
    }
    for (size_t i = 0; i < yaml_size(map); i++) {
        const struct yaml *value = yaml_at(map, i);
        size_t k = 0;

        while (k < nkeys && (strcmp(keys[k].name, yaml_key(map, i)) != 0 ||
                             (keys[k].formats & format) == 0))
            k++;
        if (k == nkeys)
            package_fault(r, file, yaml_line(value), "unknown key `%s`",
                          yaml_key(map, i));
        else if (keys[k].read != NULL)
            keys[k].read(r, file, value, out);
    }
}

/* -- the default output validator's flags -- */

static const char *
flag_word(const struct yaml *y, size_t i, char **words, size_t nwords)
{
    if (yaml_kind(y) == YAML_LIST) {
        const struct yaml *w = yaml_at(y, i);

        return w != NULL && yaml_kind(w) == YAML_TEXT ? yaml_text(w) : NULL;
    }
    return i < nwords ? words[i] : NULL;
}

static bool
flag_tolerance(const char *word, double *out)
{
    char *end;
    double d;

    if (word == NULL || word[strspn(word, "0123456789+-.eE")] != '\0')
        return false;
    d = strtod(word, &end);
    if (end == word || *end != '\0' || !isfinite(d) || d < 0)
        return false;
    *out = d;
    return true;
}

/* The flag at `i`; how many words it took, 0 when it is none. */
static size_t
flag_apply(struct package_compare *c, const char *flag, const char *value)
{
    double d;

    if (strcmp(flag, "case_sensitive") == 0) {
        c->case_sensitive = true;
        return 1;
    }
    if (strcmp(flag, "space_change_sensitive") == 0) {
        c->space_change_sensitive = true;
        return 1;
    }
    if (strncmp(flag, "float_", 6) != 0 || !flag_tolerance(value, &d))
        return 0;
    if (strcmp(flag, "float_tolerance") == 0)
        c->float_absolute = c->float_relative = d;
    else if (strcmp(flag, "float_absolute_tolerance") == 0)
        c->float_absolute = d;
    else if (strcmp(flag, "float_relative_tolerance") == 0)
        c->float_relative = d;
    else
        return 0;
    return 2;
}

void
package_flags(struct package_reader *r, const char *file, const struct yaml *y,
              void *out)
{
    struct package_compare *c = out;
    char *copy = NULL, *words[32], *save = NULL;
    size_t nwords = 0, took;
    const char *word;

    for (size_t i = 0; i < yaml_size(y); i++)
        if (yaml_kind(y) == YAML_MAP || flag_word(y, i, NULL, 0) == NULL) {
            package_fault(r, file, yaml_line(y), "expected a list of words");
            return;
        }
    if (yaml_kind(y) == YAML_TEXT && yaml_text(y) != NULL) {
        copy = xstrdup(yaml_text(y));
        for (char *w = strtok_r(copy, " \t\n", &save); w != NULL && nwords < 32;
             w = strtok_r(NULL, " \t\n", &save))
            words[nwords++] = w;
    }
    for (size_t i = 0; (word = flag_word(y, i, words, nwords)) != NULL;
         i += took) {
        took = flag_apply(c, word, flag_word(y, i + 1, words, nwords));
        if (took == 0) {
            package_fault(r, file, yaml_line(y),
                          "expected case_sensitive, space_change_sensitive "
                          "or float_[absolute_|relative_]tolerance NUMBER, "
                          "not `%s`",
                          word);
            break;
        }
    }
    free(copy);
}
