#!/usr/bin/env bats
# Whose turn is it?  One graderd with one token, which is one core: the order
# in which gradings start is the order of the queue.  The queue is filled while
# no grader is up.  But where it is about lost rings, the janitor's grace is
# longer than the test, so that the rings alone make the order.

load queue

setup_file() {
    queue_up --graders 0 --set drain_seconds=0
    # what is handed in before the first grader is up
    stack_start graderd
    eventually 20 logged ' ready '
    stack_stop graderd
}
teardown_file() { stack_down; }

setup() {
    stack_stop graderd
    # of a test that failed
    stack_psql -c "UPDATE submissions SET status = 'replaced'
            WHERE status = 'pending';
        UPDATE gradings SET state = 'withdrawn', reusable = false,
            lease_until = NULL WHERE state IN ('queued', 'running')"
    stack_redis FLUSHALL
}
teardown() { stack_stop graderd; }

grade() { # nobody rings but who hands in and who grades
    ASSAY_QUEUE_GRACE_MS=600000 stack_start graderd
}
grade_with_janitor() { stack_start graderd; }

named() {
    stack_psql -c "INSERT INTO users (name)
        VALUES ('n ' || gen_random_uuid()) RETURNING id"
}

# A program unlike all others; three tests of it take some tenths of a second.
program() { # [SECONDS of a test]
    right_after "${1:-0.02}" "$BATS_TEST_NUMBER $EPOCHREALTIME"
}

# USER CODE [OLD]: as POST does it, with the ring; sets SUBMISSION and GRADING.
queued() {
    local outcome fresh class
    read -r outcome SUBMISSION GRADING fresh class < <(
        stack_psql -F ' ' -v user="$1" -v code="$2" -v old="${3:-}" <<END
SELECT outcome, submission_id, grading_id, fresh, class
  FROM hand_in(:'user', $ASSIGNMENT, 'python3', :'code', NULL, NULL,
               nullif(:'old', '')::bigint)
END
    )
    [ "$outcome" = created ] || return 1
    [ "$fresh" = f ] || rung "$class" "$GRADING"
}
rung() { # CLASS GRADING
    local queue=graderQueue
    [ "$1" = live ] || queue="{graderQueue}:$1"
    stack_redis XADD "$queue" '*' grading "$2" >/dev/null
}

# A grading that nobody handed in; sets GRADING.
selftest() {
    GRADING=$(stack_psql -v code="$(program)" <<END
INSERT INTO gradings (version_id, language, code_hash, code, build, purpose,
                      class)
  SELECT a.current_version, 'python3', sha256(convert_to(:'code', 'UTF8')),
         :'code', current_build('python3'), 'selftest', 'bulk'
    FROM assignments a WHERE slug = 'sum' RETURNING id
END
    )
}

