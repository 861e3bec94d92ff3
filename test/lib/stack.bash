# shellcheck shell=bash
# A private Assay for one test file (bats):
#
#   load ../lib/stack
#   setup_file() { stack_up; }        # options as deploy/stack.sh up takes
#   teardown_file() { stack_down; }
#
# Exports ASSAY_URL, ASSAY_CONF, ASSAY_DIR, ASSAY_BIN (the assay program).
# Everything is stopped by pid and removed, also when a test failed; with
# KEEP=1 the folder stays.  B=asan tests that build.  Options of assay.conf come
# by `--set lease_seconds=2` or as ASSAY_LEASE_SECONDS=2 in the environment.

! declare -F bats_require_minimum_version >/dev/null ||
    bats_require_minimum_version 1.5.0 # flags of `run`

STACK_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Short, because of sockets; reachable for the users that the parts run as.
stack_up() {
    ASSAY_DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay.XXXXXX")
    chmod 0755 "$ASSAY_DIR"
    export ASSAY_DIR ASSAY_CONF=$ASSAY_DIR/assay.conf
    # not too many processes for a small machine
    "$STACK_ROOT/deploy/stack.sh" up "$ASSAY_DIR" --port 0 --throwaway \
        --build "${B:-debug}" --set wait_workers=8 "$@" || {
        stack_down
        return 1
    }
    ASSAY_URL=http://127.0.0.1:$(stack_fact PORT)
    ASSAY_BIN=$STACK_ROOT/build/${B:-debug}/bin/assay
    export ASSAY_URL ASSAY_BIN
}

stack_down() {
    [ -n "${ASSAY_DIR:-}" ] || return 0
    "$STACK_ROOT/deploy/stack.sh" down "$ASSAY_DIR"
    stack_sanitizers || return 1
    [ -n "${KEEP:-}" ] || rm -rf "$ASSAY_DIR"
}

# A sanitizer's complaint anywhere fails the file, whatever the tests said.
stack_sanitizers() {
    ! grep -lE 'ERROR: (Address|Leak)Sanitizer|runtime error:' \
        "$ASSAY_DIR"/log/*.log >&2
}

# A value that the stack chose: PORT, REDIS_PORT, …
stack_fact() {
    (
        # shellcheck source=/dev/null
        . "$ASSAY_DIR/stack.env"
        echo "${!1}"
    )
}

# Components: postgres redis box nginx graderd graderd2 … or a handler.
stack_start() { "$STACK_ROOT/deploy/stack.sh" start "$1" "$ASSAY_DIR"; }
stack_stop() { "$STACK_ROOT/deploy/stack.sh" stop "$1" "$ASSAY_DIR"; }
stack_kill() { "$STACK_ROOT/deploy/stack.sh" kill "$1" "$ASSAY_DIR"; }
stack_pid() { "$STACK_ROOT/deploy/stack.sh" pid "$1" "$ASSAY_DIR"; }
stack_start_graderd() { stack_start "${1:-graderd}"; }

# Let the next process that comes to this point (lib/fault.h) die there, or do
# what the order says: kill, stop, abort, "sleep MS".
stack_fault() { # POINT [ORDER]
    local dir=$ASSAY_DIR/run/faults
    mkdir -p "$dir"
    chmod 0777 "$dir" # who obeys takes the order away
    echo "${2:-kill}" >"$ASSAY_DIR/order"
    chmod 0644 "$ASSAY_DIR/order"
    mv "$ASSAY_DIR/order" "$dir/$1" # whole, or not there
}
# Nobody has come there yet.
stack_fault_waits() { [ -e "$ASSAY_DIR/run/faults/$1" ]; }

# SQL as the superuser: stack_psql -c 'SELECT …', rows with | between fields.
# As another role: PGUSER=assay_web stack_psql …
stack_psql() {
    local bin
    bin=$(find /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1)
    "$bin" -XqAt -v ON_ERROR_STOP=1 -h "$ASSAY_DIR/pg/run" -d assay \
        -U "${PGUSER:-postgres}" "$@"
}

stack_redis() {
    REDISCLI_AUTH=$(<"$ASSAY_DIR/redis/password") \
        redis-cli -s "$ASSAY_DIR/redis/redis.sock" "$@"
}

# The log of a component so far.
stack_log() { cat "$ASSAY_DIR/log/$1.log"; }

# refute COMMAND…: it must fail.  (`! command` never fails a bats test.)
refute() {
    if "$@"; then
        echo "should have failed: $*" >&2
        return 1
    fi
}

# eventually SECONDS COMMAND…: until it succeeds; fails at the deadline.
eventually() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || {
            echo "never came true: $*" >&2
            return 1
        }
        sleep 0.05
    done
}
