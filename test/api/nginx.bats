#!/usr/bin/env bats
# What nginx itself promises, whatever the programs behind it do.
# Numbers like H54 are rows of the list of bad inputs that this suite follows.

load ../lib/stack

setup_file() {
    stack_up
    local answer
    answer=$(curl -sf "$ASSAY_URL/api/users" --json '{}')
    TOKEN=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$answer")
    USER_ID=$(sed 's/.*"id":"\([^"]*\)".*/\1/' <<<"$answer")
    export TOKEN USER_ID
}
teardown_file() { stack_down; }

# -- helpers ------------------------------------------------------------------

# Status, headers and body of a request into $status_code, $head, $body.
ask() { # curl's arguments, the path first
    local path=$1 file=$BATS_TEST_TMPDIR/answer
    shift
    rm -f "$file.body" && : >"$file.body"
    curl -s -m 20 -D "$file.head" -o "$file.body" "$@" "$ASSAY_URL$path" ||
        return 1
    tr -d '\r' <"$file.head" >"$file.plain"
    head=$(<"$file.plain")
    body=$(tr -d '\0' <"$file.body" 2>/dev/null || true)
    # the last status: 100 Continue may stand before it
    status_code=$(awk '/^HTTP\// { s = $2 } END { print s }' "$file.plain")
}

header() { # NAME: its value in $head
    sed -n "s/^$1: *//Ip" <<<"$head"
}

