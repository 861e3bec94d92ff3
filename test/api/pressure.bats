#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# Under pressure nobody is locked out: 300 users of one address are no flood,
# and who is one slows down nobody else.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
    # A class: signed up and named; CLASS has a token a line.  No password, so
    # that it costs no hash.
    export CLASS=$BATS_FILE_TMPDIR/class
    local n
    n=$(yes '{"method":"POST","path":"/api/users","body":"{}","headers":{"Content-Type":"application/json"}}' |
        head -n 300 | crowd | tee "$BATS_FILE_TMPDIR/signed-up" |
        jq -r 'select(.status == 201) | .body | fromjson.token' |
        tee "$CLASS" | wc -l)
    echo "$n" >"$BATS_FILE_TMPDIR/signed-up.count"
    stack_psql -c "UPDATE users SET name = 'pupil ' || id WHERE name IS NULL"
}
teardown_file() { stack_down; }

setup() { offer_languages; }

crowd() { "$STACK_ROOT/test/lib/crowd.py" "$ASSAY_URL" "$@"; }

# A request of each token on standard input: PATH [BODY, %n is its number].
each() { # METHOD PATH [BODY]
    jq -Rc --arg m "$1" --arg p "$2" --arg b "${3:-}" '
        {method: $m, path: $p, headers: {Authorization: ("Bearer " + .)},
         body: ($b | gsub("%n"; input_line_number | tostring))}'
}

statuses() { # FILE: like "201 300" a line
    jq -r .status "$1" | sort | uniq -c | awk '{ print $2, $1 }'
}

all_are() { # STATUS COUNT FILE
    [ "$(statuses "$3")" = "$1 $2" ] || {
        statuses "$3" >&2
        jq -c 'select(.status != '"$1"')' "$3" | head -n 3 >&2
        return 1
    }
}

# N names that look like tokens of ours and are none.
forged() {
    local n
    for ((n = 0; n < $1; n++)); do printf '%043d\n' $n; done
}

submit_path='/api/assignments/hello/submissions?language=python3'

@test "a class of 300 signs up at once, from one address" {
    [ "$(cat "$BATS_FILE_TMPDIR/signed-up.count")" = 300 ]
    all_are 201 300 "$BATS_FILE_TMPDIR/signed-up"
}

@test "300 users of one address submit within a second: 300 rows, no refusal" {
    local said=$BATS_TEST_TMPDIR/said sent
    each POST "$submit_path" 'def hello(): return %n' <"$CLASS" |
        crowd >"$BATS_TEST_TMPDIR/answers" 2>"$said"
    cat "$said"
    sent=$(sed 's/.*sent within \([0-9.]*\) s.*/\1/' "$said")
    awk -v s="$sent" 'BEGIN { exit !(s < 1) }'
    all_are 202 300 "$BATS_TEST_TMPDIR/answers"
    [ "$(stack_psql -c "SELECT count(*), count(DISTINCT user_id),
        count(DISTINCT grading_id), count(*) FILTER (WHERE status = 'pending')
        FROM submissions")" = "300|300|300|300" ]
    [ "$(stack_redis XLEN graderQueue)" = 300 ]
    # and each may ask how it stands, as a page does
    each GET /api/me <"$CLASS" | crowd >"$BATS_TEST_TMPDIR/me"
    all_are 200 300 "$BATS_TEST_TMPDIR/me"
}

