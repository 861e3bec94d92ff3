#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# cgi-bin/submissions.c: handing in, in every form; reading back.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
}
teardown_file() { stack_down; }

setup() { new_user; }

post_raw() { # QUERY [curl options…]
    local query=$1
    shift
    api POST "/api/assignments/greeting/submissions$query" -H "$AUTH" "$@"
}

rows() { # of this test's user
    stack_psql -c "SELECT count(*) FROM submissions WHERE user_id = '$USER_ID'"
}

code_of() { # SUBMISSION
    stack_psql -c "SELECT g.language || ':' || g.code FROM submissions s
        JOIN gradings g ON g.id = s.grading_id WHERE s.id = $1"
}

@test "202 with Location while it is not judged; then 200 with the verdict" {
    hand_in greeting python3 'print(1)'
    is 202
    has '.status == "pending" and .queue_position >= 1 and (keys | length) == 4
        and has("expected_wait_seconds")'
    [ "$(header Location)" = "/api/submissions/$SUBMISSION" ]
    [ "$(header Cache-Control)" = no-store ]
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH"
    is 200
    has '.status == "pending" and .verdict == null and .correct == false
        and .points == null and .tests == [] and .code == "print(1)"'
    api GET /api/me -H "$AUTH"
    has '.pending == $s' --argjson s "$SUBMISSION"
    judge "$SUBMISSION" accepted 1
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH"
    is 200
    has '.status == "graded" and .verdict == "accepted" and .correct
        and .points == 100 and .max_points == 100 and .time_ms == 3
        and .memory_kb == 900 and .late_by_seconds == 0
        and (.graded_at | test("^20..-..-..T..:..:..\\....Z$"))'
    api GET /api/me -H "$AUTH"
    has '.pending == null and .points == 100'
}

# How often is this grading in a queue?
rings() { # QUEUE GRADING
    stack_redis XREVRANGE "$1" + - | grep -cx "$2" || true
}

@test "the queue is rung with the grading's id, once; guests' is another one" {
    hand_in greeting python3 'ring me' # anonymous
    local g
    g=$(grading_of "$SUBMISSION")
    [ "$(rings '{graderQueue}:guest' "$g") $(rings graderQueue "$g")" = "1 0" ]
    new_user
    hand_in greeting python3 'ring me' # the same program of somebody else
    is 202
    [ "$(grading_of "$SUBMISSION")" = "$g" ]
    [ "$(rings '{graderQueue}:guest' "$g") $(rings graderQueue "$g")" = "1 0" ]
    # of somebody with a name: it need not wait behind the guests
    named_user "ringer"
    hand_in greeting python3 'ring me'
    is 202
    [ "$(grading_of "$SUBMISSION")" = "$g" ]
    [ "$(rings '{graderQueue}:guest' "$g") $(rings graderQueue "$g")" = "1 1" ]
}

@test "judged once for all: a known program is 201 at once, and counts" {
    hand_in greeting python3 'known program'
    judge "$SUBMISSION" accepted 1
    new_user
    hand_in greeting python3 'known program'
    is 201
    has '.status == "graded" and .verdict == "accepted" and .points == 100'
    [ "$(header Location)" = "/api/submissions/$SUBMISSION" ]
    hand_in greeting python3 'known program' # a second solve adds nothing
    is 201
    api GET /api/me -H "$AUTH"
    has '.points == 100 and .solved == 1'
}

