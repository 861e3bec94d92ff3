#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# cgi-bin/assignments.c: list, next, one, files; the three caches; who may see.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
    # a second course, for members only, with the same package as one of demo
    stack_psql >/dev/null <<'END'
INSERT INTO courses (slug, title, visibility)
  VALUES ('closed', 'Members only', 'enrolled');
INSERT INTO assignments (course_id, slug, position, published)
  SELECT id, 'secret', 1, true FROM courses WHERE slug = 'closed';
INSERT INTO assignment_versions (assignment_id, number, title, handout,
    handout_html, kind, languages, limits, tests_total, package, package_hash)
  SELECT a.id, 1, 'Members'' secret', '# Secret', '<h1>Secret</h1>', 'io',
         '{c,python3,cobol}', '{"time_limit_ms": 1000}', 2, 'HIDDEN TESTS',
         sha256('x') FROM assignments a WHERE a.slug = 'secret';
UPDATE assignments a SET current_version = v.id FROM assignment_versions v
  WHERE v.assignment_id = a.id AND a.slug = 'secret';
INSERT INTO assignment_files (version_id, name, data)
  SELECT current_version, 'a picture.png', 'PNG' FROM assignments
   WHERE slug = 'secret';
END
}
teardown_file() { stack_down; }

set_published() { # SLUG BOOLEAN
    stack_psql -c "UPDATE assignments SET published = $2 WHERE slug = '$1'"
}

# nginx holds an answer for a second: ask past it, by a query that it keys on.
fresh() { # PATH [options…]
    local path=$1
    shift
    api GET "$path?x=$RANDOM$RANDOM" "$@"
}

@test "the list: in order, and nothing in it depends on the caller" {
    # a URL of its own: nginx may hold the stack's own look, made before any
    # language was offered, for a second
    api GET '/api/assignments?x=list'
    is 200
    has '.assignments | length == 8 and .[0].slug == "hello"
        and (map(.position) | . == sort) and all(.course == "demo")'
    has '.assignments[0] | keys == ["course","due_at","id","languages",
        "opens_at","points","position","slug","title"]'
    [ "$(header Cache-Control)" = "public, max-age=0, must-revalidate" ]
    local anonymous=$BODY
    new_user
    api GET '/api/assignments?x=list' -H "$AUTH"
    [ "$BODY" = "$anonymous" ]
    [ -z "$(header Set-Cookie)" ]
}

@test "one, by number, slug and course/slug; never its tests" {
    api GET /api/assignments/greeting
    is 200
    has '.slug == "greeting" and .course == "demo" and .version == 1
        and .kind == "io" and (.languages | sort) == ["c","python3"]
        and (.samples | length) == 2 and (.handout_html | contains("<"))
        and .limits.time_limit_ms > 0'
    local id by_slug=$BODY
    id=$(jq .id <<<"$BODY")
    api GET "/api/assignments/$id"
    [ "$BODY" = "$by_slug" ]
    api GET /api/assignments/demo/greeting
    [ "$BODY" = "$by_slug" ]
    api GET '/api/assignments/greeting?course=demo'
    [ "$BODY" = "$by_slug" ]
}

