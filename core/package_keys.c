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

void
package_words_free(struct package_words *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->word[i]);
    free(w->word);
    *w = (struct package_words){0};
}

static void
words_add(struct package_words *w, const char *word)
{
    w->word = xrealloc(w->word, (w->count + 1) * sizeof *w->word);
    w->word[w->count++] = xstrdup(word);
}

void
package_words_read(struct package_reader *r, const char *file,
                   const struct yaml *y, struct package_words *out)
{
    char *copy, *save = NULL;

    if (yaml_kind(y) == YAML_MAP && yaml_get(y, "flags") != NULL)
        y = yaml_get(y, "flags");
    if (yaml_kind(y) == YAML_TEXT && yaml_text(y) != NULL) {
        copy = xstrdup(yaml_text(y));
        for (char *w = strtok_r(copy, " \t\n", &save); w != NULL;
             w = strtok_r(NULL, " \t\n", &save))
            words_add(out, w);
        free(copy);
        return;
    }
    if (yaml_kind(y) == YAML_MAP)
        package_fault(r, file, yaml_line(y), "expected a list of words");
    for (size_t i = 0; i < yaml_size(y) && yaml_kind(y) == YAML_LIST; i++) {
        const struct yaml *w = yaml_at(y, i);

        if (yaml_kind(w) == YAML_TEXT && yaml_text(w) != NULL)
            words_add(out, yaml_text(w));
        else
            package_fault(r, file, yaml_line(w), "expected a list of words");
    }
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

/* What has been said in one list; the format allows each tolerance once, and
 * float_tolerance only alone. */
struct said {
    bool both, absolute, relative;
};

/* The flag with the word after it; how many of the two it took, 0 when it is
 * none. */
static size_t
flag_apply(struct package_compare *c, struct said *said, const char *flag,
           const char *value)
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
    if (strcmp(flag, "float_tolerance") == 0 && !said->both &&
        !said->absolute && !said->relative) {
        said->both = true;
        c->float_absolute = c->float_relative = d;
    } else if (strcmp(flag, "float_absolute_tolerance") == 0 && !said->both &&
               !said->absolute) {
        said->absolute = true;
        c->float_absolute = d;
    } else if (strcmp(flag, "float_relative_tolerance") == 0 && !said->both &&
               !said->relative) {
        said->relative = true;
        c->float_relative = d;
    } else
        return 0;
    return 2;
}

void
package_flags(struct package_reader *r, const char *file, int line,
              const struct package_words *words, struct package_compare *out)
{
    struct said said = {0};
    size_t took;

    for (size_t i = 0; i < words->count && !r->custom; i += took) {
        const char *next = i + 1 < words->count ? words->word[i + 1] : NULL;

        took = flag_apply(out, &said, words->word[i], next);
        if (took > 0)
            continue;
        package_fault(r, file, line,
                      "expected case_sensitive, space_change_sensitive or "
                      "float_[absolute_|relative_]tolerance NUMBER, each "
                      "tolerance once, not `%s`",
                      words->word[i]);
        return;
    }
}
