#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# ?replace=ID: one's own still queued submission gives its place to a new one.
# No grader is up: the queue stands still, and `judge` plays the grader.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0 --set guest_queue_max=2
    offer_languages
}
teardown_file() { stack_down; }

# Nobody is queued when a test begins, and no program is known.
setup() {
    declare -gA AUTHS=() IDS=()
    stack_psql -c "UPDATE submissions SET status = 'replaced'
            WHERE status = 'pending';
        UPDATE gradings SET reusable = false WHERE reusable;
        UPDATE gradings SET state = 'withdrawn', lease_until = NULL
            WHERE state IN ('queued', 'running')"
    stack_redis FLUSHALL
}

# People whose requests follow are made with `as NAME`.
named() {
    local who
    for who; do
        named_user "$who of $BATS_TEST_NUMBER"
        AUTHS[$who]=$AUTH IDS[$who]=$USER_ID
    done
}
guests() {
    local who
    for who; do
        new_user
        AUTHS[$who]=$AUTH IDS[$who]=$USER_ID
    done
}
as() { AUTH=${AUTHS[$1]} USER_ID=${IDS[$1]}; }

# WHO CODE: hands it in; 202.
queued() {
    as "$1"
    hand_in greeting python3 "$2" || return 1
    is 202
}

replace() { # OLD CODE [curl options…]; sets SUBMISSION
    local old=$1 body
    body=$(jq -n --arg c "$2" '{language: "python3", code: $c}')
    shift 2
    send POST "/api/assignments/greeting/submissions?replace=$old" "$body" \
        -H "$AUTH" "$@" || return 1
    SUBMISSION=$(jq -r .id <<<"$BODY" 2>/dev/null) || SUBMISSION=
}

status_is() { # SUBMISSION STATUS
    api GET "/api/submissions/$1" -H "$AUTH" && is 200 &&
        has '.status == $s' --arg s "$2"
}
place_is() { # WHO SUBMISSION POSITION
    as "$1"
    status_is "$2" pending && has '.queue_position == $p' --argjson p "$3"
}
state_of() { # SUBMISSION: of its grading
    stack_psql -c "SELECT state FROM gradings
        WHERE id = $(grading_of "$1")"
}
rings() { # QUEUE SUBMISSION: how often is its grading in a queue?
    stack_redis XREVRANGE "$1" + - | grep -cx "$(grading_of "$2")" || true
}
start_running() { # SUBMISSION
    stack_psql -c "UPDATE gradings SET state = 'running', fence = fence + 1,
        started_at = clock_timestamp(),
        lease_until = clock_timestamp() + interval '1 minute'
        WHERE id = $(grading_of "$1")"
}

@test "queued: 202 with the old one's id; both stay in the history" {
    named ann
    queued ann 'first'
    local old=$SUBMISSION
    replace "$old" 'second'
    is 202
    has '.replaced == $o and .id != $o and .status == "pending"
        and .queue_position == 1 and .expected_wait_seconds == null' \
        --argjson o "$old"
    [ "$(header Location)" = "/api/submissions/$SUBMISSION" ]
    status_is "$old" replaced
    has '.verdict == null and .points == null and .graded_at == null
        and (.correct | not) and .code == "first" and .tests == []
        and (has("queue_position") | not)'
    api GET "/api/submissions/$old" -H "$AUTH" -H 'Accept: text/plain'
    is 200
    [ "$BODY" = "REPLACED $old by a later submission of yours" ]
    status_is "$SUBMISSION" pending
    api GET /api/submissions -H "$AUTH"
    has '[.submissions[] | [.id, .status]] ==
        [[$n, "pending"], [$o, "replaced"]]' \
        --argjson o "$old" --argjson n "$SUBMISSION"
    api GET /api/me -H "$AUTH"
    has '.pending == $n' --argjson n "$SUBMISSION"
    [ "$(state_of "$old")" = withdrawn ]
    judge "$SUBMISSION" accepted 1
    status_is "$SUBMISSION" graded
    status_is "$old" replaced
}