@test "hidden tests, model and wrong solutions appear in no answer" {
    local a dir file word
    for dir in "$STACK_ROOT"/courses/demo/*/; do
        a=$(basename "$dir")
        api GET "/api/assignments/$a"
        is 200
        for word in package unittest.TestCase secret/ submissions/ accepted/; do
            [[ "$BODY" != *"$word"* ]] || { echo "$a: $word"; return 1; }
        done
        for file in "$dir"data/secret/*.in "$dir"submissions/accepted/*; do
            [ -f "$file" ] || continue
            # as JSON would hold it; one-word inputs may occur anywhere
            word=$(jq -Rs . <"$file")
            word=${word:1:-1}
            [ ${#word} -ge 20 ] || continue
            [[ "$BODY" != *"$word"* ]] || { echo "$file leaks"; return 1; }
        done
    done
}

@test "what does not exist is 404, whatever its name" {
    local name
    for name in nothing 0 -1 999999 9223372036854775808 1e3 0x1 Hello \
        'hello%27%3B--' '%ff%fe' 'x%2e%2e' demo/nothing nowhere/hello \
        hello/files/none "$(printf 'a%.0s' {1..100})" '1%20OR%201=1'; do
        api GET "/api/assignments/$name"
        refused 404 not-found
    done
    api GET '/api/assignments?course=nowhere'
    refused 404 not-found
    api GET '/api/assignments/hello?course=nowhere'
    refused 404 not-found
    api GET "/api/assignments?course=%27%20OR%20true"
    refused 404 not-found
    api GET '/api/assignments/hello%00'
    [ "$STATUS" = 400 ] || [ "$STATUS" = 404 ]
}

@test "other methods: 405 with Allow; HEAD is GET without the body" {
    api DELETE /api/assignments
    refused 405 method
    [[ "$(header Allow)" == "GET, HEAD" ]]
    send POST /api/assignments/hello '{}'
    refused 405 method
    api HEAD /api/assignments/hello
    is 200
    [ -n "$(header ETag)" ]
}

@test "a strong ETag; 304 for who has it, from nginx's cache and from us" {
    local etag path
    for path in /api/assignments /api/assignments/sum; do
        api GET $path
        etag=$(header ETag)
        [[ "$etag" =~ ^\"[0-9a-f]{32}\"$ ]]
        api GET $path -H "If-None-Match: $etag"
        is 304
        [ -z "$BODY" ]
        api GET $path -H 'If-None-Match: "other"'
        is 200
        api GET $path -H "If-None-Match: \"a\", $etag"
        is 304
    done
}

@test "an edit changes bytes and ETag, for list and one" {
    fresh /api/assignments
    local list=$BODY etag
    fresh /api/assignments/sum
    etag=$(header ETag)
    stack_psql -c "UPDATE assignments SET due_at = '2030-01-02 03:04:05Z'
        WHERE slug = 'sum'"
    fresh /api/assignments/sum
    has '.due_at == "2030-01-02T03:04:05.000Z"'
    [ "$(header ETag)" != "$etag" ]
    fresh /api/assignments
    [ "$BODY" != "$list" ]
    stack_psql -c "UPDATE assignments SET due_at = NULL WHERE slug = 'sum'"
    fresh /api/assignments/sum
    [ "$(header ETag)" = "$etag" ]
}

@test "Redis holds the bytes by version, and they are used" {
    stack_redis FLUSHALL
    fresh /api/assignments/hello
    is 200
    local key ttl
    key=$(stack_redis --scan --pattern 'cache:assignment:*:json' | head -n 1)
    [ -n "$key" ]
    ttl=$(stack_redis TTL "$key")
    [ "$ttl" -gt 0 ] && [ "$ttl" -le 60 ]
    # proof that they are read: other bytes under that key are what is answered
    local id
    id=$(stack_psql -c "SELECT current_version FROM assignments WHERE slug = 'hello'")
    key=$(stack_redis --scan --pattern "cache:assignment:$id:*:json" | head -n 1)
    stack_redis SET "$key" '{"from":"redis"}' EX 60
    fresh /api/assignments/hello
    has '.from == "redis"'
    stack_redis DEL "$key"
    fresh /api/assignments/hello
    has '.slug == "hello"'
}

@test "what is kept never outlives the next closing" {
    stack_psql -c "UPDATE assignments SET due_at = now() + interval '5 seconds'
        WHERE slug = 'total'"
    fresh /api/assignments/total
    local id key ttl
    id=$(stack_psql -c "SELECT current_version FROM assignments WHERE slug = 'total'")
    key=$(stack_redis --scan --pattern "cache:assignment:$id:*:json" | head -n 1)
    ttl=$(stack_redis TTL "$key")
    [ "$ttl" -gt 0 ] && [ "$ttl" -le 5 ]
    stack_psql -c "UPDATE assignments SET due_at = NULL WHERE slug = 'total'"
}

@test "before it opens it is not there; then it is" {
    stack_psql -c "UPDATE assignments SET opens_at = now() + interval '1 hour'
        WHERE slug = 'average'"
    fresh /api/assignments/average
    refused 404 not-found
    fresh /api/assignments
    has '.assignments | map(.slug) | index("average") == null'
    new_user
    hand_in average python3 'early'
    refused 404 not-found
    stack_psql -c "UPDATE assignments SET opens_at = now() - interval '1 second'
        WHERE slug = 'average'"
    fresh /api/assignments/average
    is 200
    has '.opens_at != null'
    stack_psql -c "UPDATE assignments SET opens_at = NULL WHERE slug = 'average'"
}

@test "unpublished under load: no 200 after two seconds" {
    local stop=$BATS_TEST_TMPDIR/stop seen=$BATS_TEST_TMPDIR/seen i
    for i in 1 2 3 4; do
        (while [ ! -e "$stop" ]; do
            # when it was asked, and what came
            printf '%s %s\n' "$(date +%s%N)" "$(curl -s -o /dev/null \
                -w '%{http_code}' "$ASSAY_URL/api/assignments/fizzbuzz")"
        done >"$seen.$i") 3>&- &
    done
    eventually 10 grep -q ' 200$' "$seen.1"
    local at last
    set_published fizzbuzz false
    at=$(date +%s%N)
    # until two seconds after, and a good number of requests after that
    asked_late() { [ "$(awk -v t=$((at + 2000000000)) '$1 > t' "$seen".* | wc -l)" -ge 20 ]; }
    eventually 20 asked_late
    touch "$stop"
    wait
    set_published fizzbuzz true
    last=$(awk -v t=$((at + 2000000000)) '$1 > t { print $2 }' "$seen".* | sort | uniq -c)
    [[ "$last" =~ ^\ *[0-9]+\ 404$ ]] || { echo "after 2 s: $last"; return 1; }
}

@test "without Redis every answer is the same" {
    fresh /api/assignments
    local list=$BODY one
    fresh /api/assignments/hello
    one=$BODY
    stack_redis FLUSHALL
    fresh /api/assignments/hello
    [ "$BODY" = "$one" ]
    stack_stop redis
    fresh /api/assignments/hello
    [ "$BODY" = "$one" ]
    fresh /api/assignments
    [ "$BODY" = "$list" ]
    stack_start redis
}

@test "an enrolled course: members only, the same 404 for all others" {
    local nobody stranger member path
    new_user
    stranger=$AUTH
    new_user
    member=$AUTH
    stack_psql -c "INSERT INTO memberships (course_id, user_id, role)
        SELECT id, '$USER_ID', 'learner' FROM courses WHERE slug = 'closed'"
    for path in '/api/assignments?course=closed' /api/assignments/closed/secret \
        '/api/assignments/secret?course=closed' \
        '/api/assignments/next?course=closed' \
        /api/assignments/closed/secret/files/a%20picture.png; do
        api GET "$path" -H "$member" # first, so that a cache could keep it
        is 200
        api GET "$path"
        refused 404 not-found
        nobody=$BODY
        api GET "$path" -H "$stranger"
        refused 404 not-found
        [ "$BODY" = "$nobody" ]
        api GET "$path" -H "$member"
        is 200
        [ "$(grep -ci '^cache-control:' "$BATS_TEST_TMPDIR/head")" = 1 ]
        [[ "$(header Cache-Control)" != *public* ]]
    done
    [ "$BODY" = PNG ]
    api GET /api/assignments/closed/secret -H "$member"
    has '.languages == ["c","python3"]' # no runtime has cobol
    [[ "$BODY" != *HIDDEN* ]]
    api GET /api/assignments/closed/secret -H "$member" \
        -H "If-None-Match: $(header ETag)"
    is 304
    AUTH=$stranger hand_in closed/secret python3 'let me in'
    refused 404 not-found
    AUTH=$member hand_in closed/secret python3 'let me in'
    is 202
}

@test "the internal paths are not there for clients" {
    new_user
    local path
    for path in /_member/assignments /_member/assignments/1 /_wait/1 \
        /_authorize //_member/assignments/1 /api/../_member/assignments/1; do
        api GET "$path" -H "$AUTH" --path-as-is
        is 404
    done
}

@test "files of a handout: as pictures or downloads, without rights" {
    stack_psql -c "INSERT INTO assignment_files (version_id, name, data)
        SELECT current_version, n, 'data' FROM assignments,
            unnest('{p.png,evil.html,s.svg,\"ä b.csv\"}'::text[]) n
        WHERE slug = 'hello'"
    api GET /api/assignments/hello/files/p.png
    is 200
    [ "$(header Content-Type)" = image/png ]
    [ "$BODY" = data ]
    [ -n "$(header ETag)" ]
    api GET /api/assignments/hello/files/evil.html
    [ "$(header Content-Type)" = application/octet-stream ]
    [ "$(header Content-Disposition)" = attachment ]
    api GET /api/assignments/demo/hello/files/s.svg
    grep -qi 'content-security-policy:.*sandbox' "$BATS_TEST_TMPDIR/head"
    api GET /api/assignments/hello/files/%c3%a4%20b.csv
    is 200
    local name
    for name in no.png .. %2e%2e%2fp.png p.png%00 %ff; do
        api GET "/api/assignments/hello/files/$name" --path-as-is
        [ "$STATUS" = 404 ] || [ "$STATUS" = 400 ]
    done
}

@test "next: the first that the caller has not solved; never kept" {
    api GET /api/assignments/next
    is 200
    has '.slug == "hello"'
    [ "$(header Cache-Control)" = no-store ]
    new_user
    hand_in hello python3 'solved by next'
    judge "$SUBMISSION" accepted 1
    api GET /api/assignments/next -H "$AUTH"
    has '.slug == "hello-world"'
    api GET /api/assignments/next
    has '.slug == "hello"'
    api GET /api/assignments/next -H 'Cookie: assay=expired'
    is 200
    stack_psql -c "INSERT INTO scores (user_id, assignment_id, points, solved_at)
        SELECT '$USER_ID', id, 100, now() FROM assignments ON CONFLICT DO NOTHING"
    api GET /api/assignments/next -H "$AUTH"
    is 204
    api GET '/api/assignments/next?course=nowhere'
    refused 404 not-found
}

@test "text/plain for people: lines with a final newline, an entry of their own" {
    api GET /api/assignments
    is 200
    api GET /api/assignments -H 'Accept: text/plain'
    is 200
    [[ "$(header Content-Type)" == text/plain* ]]
    [[ "$(header Vary)" == *Accept* ]]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/body")" = 8 ]
    api GET /api/assignments
    has '.assignments'
    api GET /api/assignments/nothing -H 'Accept: text/plain'
    is 404
    [[ "$BODY" == "REFUSED 404 "* ]]
}
