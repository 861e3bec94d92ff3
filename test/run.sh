#!/bin/bash
# Run tests, show their TAP, and end with a plain line `N passed, N failed`.
#
#   test/run.sh SUITE…     checks unit api grader hostile browser, of build $B
#   test/run.sh all        everything that `make test` promises
#   test/run.sh FILE…      one file of any kind
#
# A file that ends before its plan is fulfilled, or with a failure that its TAP
# does not show, counts as one failed test more: silence is never success.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export B=${B:-debug}
PASSED=0 FAILED=0 BROKEN=()

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
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + failed))
    [ "$failed" -eq 0 ] || BROKEN+=("$1")
}

one() { # NAME COMMAND…
    local name=$1 out status start=$SECONDS
    shift
    out=$(mktemp "${TMPDIR:-/tmp}/assay-tap.XXXXXX")
    echo "# $name"
    "$@" </dev/null 2>&1 | tee "$out"
    status=${PIPESTATUS[0]}
    count "$name" "$status" "$out"
    echo "# $name: $((SECONDS - start)) s"
    rm -f "$out"
}

file() { # PATH
    case $1 in
    *.bats) one "$1 ($B)" bats --formatter tap "$1" ;;
    *.js | *.mjs) one "$1 ($B)" node --test --test-reporter=tap "$1" ;;
    build/*/test/unit/*) one "$1" env CMOCKA_MESSAGE_OUTPUT=TAP "$1" ;;
    *) one "$1 ($B)" "$1" ;;
    esac
}

suite() { # NAME
    local f
    case $1 in
    checks) set -- test/checks/*.sh test/checks/*.bats ;;
    unit)
        set -- test/unit/*.c
        set -- "${@/#/build/$B/}"
        set -- "${@%.c}"
        ;;
    api) set -- test/api/*.bats ;;
    grader) set -- test/grader/*.bats ;;
    hostile) set -- test/hostile/run.sh ;;
    browser) set -- test/browser/*.test.js ;;
    esac
    for f in "$@"; do
        # a pattern without files stays as it is, and fails below
        case $f in test/checks/\*.bats) continue ;; esac
        file "$f"
    done
}

everything() {
    suite checks
    suite unit
    suite api
    suite grader
    suite hostile
    suite browser
    B=asan
    suite unit
    suite api
    suite grader
}

[ $# -gt 0 ] || {
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 64
}
for what in "$@"; do
    case $what in
    all) everything ;;
    */*) file "$what" ;;
    *) suite "$what" ;;
    esac
done
if [ ${#BROKEN[@]} -gt 0 ]; then
    printf '# failed in: %s\n' "${BROKEN[@]}"
fi
echo "$PASSED passed, $FAILED failed"
[ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