@test "as text: PENDING with the place; to a file by curl -T" {
    named ann
    queued ann 'as json'
    local old=$SUBMISSION
    echo 'as text' >"$BATS_TEST_TMPDIR/program.py"
    api PUT "/api/assignments/greeting/submissions/program.py?replace=$old" \
        -H "$AUTH" -H 'Accept: text/plain' -T "$BATS_TEST_TMPDIR/program.py"
    is 202
    [[ "$BODY" =~ ^PENDING\ [0-9]+\ queue\ position\ 1$ ]]
    status_is "$old" replaced
}

@test "the place is kept: the second of five replaces, and is second" {
    named a b c d e
    local who second
    declare -A ids
    for who in a b c d e; do
        queued $who "of $who"
        ids[$who]=$SUBMISSION
    done
    second=${ids[b]}
    as b
    replace "$second" 'second thoughts of b'
    is 202
    has '.queue_position == 2'
    ids[b]=$SUBMISSION
    local n=0
    for who in a b c d e; do
        n=$((n + 1))
        place_is $who "${ids[$who]}" $n
    done
    # no new entry: the old one's leads to it
    [ "$(rings graderQueue "${ids[b]}") $(rings graderQueue "$second")" = "0 1" ]
    [ "$(stack_redis XLEN graderQueue)" = 5 ]
}

@test "a chain of replacements keeps the first one's place" {
    named a b
    local first last n
    queued a 'link 0'
    first=$SUBMISSION
    last=$first
    queued b 'behind the chain'
    local behind=$SUBMISSION
    as a
    for n in 1 2 3; do
        replace "$last" "link $n"
        is 202
        has '.queue_position == 1 and .replaced == $o' --argjson o "$last"
        status_is "$last" replaced
        last=$SUBMISSION
    done
    place_is b "$behind" 2
    [ "$(stack_psql -c "SELECT follows FROM gradings
        WHERE id = $(grading_of "$last")")" = "$(grading_of "$first")" ]
    # a link that is gone: the place belongs to its successor
    as a
    replace "$first" 'from an old page'
    refused 409 pending
    has '.pending == $p' --argjson p "$last"
}

@test "while it runs: 409 as ever, and it is judged as ever" {
    named ann
    queued ann 'runs already'
    local old=$SUBMISSION
    start_running "$old"
    replace "$old" 'too late'
    refused 409 pending
    has '.pending == $o' --argjson o "$old"
    judge "$old" accepted 1
    status_is "$old" graded
}

@test "judged already: an ordinary hand-in" {
    named ann
    queued ann 'judged already'
    local old=$SUBMISSION
    judge "$old" wrong_answer 0
    replace "$old" 'better'
    is 202
    has 'has("replaced") | not'
    status_is "$old" graded
    # its grading is rung for, since it follows nothing
    [ "$(rings graderQueue "$SUBMISSION")" = 1 ]
}

@test "by a program that is judged already: 201 at once, the place is free" {
    named ann bea
    queued ann 'known'
    judge "$SUBMISSION" accepted 1
    queued bea 'not known'
    local old=$SUBMISSION
    replace "$old" 'known'
    is 201
    has '.status == "graded" and .points == 100'
    status_is "$old" replaced
    [ "$(state_of "$old")" = withdrawn ]
    api GET /api/me -H "$AUTH"
    has '.pending == null and .points == 100'
}

@test "of another user, of nobody, garbage: 422, and nothing is replaced" {
    named ann bea
    queued ann 'mine'
    local hers=$SUBMISSION bad
    as bea
    for bad in "$hers" 999999999 x 0 -1 1.5 1x '' 99999999999999999999 \
        '1;2'; do
        echo "replace=$bad" # which one, should it fail
        replace "$bad" 'not mine'
        refused 422 invalid-field replace
    done
    [ "$(stack_psql -c "SELECT count(*) FROM submissions
        WHERE user_id = '$USER_ID'")" = 0 ]
    place_is ann "$hers" 1
    # while one's own is pending: the parameter's fault is told first
    queued bea 'her own'
    replace "$hers" 'still not mine'
    refused 422 invalid-field replace
}

