#!/bin/bash
# A private Assay: PostgreSQL, Redis, box, handlers, graderd and nginx, with
# everything that they write under one folder.  `make run` and the tests use
# it; nothing of it touches the system's own services.
#
#   stack.sh up DIR [OPTION…]     start what is not running; load the course
#   stack.sh down DIR             stop exactly what `up` started
#   stack.sh run DIR [OPTION…]    up, show events, and down at Ctrl-C or SIGTERM
#   stack.sh start NAME DIR       one component: postgres redis box nginx
#   stack.sh stop NAME DIR        graderd graderd2 … or a handler's name
#   stack.sh kill NAME DIR        the same by SIGKILL, its whole session
#   stack.sh pid NAME DIR         its process id; fails when it is not running
#   stack.sh status DIR           a line per component
#
# Options of up and run (kept in DIR/stack.env for start):
#   --port N        of nginx on 127.0.0.1; 0 takes a free one      [8080]
#   --listen ADDR   another address than 127.0.0.1
#   --build B       debug | asan | release                         [$B, debug]
#   --graders N     graderds to start: 0, 1, 2 …                   [1]
#   --course DIR    courses to load; "" for none          [courses/demo]
#   --set NAME=VAL  an option of assay.conf; may be given again
#   --throwaway     the data need not survive a power cut (faster; for tests)
#
# As root, PostgreSQL runs as its own user, box as root, all else as www-data
# (or nobody).  Where those users cannot reach the checkout (root's home), the
# programs are copied to DIR/tree, and where they cannot reach DIR, DIR becomes
# a link to a folder in /var/lib/assay-private.  No mode outside is changed.
#
# Theory of operation: every component runs in a session of its own, so that
# Ctrl-C reaches this script alone.  DIR/pid/NAME holds "PID STARTTIME": a pid
# counts only while the process that has it began at that time, so a recycled
# number is never signalled.
set -euo pipefail
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ME=$(basename "$0")

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$ME: $*"
    exit 1
}

# shellcheck source=deploy/stack/process.sh
. "$ROOT/deploy/stack/process.sh"
# shellcheck source=deploy/stack/site.sh
. "$ROOT/deploy/stack/site.sh"
# shellcheck source=deploy/stack/components.sh
. "$ROOT/deploy/stack/components.sh"

# -- the whole --------------------------------------------------------------

prepare_database() {
    local assay=$ROOT/build/$BUILD/bin/assay
    [ -n "$(psql_admin -d postgres -c \
        "SELECT 1 FROM pg_database WHERE datname = 'assay'")" ] ||
        psql_admin -d postgres -c 'CREATE DATABASE assay'
    "$assay" -c "$DIR/assay.conf" migrate >"$DIR/log/migrate.log" 2>&1 ||
        fail migrate failed
    [ -z "$COURSE" ] ||
        "$assay" -c "$DIR/assay.conf" course load "$COURSE" \
            >"$DIR/log/course.log" 2>&1 || fail course "was refused"
}

grader_names() {
    local n
    for ((n = 1; n <= GRADERS; n++)); do
        [ $n = 1 ] && echo graderd || echo "graderd$n"
    done
}

built() {
    local name
    for name in bin/assay grader/graderd $(handlers | sed 's/^/cgi-bin\//'); do
        [ -x "$ROOT/build/$BUILD/$name" ] ||
            die "build/$BUILD/$name is not built: make B=$BUILD"
    done
    [ -x "$ROOT/build/$(box_build)/grader/box/box" ] ||
        die "box is not built: make B=$(box_build)"
    [ -r "$ROOT/build/$BUILD/nchan/sockets.so" ] ||
        die "nchan/sockets.so is not built: make B=$BUILD"
    [ -f "$ROOT/static/dist/index.html" ] ||
        die "the page is not built: make static"
}

up() {
    local name
    built
    place_dir
    exec 8>"$DIR/.lock"
    flock -w 60 8 || die "$DIR: another start or stop is under way"
    make_folders
    keep_ports
    running nginx || [ "$PORT" = 0 ] || ! taken "$LISTEN" "$PORT" ||
        port_is_taken
    place_tree
    write_conf
    save_env
    start_one postgres
    prepare_database
    start_one redis
    start_one box
    for name in $(handlers); do start_one "$name"; done
    for name in $(grader_names); do start_one "$name"; done
    start_one nginx
    await nginx 20 api_answers
    exec 8>&-
}

