#!/bin/bash
# The twelve defects of the course project that Assay descends from, each with
# the test that would notice it again (TAP).  What a running test cannot show
# is asked of the sources here.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=test/lib/report.bash
. test/lib/report.bash
# This file still has the test that holds the defect off.
tested() { # DEFECT FILE TEST
    report "$1" "$(grep -qF -- "$3" "$2" || echo "no '$3' in $2")"
}
# No line of the sources matches.
absent() { # DEFECT PATTERN FOLDERS…
    local name=$1 pattern=$2
    shift 2
    report "$name" "$(grep -rnEi --include='*.[ch]' --include='*.sh' \
        --include='*.conf' --include='*.py' -- "$pattern" "$@" || true)"
}

tested "1 a verdict from the text of stderr" \
    courses/demo/hello/submissions/wrong_answer/says_ok.py 'stderr'
tested "2 tests sent to the browser, and taken from it" \
    test/api/assignments.bats "hidden tests, model and wrong solutions appear in no answer"
absent "3 graders with the docker socket" 'docker' \
    lib core cgi-bin cli grader deploy nginx.conf
tested "4 a stream group at \$, nothing reclaimed" \
    test/grader/queue.bats "FLUSHALL, DEL and XGROUP DESTROY: still judged"
tested "5 a lost XADD locks the student out" \
    test/grader/queue.bats "ancestor: a lost XADD locked the student out"
tested "6 a queue that Redis may evict" \
    test/grader/queue.bats "ancestor: an evictable queue is warned of"
absent "7 a cache purged by KEYS *" '"(KEYS|SCAN|FLUSHALL|FLUSHDB)\b' \
    lib core cgi-bin cli grader
tested "8 the UUID as the only secret, and listed" \
    test/api/users.bats "a user's id never authenticates, and only its owner is told it"
tested "9 the pending rule by check-then-insert" \
    test/grader/queue.bats "ancestor: check-then-insert"
tested "10 the same program run again for the next user" \
    test/grader/queue.bats "ancestor: dedupe only per user"
tested "11 the second tab hears nothing" \
    test/browser/journeys.js "second tab"
tested "12 points added twice" \
    test/grader/queue.bats "ancestor: points added twice"

report_end