@test "Idempotency-Key: a replay says the same, and replaces nothing more" {
    named ann
    queued ann 'keyed 1' -H 'Idempotency-Key: k0'
    local old=$SUBMISSION new
    replace "$old" 'keyed 2' -H 'Idempotency-Key: k1'
    is 202
    new=$SUBMISSION
    replace "$old" 'keyed 2' -H 'Idempotency-Key: k1'
    is 200
    has '.id == $n and .status == "pending" and .queue_position == 1' \
        --argjson n "$new"
    replace "$old" 'keyed 3' -H 'Idempotency-Key: k1'
    refused 422 idempotency-key Idempotency-Key
    status_is "$new" pending
    status_is "$old" replaced
    [ "$(stack_psql -c "SELECT count(*) FROM submissions
        WHERE user_id = '$USER_ID'")" = 2 ]
    # also of a submission that has been replaced itself
    replace "$new" 'keyed 4'
    is 202
    replace "$old" 'keyed 2' -H 'Idempotency-Key: k1'
    is 200
    has '.id == $n and .status == "replaced"' --argjson n "$new"
}

@test "by the same program: the same grading at the same place" {
    named a b
    queued a 'once more'
    local old=$SUBMISSION
    queued b 'behind'
    local behind=$SUBMISSION
    as a
    replace "$old" 'once more'
    is 202
    has '.queue_position == 1 and .replaced == $o' --argjson o "$old"
    [ "$(grading_of "$SUBMISSION")" = "$(grading_of "$old")" ]
    [ "$(state_of "$SUBMISSION")" = queued ]
    [ "$(rings graderQueue "$old")" = 1 ]
    place_is b "$behind" 2
    judge "$SUBMISSION" accepted 1
    as a
    status_is "$SUBMISSION" graded
    status_is "$old" replaced
}

@test "by a program that somebody queued later: that one moves up" {
    named a b c
    queued a 'poor'
    local old=$SUBMISSION
    queued b 'between'
    local between=$SUBMISSION
    queued c 'popular'
    local popular=$SUBMISSION
    place_is c "$popular" 3
    as a
    replace "$old" 'popular'
    is 202
    has '.queue_position == 1'
    [ "$(grading_of "$SUBMISSION")" = "$(grading_of "$popular")" ]
    place_is c "$popular" 1
    place_is b "$between" 2
    judge "$SUBMISSION" accepted 1
    as c
    status_is "$popular" graded
}

@test "by a program that somebody queued earlier: that one stays" {
    named a b c
    queued a 'early'
    local early=$SUBMISSION
    queued b 'between'
    queued c 'late'
    replace "$SUBMISSION" 'early'
    is 202
    has '.queue_position == 1'
    place_is a "$early" 1
    [ "$(rings graderQueue "$early")" = 1 ]
}

@test "a program that two wait for: the other's stays, both are judged" {
    named a b
    queued a 'shared'
    local hers=$SUBMISSION
    queued b 'shared'
    local his=$SUBMISSION
    [ "$(grading_of "$hers")" = "$(grading_of "$his")" ]
    as a
    replace "$hers" 'of my own'
    is 202
    [ "$(state_of "$his")" = queued ]
    place_is b "$his" 1
    judge "$his" wrong_answer 0
    as b
    status_is "$his" graded
    as a
    status_is "$hers" replaced
    judge "$SUBMISSION" accepted 1
    status_is "$SUBMISSION" graded
    has '.points == 100'
}

@test "two exchange their programs: two gradings, two verdicts" {
    named a b
    queued a 'of a'
    local a=$SUBMISSION
    queued b 'of b'
    local b=$SUBMISSION
    as a
    replace "$a" 'of b' # joins his
    is 202
    local a2=$SUBMISSION
    [ "$(grading_of "$a2")" = "$(grading_of "$b")" ]
    as b
    replace "$b" 'of a' # hers was withdrawn: a new one
    is 202
    local b2=$SUBMISSION
    [ "$(grading_of "$b2")" != "$(grading_of "$a")" ]
    [ "$(state_of "$a2") $(state_of "$b2")" = "queued queued" ]
    judge "$a2" accepted 1
    judge "$b2" wrong_answer 0
    status_is "$b2" graded
    has '.verdict == "wrong_answer"'
    as a
    status_is "$a2" graded
    has '.verdict == "accepted"'
}

