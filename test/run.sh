#!/bin/bash
# Run tests, show their TAP, and end with a plain line `N passed, N failed`.
#
#   test/run.sh SUITE…     checks unit api grader hostile chaos browser, of build
#                          $B
#   test/run.sh all        everything that `make test` promises
#   test/run.sh FILE…      one file of any kind
#
# J files at a time (default: as many as cores, at most 4), each on servers of
# its own; a file's output is shown when it has ended.
#
# A file that ends before its plan is fulfilled, or with a failure that its TAP
# does not show, counts as one failed test more: silence is never success.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export B=${B:-debug}
CORES=$(nproc)
J=${J:-$((CORES < 4 ? CORES : 4))}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/assay-tap.XXXXXX")
RESULTS=$WORK/results
: >"$RESULTS"
COUNT=0
trap 'rm -rf "$WORK"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM

# Count one file's TAP.  Tests are the lines that are not indented.
count() { # NAME STATUS FILE
    local passed failed planned
    passed=$(grep -c '^ok\b' "$3")
    failed=$(grep -c '^not ok\b' "$3")
    planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$3" | tail -n 1)
    if [ -z "$planned" ] || [ "$planned" -ne $((passed + failed)) ]; then
        echo "not ok - $1: planned ${planned:-nothing}," \
            "ran $((passed + failed)) (status $2)"
        failed=$((failed + 1))
    elif [ "$2" -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "not ok - $1: ended with status $2"
        failed=1
    fi
    echo "$passed $failed $1" >>"$RESULTS"
}

# Run one command, then show what it said.
one() { # OUTPUT NAME COMMAND…
    local out=$1 name=$2 status start=$SECONDS
    shift 2
    "$@" </dev/null >"$out" 2>&1
    status=$?
    (
        flock 9
        echo "# $name"
        cat "$out"
        count "$name" "$status" "$out"
        echo "# $name: $((SECONDS - start)) s"
    ) 9>"$WORK/lock"
    rm -f "$out"
}

file() { # PATH
    local out
    while [ "$(jobs -rp | wc -l)" -ge "$J" ]; do wait -n; done
    COUNT=$((COUNT + 1))
    out=$WORK/$COUNT
    case $1 in
    *.bats) one "$out" "$1 ($B)" bats --formatter tap "$1" & ;;
    *.test.js) one "$out" "$1 ($B)" node --test --test-reporter=tap "$1" & ;;
    build/*) one "$out" "$1" env CMOCKA_MESSAGE_OUTPUT=TAP "$1" & ;;
    *) one "$out" "$1 ($B)" "$1" & ;;
    esac
}

files() { # of a suite, the longest first
    case $1 in
    checks) printf '%s\n' test/checks/*.bats test/checks/*.sh ;;
    unit) printf "build/$B/%s\n" test/unit/*.c | sed 's/\.c$//' ;;
    api) printf '%s\n' test/api/*.bats | sort -t/ -k3 -r ;;
    grader) printf '%s\n' test/grader/*.bats ;;
    hostile) echo test/hostile/run.sh ;;
    chaos) echo test/chaos/short.sh ;;
    browser) printf '%s\n' test/browser/*.test.js ;;
    *)
        echo "$1: no such suite" >&2
        exit 64
        ;;
    esac
}

suite() { # NAME…
    local name f
    for name in "$@"; do
        # what it measures must not be its neighbour
        case $name in hostile | chaos) wait ;; esac
        while read -r f; do file "$f"; done < <(files "$name")
        case $name in hostile | chaos) wait ;; esac
    done
}

[ $# -gt 0 ] || {
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 64
}
for what in "$@"; do
    case $what in
    all)
        suite checks unit api grader browser hostile chaos
        B=asan
        suite unit api grader
        ;;
    */*) file "$what" ;;
    *) suite "$what" ;;
    esac
done
wait
awk '$2 > 0 { sub(/^[0-9]+ [0-9]+ /, "# failed in: "); print }' "$RESULTS"
awk '{ p += $1; f += $2 } END {
    printf "%d passed, %d failed\n", p, f
    exit !(p > 0 && f == 0) }' "$RESULTS"
