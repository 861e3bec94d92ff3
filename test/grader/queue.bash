# shellcheck shell=bash
# What the tests of the queue have in common: users, hand-ins by SQL (nobody
# rings for them but the janitor), and questions about gradings.

load ../lib/stack

# One token, short leases, so that every accident is over soon.
queue_up() {
    stack_up --course "$BATS_TEST_DIRNAME/${COURSE:-course}" --set tokens=1 \
        --set lease_seconds=2 --set queue_grace_ms=500 --set drain_seconds=1 \
        --set crash_limit=3 "$@"
}

new_user() { stack_psql -c 'INSERT INTO users DEFAULT VALUES RETURNING id'; }

ASSIGNMENT="(SELECT id FROM assignments WHERE slug = 'sum')"

# hand_in USER CODE: "outcome submission grading status fresh"
hand_in() {
    stack_psql -F ' ' -v user="$1" -v code="$2" <<END
SELECT outcome, submission_id, grading_id, status, fresh
  FROM hand_in(:'user', $ASSIGNMENT, 'python3', :'code', NULL, NULL)
END
}

# submit USER CODE: as POST does it, ring included; prints the grading's id.
submit() {
    local outcome grading
    read -r outcome _ grading _ < <(hand_in "$1" "$2")
    [ "$outcome" = created ] || return 1
    ring "$grading"
    echo "$grading"
}

ring() { stack_redis XADD graderQueue '*' grading "$1" >/dev/null; }

# of GRADING COLUMN: its value
of() { stack_psql -c "SELECT $2 FROM gradings WHERE id = $1"; }
is() { [ "$(of "$1" "$2")" = "$3" ]; }
# status of the submissions of a grading, each once
statuses() {
    stack_psql -c "SELECT DISTINCT status FROM submissions
                    WHERE grading_id = $1"
}
is_judged() { is "$1" state "done" && [ "$(statuses "$1")" = graded ]; }

# The worker's process (tokens=1) of a graderd.
worker_of() { child_of "$1" graderd:0; }
child_of() {
    local pid
    for pid in $(pgrep -P "$(stack_pid "$1")"); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && echo "$pid"
    done
}
logged() { stack_log "${2:-graderd}" | grep -q -- "$1"; }
judged_times() {
    cat "$ASSAY_DIR"/log/graderd*.log | grep -c " judged grading=$1 "
}
queue_is_empty() {
    [ "$(stack_redis XLEN graderQueue)" = 0 ]
}

# A program that is right after so many seconds; the comment makes it unlike
# any other.
right_after() {
    printf 'import time\ntime.sleep(%s)\n' "$1"
    printf 'print(sum(map(int, input().split())))  # %s\n' "$2"
}
