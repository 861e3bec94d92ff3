#!/bin/bash
# The hostile suite: a real box in a temporary folder, every program of
# programs/ through it, the protocol spoken wrongly, box killed.  Prints TAP.
#
#   run.sh [BUILD_FOLDER [PROGRAM…]]      (default build/${B:-debug})
#
#   T="NAME…"               only these programs (patterns, as in cpu_*)
#   HOSTILE_SLOWNESS=4      times are multiplied by it (an emulated host)
#   HOSTILE_ISOLATION=TEXT  what the first box must say of itself: a host that
#                           has hard limits must not be tested with soft ones
#   HOSTILE_CGROUP=/PATH    the v2 cgroup that box must use ("": the topmost one)
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
if [ $# -eq 0 ]; then
    read -ra PROGRAMS <<<"${T:-*}"
    # shellcheck disable=SC2206 # they are patterns
    PROGRAMS=(${PROGRAMS[@]/#/$HERE/programs/})
    [ -e "${PROGRAMS[0]}" ] || exit 2
fi
FIRST_UID=$((2010000000 + $$ % 30000 * 1000)) # another suite may be running
DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-hostile.XXXXXX")
BOX='' TESTS=0 FAILED=0
AHEAD=300 # seconds that node is started ahead after its last use
CONF=(env ASSAY_CONF=/dev/null ASSAY_BOX_SOCKET="$DIR/run/box.sock")
chmod 0755 "$DIR"
cp "$BUILD/grader/box/box" "$BUILD"/grader/zygotes/{exec,node} \
    "$BUILD"/test/hostile/{driver,protocol,compare} "$DIR/" ||
    exit 2
cp -r "$HERE/programs" "$HERE/same" "$DIR/"
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
    local tries=$((100 * ${HOSTILE_SLOWNESS:-1}))
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

start_box() { # COMMAND-PREFIX…
    rm -f "$DIR/run/box.sock" "$DIR/run/log" # or an old "ready" would do
    "$@" "$DIR/box" -Z "$DIR/exec" -s "$DIR/run/box.sock" -U $FIRST_UID -n 3 \
        -M "$DIR/hidden" -k "$AHEAD" 2>"$DIR/run/log" &
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

in_leaf() { # PID LEAF
    grep -q "^0::${HOSTILE_CGROUP-.*}/assay-box\.$BOX/[0-9]*/$2\$" \
        "/proc/$1/cgroup"
}

# On version 2 the zygote is in leaf z of its slot, its runner in s, which is what
# is limited and counted.
in_their_leaves() {
    local zygote runner runners
    for zygote in $(<"/proc/$BOX/task/$BOX/children"); do
        in_leaf "$zygote" z || return 1
        runners=$(<"/proc/$zygote/task/$zygote/children")
        [ -n "$runners" ] || return 1
        for runner in $runners; do in_leaf "$runner" s || return 1; done
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
    if [ "$TESTS" -eq 1 ] && [ -n "${HOSTILE_ISOLATION:-}" ]; then
        is "$name: box has $HOSTILE_ISOLATION" \
            grep -q "$HOSTILE_ISOLATION" "$DIR/run/log"
    fi
    ! grep -q 'cgroup v2' "$DIR/run/log" ||
        is "$name: zygotes and runners are in their leaves" \
            eventually in_their_leaves
    part "$name" "$@" "${CONF[@]}" \
        "$DIR/driver" "$BOX" $FIRST_UID "${PROGRAMS[@]/#$HERE/$DIR}"
    part "$name, protocol" "$@" "$DIR/protocol" "$BOX" "$DIR/run/box.sock"
    part "$name, ahead or not" "$@" "${CONF[@]}" \
        "$DIR/compare" "$BOX" compare 3 "$DIR"/same/*.js

    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box TERM
    # shellcheck disable=SC2086
    is "$name: box stopped, every slot is dead" eventually all_dead $slots
    is "$name: its cgroups are removed" no_cgroup "$pid"
    is "$name: its socket is removed" test ! -e "$DIR/run/box.sock"

    AHEAD=3 start_box "$@"
    part "$name, idle" "$@" "${CONF[@]}" "$DIR/compare" "$BOX" idle
    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box KILL
    # shellcheck disable=SC2086
    is "$name: box killed, every slot is dead" eventually all_dead $slots
    start_box "$@"
    is "$name: the next box sweeps the dead one's cgroups" no_cgroup "$pid"
    stop_box TERM

    start_box "$@" "$DIR/compare" 0 under
    part "$name, where a listener is" "$@" "${CONF[@]}" \
        "$DIR/compare" "$BOX" listened
    is "$name: and box says why" eventually grep -q \
        'not started ahead any more kind=node' "$DIR/run/log"
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