names_started() { # in the order in which they are stopped
    local name
    [ -d "$DIR/pid" ] || return 0
    for name in nginx $(cd "$DIR/pid" && ls) redis postgres; do
        [ ! -f "$DIR/pid/$name" ] || echo "$name"
    done | awk '
        $1 == "box" { box = 1; next }
        $1 == "redis" { redis = 1; next }
        $1 == "postgres" { postgres = 1; next }
        !seen[$1]++ { print }
        END { if (box) print "box"; if (redis) print "redis"
              if (postgres) print "postgres" }'
}

signal_for() { [ "$1" = postgres ] && echo INT || echo TERM; }

down() {
    local name
    for name in $(names_started); do
        stop_one "$name" "$(signal_for "$name")"
    done
}

status() {
    local name pid
    for name in $(names_started); do
        pid=$(pid_of "$name") && echo "$name $pid" || echo "$name dead"
    done
}

# -- foreground -------------------------------------------------------------

isolation() { # as box found it at its start
    sed -n 's/.* isolation="\(.*\)"$/\1/p' "$DIR/log/box.log" | tail -n 1
}

greet() {
    cat <<END

Assay runs at $(url)/

Try it from a shell:
  TOKEN=\$(curl -s $(url)/api/users --json '{}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
  echo 'def hello(): return "Hello"' | curl -s -H "Authorization: Bearer \$TOKEN" \\
    -H 'Accept: text/plain' --data-binary @- \\
    '$(url)/api/assignments/hello/submissions?language=python3&wait=10'

What isolates submissions: $(isolation).
Ctrl-C stops it; what was handed in is kept in $DIR.

END
}

# Restart what dies, as systemd would; say so.
watch_over() {
    local name
    while :; do
        sleep 1 &
        wait $! || true
        for name in $(names_started); do
            running "$name" && continue
            echo "$name died and is started again"
            rm -f "$DIR/pid/$name"
            (start_one "$name") || true
        done
    done
}

run() {
    local logs
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP PIPE
    trap 'on_exit' EXIT
    up
    greet
    mapfile -t logs < <(handlers | sed 's/$/.log/')
    (cd "$DIR/log" && exec setsid tail -q -n 0 -F access.log graderd*.log \
        box.log nginx.log "${logs[@]}" 2>/dev/null) &
    TAIL=$!
    watch_over
}

TAIL=
on_exit() {
    local status=$?
    trap '' INT TERM HUP PIPE # once is enough
    trap - EXIT
    set +e # a terminal that was closed fails every echo
    [ -z "$TAIL" ] || kill "$TAIL" 2>/dev/null || true
    echo "stopping"
    down
    [ $status -ge 128 ] && status=0
    exit $status
}

# -- the command line -------------------------------------------------------

usage() {
    sed -n '2,/^set -/{ /^set -/d; s/^# \{0,1\}//; p; }' "$0" >&2
    exit 64
}

options() {
    PORT=${PORT:-8080} LISTEN=${LISTEN:-127.0.0.1} BUILD=${B:-debug} GRADERS=1
    REDIS_PORT=0
    COURSE=$ROOT/courses/demo SETTINGS=() THROWAWAY=no
    while [ $# -gt 0 ]; do
        case $1 in
        --throwaway) THROWAWAY=yes ;;
        --port | --listen | --build | --graders | --course | --set)
            [ $# -ge 2 ] || usage
            case $1 in
            --port) PORT=$2 ;;
            --listen) LISTEN=$2 ;;
            --build) BUILD=$2 ;;
            --graders) GRADERS=$2 ;;
            --course) COURSE=$2 ;;
            --set) SETTINGS+=("$2") ;;
            esac
            shift
            ;;
        *) usage ;;
        esac
        shift
    done
    case $PORT in '' | *[!0-9]*) die "PORT=$PORT: expected a number" ;; esac
}

[ $# -ge 2 ] || usage
command=$1
shift
case $command in
up | run)
    DIR=$1
    shift
    options "$@"
    "$command"
    ;;
down | status)
    DIR=$1
    [ -d "$DIR/pid" ] || exit 0
    load_env "$DIR"
    "$command"
    ;;
start | stop | kill | pid)
    [ $# = 2 ] || usage
    DIR=$2
    load_env "$DIR"
    case $command in
    start) start_one "$1" ;;
    stop) stop_one "$1" "$(signal_for "$1")" ;;
    kill) kill_one "$1" ;;
    pid) pid_of "$1" ;;
    esac
    ;;
*) usage ;;
esac