@test "one in grading per user: 409 names it, without a race" {
    hand_in greeting python3 'the first'
    is 202
    local first=$SUBMISSION i codes
    hand_in greeting python3 'the second'
    refused 409 pending
    has '.pending == $s' --argjson s "$first"
    hand_in hello python3 'another assignment'
    refused 409 pending
    judge "$first" wrong_answer 0
    for i in {1..20}; do
        curl -s -o /dev/null -w '%{http_code}\n' -H "$AUTH" \
            -H 'Content-Type: application/json' \
            -d "{\"language\":\"python3\",\"code\":\"race $i\"}" \
            "$ASSAY_URL/api/assignments/greeting/submissions" &
    done >"$BATS_TEST_TMPDIR/codes" 3>&-
    wait
    codes=$(sort "$BATS_TEST_TMPDIR/codes" | uniq -c | tr -s ' ')
    [ "$codes" = " 1 202
 19 409" ] || { echo "$codes"; return 1; }
    [ "$(rows)" = 2 ]
}

@test "Idempotency-Key: a replay is 200 and no second row" {
    hand_in greeting python3 'keyed' -H 'Idempotency-Key: k1'
    is 202
    local id=$SUBMISSION
    hand_in greeting python3 'keyed' -H 'Idempotency-Key: k1'
    is 200 # not 409, although it is pending
    [ "$SUBMISSION" = "$id" ]
    [ "$(header Location)" = "/api/submissions/$id" ]
    post_raw '?language=python3' --data-binary keyed -H 'Idempotency-Key: k1'
    is 200 # the same program in another form
    hand_in greeting python3 'other' -H 'Idempotency-Key: k1'
    refused 422 idempotency-key
    judge "$id" accepted 1
    hand_in greeting python3 'keyed' -H 'Idempotency-Key: k1'
    is 200
    has '.verdict == "accepted"'
    [ "$(rows)" = 1 ]
    new_user # another's key of the same name
    hand_in greeting python3 'other' -H 'Idempotency-Key: k1'
    is 202
    local key
    for key in "$(printf 'k%.0s' {1..129})" $'k\xc3\xa4'; do
        hand_in greeting python3 'x' -H "Idempotency-Key: $key"
        refused 422 invalid-field Idempotency-Key
    done
}

@test "50 requests at once under one key: one row, and no 409" {
    local i codes
    for i in {1..50}; do
        curl -s -o /dev/null -w '%{http_code}\n' -H "$AUTH" \
            -H 'Idempotency-Key: storm' -H 'Content-Type: application/json' \
            -d '{"language":"python3","code":"storm"}' \
            "$ASSAY_URL/api/assignments/greeting/submissions" &
    done >"$BATS_TEST_TMPDIR/codes" 3>&-
    wait
    codes=$(sort "$BATS_TEST_TMPDIR/codes" | uniq -c | tr -s ' ')
    [ "$codes" = " 49 200
 1 202" ] || { echo "$codes"; return 1; }
    [ "$(rows)" = 1 ]
}

@test "raw bodies: curl's own type, octet-stream, text, and none" {
    post_raw '?language=python3' --data-binary 'a = "1&b=%41+c"'
    is 202
    [ "$(code_of "$(jq .id <<<"$BODY")")" = 'python3:a = "1&b=%41+c"' ]
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '?language=c' --data-binary 'int x;' -H 'Content-Type: application/octet-stream'
    is 202
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '' --data-binary 'by type' -H 'Content-Type: text/x-python; charset=utf-8'
    is 202
    [ "$(code_of "$(jq .id <<<"$BODY")")" = 'python3:by type' ]
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '?language=python3' --data-binary 'no type' -H 'Content-Type:'
    is 202
}

@test "curl -T: the file's name says the language" {
    printf 'int main(void){}' >"$BATS_TEST_TMPDIR/f.c"
    api PUT /api/assignments/demo/greeting/submissions/f.c -H "$AUTH" \
        -T "$BATS_TEST_TMPDIR/f.c"
    is 202
    [ "$(code_of "$(jq .id <<<"$BODY")")" = 'c:int main(void){}' ]
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    api PUT /api/assignments/greeting/submissions/f.cobol -H "$AUTH" \
        -T "$BATS_TEST_TMPDIR/f.c"
    refused 422 invalid-field language
    api PUT '/api/assignments/greeting/submissions/-rf%20..%5cf?language=c' \
        -H "$AUTH" -T "$BATS_TEST_TMPDIR/f.c"
    is 201 # the name is only a name
}

@test "multipart: language, code or file" {
    printf 'from a file' >"$BATS_TEST_TMPDIR/f.py"
    post_raw '' -F "file=@$BATS_TEST_TMPDIR/f.py"
    is 202
    [ "$(code_of "$(jq .id <<<"$BODY")")" = 'python3:from a file' ]
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '' -F language=python3 -F code='from a field'
    is 202
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '' -F code=x
    refused 422 invalid-field language
    post_raw '' -F language=python3
    refused 422 invalid-field code
    post_raw '' -F language=python3 -F code=x -F "file=@$BATS_TEST_TMPDIR/f.py"
    refused 422 invalid-field file
    post_raw '' -F language=python3 -F language=c -F code=x
    refused 422 invalid-field language
    post_raw '' -F language=python3 -F code=x -F score=100
    refused 422 invalid-field score
    post_raw '' --data-binary x -H 'Content-Type: multipart/form-data'
    refused 400 syntax Content-Type
    post_raw '' --data-binary x -H 'Content-Type: multipart/form-data; boundary=b'
    refused 400 syntax
    post_raw '' --data-binary $'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\nx' \
        -H 'Content-Type: multipart/form-data; boundary=b'
    refused 400 syntax
    [ "$(rows)" = 2 ]
}

@test "types that are no program's are 415" {
    local type
    for type in image/png video/mp4 multipart/mixed message/http font/woff; do
        post_raw '?language=python3' --data-binary x -H "Content-Type: $type"
        refused 415 media-type Content-Type
    done
    post_raw '?language=python3' --data-binary x -H 'Content-Encoding: gzip'
    refused 415 media-type Content-Encoding
    [ "$(rows)" = 0 ]
}

@test "sizes: exactly the limit is taken, one more is 413" {
    head -c 65536 /dev/zero | tr '\0' '#' >"$BATS_TEST_TMPDIR/max"
    head -c 65537 /dev/zero | tr '\0' '#' >"$BATS_TEST_TMPDIR/over"
    head -c 300000 /dev/zero | tr '\0' '#' >"$BATS_TEST_TMPDIR/huge"
    post_raw '?language=python3' --data-binary "@$BATS_TEST_TMPDIR/max"
    is 202
    judge "$(jq .id <<<"$BODY")" wrong_answer 0
    post_raw '?language=python3' --data-binary "@$BATS_TEST_TMPDIR/over"
    refused 413 too-large code
    post_raw '?language=python3' --data-binary "@$BATS_TEST_TMPDIR/huge"
    refused 413 too-large
    [ "$(rows)" = 1 ]
}

@test "code that cannot be kept is 422 and leaves no row" {
    hand_in greeting python3 ''
    refused 422 invalid-field code
    printf 'a\0b' >"$BATS_TEST_TMPDIR/nul"
    printf '\xff\xfe' >"$BATS_TEST_TMPDIR/latin"
    printf '\xed\xa0\x80' >"$BATS_TEST_TMPDIR/surrogate"
    printf '\x7fELF\x02\x01\x01\x00\x00' >"$BATS_TEST_TMPDIR/elf"
    local f
    for f in nul latin surrogate elf; do
        post_raw '?language=python3' --data-binary "@$BATS_TEST_TMPDIR/$f" \
            -H 'Content-Type: application/octet-stream'
        refused 422 invalid-field code
    done
    local body
    for body in '{"language":"python3","code":"\u0000"}' \
        '{"language":"python3","code":"\ud800"}' \
        $'{"language":"python3","code":"\xff"}' '{"language":"python3"' ''; do
        send POST /api/assignments/greeting/submissions "$body" -H "$AUTH"
        refused 422 invalid-field
    done
    [ "$(rows)" = 0 ]
}

@test "odd code round-trips byte for byte" {
    local odd
    odd=$(printf '\xef\xbb\xbfprint("\xf0\x9f\x98\x80 \xe2\x80\xae %%s%%n {{7*7}} $(id)")\r\n\t;--')
    hand_in greeting python3 "$odd"
    is 202
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH"
    has '.code == $c' --arg c "$odd"
}

@test "fields of the wrong type, unknown or missing are named" {
    local where=/api/assignments/greeting/submissions
    send POST $where '{"language":"python3"}' -H "$AUTH"
    refused 422 invalid-field code
    send POST $where '{"code":"x"}' -H "$AUTH"
    refused 422 invalid-field language
    send POST $where '{"code":["x"],"language":"c"}' -H "$AUTH"
    refused 422 invalid-field code
    send POST $where '{"code":"x","language":true}' -H "$AUTH"
    refused 422 invalid-field language
    send POST $where '{"code":"x","language":"c","score":1}' -H "$AUTH"
    refused 422 invalid-field score
    send POST $where '{"code":"x","language":"c","user_id":"x"}' -H "$AUTH"
    refused 422 invalid-field user_id
    send POST $where '{"code":"x","language":"brainfuck"}' -H "$AUTH"
    refused 422 invalid-field language
    send POST $where "{\"code\":\"x\",\"language\":\"$(printf 'x%.0s' {1..33})\"}" -H "$AUTH"
    refused 422 invalid-field language
    send POST /api/assignments/hello/submissions '{"code":"x","language":"c"}' -H "$AUTH"
    refused 422 invalid-field language # this assignment is in python3 alone
    send POST /api/assignments/nothing/submissions '{"code":"x","language":"c"}' -H "$AUTH"
    refused 404 not-found
    send POST $where '{"code":"x","language":"c"}'
    refused 401 unauthenticated
    send POST $where '{"code":"x","language":"c"}' -H "$AUTH" -H 'Origin: https://evil.example'
    refused 403 forbidden
    [ "$(rows)" = 0 ]
}

@test "10^5 brackets are refused in no time" {
    head -c 100000 /dev/zero | tr '\0' '[' >"$BATS_TEST_TMPDIR/deep"
    local start=$EPOCHREALTIME
    api POST /api/assignments/greeting/submissions -H "$AUTH" \
        -H 'Content-Type: application/json' --data-binary "@$BATS_TEST_TMPDIR/deep"
    refused 422 invalid-field body
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 1) }'
}

