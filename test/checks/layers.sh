#!/bin/bash
# Includes go one way, and each library is known to one part only (TAP).
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=test/lib/report.bash
. test/lib/report.bash

# Lines of `path:line:#include …` in the C files below these folders.
includes() { grep -IrnE --include='*.[ch]' '^ *# *include' "$@" || true; }

# FOLDER may include only from these (an extended regular expression).
only() { # FOLDER ALLOWED
    report "$1 includes only $2" "$(includes "$1" | grep -v 'include <' |
        grep -vE "include \"($2)" || true)"
}

only lib 'lib/'
only core 'core/|lib/'
only cgi-bin 'core/|lib/'
only cli 'core/|lib/'
only grader/box 'grader/box/'
only grader/attack 'grader/attack/'
[ ! -d grader/zygote ] || only grader/zygote 'grader/zygote/|grader/box/(zygote|protocol)\.h'
report "grader includes only grader, core and lib; of box only its protocol" \
    "$(includes grader | grep -vE '^grader/(attack|box|zygote)/' |
        grep -v 'include <' |
        grep -vE 'include "(grader/[a-z_]*\.h|grader/box/protocol\.h|core/|lib/)' ||
        true)"
report "every include is written from the root" "$(includes lib core cgi-bin \
    cli grader | grep -v 'include <' | grep -vE 'include "[a-z-]+/' || true)"
report "no handler is included" "$(includes . | grep -E '"cgi-bin/' || true)"

# LIBRARY-HEADER belongs to these files.
home() { # HEADER FILES
    report "<$1> only in $2" "$(includes lib core cgi-bin cli grader |
        grep -E "include [<\"]($1)[>\"]" | grep -vE "^($2):" || true)"
}

home 'fcgi.*\.h' 'lib/http\.c'
home '(cjson/)?cJSON\.h' 'lib/json\.c'
home '(hiredis/)?(hiredis|read|sds|async)\.h' 'lib/(redis|redis_internal|stream|bell|push)\.[ch]'
home '(postgresql/)?libpq-fe\.h' 'lib/db\.c'
home 'sodium\.h' 'lib/secret\.c'
home 'archive(_entry)?\.h' 'lib/archive\.c'
home 'yaml\.h' 'lib/yaml\.c'
home 'cmark.*\.h' 'lib/markdown\.c'
home 'seccomp\.h' 'grader/box/[a-z]*\.c'
home 'sys/capability\.h' 'grader/box/[a-z]*\.c'

# SQL stands in core/ (schema.c's runner creates its own table) and in sql/.
report "no SQL outside core/" "$(grep -rnE --include='*.[ch]' \
    '"[^"]*(SELECT .* FROM |INSERT INTO |UPDATE [a-z_]+ SET |DELETE FROM )' \
    lib cgi-bin cli grader || true)"
report "no shell is started" "$(grep -rnE --include='*.[ch]' \
    '\b(system|popen) *\(' lib core cgi-bin cli grader || true)"
# A clock that somebody sets must not end a run (robustness S30).
report "box, zygotes and runs know no wall clock" "$(grep -nE --include='*.[ch]' -r \
    'CLOCK_(REALTIME|TAI)|\b(time|ftime|gettimeofday) *\(|_timed(wait|lock|receive|send) *\(' \
    grader/box grader/zygote grader/run.c lib/clock.c || true)"

report_end
