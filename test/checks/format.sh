#!/bin/bash
# Every C file has the shape of .clang-format, and shellcheck has nothing to
# say of the scripts (TAP).  `make lint` asks more, and takes longer.
set -euo pipefail
cd "$(dirname "$0")/../.."

N=0 BAD=0
check() { # NAME COMMAND…
    local name=$1 out
    shift
    N=$((N + 1))
    if out=$("$@" 2>&1); then
        echo "ok $N - $name"
    else
        BAD=1
        echo "not ok $N - $name"
        printf '%s\n' "$out" | sed 's/^/#   /'
    fi
}

# students' programs and attacks are not ours to put into shape
STUDENTS=(':!courses' ':!test/hostile/programs' ':!test/grader/packages'
    ':!test/bench/hello')
mapfile -t C < <(git ls-files '*.c' '*.h' ':!test/hostile' "${STUDENTS[@]}")
mapfile -t SH < <(git ls-files '*.sh' '*.bash' '*.bats' .ci/run \
    "${STUDENTS[@]}")
check "clang-format" clang-format --dry-run -Werror "${C[@]}"
check "shellcheck" shellcheck -x -S warning -e SC2034 "${SH[@]}"
echo "1..$N"
exit $BAD