@test "one user who hammers is 429 + Retry-After; nobody else notices" {
    local token hammer=$BATS_TEST_TMPDIR/hammer others=$BATS_TEST_TMPDIR/others
    token=$(head -n 1 "$CLASS")
    yes "$token" | head -n 400 | each POST "$submit_path" 'x = %n' |
        crowd >"$hammer" &
    local pid=$!
    sed 1d "$CLASS" | head -n 100 | each GET /api/me | crowd >"$others"
    wait $pid
    all_are 200 100 "$others"
    [ "$(jq -s 'map(.seconds) | max < 5' "$others")" = true ]
    # the burst was told that his first one is pending; the rest, to slow down
    statuses "$hammer"
    [ "$(jq -s 'map(select(.status == 409)) | length > 50' "$hammer")" = true ]
    [ "$(jq -s 'map(select(.status == 429)) | length > 200' "$hammer")" = true ]
    [ "$(jq -s 'all(.status == 409 or .status == 429)' "$hammer")" = true ]
    [ "$(jq -s 'map(select(.status == 429))
        | all((.retry_after | tonumber) > 0
            and (.body | fromjson.type) == "/problems/rate")' "$hammer")" = true ]
}

@test "no user has a second budget: other cookies, names and tokens beside hers" {
    local token out=$BATS_TEST_TMPDIR/out n way
    for way in cookie host-cookie two-cookies basic; do
        token=$(sed -n "$((RANDOM % 200 + 50))p" "$CLASS")
        for ((n = 0; n < 150; n++)); do
            jq -nc --arg way $way --arg t "$token" --argjson n $n \
                --arg p "$submit_path" '
                ("000000000000000000000000000000000000000000\($n)" | .[-43:]) as $f |
                {method: "POST", path: $p, body: "x", headers: (
                 if $way == "cookie" then
                    {Authorization: "Bearer \($t)", Cookie: "assay=\($f)"}
                 elif $way == "host-cookie" then
                    {Cookie: "__Host-assay=\($f); assay=\($t)"}
                 elif $way == "two-cookies" then
                    {Cookie: "x=1;assay=\($t); assay=\($f)"}
                 else {Authorization: ("Basic " + ("u\($n):\($t)" | @base64))} end)}'
        done | crowd >"$out"
        echo "$way: $(statuses "$out")"
        # she is known every time, and slowed down
        [ "$(jq -s 'all(.status == 202 or .status == 409 or .status == 429)' \
            "$out")" = true ]
        [ "$(jq -s 'map(select(.status == 429)) | length > 20' "$out")" = true ]
    done
}

@test "what is no token of ours is counted by address, whatever it says" {
    local out=$BATS_TEST_TMPDIR/out
    # Each another word; a budget of 4,000, and 200 a second: so more than that
    # are sent, however slow this host is.
    local n
    for ((n = 0; n < 20; n++)); do
        seq $((n * 1000)) $((n * 1000 + 999)) |
            jq -Rc '{path: "/api/me", headers: {Cookie: "assay=random\(.)"}}' |
            crowd --from 127.0.0.9 >"$out"
        ! grep -q '"status": 429' "$out" || break
    done
    statuses "$out"
    grep -q '"status": 429' "$out"
    [ "$n" -ge 3 ] # and a class that has no tokens yet gets through
    # who is signed in there does not suffer, nor does another address
    head -n 20 "$CLASS" | each GET /api/me | crowd --from 127.0.0.9 >"$out"
    all_are 200 20 "$out"
    echo '{"path": "/api/assignments"}' | crowd >"$out"
    all_are 200 1 "$out"
}

@test "forged tokens are 401, each in its budget, and delay nobody for long" {
    local out=$BATS_TEST_TMPDIR/out others=$BATS_TEST_TMPDIR/others
    forged 1000 | each POST "$submit_path" 'x' | crowd >"$out" &
    local pid=$!
    head -n 50 "$CLASS" | each GET /api/me | crowd >"$others"
    wait $pid
    all_are 401 1000 "$out"
    all_are 200 50 "$others"
    [ "$(jq -s 'map(.seconds) | max < 5' "$others")" = true ]
}

@test "guessing passwords is slowed by address: the victim logs in elsewhere" {
    local out=$BATS_TEST_TMPDIR/out
    send POST /api/users '{"name":"Victim","password":"right horse"}'
    is 201
    local token
    token=$(jq -r .token <<<"$BODY")
    # Guesses without a password cost no hash; nginx counts them all the same.
    yes '{"method":"POST","path":"/api/session","body":"{\"name\":\"Victim\"}","headers":{"Content-Type":"application/json"}}' |
        head -n 800 | crowd --from 127.0.0.7 >"$out"
    statuses "$out"
    [ "$(jq -s 'map(select(.status == 422)) | length >= 600' "$out")" = true ]
    [ "$(jq -s 'map(select(.status == 429)) | length > 100' "$out")" = true ]
    # the next hundred: five a second, however many come
    yes '{"method":"POST","path":"/api/session","body":"{}","headers":{"Content-Type":"application/json"}}' |
        head -n 100 | crowd --from 127.0.0.7 >"$out"
    statuses "$out"
    [ "$(jq -s 'map(select(.status == 429 and (.retry_after | tonumber) > 0))
        | length > 50' "$out")" = true ]
    # her session goes on, even there, and elsewhere she gets a new one
    api GET /api/me -H "Authorization: Bearer $token" --interface 127.0.0.7
    is 200
    send POST /api/session '{"name":"Victim","password":"right horse"}'
    is 200
}

@test "a class of 300 logs in at once, half of it twice: no 429" {
    local out=$BATS_TEST_TMPDIR/out
    # one hash for all, so that the test makes 300 users in no time
    stack_psql -c "INSERT INTO users (name, password_hash)
        SELECT 'login ' || n, (SELECT password_hash FROM users
            WHERE name = 'Victim') FROM generate_series(1, 300) n"
    (
        seq 150 | jq -Rc '{method: "POST", path: "/api/session", body: "{\"name\":\"login \(.)\"}", headers: {"Content-Type": "application/json"}}'
        seq 300 | jq -Rc '{method: "POST", path: "/api/session", body: "{\"name\":\"login \(.)\",\"password\":\"right horse\"}", headers: {"Content-Type": "application/json"}}'
    ) | crowd --from 127.0.0.8 >"$out"
    statuses "$out"
    refute grep -q '"status": 429' "$out"
    [ "$(jq -s 'map(select(.status == 200)) | length' "$out")" = 300 ]
}

websocket() { # tokens on standard input
    jq -Rc '{path: "/api/events", headers: {Authorization: ("Bearer " + .),
        Connection: "Upgrade", Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}}'
}

@test "2,250 open pages of one address; of one user, a hundred" {
    local open=$BATS_TEST_TMPDIR/open hold=$BATS_TEST_TMPDIR/hold
    local one=$BATS_TEST_TMPDIR/one out=$BATS_TEST_TMPDIR/out
    : >"$hold"
    # 250 users, nine pages each
    for _ in {1..9}; do sed 50q "$CLASS"; sed -n 101,300p "$CLASS"; done |
        websocket | crowd --hold "$hold" >"$open" &
    local pid=$!
    for _ in {1..120}; do sed -n 60p "$CLASS"; done | websocket |
        crowd --hold "$hold" >"$one" &
    local pid_one=$!
    answered() { [ "$(wc -l <"$open")" = 2250 ] && [ "$(wc -l <"$one")" = 120 ]; }
    eventually 60 answered
    # what came meanwhile: she has used up hers, another of that address has not
    sed -n 60p "$CLASS" | each GET /api/me | crowd >"$out.one"
    sed -n 61p "$CLASS" | each GET /api/me | crowd >"$out.other"
    sed -n 61p "$CLASS" | websocket | crowd --hold /nonexistent >"$out.page"
    rm "$hold"
    wait $pid $pid_one
    all_are 101 2250 "$open"
    [ "$(statuses "$one")" = "101 100
429 20" ]
    all_are 429 1 "$out.one"
    all_are 200 1 "$out.other"
    all_are 101 1 "$out.page"
}