# Raw bytes to the port; the answer back, up to two seconds of silence.
raw() {
    local port=${ASSAY_URL##*:}
    printf %b "$1" | timeout 10 python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
s.settimeout(2)
data = b""
try:
    while chunk := s.recv(65536):
        data += chunk
except (socket.timeout, ConnectionResetError):
    pass
sys.stdout.write(data.decode("latin-1"))
' "$port"
}

has_security_headers() {
    [[ $(header content-security-policy) == *"default-src 'none'"* ]]
    [[ $(header content-security-policy) == *"script-src 'self'"* ]]
    [[ $(header content-security-policy) == *"style-src 'self'"* ]]
    [[ $(header content-security-policy) == *"frame-ancestors 'none'"* ]]
    [[ $(header content-security-policy) == *"require-trusted-types-for 'script'"* ]]
    [[ $(header content-security-policy) != *unsafe* ]]
    [ "$(header x-content-type-options)" = nosniff ]
    [ "$(header referrer-policy)" = same-origin ]
    [ "$(header cross-origin-opener-policy)" = same-origin ]
    [ "$(header cross-origin-resource-policy)" = same-origin ]
    [ "$(header x-frame-options)" = DENY ]
    [ "$(header server)" = nginx ]
    [ -z "$(header access-control-allow-origin)" ]
}

is_problem() { # STATUS
    [ "$status_code" = "$1" ]
    [[ $(header content-type) == application/problem+json* ]]
    python3 - "$1" "$body" <<'END'
import json, sys
p = json.loads(sys.argv[2])
assert p["status"] == int(sys.argv[1]), p
assert p["type"].startswith("/problems/") and p["title"] and p["detail"], p
END
}

# -- headers (H54) ------------------------------------------------------------

@test "security headers stand on pages, files, answers and 304" {
    local path
    for path in / /assignments /submissions/1 /api/assignments /api/health \
        /api/assignments/hello; do
        ask "$path"
        [ "$status_code" = 200 ]
        has_security_headers
    done
    ask /api/assignments
    local etag
    etag=$(header etag)
    [ -n "$etag" ]
    ask /api/assignments -H "If-None-Match: $etag"
    [ "$status_code" = 304 ]
    has_security_headers
    [ -z "$body" ]
}

@test "security headers stand on errors, ours and nginx's own" {
    ask /api/me && [ "$status_code" = 401 ] && has_security_headers
    ask /nothing && [ "$status_code" = 404 ] && has_security_headers
    ask /api/nothing && [ "$status_code" = 404 ] && has_security_headers
    ask /api/users -X TRACE && [ "$status_code" = 405 ] && has_security_headers
    ask /api/events && [ "$status_code" = 401 ] && has_security_headers
    head -c 300000 /dev/zero >"$BATS_TEST_TMPDIR/big"
    ask /api/users --data-binary "@$BATS_TEST_TMPDIR/big"
    [ "$status_code" = 413 ] && has_security_headers
}

@test "hashed files are for ever, index.html is asked for each time" {
    local file
    ask /
    [ "$(header cache-control)" = no-cache ]
    file=$(grep -o '/assets/[^"]*\.js' <<<"$body" | head -n 1)
    [ -n "$file" ]
    ask "$file"
    [ "$(header cache-control)" = "public, max-age=31536000, immutable" ]
    [[ $(header content-type) == text/javascript* ]]
    has_security_headers
    ask "$file" -H 'Accept-Encoding: gzip'
    [ "$(header content-encoding)" = gzip ]
    [[ $(header vary) == *Accept-Encoding* ]]
    [ "$(header cache-control)" = "public, max-age=31536000, immutable" ]
    ask /assets/none-00000000.js
    is_problem 404
    [ "$(header cache-control)" = no-store ]
}

@test "what depends on the caller is never kept (H51)" {
    ask /api/me -H "Authorization: Bearer $TOKEN"
    [ "$status_code" = 200 ]
    [ "$(header cache-control)" = no-store ]
}

@test "no answer allows another origin (H52)" {
    ask /api/assignments -H 'Origin: https://evil.example'
    [ -z "$(header access-control-allow-origin)" ]
    ask /api/me -H 'Origin: https://evil.example' \
        -H "Authorization: Bearer $TOKEN"
    [ -z "$(header access-control-allow-origin)" ]
    ask /api/users -X OPTIONS -H 'Origin: https://evil.example' \
        -H 'Access-Control-Request-Method: POST'
    [ "$status_code" = 405 ]
    [ -z "$(header access-control-allow-origin)" ]
}

# -- nginx's own errors ---------------------------------------------------------

@test "nginx's own errors are problem+json, or a line of text" {
    ask /nothing
    is_problem 404
    ask /nothing -H 'Accept: text/plain'
    [ "$status_code" = 404 ]
    [[ $body == "REFUSED 404 "* ]]
    [[ $(header content-type) == text/plain* ]]
    ask / -X POST -d x
    is_problem 405
    [ "$(header allow)" = "GET, HEAD" ]
    ask "/$(head -c 40000 /dev/zero | tr '\0' a)"
    is_problem 414
    ask / -H "X-Long: $(head -c 40000 /dev/zero | tr '\0' a)"
    is_problem 431
    ask /metrics -H 'X-Forwarded-For: 192.0.2.1'
    is_problem 403
}

@test "a program that is away is 503 with Retry-After, and no HTML" {
    stack_stop scores
    ask /api/scores -H "Authorization: Bearer $TOKEN"
    stack_start scores
    is_problem 503
    [ "$(header retry-after)" -gt 0 ]
    has_security_headers
}

@test "authorize away: /api/events is 503, never 500 or an open door" {
    stack_stop authorize
    ask /api/events -H "Authorization: Bearer $TOKEN"
    stack_start authorize
    is_problem 503
    [ "$(header retry-after)" -gt 0 ]
}

@test "an error is nobody's path, stack or version" {
    local path
    for path in /nothing /api/nothing /assets/../nginx.conf /api/assignments/%ff; do
        ask "$path" --path-as-is
        [[ $body$head != *nginx/* && $body != *"$STACK_ROOT"* ]]
        [[ $body != *"$ASSAY_DIR"* ]]
    done
}

# -- methods (H46) ---------------------------------------------------------------

@test "TRACE and unknown methods are refused, with Allow" {
    ask /api/users -X TRACE
    is_problem 405
    [ -n "$(header allow)" ]
    ask /api/users -X FROB
    is_problem 405
    [[ $(header allow) == *POST* ]]
    ask /api/assignments -X DELETE
    is_problem 405
    [[ $(header allow) == *GET* ]]
    ask / -X TRACE
    is_problem 405
    ask / -X FROB
    is_problem 405
}

@test "HEAD is GET without its body, and does not spoil the cache" {
    # the first request of this URL is the HEAD: what is kept must have a body
    ask "/api/assignments?course=demo" -I
    [ "$status_code" = 200 ]
    ask "/api/assignments?course=demo"
    [[ $body == *'"assignments"'* ]]
    ask / -I
    [ "$status_code" = 200 ]
    [ "$(curl -sI -o /dev/null -w '%{size_download}' "$ASSAY_URL/")" = 0 ]
}

# -- limits ---------------------------------------------------------------------

@test "a body over the limit is 413 before it is sent (H4)" {
    local start=$SECONDS
    # only the head is sent: whoever waits for the body would time out
    run raw 'POST /api/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n'
    [[ $output == "HTTP/1.1 413"* ]]
    [[ $output == *application/problem+json* ]]
    [ $((SECONDS - start)) -lt 5 ]
}

@test "a body at the limit passes nginx" {
    head -c 262144 /dev/zero >"$BATS_TEST_TMPDIR/limit"
    ask /api/users --data-binary "@$BATS_TEST_TMPDIR/limit" \
        -H 'Content-Type: application/json'
    [ "$status_code" = 422 ]
    printf x >>"$BATS_TEST_TMPDIR/limit"
    ask /api/users --data-binary "@$BATS_TEST_TMPDIR/limit" \
        -H 'Content-Type: application/json'
    is_problem 413
}

@test "300 students submit in one second from one address: no 429" {
    local tokens=$BATS_TEST_TMPDIR/tokens urls=$BATS_TEST_TMPDIR/urls n
    # 300 sign-ups at once, then 300 submissions at once
    for ((n = 0; n < 300; n++)); do
        printf 'url = "%s/api/users"\njson = "{}"\n' "$ASSAY_URL"
        printf 'output = "%s/user.%d"\n' "$BATS_TEST_TMPDIR" $n
        printf 'write-out = "%%{http_code}\\n"\nnext\n'
    done | sed '$d' >"$urls"
    curl -s -Z --parallel-max 150 -K "$urls" >"$tokens.codes"
    [ "$(grep -c '^201$' "$tokens.codes")" -eq 300 ]
    for ((n = 0; n < 300; n++)); do
        printf 'url = "%s/api/assignments/hello/submissions?language=python3"\n' \
            "$ASSAY_URL"
        printf 'header = "Authorization: Bearer %s"\n' \
            "$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$BATS_TEST_TMPDIR/user.$n")"
        printf 'data-binary = "def hello(): return \\"Hello\\" # class"\n'
        printf 'output = "%s/submitted.%d"\n' "$BATS_TEST_TMPDIR" $n
        printf 'write-out = "%%{http_code}\\n"\nnext\n'
    done | sed '$d' >"$urls"
    curl -s -Z --parallel-max 150 -K "$urls" >"$tokens.codes"
    sort "$tokens.codes" | uniq -c
    [ "$(grep -c '^20[12]$' "$tokens.codes")" -eq 300 ]
}

@test "one credential that floods is 429 with Retry-After; another is not" {
    local urls=$BATS_TEST_TMPDIR/urls codes=$BATS_TEST_TMPDIR/codes n forged
    forged=$(printf 'f%.0s' {1..43}) # looks like one of ours
    for ((n = 0; n < 150; n++)); do
        printf 'url = "%s/api/assignments/hello/submissions"\n' "$ASSAY_URL"
        printf 'header = "Authorization: Bearer %s"\n' "$forged"
        printf 'data-binary = "x"\n'
        printf 'output = "%s/flood.%d"\n' "$BATS_TEST_TMPDIR" $n
        printf 'write-out = "%%{http_code} %%header{retry-after}\\n"\nnext\n'
    done | sed '$d' >"$urls"
    curl -s -Z --parallel-max 50 -K "$urls" >"$codes"
    sort "$codes" | uniq -c
    # the burst is let through to be told that it is nobody, the rest is not
    grep -q '^401 ' "$codes"
    grep -qE '^429 [1-9]' "$codes"
    refute grep -qE '^429 *$' "$codes"
    grep -q '"type":"/problems/rate"' "$BATS_TEST_TMPDIR"/flood.*
    ask /api/assignments/hello/submissions?language=python3 \
        -H "Authorization: Bearer $TOKEN" -d 'def hello(): return 0'
    [[ $status_code == 20[12] ]]
}

# -- what is not for outside ------------------------------------------------------

@test "internal locations are 404 from outside" {
    local path
    for path in /_wait/1 '/_wait/1?n=1&from=get' /_member/api/assignments \
        /_authorize /_problem/json /_problem/text; do
        ask "$path" -H "Authorization: Bearer $TOKEN"
        is_problem 404
    done
}

@test "hidden files, the sources and other servers' pages are 404 (H70)" {
    local path
    for path in /.git/config /.env /assets/.hidden /nginx.conf /server-status \
        /nginx_status /nchan_stub_status /index.html~ /static/src/main.js \
        /assets../nginx.conf /assets/../../nginx.conf /%2e%2e/nginx.conf \
        /assets/%2e%2e/%2e%2e/nginx.conf /sql/001_core.sql /assay.conf; do
        ask "$path" --path-as-is
        [[ $status_code == 40[04] ]] || {
            echo "$path: $status_code"
            return 1
        }
    done
}

@test "metrics are for loopback that speaks for itself" {
    ask /metrics
    [ "$status_code" = 200 ]
    ask /metrics -H 'X-Forwarded-For: 127.0.0.1'
    is_problem 403
    ask /metrics -H 'Forwarded: for=127.0.0.1'
    is_problem 403
}

# -- what a client may not say to a program (H41, H42, H44) ------------------------

@test "smuggled headers have no effect" {
    local args
    for args in 'Proxy: http://evil.example' 'X_User_Id: 1' \
        'Assay-Internal: 1' 'ASSAY_INTERNAL: 1' 'Document-Uri: /_authorize' \
        'DOCUMENT_URI: /_authorize' 'Request-Method: DELETE' \
        'Content_Length: 0' 'X-Accel-Redirect: /_authorize' \
        'X-HTTP-Method-Override: DELETE' 'X-Original-URL: /_wait/1' \
        "X-User-Id: $USER_ID" 'X-Forwarded-User: admin' 'Remote-User: admin'; do
        ask /api/me -H "$args"
        [ "$status_code" = 401 ] || {
            echo "$args: $status_code"
            return 1
        }
    done
}

@test "what a handler is given: no Proxy, no underscores, no internal mark" {
    # The parameters themselves, from a FastCGI listener in a handler's place.
    stack_stop scores
    python3 "$STACK_ROOT/test/lib/fastcgi_echo.py" "$ASSAY_DIR/run/scores.sock" &
    local echo_pid=$!
    eventually 10 test -S "$ASSAY_DIR/run/scores.sock"
    ask "/api/scores?x=1" -H 'Proxy: http://evil.example' -H 'X_Evil: 1' \
        -H 'Assay_Internal: 1' -H 'X-Fine: 1' -H 'Cookie: assay=c'
    kill $echo_pid
    wait $echo_pid || true
    stack_start scores
    refute grep -q 'PROXY' <<<"$body"
    grep -qx 'HTTP_X_FINE=1' <<<"$body"
    grep -qx 'HTTP_COOKIE=assay=c' <<<"$body"
    grep -qx 'DOCUMENT_URI=/api/scores' <<<"$body"
    # nothing is said twice: which of them would a program believe?
    [ -z "$(cut -d= -f1 <<<"$body" | sort | uniq -d)" ]
    grep -qx 'QUERY_STRING=x=1' <<<"$body"
    refute grep -q 'EVIL' <<<"$body"
    refute grep -q 'INTERNAL' <<<"$body"
}

@test "a cached route is given nothing of its caller" {
    stack_stop assignments
    python3 "$STACK_ROOT/test/lib/fastcgi_echo.py" \
        "$ASSAY_DIR/run/assignments.sock" &
    local echo_pid=$!
    eventually 10 test -S "$ASSAY_DIR/run/assignments.sock"
    ask "/api/assignments/echo" -H 'Cookie: assay=c' -H 'X-Fine: 1' \
        -H "Authorization: Bearer $TOKEN" -H 'Accept: application/json'
    kill $echo_pid
    wait $echo_pid || true
    stack_start assignments
    grep -qx 'HTTP_ACCEPT=application/json' <<<"$body"
    [ -z "$(cut -d= -f1 <<<"$body" | sort | uniq -d)" ]
    refute grep -qE 'HTTP_(COOKIE|AUTHORIZATION|X_FINE|IF_NONE_MATCH)' <<<"$body"
}

@test "malformed requests are 400, and close (H5, H7, H47)" {
    run raw 'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 5,5\r\n\r\nhello'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'GET / HTTP/1.1\r\n\r\n'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'
    [[ $output == "HTTP/1.1 400"* ]]
    run raw 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'
    [[ $output == "HTTP/1.1 505"* ]]
    [[ $output == *application/problem+json* ]]
}

@test "a chunked body is a body (H8)" {
    ask /api/users -H 'Transfer-Encoding: chunked' \
        -H 'Content-Type: application/json' -d '{}'
    [ "$status_code" = 201 ]
}

# -- cross-site (H28, H29) ---------------------------------------------------------

@test "a state-changing request from another site is 403" {
    local h
    for h in 'Origin: https://evil.example' 'Origin: null' \
        "Origin: ${ASSAY_URL}.evil.example" 'Origin: http://127.0.0.1:1' \
        'Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site'; do
        ask /api/users --json '{}' -H "$h"
        is_problem 403
        ask /api/assignments/hello/submissions?language=python3 \
            -H "Cookie: assay=$TOKEN" -H "$h" -d 'x'
        is_problem 403
    done
}

@test "our own pages and programs that are no browser may" {
    ask /api/users --json '{}'
    [ "$status_code" = 201 ]
    ask /api/users --json '{}' -H "Origin: $ASSAY_URL"
    [ "$status_code" = 201 ]
    ask /api/users --json '{}' -H 'Sec-Fetch-Site: same-origin' \
        -H "Origin: $ASSAY_URL"
    [ "$status_code" = 201 ]
    ask /api/users --json '{}' -H 'Sec-Fetch-Site: none'
    [ "$status_code" = 201 ]
}

# -- live results ------------------------------------------------------------------

socket() { # arguments of websocket.py
    "$STACK_ROOT/test/lib/websocket.py" "$ASSAY_URL/api/events" "$@"
}

publish() { # USER TEXT
    "$STACK_ROOT/test/lib/push.py" "$2" |
        stack_redis -x PUBLISH "{channel:/user.$1}:pubsub"
}

# Publish until FILE has TEXT: a subscriber appears some time after its 101, and
# one that left is counted a while longer.
said() { # USER TEXT FILE
    publish "$1" "$2" >/dev/null && grep -qF "$2" "$3"
}

@test "a websocket hears its user's messages, by cookie and by token" {
    local h
    for h in "Cookie: assay=$TOKEN" "Authorization: Bearer $TOKEN"; do
        socket -H "$h" -H "Origin: $ASSAY_URL" >"$BATS_TEST_TMPDIR/heard" &
        local pid=$!
        eventually 10 said "$USER_ID" '{"hello":"wörld"}' \
            "$BATS_TEST_TMPDIR/heard"
        wait $pid
        [ "$(sed -n 2p "$BATS_TEST_TMPDIR/heard")" = '{"hello":"wörld"}' ]
    done
}

@test "every open page of a user hears, nobody else does" {
    local answer other one two three
    answer=$(curl -sf "$ASSAY_URL/api/users" --json '{}')
    other=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$answer")
    socket -H "Cookie: assay=$TOKEN" >"$BATS_TEST_TMPDIR/one" & one=$!
    socket -H "Cookie: assay=$TOKEN" >"$BATS_TEST_TMPDIR/two" & two=$!
    socket -H "Cookie: assay=$other" --seconds 4 \
        >"$BATS_TEST_TMPDIR/other" & three=$!
    both_open() {
        grep -q 101 "$BATS_TEST_TMPDIR/one" &&
            grep -q 101 "$BATS_TEST_TMPDIR/two" &&
            grep -q 101 "$BATS_TEST_TMPDIR/other"
    }
    eventually 10 both_open
    eventually 10 said "$USER_ID" '{"n":1}' "$BATS_TEST_TMPDIR/one"
    eventually 10 said "$USER_ID" '{"n":1}' "$BATS_TEST_TMPDIR/two"
    wait $one $two
    refute wait $three
    refute grep -q '"n":1' "$BATS_TEST_TMPDIR/other"
}

@test "EventSource and long polling hear, too" {
    curl -sN -m 10 -H 'Accept: text/event-stream' \
        -H "Authorization: Bearer $TOKEN" "$ASSAY_URL/api/events" \
        >"$BATS_TEST_TMPDIR/stream" &
    local stream=$!
    eventually 8 said "$USER_ID" '{"n":2}' "$BATS_TEST_TMPDIR/stream"
    grep -q '^data: {"n":2}' "$BATS_TEST_TMPDIR/stream"
    kill $stream
    curl -s -m 10 -H "Authorization: Bearer $TOKEN" "$ASSAY_URL/api/events" \
        >"$BATS_TEST_TMPDIR/poll" &
    local poll=$!
    eventually 8 said "$USER_ID" '{"n":3}' "$BATS_TEST_TMPDIR/poll"
    wait $poll
}

every_worker() { # COMMAND…: succeeds for each, given its log lines
    local log=$ASSAY_DIR/log/nginx.log pid
    for pid in $(sed -n 's/.*start worker process \([0-9]*\)$/\1/p' "$log"); do
        grep -F " $pid#$pid: nchan: Redis " "$log" | "$@" || return 1
    done
}
has_redis() { tail -n 1 | grep -qE 'upstream push: (ready|resume)'; }
was_refused() { grep -q 'connection failed: '; }

# deploy/nchan/sockets.c tells what is prevented here.  It happens to workers in
# which no number is free below those of nchan's sockets: to those of an nginx
# that has just started.  Such a worker does not hear of the refusal, because its
# new socket was closed behind its back; ten seconds later it closes a client's.
@test "when Redis goes away, nchan closes no socket of others" {
    local how
    for how in stop kill stop; do
        stack_stop nginx
        stack_start nginx
        eventually 10 every_worker has_redis
        "stack_$how" redis
        eventually 5 every_worker was_refused
        stack_start redis
    done
    eventually 20 every_worker has_redis
}

@test "an open websocket hears again when Redis is back" {
    local listener
    # until it is killed; each message may be heard more than once
    socket -H "Cookie: assay=$TOKEN" --count 1000 --seconds 60 \
        >"$BATS_TEST_TMPDIR/heard" &
    listener=$!
    eventually 10 said "$USER_ID" '{"before":1}' "$BATS_TEST_TMPDIR/heard"
    stack_kill redis
    stack_start redis
    eventually 20 said "$USER_ID" '{"after":1}' "$BATS_TEST_TMPDIR/heard"
    kill $listener
    eventually 20 every_worker has_redis
}

@test "a websocket from another site, or of nobody, is refused" {
    local h
    for h in 'Origin: https://evil.example' 'Origin: null' \
        "Origin: ${ASSAY_URL}.evil.example" 'Origin: http://127.0.0.1:1' \
        "Origin: https${ASSAY_URL#http}" 'Sec-Fetch-Site: cross-site'; do
        run socket --count 0 -H "Cookie: assay=$TOKEN" -H "$h"
        [ "$output" = "HTTP 403" ] || {
            echo "$h: $output"
            return 1
        }
    done
    run socket --count 0
    [ "$output" = "HTTP 401" ]
    run socket --count 0 -H 'Cookie: assay=nonsense'
    [ "$output" = "HTTP 401" ]
    # no Origin: not a browser
    run -0 socket --count 0 -H "Cookie: assay=$TOKEN"
}

@test "a client cannot name a channel, nor publish (H30)" {
    local answer other
    answer=$(curl -sf "$ASSAY_URL/api/users" --json '{}')
    other=$(sed 's/.*"id":"\([^"]*\)".*/\1/' <<<"$answer")
    "$STACK_ROOT/test/lib/websocket.py" \
        "$ASSAY_URL/api/events?id=user.$other&channel=user.$other" --seconds 3 \
        -H "Cookie: assay=$TOKEN" -H "X-User-Id: $other" \
        >"$BATS_TEST_TMPDIR/heard" &
    local listener=$!
    eventually 5 grep -q 101 "$BATS_TEST_TMPDIR/heard"
    publish "$other" '{"secret":1}'
    refute wait $listener
    refute grep -q secret "$BATS_TEST_TMPDIR/heard"
    for method in POST PUT DELETE OPTIONS; do
        ask /api/events -X $method -H "Authorization: Bearer $TOKEN" -d '{}'
        is_problem 405
    done
}

# -- waiting ---------------------------------------------------------------------

@test "when all waiters are taken the next is answered at once (H56)" {
    # wait_workers is 8 here; nobody judges, so they would wait for 20 s
    stack_stop graderd
    local answer token location n
    answer=$(curl -sf "$ASSAY_URL/api/users" --json '{}')
    token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$answer")
    ask '/api/assignments/hello/submissions?language=python3' \
        -H "Authorization: Bearer $token" -d 'def hello(): return "taken"'
    [ "$status_code" = 202 ]
    location=$(header location)
    for ((n = 0; n < 8; n++)); do
        curl -s -m 30 -o /dev/null -H "Authorization: Bearer $token" \
            "$ASSAY_URL$location?wait=20" &
    done
    refused_at_once() {
        local start=$EPOCHREALTIME
        ask "$location?wait=20" -m 2 -H "Authorization: Bearer $token" &&
            [ -n "$(header retry-after)" ]
    }
    eventually 15 refused_at_once
    [ "$status_code" = 200 ]
    [[ $body == *'"status":"pending"'* ]]
    # other routes do not feel it
    ask /api/me -H "Authorization: Bearer $token" -m 2
    [ "$status_code" = 200 ]
    stack_start graderd
    wait
}

@test "POST with ?wait answers with the verdict, its status and Location" {
    local answer token
    answer=$(curl -sf "$ASSAY_URL/api/users" --json '{}')
    token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$answer")
    ask '/api/assignments/hello/submissions?language=python3&wait=20' \
        -H "Authorization: Bearer $token" -d 'def hello(): return "Hello" # w'
    [ "$status_code" = 201 ]
    [[ $(header location) == /api/submissions/* ]]
    [[ $body == *'"verdict":"accepted"'* ]]
    has_security_headers
}

@test "the access log has no token, no query and no program" {
    ask "/api/me?token=canary-query" -H "Authorization: Bearer canary-token"
    ask /api/assignments/hello/submissions?language=python3 \
        -H "Cookie: assay=canary-cookie" -d 'canary-program'
    eventually 5 grep -q 'POST /api/assignments/hello/submissions' \
        "$ASSAY_DIR/log/access.log"
    refute grep -rq canary "$ASSAY_DIR/log"
    refute grep -rqF "$TOKEN" "$ASSAY_DIR/log"
}