@test "somebody else's submission is 404, like none; the course's staff may read" {
    hand_in greeting python3 'mine alone'
    judge "$SUBMISSION" wrong_answer 0
    local id=$SUBMISSION none
    new_user
    api GET "/api/submissions/$id" -H "$AUTH"
    refused 404 not-found
    none=$BODY
    api GET /api/submissions/99999999 -H "$AUTH"
    [ "$BODY" = "$none" ]
    api GET "/api/submissions/$id"
    refused 401 unauthenticated
    stack_psql -c "INSERT INTO memberships (course_id, user_id, role)
        SELECT id, '$USER_ID', 'learner' FROM courses WHERE slug = 'demo'"
    api GET "/api/submissions/$id" -H "$AUTH"
    is 404
    stack_psql -c "UPDATE memberships SET role = 'assistant'
        WHERE user_id = '$USER_ID'"
    api GET "/api/submissions/$id" -H "$AUTH"
    is 200
    local bad
    for bad in 0 -1 abc 1e3 9223372036854775808 '1%20OR%201=1' %27; do
        api GET "/api/submissions/$bad" -H "$AUTH"
        refused 404 not-found
    done
}

@test "feedback levels hide from students what staff see" {
    local report
    report='{"verified": true, "tests_total": 4, "tests": [
      {"name": "t/full", "verdict": "accepted", "sample": true, "feedback": "full",
       "time_ms": 1, "memory_kb": 1, "points": 1, "message": "m-full",
       "input": "IN-FULL", "expected": "EX-FULL", "actual": "AC-FULL", "stderr": ""},
      {"name": "t/message", "verdict": "wrong_answer", "sample": false,
       "feedback": "message", "time_ms": 1, "memory_kb": 1, "points": 1,
       "message": "m-message", "input": "IN-MSG", "expected": "EX-MSG",
       "actual": "AC-MSG", "stderr": "ER-MSG"},
      {"name": "t/name", "verdict": "wrong_answer", "sample": false,
       "feedback": "name", "time_ms": 1, "memory_kb": 1, "points": 1,
       "message": "m-name", "input": "IN-NAME", "expected": "EX-NAME",
       "actual": "AC-NAME", "stderr": "ER-NAME"},
      {"name": "t/none", "verdict": "wrong_answer", "sample": false,
       "feedback": "none", "time_ms": 1, "memory_kb": 1, "points": 1,
       "message": "m-none", "input": "IN-NONE", "expected": "EX-NONE",
       "actual": "AC-NONE", "stderr": "ER-NONE"}]}'
    hand_in greeting python3 'feedback levels'
    judge "$SUBMISSION" wrong_answer 0 "$report"
    local word id=$SUBMISSION how
    for how in application/json text/plain; do
        api GET "/api/submissions/$id" -H "$AUTH" -H "Accept: $how"
        is 200
        for word in MSG IN-NAME EX-NAME AC-NAME ER-NAME m-name t/none NONE m-none; do
            [[ "$BODY" != *"$word"* ]] || { echo "$how: $word shown"; return 1; }
        done
        [[ "$BODY" == *t/name* ]]
    done
    api GET "/api/submissions/$id" -H "$AUTH"
    [[ "$BODY" == *IN-FULL* && "$BODY" == *m-message* ]]
    has '.tests | length == 4'
    new_user
    stack_psql -c "INSERT INTO memberships (course_id, user_id, role)
        SELECT id, '$USER_ID', 'teacher' FROM courses WHERE slug = 'demo'"
    api GET "/api/submissions/$id" -H "$AUTH"
    for word in IN-MSG EX-NAME AC-NONE m-none t/none; do
        [[ "$BODY" == *"$word"* ]] || { echo "staff miss $word"; return 1; }
    done
}

