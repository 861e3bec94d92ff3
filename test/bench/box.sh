#!/bin/bash
# How fast the box is: a box of build $B (release) in a temporary folder, on ids
# of its own, and test/bench/box.c beside it.
#
#   box.sh [table [WORD]]    the table ($ROUNDS rounds), or the rows with WORD in
#                            their name; all of it as JSON in
#                            build/bench-box.json
#   box.sh profile [COUNT]   where the time of a split grading goes
set -euo pipefail
cd "$(dirname "$0")/../.."
ROOT=$PWD
BUILD=$ROOT/build/${B:-release}
DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-bench.XXXXXX")
chmod 0755 "$DIR"
export BENCH_DIR=$DIR/work
export ASSAY_SHARE_DIR=$DIR/share ASSAY_BOX_SOCKET=$DIR/box.sock
export ASSAY_STATE_DIR=$DIR/state
BOX_PID=''

stop_box() {
    [ -z "$BOX_PID" ] || { kill "$BOX_PID" && wait "$BOX_PID"; } || true
    BOX_PID=''
}

clean_up() {
    stop_box
    rm -rf "$DIR"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

start_box() { # SLOTS
    stop_box
    "$BUILD/grader/box/box" -s "$ASSAY_BOX_SOCKET" -n "$1" -U 1960000000 \
        -R "$DIR/state/shown" 2>"$DIR/box.log" &
    export BOX_PID=$!
    for _ in {1..100}; do
        ! grep -qs '^box: ready' "$DIR/box.log" || break
        sleep 0.1
    done
    grep -qs '^box: ready' "$DIR/box.log" || {
        cat "$DIR/box.log" >&2
        return 1
    }
    BOX_CGROUP=$(cgroup_of "$BOX_PID")
    export BOX_CGROUP
}

# The folder of box's that counts the processors' time.
cgroup_of() { # PID
    find /sys/fs/cgroup -type d -name "assay-box.$1" 2>/dev/null |
        while read -r folder; do
            [ ! -e "$folder/cpuacct.usage" ] && [ ! -e "$folder/cpu.stat" ] ||
                echo "$folder"
        done | head -n 1
}

driver() { # WORDS…
    "$BUILD/test/bench/box" "$@" 2>"$DIR/log" || {
        cat "$DIR/log" "$DIR/box.log" >&2
        return 1
    }
}

mkdir -p "$DIR/share" "$DIR/state/shown" "$BENCH_DIR"
ln -s "$ROOT/grader/languages" "$DIR/share"
gcc -O2 -static -o "$BENCH_DIR/true" test/bench/true.c
in_service=$(($(nproc) + 1)) # slots: one more than runs at once

case ${1:-table} in
table)
    start_box "$in_service"
    driver table "$ROOT/build/bench-box.json" "${ROUNDS:-7}" "${2:-}"
    ;;
profile)
    start_box 1
    driver profile "${2:-300}"
    start_box "$in_service"
    driver load
    ;;
*)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
