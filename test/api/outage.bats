#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# PostgreSQL away: 503 with Retry-After within two seconds, nothing accepted,
# nothing told of our insides; and all is well again when it is back.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
}
teardown_file() { stack_down; }

# Every route with credentials, as METHOD PATH [JSON].
routes() {
    cat <<'END'
GET /api/me
GET /api/me/progress
POST /api/users {}
PATCH /api/me {"name":"Down"}
POST /api/session {"name":"a","password":"long enough"}
DELETE /api/session
GET /api/tokens
POST /api/tokens {}
GET /api/assignments?x=1
GET /api/assignments/hello?x=1
GET /api/assignments/next
POST /api/assignments/hello/submissions {"language":"python3","code":"down"}
POST /api/assignments/hello/submissions?wait=5 {"language":"python3","code":"down"}
GET /api/submissions
GET /api/submissions/1
GET /api/submissions/1?wait=5
GET /api/scores
GET /api/events
END
}

all_are_503() {
    local method path json start
    while read -r method path json; do
        start=$EPOCHREALTIME
        if [ -n "$json" ]; then
            send "$method" "$path" "$json" -H "$AUTH"
        else
            api "$method" "$path" -H "$AUTH"
        fi
        [ "$STATUS" = 503 ] || { echo "$method $path: $STATUS $BODY"; return 1; }
        refused 503 unavailable
        [ "$(header Retry-After)" -ge 1 ]
        awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 2) }' ||
            { echo "$method $path: not within 2 s"; return 1; }
        [[ "$BODY" != *[Ss][Qq][Ll]* && "$BODY" != *"/run/"* &&
            "$BODY" != *socket* && "$BODY" != *assay_* ]]
    done < <(routes)
}

# All workers are back: each may wait a quarter of a second before it tries.
works() {
    for _ in {1..20}; do
        api GET /api/me -H "$AUTH" && [ "$STATUS" = 200 ] || return 1
    done
}

end_connections() {
    stack_psql -c "SELECT pg_terminate_backend(pid)
        FROM pg_stat_activity WHERE usename = 'assay_web'" >/dev/null
    eventually 5 none_connected
}

none_connected() {
    [ "$(stack_psql -c "SELECT count(*) FROM pg_stat_activity
        WHERE usename = 'assay_web'")" = 0 ]
}

@test "PostgreSQL stopped: every route is 503 at once, and comes back" {
    new_user
    local before
    before=$(stack_psql -c 'SELECT count(*) FROM submissions')
    stack_stop postgres
    all_are_503
    api GET /api/health
    is 503
    has '.database == false and .status == "down"'
    api GET /api/health -H 'Accept: text/plain'
    [ "$BODY" = down ]
    stack_start postgres
    eventually 10 works
    [ "$(stack_psql -c 'SELECT count(*) FROM submissions')" = "$before" ]
    hand_in hello python3 'after the outage'
    is 202
}

@test "PostgreSQL frozen: 503 within two seconds, never a hang" {
    new_user
    local pid
    pid=$(stack_pid postgres)
    # the server and all its processes, so that not even a connection is made
    kill -STOP "$pid" $(pgrep -P "$pid")
    local method path json took
    for path in /api/me /api/submissions '/api/assignments/hello?frozen=1'; do
        took=$(curl -s -o "$BATS_TEST_TMPDIR/body" -m 10 -H "$AUTH" \
            -w '%{http_code} %{time_total}' "$ASSAY_URL$path")
        echo "$path: $took"
        [[ "$took" == "503 "[01].* ]] || break
    done
    kill -CONT "$pid" $(pgrep -P "$pid")
    [[ "$took" == "503 "[01].* ]]
    eventually 10 works
}

@test "every connection killed: the next request makes another" {
    new_user
    for _ in 1 2 3; do
        end_connections
        api GET /api/me -H "$AUTH"
        is 200
    done
}

@test "a schema that the programs do not know is refused, not guessed at" {
    new_user
    stack_psql -c "INSERT INTO schema_migrations
        SELECT (m).* FROM (SELECT jsonb_populate_record(m,
            '{\"number\": 999, \"name\": \"999_future.sql\"}') AS m
            FROM schema_migrations m LIMIT 1) x"
    end_connections
    api GET /api/me -H "$AUTH"
    refused 503 unavailable
    stack_psql -c 'DELETE FROM schema_migrations WHERE number = 999'
    eventually 10 works
}

@test "no secret and no code was written to any log" {
    new_user
    hand_in greeting python3 'CANARY-CODE'
    send POST /api/users '{"name":"Canary","password":"CANARY-PASSWORD"}'
    api GET '/api/submissions?secret=CANARY-QUERY' -H "$AUTH"
    run ! grep -rlE "CANARY|$TOKEN" "$ASSAY_DIR/log"
}
