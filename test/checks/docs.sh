#!/bin/bash
# What exists is described, and what is described exists (TAP): options of the
# configuration, programs, their routes in nginx.conf, migrations.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=test/lib/report.bash
. test/lib/report.bash

# -- options: `| name | default | …` in the table of docs/OPERATIONS.md
table() {
    # shellcheck disable=SC2016 # Markdown's backquotes
    sed -n 's/^| `\([a-z_]*\)` | \(`\([^`]*\)`\|\) *|.*/\1 = \3/p' \
        docs/OPERATIONS.md
}
defaults() { # of the program itself, free of this shell's environment
    env -i "build/$B/cgi-bin/users" -c /dev/null -t |
        sed -n 's/^\([a-z_]*\) = \(.*\)/\1 = \2/p'
}
report "every option stands in docs/OPERATIONS.md with its default" \
    "$(diff <(defaults | sort) <(table | sort) || true)"

# -- programs
for source in cgi-bin/*.c; do
    name=$(basename "$source" .c)
    report "$name has a location in nginx.conf" \
        "$(grep -qE "fastcgi_pass $name;" nginx.conf || echo "none")"
    report "$name stands in docs/INTERFACES.md" \
        "$(grep -qE "(\`|\b)$name(\`|\b)" docs/INTERFACES.md || echo "it does not")"
done
report "every upstream of nginx.conf is a program" \
    "$(sed -n 's/.*fastcgi_pass \([a-z]*\);.*/\1/p' nginx.conf | sort -u |
        while read -r name; do
            [ -f "cgi-bin/$name.c" ] || echo "$name"
        done)"

# -- migrations: numbered without a gap; one that was merged never changes
report "migrations are numbered without a gap" \
    "$(n=0; for f in sql/[0-9]*.sql; do
        n=$((n + 1))
        [[ $f == sql/$(printf %03d $n)_*.sql ]] || echo "$f"
    done)"
report "the newest migration is the version that the programs ask for" \
    "$(newest=$(find sql -name '[0-9]*.sql' | sort | tail -n 1 |
        sed 's/.*\/0*\([0-9]*\)_.*/\1/')
    grep -q "SCHEMA_VERSION = $newest\$" core/schema.h ||
        echo "sql/ has $newest")"
report "no migration of a release has changed" \
    "$(cd sql && [ ! -s released.sha256 ] || sha256sum --quiet -c \
        released.sha256 2>&1 || true)"

report_end