@test "guests: theirs keeps its place behind the named, also when full" {
    guests g h
    named a
    queued g 'of g'
    local old=$SUBMISSION
    queued h 'of h'
    local behind=$SUBMISSION
    queued a 'of a'
    place_is g "$old" 2
    guests late
    as late
    hand_in greeting python3 'of a third guest'
    refused 503 unavailable
    [ -n "$(header Retry-After)" ]
    as g
    replace "$old" 'better of g'
    is 202
    has '.queue_position == 2'
    place_is h "$behind" 3
    status_is "$behind" pending
    [ "$(rings '{graderQueue}:guest' "$old")" = 1 ]
}

@test "a guest's program takes over a named user's turn, not an earlier one" {
    guests g
    named a b c
    queued g 'of a guest'
    local guest=$SUBMISSION
    queued a 'of a'
    queued b 'of b'
    local old=$SUBMISSION
    queued c 'of c'
    local behind=$SUBMISSION
    as b
    replace "$old" 'of a guest'
    is 202
    has '.queue_position == 2'
    place_is g "$guest" 2
    place_is c "$behind" 3
    # with her own entry, which is the second, and not at the end
    [ "$(rings graderQueue "$SUBMISSION")" = 0 ]
    [ "$(stack_psql -c "SELECT follows FROM gradings
        WHERE id = $(grading_of "$guest")")" = "$(grading_of "$old")" ]
}

@test "a named user who joins a guest's program is behind the named" {
    guests g
    named a b
    queued g 'wanted by two'
    local guest=$SUBMISSION
    queued a 'of a'
    queued b 'wanted by two'
    has '.queue_position == 2' # as it is rung
    [ "$(rings graderQueue "$SUBMISSION")" = 1 ]
    place_is g "$guest" 2
}

@test "a guest who turns to a named user's program does not move it" {
    guests g
    named a b
    queued g 'of the guest'
    local old=$SUBMISSION
    queued a 'of a'
    local first=$SUBMISSION
    queued b 'of b'
    local second=$SUBMISSION
    as g
    replace "$old" 'of b'
    is 202
    has '.queue_position == 2'
    place_is a "$first" 1
    place_is b "$second" 2
    [ "$(stack_psql -c "SELECT follows IS NULL FROM gradings
        WHERE id = $(grading_of "$second")")" = t ]
}

@test "the user's other pages are told: an event for the old one" {
    named ann bea
    queued ann 'seen elsewhere'
    local old=$SUBMISSION subscriber
    stack_redis PSUBSCRIBE '{channel:/user.*}:pubsub' \
        >"$BATS_TEST_TMPDIR/events" 3>&- &
    subscriber=$!
    eventually 5 grep -q psubscribe "$BATS_TEST_TMPDIR/events"
    replace "$old" 'the new one'
    is 202
    eventually 5 grep -q '"replaced"' "$BATS_TEST_TMPDIR/events"
    kill "$subscriber"
    grep -ao '{"type".*"seq":[0-9]*}' "$BATS_TEST_TMPDIR/events" \
        >"$BATS_TEST_TMPDIR/body"
    BODY=$(<"$BATS_TEST_TMPDIR/body")
    has '.type == "submission" and .id == $o and .status == "replaced"
        and .state == "replaced" and .verdict == null and .correct == false
        and .replaced_by == $n' \
        --argjson o "$old" --argjson n "$SUBMISSION"
    [ "$(grep -ac '{channel:/user\.[0-9a-f]' "$BATS_TEST_TMPDIR/events")" = \
        "$(grep -ac "{channel:/user.$USER_ID}" "$BATS_TEST_TMPDIR/events")" ]
    as bea
    api GET "/api/submissions/$old" -H "$AUTH"
    is 404
}

