#!/bin/bash
# Each header compiles alone (TAP).
set -euo pipefail
cd "$(dirname "$0")/../.."

N=0 BAD=0
flags="$(pkg-config --cflags libpq hiredis libcjson libsodium libarchive yaml-0.1)
    $(/usr/bin/python3-config --includes)"
while read -r header; do
    N=$((N + 1))
    # shellcheck disable=SC2086 # flags
    if out=$(echo "#include \"$header\"" | gcc -std=c17 -D_GNU_SOURCE -Wall \
        -Wextra -Werror -I. $flags -fsyntax-only -xc - 2>&1); then
        echo "ok $N - $header"
    else
        BAD=1
        echo "not ok $N - $header"
        printf '%s\n' "$out" | sed 's/^/#   /'
    fi
done < <(find lib core grader -name '*.h' | sort)
echo "1..$N"
exit $BAD
