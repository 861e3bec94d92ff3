#!/bin/bash
# The hostile suite: a real box in a temporary folder, every program of
# programs/ through it, the protocol spoken wrongly, box killed.  Prints TAP.
#
#   run.sh [BUILD_FOLDER [PROGRAM…]]      (default build/${B:-debug})
#
# Run as root it does all of it twice: with root's box, and with an unprivileged
# one under another user, where limits are soft.
# shellcheck disable=SC2317 # functions are called by name
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
BUILD=${1:-build/${B:-debug}}
shift
HERE=test/hostile
PROGRAMS=("$@")
[ $# -gt 0 ] || PROGRAMS=("$HERE"/programs/*)
FIRST_UID=$((2010000000 + $$ % 30000 * 1000)) # another suite may be running
DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-hostile.XXXXXX")
SLOTS=3 BOX='' TESTS=0 FAILED=0
chmod 0755 "$DIR"
cp "$BUILD/grader/box/box" "$BUILD/grader/zygote/exec" \
    "$BUILD/test/hostile/driver" "$BUILD/test/hostile/protocol" "$DIR/" ||
    exit 2
cp -r "$HERE/programs" "$HERE/honest" "$HERE/after" "$DIR/"
ln -s /usr/share/doc "$DIR/hidden" # what programs/files.py must not see

stop_box() { # SIGNAL
    [ -z "$BOX" ] || { kill -"$1" "$BOX" && wait "$BOX"; } 2>/dev/null
    BOX=''
}

clean_up() {
    stop_box TERM
    rm -rf "$DIR"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

is() { # TEXT COMMAND…
    local text=$1 verdict=ok
    shift
    "$@" || { verdict="not ok" FAILED=1; }
    TESTS=$((TESTS + 1))
    echo "$verdict $TESTS - $text"
}

# The TAP of a program, numbered on.
part() { # NAME COMMAND…
    local name=$1 line
    shift
    while IFS= read -r line; do
        case $line in
        "ok "* | "not ok "*)
            TESTS=$((TESTS + 1))
            [[ $line == ok* ]] || FAILED=1
            echo "${line%%ok *}ok $TESTS - $name: ${line#* - }"
            ;;
        1..*) ;;
        *) echo "# $line" ;;
        esac
    done < <("$@" 2>&1; echo "status $?" >"$DIR/status")
    grep -qx 'status [01]' "$DIR/status" || is "$name came to its end" false
}

eventually() { # COMMAND…
    local tries=100
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

start_box() { # COMMAND-PREFIX…
    rm -f "$DIR/run/box.sock" "$DIR/run/log" # or an old "ready" would do
    "$@" "$DIR/box" -Z "$DIR/exec" -s "$DIR/run/box.sock" -U $FIRST_UID -n $SLOTS \
        -M "$DIR/hidden" 2>"$DIR/run/log" &
    BOX=$!
    eventually grep -qs '^box: ready' "$DIR/run/log"
}

zygotes_of() { # PID: they and everything below
    local p
    for p in $(</proc/"$1"/task/"$1"/children); do
        echo "$p" && zygotes_of "$p"
    done
}

all_dead() { # PIDS…
    local p
    for p; do
        [ ! -e "/proc/$p" ] || grep -qs '^State:.Z' "/proc/$p/status" ||
            return 1
    done
}

no_cgroup() { # BOX_PID
    [ -z "$(find /sys/fs/cgroup -type d -name "assay-box.$1" 2>/dev/null)" ]
}

# Between the clone of a slot and its id maps, too: many slots, so that most of
# box's start is that moment.  What is left has one of our two programs open.
killed_at_start() { # COMMAND-PREFIX…
    local try
    for try in 10 15 20 25 30 35 40 45; do
        "$@" "$DIR/box" -Z "$DIR/exec" -s "$DIR/run/box.sock" -U "$FIRST_UID" \
            -n 64 >/dev/null 2>&1 &
        BOX=$!
        sleep "0.0$try"
        stop_box KILL
        eventually nobody_left || return 1
    done
}

nobody_left() {
    [ -z "$(find /proc/[0-9]*/exe -lname "$DIR/*" 2>/dev/null)" ]
}

suite() { # NAME COMMAND-PREFIX…
    local name=$1 pid slots
    shift
    mkdir -p "$DIR/run"
    is "$name: box starts" start_box "$@"
    if ! kill -0 "$BOX" 2>/dev/null; then
        sed 's/^/# /' "$DIR/run/log"
        return
    fi
    part "$name" "$@" env ASSAY_CONF=/dev/null \
        ASSAY_BOX_SOCKET="$DIR/run/box.sock" \
        "$DIR/driver" "$BOX" $FIRST_UID "$SLOTS" "$DIR" \
        "${PROGRAMS[@]/#$HERE/$DIR}"
    part "$name, protocol" "$@" "$DIR/protocol" "$BOX" "$DIR/run/box.sock"

    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box TERM
    # shellcheck disable=SC2086
    is "$name: box stopped, every slot is dead" eventually all_dead $slots
    is "$name: its cgroups are removed" no_cgroup "$pid"
    is "$name: its socket is removed" test ! -e "$DIR/run/box.sock"

    start_box "$@"
    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box KILL
    # shellcheck disable=SC2086
    is "$name: box killed, every slot is dead" eventually all_dead $slots
    start_box "$@"
    is "$name: the next box sweeps the dead one's cgroups" no_cgroup "$pid"
    stop_box TERM
    is "$name: box killed as it starts leaves nobody" killed_at_start "$@"
    start_box "$@" && stop_box TERM # sweeps what those left
    rm -rf "$DIR/run"
}

if [ "$(id -u)" = 0 ]; then
    suite root
    mkdir "$DIR/run" && chown nobody "$DIR/run"
    suite unprivileged setpriv --reuid nobody --regid nogroup --clear-groups
    is "unprivileged: groups that stay are announced" grep -qs 'groups KEPT' \
        <(setpriv --reuid nobody --regid nogroup --groups 12345 \
            "$DIR/box" -t -Z "$DIR/exec")
else
    suite unprivileged
fi
echo "1..$TESTS"
exit $FAILED