@test "who waits for the old one is answered soon" {
    named ann
    queued ann 'waited for'
    local old=$SUBMISSION waiter
    curl -sS -m 30 -H "$AUTH" "$ASSAY_URL/api/submissions/$old?wait=20" \
        >"$BATS_TEST_TMPDIR/waited" 3>&- &
    waiter=$!
    somebody_waits() {
        [[ "$(stack_redis CLIENT LIST)" == *cmd=xread* ]]
    }
    eventually 5 somebody_waits
    replace "$old" 'not waited for'
    is 202
    eventually 5 test -s "$BATS_TEST_TMPDIR/waited"
    wait "$waiter"
    jq -e '.status == "replaced"' "$BATS_TEST_TMPDIR/waited"
}

@test "?wait= of the replacement itself: 202 while pending, 201 when judged" {
    named ann
    queued ann 'waits'
    local old=$SUBMISSION
    send POST "/api/assignments/greeting/submissions?replace=$old&wait=1" \
        '{"language": "python3", "code": "waits, too"}' -H "$AUTH"
    is 202
    has '.status == "pending" and .queue_position == 1'
    status_is "$old" replaced
}

@test "no try is counted for a replaced one" {
    named ann
    queued ann 'try 1'
    replace "$SUBMISSION" 'try 1, better'
    replace "$SUBMISSION" 'try 1, best'
    is 202
    judge "$SUBMISSION" wrong_answer 0
    api GET '/api/me/progress?course=demo' -H "$AUTH"
    has '[.assignments[] | select(.last_submission == $s)] | length == 1
        and .[0].attempts == 1 and (.[0].solved | not)' \
        --argjson s "$SUBMISSION"
    api GET '/api/submissions?assignment=greeting' -H "$AUTH"
    has '[.submissions[].status] == ["graded", "replaced", "replaced"]'
}

@test "one's submission to another assignment may take the place, too" {
    named a b
    queued a 'the wrong assignment'
    local old=$SUBMISSION
    queued b 'behind'
    local behind=$SUBMISSION
    as a
    send POST "/api/assignments/hello/submissions?replace=$old" \
        '{"language": "python3", "code": "the right assignment"}' -H "$AUTH"
    is 202
    has '.queue_position == 1 and .replaced == $o' --argjson o "$old"
    status_is "$(jq .id <<<"$BODY")" pending
    has '.slug == "hello"'
    place_is b "$behind" 2
}

@test "refused for another reason: the old one keeps its place" {
    named ann
    queued ann 'stays'
    local old=$SUBMISSION
    send POST "/api/assignments/greeting/submissions?replace=$old" \
        '{"language": "cobol", "code": "x"}' -H "$AUTH"
    refused 422 invalid-field language
    send POST "/api/assignments/no-such/submissions?replace=$old" \
        '{"language": "python3", "code": "x"}' -H "$AUTH"
    is 404
    send POST "/api/assignments/greeting/submissions?replace=$old" \
        '{"language": "python3"}' -H "$AUTH"
    is 422
    place_is ann "$old" 1
}

@test "twenty replacements of one submission at once: one takes the place" {
    named ann
    queued ann 'raced for'
    local old=$SUBMISSION i
    for i in {1..20}; do
        curl -s -o /dev/null -w '%{http_code}\n' -H "$AUTH" \
            -H 'Content-Type: application/json' \
            -d "{\"language\":\"python3\",\"code\":\"replacement $i\"}" \
            "$ASSAY_URL/api/assignments/greeting/submissions?replace=$old" &
    done >"$BATS_TEST_TMPDIR/codes" 3>&-
    wait
    [ "$(grep -c 202 "$BATS_TEST_TMPDIR/codes")" = 1 ]
    [ "$(grep -c 409 "$BATS_TEST_TMPDIR/codes")" = 19 ]
    status_is "$old" replaced
    [ "$(stack_psql -c "SELECT count(*) FROM submissions
        WHERE user_id = '$USER_ID'")" = 2 ]
}
