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
# one under another user, where limits are soft.  README.md says which program
# is which attack, driver.c what is looked at after each.
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
SLOTS=3 BOX='' TESTS=0 FAILED=0
AHEAD=300 # seconds that node is started ahead after its last use
CONF=(env ASSAY_CONF=/dev/null ASSAY_BOX_SOCKET="$DIR/run/box.sock")
chmod 0755 "$DIR"
cp "$BUILD/grader/box/box" "$BUILD"/grader/zygotes/{exec,python3,node} \
    "$BUILD"/test/hostile/{driver,protocol,compare,clock.so} "$DIR/" ||
    exit 2
cp -r "$HERE"/{programs,honest,after,same} "$DIR/"
ln -s /usr/share/doc "$DIR/hidden" # what programs/files.py must not see

stop_box() { # SIGNAL
    [ -z "$BOX" ] || { kill -"$1" "$BOX" && wait "$BOX"; } 2>/dev/null
    BOX=''
    keep_log
}

# What all boxes of a suite said.
keep_log() {
    [ ! -e "$DIR/run/log" ] || cat "$DIR/run/log" >>"$DIR/log"
    rm -f "$DIR/run/log"
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
    keep_log # or an old "ready" would do
    rm -f "$DIR/run/box.sock"
    "$@" "$DIR/box" -Z "$DIR/exec" -s "$DIR/run/box.sock" -U $FIRST_UID \
        -n $SLOTS -M "$DIR/hidden" -k "$AHEAD" 2>"$DIR/run/log" &
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
            -n exec=64 2>>"$DIR/log" &
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

# On version 2 the zygote is in leaf z of its slot, its runners in s and t, which
# are limited and counted.
in_their_leaves() {
    local zygote runner runners
    for zygote in $(<"/proc/$BOX/task/$BOX/children"); do
        in_leaf "$zygote" z || return 1
        runners=$(<"/proc/$zygote/task/$zygote/children")
        [ -n "$runners" ] || return 1
        for runner in $runners; do in_leaf "$runner" '[st]' || return 1; done
    done
}

nobody_left() {
    [ -z "$(find /proc/[0-9]*/exe -lname "$DIR/*" 2>/dev/null)" ]
}

# Files of the host that artefact_names and chown_links point at; of /, /usr and
# a device what nobody changes in passing.
targets() {
    stat -c '%n %u %g %a %h %s %Y %Z' /etc/hostname /etc/shadow /usr/bin/env
    stat -c '%n %u %g %a' / /usr /etc/cron.d /dev/null
    ls -d /etc/cron.d/assay-hostile* 2>&1
}

# Files of whom only programs were, anywhere that they might have come to.
nothing_owned() {
    [ -z "$(find /tmp /var/tmp /dev/shm /run /etc /root -xdev \
        -uid +$((FIRST_UID - 1)) -uid -$((FIRST_UID + 768)) 2>/dev/null)" ]
}

no_report() { # of a sanitizer (B=asan)
    ! grep -E 'Sanitizer|runtime error:' "$DIR/log" | sed 's/^/# /' | grep .
}

no_zygote_died() {
    ! grep '^box: zygote died' "$DIR/run/log" | sed 's/^/# /' | grep .
}

drive() { # NAME PROGRAMS -- COMMAND-PREFIX…
    local name=$1 programs=()
    shift
    while [ "$1" != -- ]; do
        programs+=("${1/#$HERE/$DIR}")
        shift
    done
    shift
    part "$name" "$@" "${CONF[@]}" \
        "$DIR/driver" "$BOX" "$FIRST_UID" "$SLOTS" "$DIR" "${programs[@]}"
    is "$name: no zygote died" no_zygote_died
}

# Box and driver see a wall clock that jumps by an hour with every look at it:
# no run is measured by it.
clock_steps() { # NAME COMMAND-PREFIX…
    local name=$1 first second
    shift
    local with=(env LD_PRELOAD="$DIR/clock.so" HOSTILE_CLOCK="$DIR/run/clock"
        ASAN_OPTIONS=verify_asan_link_order=0)
    read -r first second < <(LD_PRELOAD="$DIR/clock.so" /usr/bin/python3 -I -c \
        'import time; print(int(time.time()), int(time.time()))')
    is "$name: the clock jumps" test $(((first - second) / 3600)) -ne 0
    is "$name: box starts" start_box "$@" "${with[@]}"
    drive "$name" "$HERE"/programs/{hello.c,hello.py,sleep_forever.c,cpu_spin.c} \
        "$HERE"/programs/{cpu_past.py,stop_self.py,channel_stall.c} \
        -- "$@" "${with[@]}"
    is "$name: both had that clock" \
        test "$(grep -cxE 'box|driver' "$DIR/run/clock")" -ge 2
    stop_box TERM
}

box_has() { # ZYGOTE: there is none of node on a host without it
    grep -q "^box: ready.* zygotes=\"[^\"]*\b$1\b" "$DIR/run/log"
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
    drive "$name" "${PROGRAMS[@]}" -- "$@"
    sort "$DIR/run/log" | uniq -c | sed 's/^ */# log: /'
    part "$name, protocol" "$@" "$DIR/protocol" "$BOX" "$DIR/run/box.sock"
    ! box_has node ||
        part "$name, ahead or not" "$@" "${CONF[@]}" \
            "$DIR/compare" "$BOX" compare 3 "$DIR"/same/*.js

    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box TERM
    # shellcheck disable=SC2086
    is "$name: box stopped, every slot is dead" eventually all_dead $slots
    is "$name: its cgroups are removed" no_cgroup "$pid"
    is "$name: its socket is removed" test ! -e "$DIR/run/box.sock"

    AHEAD=3 start_box "$@"
    ! box_has node ||
        part "$name, idle" "$@" "${CONF[@]}" "$DIR/compare" "$BOX" idle
    pid=$BOX slots=$(zygotes_of "$BOX")
    stop_box KILL
    # shellcheck disable=SC2086
    is "$name: box killed, every slot is dead" eventually all_dead $slots
    start_box "$@"
    is "$name: the next box sweeps the dead one's cgroups" no_cgroup "$pid"
    stop_box TERM

    if start_box "$@" "$DIR/compare" 0 under && box_has node; then
        part "$name, where a listener is" "$@" "${CONF[@]}" \
            "$DIR/compare" "$BOX" listened
        is "$name: and box says why" eventually grep -q \
            'not started ahead any more kind=node' "$DIR/run/log"
    fi
    stop_box TERM
    is "$name: box killed as it starts leaves nobody" killed_at_start "$@"
    start_box "$@" && stop_box TERM # sweeps what those left
    clock_steps "$name, clock" "$@"
    is "$name: no sanitizer has reported anything" no_report
    rm -rf "$DIR/run" "$DIR/log"
}

TARGETS=$(targets)
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
is "files of the host are as they were" test "$TARGETS" = "$(targets)"
is "no file belongs to a program's id" nothing_owned
echo "1..$TESTS"
exit $FAILED
