#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# cgi-bin/wait.c: ?wait= answers when it is judged, or when the time is up.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0 --set wait_workers=2
    offer_languages
}
teardown_file() { stack_down; }

setup() { new_user; }

# A waiter listens for a bell; always true without Redis.
somebody_waits() {
    local clients
    clients=$(stack_redis CLIENT LIST 2>/dev/null) || return 0
    [[ "$clients" == *cmd=xread* ]]
}

# In the background: judge the user's pending submission as soon as there is
# one, and ring its bell as graderd does (unless told not to).
judge_soon() { # VERDICT SCORE [silently]
    (
        pending() {
            id=$(stack_psql -c "SELECT id FROM submissions
                WHERE user_id = '$USER_ID' AND status = 'pending'")
            [ -n "$id" ]
        }
        eventually 10 pending && eventually 5 somebody_waits
        judge "$id" "$1" "$2"
        [ "${3:-}" = silently ] ||
            stack_redis XADD "bell:$(grading_of "$id")" '*' rang 1
    ) >/dev/null 3>&- &
}

seconds() { # COMMAND…: how long it took, in $TOOK
    local start=$EPOCHREALTIME
    "$@"
    TOOK=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
}

between() { # LOW HIGH: $TOOK
    awk -v t="$TOOK" -v a="$1" -v b="$2" 'BEGIN { exit !(t >= a && t <= b) }' || {
        echo "took $TOOK s, not $1 to $2" >&2
        return 1
    }
}

@test "POST ?wait=: 201 with Location and verdict when the bell rings" {
    judge_soon accepted 1
    seconds send POST '/api/assignments/greeting/submissions?wait=10' \
        '{"language":"python3","code":"wait for it"}' -H "$AUTH"
    is 201
    has '.verdict == "accepted" and .points == 100 and .code == "wait for it"'
    [ "$(header Location)" = "/api/submissions/$(jq .id <<<"$BODY")" ]
    [ "$(grep -ci '^cache-control:' "$BATS_TEST_TMPDIR/head")" = 1 ]
    between 0 3
    wait
}

@test "POST ?wait=: 202 when the time is up, and it stays pending" {
    seconds send POST '/api/assignments/greeting/submissions?wait=1' \
        '{"language":"python3","code":"never judged"}' -H "$AUTH"
    is 202
    has '.status == "pending" and .queue_position >= 1'
    [ "$(header Location)" = "/api/submissions/$(jq .id <<<"$BODY")" ]
    between 0.9 2
}

@test "a judged program needs no waiting: 201 at once" {
    hand_in greeting python3 'judged before'
    judge "$SUBMISSION" wrong_answer 0
    new_user
    seconds send POST '/api/assignments/greeting/submissions?wait=20' \
        '{"language":"python3","code":"judged before"}' -H "$AUTH"
    is 201
    between 0 1
    seconds api GET "/api/submissions/$(jq .id <<<"$BODY")?wait=20" -H "$AUTH"
    is 200
    between 0 1
}

@test "GET ?wait=: 200 with the verdict, or 200 pending when the time is up" {
    hand_in greeting python3 'get and wait'
    seconds api GET "/api/submissions/$SUBMISSION?wait=1" -H "$AUTH"
    is 200
    has '.status == "pending"'
    between 0.9 2
    judge_soon runtime_error 0
    seconds api GET "/api/submissions/$SUBMISSION?wait=10" -H "$AUTH"
    is 200
    has '.verdict == "runtime_error"'
    between 0 3
    wait
}

@test "a replay under its key waits too, and is 200" {
    hand_in greeting python3 'replay and wait' -H 'Idempotency-Key: w'
    is 202
    judge_soon accepted 1
    send POST '/api/assignments/greeting/submissions?wait=10' \
        '{"language":"python3","code":"replay and wait"}' -H "$AUTH" \
        -H 'Idempotency-Key: w'
    is 200
    has '.verdict == "accepted"'
    [ "$(header Location)" = "/api/submissions/$SUBMISSION" ]
    wait
}

@test "text/plain for scripts, with each body form" {
    judge_soon accepted 1
    printf 'plain wait' >"$BATS_TEST_TMPDIR/f.py"
    api PUT '/api/assignments/greeting/submissions/f.py?wait=10' -H "$AUTH" \
        -T "$BATS_TEST_TMPDIR/f.py" -H 'Accept: text/plain'
    is 201
    [[ "$BODY" == "PASS "* ]]
    wait
    new_user
    api POST '/api/assignments/greeting/submissions?wait=1&language=python3' \
        -H "$AUTH" -H 'Accept: text/plain' --data-binary 'plain pending'
    is 202
    [[ "$BODY" == "PENDING "* ]]
}

@test "a bell that never rings is made up for by looking" {
    judge_soon accepted 1 silently
    seconds send POST '/api/assignments/greeting/submissions?wait=15' \
        '{"language":"python3","code":"silent bell"}' -H "$AUTH"
    is 201
    between 0 5
    wait
}

@test "without Redis it waits just the same" {
    stack_stop redis
    judge_soon accepted 1 silently
    seconds send POST '/api/assignments/greeting/submissions?wait=15' \
        '{"language":"python3","code":"no bell at all"}' -H "$AUTH"
    is 201
    between 0 4
    wait
    stack_start redis
}

@test "somebody else's is 404, at once; a wrong wait is 422" {
    hand_in greeting python3 'not yours'
    local id=$SUBMISSION mine=$AUTH n
    new_user
    seconds api GET "/api/submissions/$id?wait=10" -H "$AUTH"
    refused 404 not-found
    between 0 1
    api GET "/api/submissions/$id?wait=10"
    refused 401 unauthenticated
    for n in -1 61 1e9 x 1.5 ''; do
        api GET "/api/submissions/$id?wait=$n" -H "$mine"
        refused 422 invalid-field wait
    done
    send POST '/api/assignments/greeting/submissions?wait=61' \
        '{"language":"python3","code":"too long"}' -H "$AUTH"
    refused 422 invalid-field wait
    [ "$(stack_psql -c "SELECT count(*) FROM submissions WHERE user_id = '$USER_ID'")" = 0 ]
}

@test "all waiters taken: the answer as it is, now; submitting goes on" {
    local i auth=() ids=()
    for i in 1 2; do # two waiters, and both are held
        new_user
        hand_in greeting python3 "holds a waiter $i"
        auth+=("$AUTH") ids+=("$SUBMISSION")
        curl -sS -o "$BATS_TEST_TMPDIR/held.$i" -m 30 -H "$AUTH" \
            "$ASSAY_URL/api/submissions/$SUBMISSION?wait=8" \
            2>"$BATS_TEST_TMPDIR/error.$i" 3>&- &
    done
    new_user
    hand_in greeting python3 'finds none free'
    taken() {
        seconds api GET "/api/submissions/$SUBMISSION?wait=5" -H "$AUTH"
        [ "$STATUS" = 200 ] && [ -n "$(header Retry-After)" ]
    }
    eventually 8 taken
    between 0 1
    has '.status == "pending"'
    new_user
    seconds send POST '/api/assignments/greeting/submissions?wait=5' \
        '{"language":"python3","code":"none free"}' -H "$AUTH"
    is 202
    between 0 1
    [ -n "$(header Retry-After)" ]
    [ -n "$(header Location)" ]
    for i in 0 1; do
        judge "${ids[i]}" accepted 1
        stack_redis XADD "bell:$(grading_of "${ids[i]}")" '*' rang 1
    done
    wait
    # empty; or, with nginx' log, why the next line fails
    [ -z "$(cat "$BATS_TEST_TMPDIR"/error.*)" ] || stack_log nginx
    jq -e '.verdict == "accepted"' "$BATS_TEST_TMPDIR/held.1"
    jq -e '.verdict == "accepted"' "$BATS_TEST_TMPDIR/held.2"
}

@test "SIGTERM ends the waits with an answer, not with an error" {
    hand_in greeting python3 'interrupted'
    curl -s -m 30 -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' -H "$AUTH" \
        "$ASSAY_URL/api/submissions/$SUBMISSION?wait=30" \
        >"$BATS_TEST_TMPDIR/code" 3>&- &
    eventually 5 somebody_waits
    seconds stack_stop wait
    wait
    [ "$(cat "$BATS_TEST_TMPDIR/code")" = 200 ] || {
        cat "$BATS_TEST_TMPDIR/code" "$BATS_TEST_TMPDIR/body"
        stack_log wait
        stack_log nginx
        return 1
    }
    has '.status == "pending"'
    between 0 6
    # the program away: the answer as it is
    api GET "/api/submissions/$SUBMISSION?wait=5" -H "$AUTH"
    is 200
    [ -n "$(header Retry-After)" ]
    stack_start wait
}
