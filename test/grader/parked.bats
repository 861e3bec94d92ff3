#!/usr/bin/env bats
# Parked gradings: what killed its grader three times, what the student is told
# then, and what a sysadmin does with it (`assay parked`).  Graders die at a
# crash point (lib/fault.h), so the program itself is innocent and a retry can
# judge it.

load queue

setup_file() { queue_up; }
teardown_file() { stack_down; }

# Every test ends with one running graderd, no order to die, nothing parked.
teardown() {
    rm -f "$ASSAY_DIR"/run/faults/*
    [ ! -f "$ASSAY_DIR/pid/graderd2" ] || stack_stop graderd2
    fresh_graderd
    parked drop all
}
# One that has not seen its workers die: each death makes it wait longer.
fresh_graderd() {
    stack_stop graderd >/dev/null 2>&1 || true
    stack_start graderd
}

parked() { "$ASSAY_BIN" -c "$ASSAY_CONF" parked "$@"; }

# A user with a token: sets TOKEN and user.
sign_up() {
    local answer
    answer=$(curl -sS -X POST -H 'Content-Type: application/json' -d '{}' \
        "$ASSAY_URL/api/users")
    TOKEN=$(jq -r .token <<<"$answer")
    user=$(jq -r .id <<<"$answer")
}
get() { # PATH [curl options…]
    local path=$1
    shift
    curl -sS -H "Authorization: Bearer $TOKEN" "$@" "$ASSAY_URL$path"
}
# What the user has for `sum`: "attempts solved points", and all points.
progress() {
    get /api/me/progress | jq -r '(.assignments | to_entries[0].value |
        "\(.attempts) \(.solved) \(.points)") + " \(.points)"'
}
metric() {
    curl -sS "$ASSAY_URL/metrics" | awk -v n="$1" '$1 == n { print $2 }'
}

taken() { [ ! -e "$ASSAY_DIR/run/faults/$1" ]; }
# The order to die is given already; the grading dies three times of it.
dies_three_times() { # GRADING
    local n
    for n in 1 2 3; do
        eventually 20 taken judge.test
        [ $n = 3 ] || stack_fault judge.test
    done
    eventually 20 is "$1" state parked
}
# Hand in, and have it parked: prints the grading.
poison() { # USER CODE
    local grading
    stack_fault judge.test
    grading=$(submit "$1" "$2")
    dies_three_times "$grading" >&2
    echo "$grading"
}
# The same at once, while no graderd is up.
park_now() { # GRADING
    PGUSER=assay_grader stack_psql -c "UPDATE gradings
        SET state = 'running', fence = fence + 1, crashes = 2,
            lease_until = now() - interval '1 second' WHERE id = $1" \
        -c "SELECT count(*) FROM park($1, 3)" >/dev/null
    is "$1" state parked
}

# of a grading's submission (the only one, or that of a user)
told() { # GRADING COLUMN [USER]
    stack_psql -c "SELECT $2 FROM submissions WHERE grading_id = $1
        ${3:+AND user_id = '$3'}"
}
line_of() { parked | grep "^$1 "; }

# Events of a user, one JSON a line, as they come into the file `events`.
listen() { # USER
    local raw=$BATS_TEST_TMPDIR/raw
    stack_redis SUBSCRIBE "{channel:/user.$1}:pubsub" >"$raw" 3>&- &
    LISTENER=$!
    eventually 5 grep -q subscribe "$raw"
}
heard() {
    grep -ao '{"type".*}' "$BATS_TEST_TMPDIR/raw" || true
}
judged_heard() { heard | grep -q '"state":"judged"'; }

# -- what a parked grading means ----------------------------------------------

@test "parked: listed and counted; the student is unlocked, no try is counted" {
    sign_up
    code=$(right_after 0 'parked once')
    grading=$(poison "$user" "$code")
    submission=$(told "$grading" id)

    run -0 parked
    [ "${#lines[@]}" = 1 ]
    [[ $output =~ ^$grading\ 20[0-9-]*T[0-9:.]*Z\ demo/sum\ version=1\ language=python3\ crashes=3\ waiting=1\ why=-$ ]]
    [ "$(metric assay_gradings_parked)" = 1 ]
    logged "parked grading=$grading crashes=3 told=1"
    [ "$(told "$grading" "status || ' ' || verdict || ' ' || points")" = \
        'graded system_error 0' ]
    [ "$(progress)" = '0 false 0 0' ]
    get "/api/submissions/$submission" -H 'Accept: text/plain' |
        grep -q "^ERROR $submission demo/sum system_error 0/100 points"

    right_after 0 'something else' >"$BATS_TEST_TMPDIR/else.py"
    get "/api/assignments/sum/submissions?language=python3&wait=20" \
        -H 'Accept: text/plain' --data-binary "@$BATS_TEST_TMPDIR/else.py" |
        grep -q ^PASS
    [ "$(progress)" = '1 true 100 100' ]
    line_of "$grading" | grep -q ' waiting=1 '
}

@test "a wrong answer and points from before are not touched by a parked one" {
    sign_up
    first=$(submit "$user" "$(right_after 0 'good before')")
    eventually 10 is_judged "$first"
    [ "$(progress)" = '1 true 100 100' ]
    stack_stop graderd
    read -r _ _ grading _ < <(hand_in "$user" "print('bad')")
    [ "$(progress)" = '2 true 100 100' ] # in grading
    park_now "$grading"
    [ "$(progress)" = '1 true 100 100' ]
    [ "$(stack_psql -c "SELECT points, solved FROM course_scores
                         WHERE user_id = '$user'")" = '100|1' ]
    run -0 parked retry "$grading"
    [ "$(progress)" = '1 true 100 100' ]
    stack_start graderd
    eventually 10 is_judged "$grading"
    [ "$(told "$grading" verdict)" = wrong_answer ]
    [ "$(progress)" = '2 true 100 100' ]
}

@test "why: what the grader said when it gave it up is listed" {
    stack_stop graderd
    read -r _ _ grading _ < <(hand_in "$(new_user)" "$(right_after 0 'why')")
    stack_psql -c "INSERT INTO assignment_versions (assignment_id, number,
            title, handout, handout_html, kind, languages, limits, tests_total,
            package, package_hash)
        SELECT assignment_id, 1000, title, handout, handout_html, kind,
            languages, limits, tests_total, 'broken', sha256('broken')
          FROM assignment_versions WHERE number = 1"
    version=$(stack_psql -c 'SELECT id FROM assignment_versions
        WHERE number = 1000')
    stack_psql -c "UPDATE gradings SET version_id = $version
        WHERE id = $grading"
    stack_start graderd
    eventually 20 is "$grading" state parked
    line_of "$grading" | grep -q ' version=1000 .* why=internal$'
    logged "grading failed grading=$grading fence=3 why=internal"
    # repaired, as by a sysadmin: forgotten with the retry
    stack_psql -c "UPDATE gradings SET version_id = (SELECT id
        FROM assignment_versions WHERE number = 1) WHERE id = $grading"
    run -0 parked retry "$grading"
    eventually 15 is_judged "$grading"
    is "$grading" "trouble IS NULL" t
}

# -- retry --------------------------------------------------------------------

@test "retry: the verdict that it earned, points and the event; never locked" {
    sign_up
    grading=$(poison "$user" "$(right_after 0 'retried')")
    submission=$(told "$grading" id)
    before=$(told "$grading" graded_at)
    fence=$(of "$grading" fence)
    stack_stop graderd

    run -0 parked retry "$grading"
    [ "$output" = "$grading queued again" ]
    is "$grading" "state || crashes || reusable || (verdict IS NULL)
        || (score IS NULL) || (report IS NULL) || (finished_at IS NULL)" \
        queued0falsetruetruetruetrue
    is "$grading" "queued_at > now() - interval '1 minute'" t
    [ "$(of "$grading" fence)" -gt "$fence" ]
    run -0 parked
    [ -z "$output" ]
    [ "$(metric assay_gradings_parked)" = 0 ]
    # what the student sees does not change meanwhile
    get "/api/submissions/$submission" | jq -e '.status == "graded"
        and .verdict == "system_error" and .points == 0 and .tests == []'
    get "/api/submissions/$submission" -H 'Accept: text/plain' |
        grep -q "^ERROR $submission "
    [ "$(progress)" = '0 false 0 0' ]
    read -r outcome _ other _ < <(hand_in "$user" "print('else')")
    [ "$outcome" = created ]

    listen "$user"
    stack_start graderd # nobody rang but its janitor
    eventually 15 is_judged "$grading"
    eventually 15 is_judged "$other"
    [ "$(told "$grading" "status || ' ' || verdict || ' ' || points")" = \
        'graded accepted 100' ]
    [ "$(told "$grading" "graded_at > '$before'")" = t ]
    [ "$(judged_times "$grading")" = 1 ]
    [ "$(progress)" = '2 true 100 100' ]
    get "/api/submissions/$submission" | jq -e '.verdict == "accepted"
        and (.tests | length) == 3 and .verified'
    events_of() { heard | jq -c "select(.id == $submission)"; }
    judged_event() { [ -n "$(events_of)" ]; }
    eventually 5 judged_event
    kill "$LISTENER"
    # a page that saw the old verdict has seen the seq of the parked fence
    events_of | jq -es --argjson old "$fence" 'length == 1 and (.[0] |
        .state == "judged" and .status == "graded" and .verdict == "accepted"
        and .points == 100 and .total_points == 100
        and .seq > $old * 1048576 + 1048575)'
}

@test "retry of one that kills again: parked again, and nobody is told twice" {
    sign_up
    grading=$(poison "$user" "$(right_after 0 'kills again')")
    before=$(told "$grading" graded_at)
    fence=$(of "$grading" fence)
    fresh_graderd
    listen "$user"
    stack_fault judge.test
    run -0 parked retry "$grading"
    dies_three_times "$grading"
    is "$grading" "crashes || verdict" 3system_error
    [ "$(of "$grading" fence)" -gt "$fence" ]
    line_of "$grading" | grep -q ' crashes=3 waiting=1 '
    eventually 10 logged "parked grading=$grading crashes=3 told=0"
    kill "$LISTENER"
    [ -z "$(heard)" ]
    [ "$(told "$grading" graded_at)" = "$before" ]
    [ "$(progress)" = '0 false 0 0' ]
    run -0 parked retry "$grading"
    eventually 15 is_judged "$grading"
    [ "$(told "$grading" verdict)" = accepted ]
    [ "$(progress)" = '1 true 100 100' ]
}

@test "two users with the same program: both get the verdict, each once" {
    one=$(new_user)
    two=$(new_user)
    code=$(right_after 0 'shared')
    stack_fault judge.test
    grading=$(submit "$one" "$code")
    eventually 20 taken judge.test # it is running: two joins it
    read -r outcome _ same status fresh < <(hand_in "$two" "$code")
    [ "$outcome $same $status $fresh" = "created $grading pending f" ]
    stack_psql -c "UPDATE submissions SET late_factor = 0.5
        WHERE grading_id = $grading AND user_id = '$two'"
    stack_fault judge.test
    eventually 20 taken judge.test
    stack_fault judge.test
    eventually 20 taken judge.test
    eventually 20 is "$grading" state parked
    line_of "$grading" | grep -q ' waiting=2 '
    logged "parked grading=$grading crashes=3 told=2"

    run -0 parked retry "$grading"
    eventually 15 is_judged "$grading"
    [ "$(told "$grading" "verdict || points" "$one")" = accepted100 ]
    [ "$(told "$grading" "verdict || points" "$two")" = accepted50 ]
    [ "$(judged_times "$grading")" = 1 ]
    logged "judged grading=$grading fence=6 verdict=accepted told=2"
    [ "$(stack_psql -c "SELECT sum(points), sum(solved) FROM course_scores
        WHERE user_id IN ('$one', '$two')")" = '150|2' ]
    # settled: doing it again tells nobody
    [ "$(PGUSER=assay_grader stack_psql \
        -c "SELECT count(*) FROM settle($grading)")" = 0 ]
}

@test "race: the same code handed in anew while the parked one is retried" {
    sign_up
    code=$(right_after 0 'anew')
    old=$(poison "$user" "$code")
    stack_stop graderd
    users=$(stack_psql -c "INSERT INTO users SELECT
        FROM generate_series(1, 20) RETURNING id")
    export -f stack_psql hand_in
    export ASSIGNMENT code
    # shellcheck disable=SC2086 # words
    printf '%s\n' $users "$user" | xargs -P 8 -I U \
        bash -c 'hand_in U "$code"' >"$BATS_TEST_TMPDIR/outcomes" 3>&- &
    handing=$!
    run -0 parked retry "$old"
    wait "$handing"
    [ "$(grep -c ^created "$BATS_TEST_TMPDIR/outcomes")" = 21 ]
    # all share one new run; the old one is for those alone who waited for it
    anew=$(cut -d ' ' -f 3 "$BATS_TEST_TMPDIR/outcomes" | sort -u)
    [[ $anew =~ ^[0-9]+$ ]]
    [ "$anew" != "$old" ]
    stack_start graderd
    eventually 15 is_judged "$old"
    eventually 15 is_judged "$anew"
    [ "$(judged_times "$old") $(judged_times "$anew")" = '1 1' ]
    [ "$(told "$old" verdict)" = accepted ]
    [ "$(told "$anew" 'DISTINCT verdict')" = accepted ]
    [ "$(progress)" = '2 true 100 100' ] # the points count once
    is "$old" reusable f
    is "$anew" reusable t
}

@test "race: a grader that slept through parking and retry is still stale" {
    user=$(new_user)
    stack_fault store.before stop
    grading=$(submit "$user" "$(right_after 0 'sleeper')")
    eventually 20 taken store.before
    sleeper=$(worker_of graderd)
    stack_fault judge.test
    stack_start graderd2
    eventually 20 taken judge.test
    stack_fault judge.test
    eventually 20 taken judge.test
    eventually 20 is "$grading" state parked
    stack_stop graderd2
    run -0 parked retry "$grading"
    kill -CONT "$sleeper"
    eventually 15 logged "stale result dropped grading=$grading fence=1"
    eventually 15 is_judged "$grading"
    [ "$(of "$grading" fence)" = 6 ]
    [ "$(judged_times "$grading")" = 1 ]
    [ "$(told "$grading" "verdict || points")" = accepted100 ]
}

@test "race: a retry waits for a janitor that is telling the old verdict" {
    stack_stop graderd
    user=$(new_user)
    read -r _ _ grading _ < <(hand_in "$user" "$(right_after 0 'settling')")
    park_now "$grading"
    coproc settler { PGUSER=assay_grader stack_psql 2>&1; }
    settler_in=${settler[1]} settler_out=${settler[0]}
    echo "BEGIN; SELECT count(*) FROM settle($grading);" >&"$settler_in"
    read -r -t 10 count <&"$settler_out"
    [ "$count" = 0 ]
    parked retry "$grading" >"$BATS_TEST_TMPDIR/retried" 3>&- &
    retry=$!
    eventually 10 retry_waits
    is "$grading" state parked
    echo 'COMMIT; \q' >&"$settler_in"
    wait "$retry"
    [ "$(cat "$BATS_TEST_TMPDIR/retried")" = "$grading queued again" ]
    is "$grading" state queued
}
retry_waits() {
    [ "$(stack_psql -c "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE gradings%'
          AND usename <> 'assay_grader'")" = 1 ]
}

# -- drop, show, and what is refused ------------------------------------------

@test "drop: system_error stays the last word; no longer listed" {
    stack_stop graderd
    sign_up
    read -r _ submission grading _ < <(hand_in "$user" "print('dropped')")
    park_now "$grading"
    before=$(told "$grading" graded_at)
    run -0 parked drop "$grading"
    [ "$output" = "$grading dropped" ]
    is "$grading" "state || verdict || reusable" donesystem_errorfalse
    run -0 parked
    [ -z "$output" ]
    [ "$(metric assay_gradings_parked)" = 0 ]
    [ "$(told "$grading" "verdict || ' ' || graded_at")" = \
        "system_error $before" ]
    [ "$(progress)" = '0 false 0 0' ]
    run -1 parked retry "$grading"
    [ "$output" = "$grading: no such parked grading" ]
    # handed in again it is a new one, not the verdict of the dropped one
    read -r outcome _ again _ fresh < <(hand_in "$user" "print('dropped')")
    [ "$outcome $fresh" = 'created t' ]
    [ "$again" != "$grading" ]
}

@test "all: every parked one, and none is no fault" {
    stack_stop graderd
    local n gradings=()
    for n in 1 2 3; do
        read -r _ _ grading _ < <(hand_in "$(new_user)" "print('all $n')")
        park_now "$grading"
        gradings+=("$grading")
    done
    run -0 parked
    [ "$(cut -d ' ' -f 1 <<<"$output")" = "$(printf '%s\n' "${gradings[@]}")" ]
    run -0 parked drop "${gradings[0]}"
    run -0 parked retry all
    [ "$(sort -n <<<"$output")" = \
        "$(printf '%s queued again\n' "${gradings[@]:1}")" ]
    is "${gradings[0]}" state "done"
    is "${gradings[1]}" state queued
    park_now "${gradings[1]}"
    run -0 parked drop all
    [ "$output" = "${gradings[1]} dropped" ]
    run -0 parked retry all
    [ -z "$output" ]
    run -0 parked drop all
    [ -z "$output" ]
}

@test "an id that is not parked is refused with 1, no id with 64" {
    grading=$(submit "$(new_user)" "$(right_after 0 'not parked')")
    eventually 10 is_judged "$grading"
    local verb id
    for verb in show retry drop; do
        for id in 987654321 "$grading"; do
            run -1 --separate-stderr parked "$verb" "$id"
            [ -z "$output" ]
            # shellcheck disable=SC2154 # run sets it
            [ "$stderr" = "$id: no such parked grading" ]
        done
        for id in x 0 -1 1x 99999999999999999999 ''; do
            run -64 parked "$verb" "$id"
        done
        run -64 parked "$verb"
        run -64 parked "$verb" 1 2
    done
    run -64 parked show all
    run -64 parked forget 1
    is "$grading" "state || verdict" doneaccepted
}

@test "PostgreSQL is away: 2, and nothing is said to be done" {
    stack_stop postgres
    run -2 --separate-stderr parked
    [ -z "$output" ]
    run -2 --separate-stderr parked retry all
    [ -z "$output" ]
    run -2 --separate-stderr parked show 1
    [ -z "$output" ]
    stack_start postgres
}

@test "show: byte for byte into a pipe, harmless on a terminal" {
    stack_stop graderd
    printf 'print("\u00fc")\n\tprint("\033]0;owned\007\033[2J\302\233")\n' \
        >"$BATS_TEST_TMPDIR/program"
    printf 'no newline at the end' >>"$BATS_TEST_TMPDIR/program"
    read -r _ _ grading _ < <(hand_in "$(new_user)" \
        "$(cat "$BATS_TEST_TMPDIR/program")")
    park_now "$grading"
    parked show "$grading" >"$BATS_TEST_TMPDIR/shown" \
        2>"$BATS_TEST_TMPDIR/said"
    cmp "$BATS_TEST_TMPDIR/shown" "$BATS_TEST_TMPDIR/program"
    [ ! -s "$BATS_TEST_TMPDIR/said" ]
    python3 - "$ASSAY_BIN" -c "$ASSAY_CONF" parked show "$grading" \
        >"$BATS_TEST_TMPDIR/terminal" <<'END'
import os, pty, sys
assert pty.spawn(sys.argv[1:], stdin_read=lambda fd: b"") == 0
END
    grep -q 'owned' "$BATS_TEST_TMPDIR/terminal"
    grep -q 'ü' "$BATS_TEST_TMPDIR/terminal"
    refute grep -qaP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' \
        "$BATS_TEST_TMPDIR/terminal"
    refute grep -qa "$(printf '\302\233')" "$BATS_TEST_TMPDIR/terminal"
}
