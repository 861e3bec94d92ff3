#!/usr/bin/env bats
# Turns under fire: hand_in() and what graders do, by many connections at once
# (test/grader/turns.py).  No grader and no handler is in the way: what is
# tried is the locking in PostgreSQL.  SEED=… repeats a race.

load queue

setup_file() { queue_up --graders 0; }
teardown_file() { stack_down; }

# Nothing of an earlier test is queued, or known.
setup() {
    stack_psql -c "UPDATE submissions SET status = 'replaced'
            WHERE status = 'pending';
        UPDATE gradings SET reusable = false WHERE reusable;
        UPDATE gradings SET state = 'withdrawn', lease_until = NULL
            WHERE state IN ('queued', 'running')"
}

turns() { # WHAT [options…]
    local what=$1 psql
    shift
    psql=$(find /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1)
    python3 "$BATS_TEST_DIRNAME/turns.py" "$what" --psql "$psql" \
        --host "$ASSAY_DIR/pg/run" "$@" | tee "$BATS_TEST_TMPDIR/said"
    [ "${PIPESTATUS[0]}" = 0 ] || return 1
    grep '^#' "$BATS_TEST_TMPDIR/said" >&3 || true
}

no_deadlocks() {
    [ "$(stack_psql -c "SELECT deadlocks FROM pg_stat_database
        WHERE datname = 'assay'")" = 0 ]
}

@test "thousands of hand-ins, replacements, claims and stores in 20 s" {
    # shellcheck disable=SC2086 # none, or two words
    turns race --seconds 20 ${SEED:+--seed $SEED}
    no_deadlocks
}

@test "one request sent eight times at once is one submission" {
    turns same-key
    no_deadlocks
}

@test "two users who exchange their programs, both at once, 300 times" {
    turns exchange
    no_deadlocks
}

@test "two who cross: she leaves what he turns to, both had shared it" {
    turns crossing
    no_deadlocks
}