all_done() { # GRADING…
    [ "$(stack_psql -c "SELECT count(*) FROM gradings WHERE state = 'done'
        AND id IN ($(tr ' ' , <<<"$*"))")" = $# ]
}
# Of these, as they were started: their ids in one line.
started() { # GRADING…
    stack_psql -c "SELECT string_agg(id::text, ' ' ORDER BY started_at)
        FROM gradings WHERE id IN ($(tr ' ' , <<<"$*"))"
}
in_order() { # SECONDS GRADING…: all are graded, in this order, each once
    local within=$1 g
    shift
    eventually "$within" all_done "$@"
    [ "$(started "$@")" = "$*" ] || {
        echo "expected $*, started $(started "$@")" >&2
        return 1
    }
    for g; do
        [ "$(judged_times "$g")" = 1 ] || {
            echo "$g was judged $(judged_times "$g") times" >&2
            return 1
        }
    done
}
overdue() { # GRADING…: all of them
    [ "$(stack_psql -c "SELECT count(*) FROM gradings WHERE
        queued_at < clock_timestamp() - interval '500 ms'
        AND id IN ($(tr ' ' , <<<"$*"))")" = $# ]
}

@test "live: twenty are started in the order in which they came" {
    local all=()
    for _ in {1..20}; do
        queued "$(named)" "$(program)"
        all+=("$GRADING")
    done
    # with a janitor that finds all of them overdue, and all of them rung
    eventually 5 overdue "${all[@]}"
    grade_with_janitor
    in_order 30 "${all[@]}"
}

@test "guests behind all named, Run behind both" {
    local live=() guest=() run=()
    for _ in 1 2 3; do
        selftest
        run+=("$GRADING")
        rung run "$GRADING"
    done
    for _ in 1 2 3; do
        queued "$(new_user)" "$(program)"
        guest+=("$GRADING")
    done
    for _ in 1 2 3 4; do
        queued "$(named)" "$(program)"
        live+=("$GRADING")
    done
    grade
    in_order 30 "${live[@]}" "${guest[@]}" "${run[@]}"
}

@test "a named user's late arrival is before guests and Run that wait" {
    local guest=() slow
    queued "$(new_user)" "$(program 0.5)"
    slow=$GRADING
    for _ in 1 2 3; do
        queued "$(new_user)" "$(program)"
        guest+=("$GRADING")
    done
    grade
    eventually 10 is "$slow" state running
    queued "$(named)" "$(program)"
    in_order 20 "$slow" "$GRADING" "${guest[@]}"
}

@test "bulk is last, but has its tenth while live work always waits" {
    local live=() bulk=() share first
    for _ in 1 2 3 4 5; do
        selftest
        bulk+=("$GRADING")
        rung bulk "$GRADING"
    done
    for _ in {1..25}; do
        queued "$(named)" "$(program)"
        live+=("$GRADING")
    done
    grade
    eventually 50 all_done "${live[@]}" "${bulk[@]}"
    # of the time until the last live one ended: the part of bulk, in percent,
    # how many of bulk began then, and of what class the first one was
    read -r share began first < <(stack_psql -F ' ' -c "
        WITH mine AS (SELECT * FROM gradings WHERE id IN
                $(printf '(%s' "${bulk[0]}"; printf ', %s' "${bulk[@]:1}" \
                    "${live[@]}"))),
        busy AS (SELECT max(started_at) AS last FROM mine WHERE class = 'live'),
        spent AS (SELECT class, count(*) AS n,
                sum(extract(epoch FROM finished_at - started_at)) AS s
            FROM mine, busy WHERE started_at <= last GROUP BY 1)
        SELECT round(100 * coalesce((SELECT s FROM spent WHERE class = 'bulk'),
                0) / (SELECT sum(s) FROM spent)),
            coalesce((SELECT n FROM spent WHERE class = 'bulk'), 0),
            (SELECT class FROM mine ORDER BY started_at LIMIT 1)")
    echo "# bulk: $share % of the time, $began of 5 among 25 live" >&3
    [ "$first" = live ]
    [ "$began" -ge 1 ]
    [ "$began" -lt 5 ]
    [ "$share" -ge 3 ]
    [ "$share" -le 25 ]
}

@test "handed back at SIGTERM: next after the restart, before who came later" {
    local first second third
    queued "$(named)" "$(program 1)"
    first=$GRADING
    queued "$(named)" "$(program)"
    second=$GRADING
    grade
    eventually 10 is "$first" state running
    stack_stop graderd
    is "$first" "state || crashes" queued0
    logged "handed back grading=$first fence=1"
    queued "$(named)" "$(program)"
    third=$GRADING
    [ "$(stack_psql -c "SELECT place FROM queue_place($first)")" = 1 ]
    grade
    in_order 20 "$first" "$second" "$third"
}

@test "FLUSHALL with twenty queued: still in the order in which they came" {
    local all=() running late
    queued "$(named)" "$(program 1)"
    running=$GRADING
    grade_with_janitor
    eventually 10 is "$running" state running
    for _ in {1..20}; do
        queued "$(named)" "$(program)"
        all+=("$GRADING")
    done
    stack_redis FLUSHALL
    queued "$(named)" "$(program)" # after it, and rung
    late=$GRADING
    eventually 40 all_done "$running" "${all[@]}" "$late"
    # the late one has a ring of its own, so it may come among them, not they
    # out of their order; and nobody was run twice
    [ "$(started "${all[@]}")" = "${all[*]}" ]
    [ "$(stack_psql -c "SELECT sum(fence) FROM gradings
        WHERE id IN ($(tr ' ' , <<<"$running ${all[*]} $late"))")" = 22 ]
}

@test "a replacement is run at the turn of what it replaced" {
    local ann old between
    ann=$(named)
    queued "$ann" "$(program)"
    old=$GRADING
    local first=$SUBMISSION
    queued "$(named)" "$(program)"
    between=$GRADING
    queued "$ann" "$(program)" "$first"
    local new=$GRADING
    queued "$(named)" "$(program)"
    grade
    in_order 20 "$new" "$between" "$GRADING"
    is "$old" "state || fence" withdrawn0
    eventually 5 queue_is_empty
}

@test "and when the ring of what it replaced was lost, at its time" {
    local ann between
    ann=$(named)
    queued "$ann" "$(program)"
    local first=$SUBMISSION
    queued "$(named)" "$(program)"
    between=$GRADING
    queued "$ann" "$(program)" "$first"
    local new=$GRADING
    queued "$(named)" "$(program)"
    local last=$GRADING
    stack_redis FLUSHALL
    eventually 5 overdue "$new" "$between" "$last"
    grade_with_janitor
    in_order 20 "$new" "$between" "$last"
}

@test "of two with one program one replaces hers: both at their turn" {
    local ann bob code shared
    ann=$(named)
    bob=$(named)
    code=$(program)
    queued "$ann" "$code"
    local first=$SUBMISSION
    shared=$GRADING
    queued "$bob" "$code"
    [ "$GRADING" = "$shared" ]
    queued "$(named)" "$(program)"
    local behind=$GRADING
    queued "$ann" "$(program)" "$first"
    local new=$GRADING
    grade
    in_order 20 "$shared" "$new" "$behind"
}

@test "a long chain of replacements has one turn, the first" {
    local ann at
    ann=$(named)
    queued "$ann" "$(program)"
    local submission=$SUBMISSION
    at=$(of "$GRADING" queued_at)
    queued "$(named)" "$(program)"
    local behind=$GRADING
    for _ in {1..10}; do
        queued "$ann" "$(program)" "$submission"
        submission=$SUBMISSION
    done
    is "$GRADING" queued_at "$at"
    [ "$(stack_redis XLEN graderQueue)" = 2 ]
    grade
    in_order 20 "$GRADING" "$behind"
}

@test "what follows one that was given an earlier turn is not forgotten" {
    local ann bob cy code leader
    ann=$(named) bob=$(named) cy=$(named)
    code=$(program)
    queued "$cy" "$(program)" # the earliest turn
    local his=$SUBMISSION
    queued "$ann" "$code"
    local hers=$SUBMISSION
    leader=$GRADING
    queued "$bob" "$code"
    queued "$ann" "$(program)" "$hers" # follows what bob still waits for
    local follower=$GRADING
    queued "$cy" "$code" "$his" # gives that one the earliest turn
    [ "$GRADING" = "$leader" ]
    queued "$(named)" "$(program)"
    grade
    in_order 20 "$leader" "$follower" "$GRADING"
}

@test "a guest's program in a named user's turn is run then" {
    local ann guest code
    code=$(program)
    queued "$(new_user)" "$code"
    guest=$GRADING
    queued "$(named)" "$(program)"
    local before=$GRADING
    ann=$(named)
    queued "$ann" "$(program)"
    local old=$SUBMISSION
    queued "$(named)" "$(program)"
    local behind=$GRADING
    queued "$ann" "$code" "$old"
    [ "$GRADING" = "$guest" ]
    grade
    in_order 20 "$before" "$guest" "$behind"
}
