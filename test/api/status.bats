#!/usr/bin/env bats
# cgi-bin/status.c: health and metrics.

load ../lib/stack
load ../lib/api

setup_file() { stack_up --graders 0; }
teardown_file() { stack_down; }

@test "health says what is there, and how long the queue is" {
    api GET /api/health
    is 200
    has '.status == "degraded" and .database and .redis and (.graders | not)
        and .queue.length == 0 and .queue.oldest_seconds == 0'
    offer_languages
    api GET /api/health
    has '.status == "ok" and .graders'
    new_user
    hand_in greeting python3 'makes a queue'
    stack_psql -c "UPDATE gradings SET queued_at = now() - interval '1 minute'"
    api GET /api/health
    has '.queue.length == 1 and .queue.oldest_seconds >= 60'
    api GET /api/health -H 'Accept: text/plain'
    [ "$BODY" = ok ]
    api POST /api/health
    refused 405 method
}

metric() { # NAME: its value
    api GET /metrics || return 1
    awk -v n="$1" '$1 == n { print $2 }' <<<"$BODY"
}

@test "metrics: the counters of all workers of all programs" {
    local before after
    api GET /api/health
    before=$(metric 'assay_requests_total{program="status",status="2xx"}')
    for _ in {1..30}; do
        curl -s -o /dev/null "$ASSAY_URL/api/health" 3>&- &
    done
    wait
    after=$(metric 'assay_requests_total{program="status",status="2xx"}')
    [ $((after - before)) -ge 30 ]
    api GET /api/me
    [ "$(metric 'assay_requests_total{program="users",status="4xx"}')" -ge 1 ]
    [ "$(metric assay_database_up)" = 1 ]
    [ "$(metric assay_redis_up)" = 1 ]
    [ "$(metric assay_gradings_queued)" = 1 ]
}

@test "metrics are well-formed: a TYPE once, then all its series" {
    api GET /metrics
    is 200
    [[ "$(header Content-Type)" == text/plain* ]]
    local bad
    bad=$(awk '
        /^# TYPE / { if ($3 in seen) print "twice", $3; seen[$3] = 1; now = $3; next }
        { name = $1; sub(/\{.*/, "", name)
          if (name != now) print "stray", $0
          if ($2 !~ /^[0-9.e+-]+$/) print "value", $0
          if ($0 in line) print "double", $0; line[$0] = 1 }' <<<"$BODY")
    [ -z "$bad" ] || { echo "$bad"; return 1; }
}

@test "metrics are for this host alone" {
    api GET /metrics -H 'X-Forwarded-For: 203.0.113.9'
    refused 403 forbidden
}
