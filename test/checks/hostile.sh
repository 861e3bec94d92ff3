#!/bin/bash
# test/hostile/README.md names every program, and only what is there (TAP).
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=test/lib/report.bash
. test/lib/report.bash

TABLE=test/hostile/README.md
missing=$(for f in test/hostile/programs/*; do
    name=$(basename "${f%.*}")
    grep -qw "$name" "$TABLE" || echo "$name"
done | sort -u)
report "every hostile program is in the table" "$missing"

# NAME *py c cc js*: in just these languages.
wrong=$(sed 's/|/\n/g' "$TABLE" | grep -oE '([a-z0-9_]+, )*[a-z0-9_]+ \*[pycjs ]+\*' |
    while read -r line; do
        languages=${line#*\*} languages=${languages%\*}
        for name in $(tr -d , <<<"${line%%\**}"); do
            for l in $languages; do
                [ -e "test/hostile/programs/$name.$l" ] || echo "$name.$l"
            done
        done
    done)
report "its languages are there" "$wrong"

# Each attack in Python and in C, but where one of them has no such thing.
only='big_int big_int_limit nested_source recursion_unbound source_bytes source_nul compile_.* huge_.*'
only+=' self_exec page_cache_fill page_cache_use static_init exception memory_measured'
only+=' bootstrap exit_now fork_storm low_limits memory_heap monkey secrets spin spin_async trap'
alone=$(for f in test/hostile/programs/*; do
    base=${f%.*} name=$(basename "${f%.*}")
    [[ $name =~ ^(${only//[ ]/|})$ ]] && continue
    [ -e "$base.py" ] && [ -e "$base.c" ] || echo "$name"
done | sort -u)
report "each attack is there in Python and C" "$alone"

report_end