@test "the history: mine, newest first, paged by Link" {
    local i ids=() path seen=()
    for i in 1 2 3 4 5; do
        hand_in greeting python3 "history $i"
        judge "$SUBMISSION" wrong_answer 0
        ids=("$SUBMISSION" "${ids[@]}")
    done
    hand_in hello python3 'history of another'
    api GET "/api/submissions?assignment=greeting&limit=5" -H "$AUTH"
    is 200
    [ -z "$(header Link)" ]
    path='/api/submissions?assignment=demo/greeting&limit=2'
    while [ -n "$path" ]; do
        api GET "$path" -H "$AUTH"
        is 200
        has '.submissions | length <= 2 and all(has("code") | not)'
        mapfile -t -O ${#seen[@]} seen < <(jq '.submissions[].id' <<<"$BODY")
        path=$(header Link)
        [ -z "$path" ] || [[ "$path" == *'rel="next"' ]]
        path=${path#<} path=${path%%>*}
    done
    [ "${seen[*]}" = "${ids[*]}" ]
    api GET /api/submissions -H "$AUTH"
    has '.submissions | length == 6 and .[0].status == "pending"'
    api GET /api/submissions -H "$AUTH" -H 'Accept: text/plain'
    [ "$(wc -l <"$BATS_TEST_TMPDIR/body")" = 6 ]
    new_user
    api GET /api/submissions -H "$AUTH"
    has '.submissions == []'
    api GET /api/submissions
    refused 401 unauthenticated
    local bad
    for bad in limit=0 limit=-1 limit=1e9 limit=999999 limit= before=0 \
        before=x before=9223372036854775808; do
        api GET "/api/submissions?$bad" -H "$AUTH"
        refused 422 invalid-field "${bad%%=*}"
    done
    api GET '/api/submissions?assignment=%27--' -H "$AUTH"
    refused 404 not-found
}

@test "text/plain: the first word is the verdict, refusals say REFUSED" {
    local text='Accept: text/plain' id
    hand_in greeting python3 'plain 1' -H "$text"
    is 202
    [[ "$BODY" =~ ^PENDING\ ([0-9]+)\  ]]
    id=${BASH_REMATCH[1]}
    hand_in greeting python3 'plain 2' -H "$text"
    is 409
    [[ "$BODY" == "REFUSED 409 "*"$id"* ]]
    judge "$id" accepted 1
    api GET "/api/submissions/$id" -H "$AUTH" -H "$text"
    [[ "$BODY" == "PASS $id "* ]]
    [ -z "$(tail -c 1 "$BATS_TEST_TMPDIR/body" | tr -d '\n')" ]
    local verdict n=0
    for verdict in wrong_answer time_limit memory_limit output_limit \
        runtime_error compile_error; do
        hand_in greeting python3 "plain fail $((n += 1))"
        judge "$SUBMISSION" $verdict 0
        api GET "/api/submissions/$SUBMISSION" -H "$AUTH" -H "$text"
        [[ "$BODY" == "FAIL $SUBMISSION "* ]]
    done
    hand_in greeting python3 'plain error'
    judge "$SUBMISSION" system_error 0
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH" -H "$text"
    [[ "$BODY" == "ERROR $SUBMISSION "* ]]
    api GET "/api/submissions/$SUBMISSION" -H "$text"
    [[ "$BODY" == "REFUSED 401 "* ]]
}

@test "late: the factor is taken off, and said" {
    stack_psql -c "UPDATE assignments SET due_at = now() - interval '90 minutes',
        late_per_day = 0.25 WHERE slug = 'fizzbuzz'"
    hand_in fizzbuzz python3 'late'
    judge "$SUBMISSION" accepted 1
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH"
    has '.points == 75 and .max_points == 100
        and .late_by_seconds >= 5400 and .late_by_seconds < 5500'
    stack_psql -c "UPDATE assignments SET due_at = NULL, late_per_day = NULL
        WHERE slug = 'fizzbuzz'"
}

@test "judged at once, from an earlier run: the user's other pages hear of it" {
    hand_in greeting python3 'seen before'
    judge "$SUBMISSION" accepted 1
    new_user
    "$STACK_ROOT/test/lib/websocket.py" "$ASSAY_URL/api/events" -H "$AUTH" \
        --count 1 --seconds 20 >"$BATS_TEST_TMPDIR/heard" &
    local page=$!
    listening() { grep -q '^HTTP 101' "$BATS_TEST_TMPDIR/heard"; }
    eventually 10 listening
    subscribed() { # the handshake is answered before Redis has subscribed
        [ "$(stack_redis pubsub numsub "{channel:/user.$USER_ID}:pubsub" |
            tail -n 1)" = 1 ]
    }
    eventually 10 subscribed
    hand_in greeting python3 'seen before'
    is 201
    wait "$page"
    tail -n 1 "$BATS_TEST_TMPDIR/heard" | jq -e --argjson id "$SUBMISSION" \
        '.id == $id and .state == "judged" and .verdict == "accepted"
            and .points == 100 and .total_points == 100'
}

@test "without Redis: still 202, and judged when a grader comes" {
    stack_stop redis
    local start=$EPOCHREALTIME program
    program=$(cat "$STACK_ROOT"/courses/demo/greeting/submissions/accepted/*.py)
    hand_in greeting python3 "$program"
    is 202
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 1.5) }'
    api GET /api/health
    is 200
    has '.redis == false and .status == "degraded"'
    stack_start redis
    stack_psql -c 'DELETE FROM runtimes' # what offer_languages had promised
    stack_start_graderd
    judged() {
        api GET "/api/submissions/$SUBMISSION" -H "$AUTH" && has '.status == "graded"' 2>/dev/null
    }
    eventually 30 judged
    has '.verdict == "accepted" and .points == 100'
    stack_stop graderd
}
