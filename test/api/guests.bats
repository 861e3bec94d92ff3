#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# A flood of anonymous users: they wait for each other, a named user does not
# wait for them; and when too many of them wait, the next ones are refused.

load ../lib/stack
load ../lib/api

setup_file() { stack_up --set tokens=1 --set guest_queue_max=100; }
teardown_file() { stack_down; }

crowd() { "$STACK_ROOT/test/lib/crowd.py" "$ASSAY_URL"; }

# N anonymous users hand in a program that never ends, each another.
flood() { # N TAG
    yes '{"method":"POST","path":"/api/users","body":"{}","headers":{"Content-Type":"application/json"}}' |
        head -n "$1" | crowd | jq -r '.body | fromjson.token' |
        jq -Rc --arg tag "$2" '{method: "POST",
            path: "/api/assignments/hello/submissions?language=python3",
            body: "while True: pass # \($tag) \(input_line_number)",
            headers: {Authorization: "Bearer \(.)"}}' | crowd
}

named_user() { # NAME
    new_user && send PATCH /api/me "{\"name\":\"$1\"}" -H "$AUTH" && is 200
}

judged() { # SUBMISSION
    [ "$(stack_psql -c "SELECT status FROM submissions WHERE id = $1")" = graded ]
}

guests_queued() {
    stack_psql -c "SELECT count(*) FROM gradings
        WHERE state = 'queued' AND class = 'guest'"
}

@test "a named user's submission behind a hundred guests' is judged next" {
    flood 100 first >"$BATS_TEST_TMPDIR/flood"
    [ "$(jq -s 'map(select(.status == 202)) | length' \
        "$BATS_TEST_TMPDIR/flood")" = 100 ]
    named_user Nadia
    hand_in hello python3 'def hello(): return "Hello"'
    is 202
    eventually 30 judged "$SUBMISSION"
    # whoever began after she was queued and before it was her turn
    run stack_psql -c "SELECT count(*) FROM gradings g, gradings n
        WHERE n.id = $(grading_of "$SUBMISSION") AND g.class = 'guest'
        AND g.started_at > n.queued_at AND g.started_at < n.started_at"
    echo "$output guests were taken before her"
    [ "$output" -le 1 ] # that one may have been under way
    [ "$(guests_queued)" -gt 50 ]
}

@test "too many guests wait: the next are 503 with Retry-After, named users never" {
    local out=$BATS_TEST_TMPDIR/out
    flood 200 second >"$out"
    jq -r .status "$out" | sort | uniq -c
    [ "$(jq -s 'map(select(.status == 503)) | length > 50' "$out")" = true ]
    [ "$(jq -s 'all(.status == 202 or .status == 503)' "$out")" = true ]
    [ "$(jq -s 'map(select(.status == 503)) | all((.retry_after | tonumber) > 0
        and (.body | fromjson.type) == "/problems/unavailable")' "$out")" = true ]
    [ "$(guests_queued)" -le 104 ] # hand-ins at the same moment do not see each other
    named_user Norma
    hand_in hello python3 'def hello(): return "Hello" # too'
    is 202
    eventually 30 judged "$SUBMISSION"
}
