#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# cgi-bin/session.c: logging in and out, tokens and their scopes.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
    send POST /api/users '{"name":"Ada","password":"correct horse"}'
}
teardown_file() { stack_down; }

log_in() { # JSON [curl options…]
    send POST /api/session "$@"
}

@test "logging in gives a new session each time, never a preset one" {
    log_in '{"name":"Ada","password":"correct horse"}' -H 'Cookie: assay=preset'
    is 200
    has '.name == "Ada" and (.token | length) >= 43'
    local first second
    first=$(header Set-Cookie)
    [[ "$first" != assay=preset* ]]
    log_in '{"name":"Ada","password":"correct horse"}' -H "Cookie: ${first%%;*}"
    second=$(header Set-Cookie)
    [ "${first%%;*}" != "${second%%;*}" ]
    # what she came with was hers, so it ended
    api GET /api/me -H "Cookie: ${first%%;*}"
    is 401
    api GET /api/me -H "Cookie: ${second%%;*}"
    is 200
}

@test "a wrong name and a wrong password are the same answer, equally slow" {
    local a b n m
    log_in '{"name":"Ada","password":"wrong horse"}'
    refused 401 unauthenticated
    a=$BODY
    log_in '{"name":"Nobody","password":"wrong horse"}'
    refused 401 unauthenticated
    b=$BODY
    [ "$a" = "$b" ]
    [ -z "$(header Set-Cookie)" ]
    n=$(curl -s -o /dev/null -w '%{time_total}' "$ASSAY_URL/api/session" \
        -H 'Content-Type: application/json' -d '{"name":"Nobody","password":"wrong horse"}')
    m=$(curl -s -o /dev/null -w '%{time_total}' "$ASSAY_URL/api/session" \
        -H 'Content-Type: application/json' -d '{"name":"","password":""}')
    # an unknown name costs a password hash too: some 30 ms, not 1
    awk -v n="$n" -v m="$m" 'BEGIN { exit !(n > 0.008 && m > 0.008) }'
}

@test "an anonymous learner has no password to log in with" {
    new_user
    log_in "{\"name\":\"$USER_ID\",\"password\":\"\"}"
    is 401
    log_in '{"name":"","password":""}'
    is 401
    log_in '{"name":"Ada"}'
    refused 422 invalid-field password
}

@test "logging out ends the session on the server" {
    log_in '{"name":"Ada","password":"correct horse"}'
    local cookie
    cookie=$(header Set-Cookie)
    cookie="Cookie: ${cookie%%;*}"
    api DELETE /api/session -H "$cookie"
    is 204
    [[ "$(header Set-Cookie)" =~ Max-Age=0 ]]
    api GET /api/me -H "$cookie"
    is 401
    api DELETE /api/session -H "$cookie" # again: nothing to end
    is 204
    log_in '{"name":"Ada","password":"correct horse"}'
    cookie=$(header Set-Cookie)
    api DELETE /api/session -H "Cookie: ${cookie%%;*}" -H 'Origin: https://evil.example'
    refused 403 forbidden
    api GET /api/me -H "Cookie: ${cookie%%;*}"
    is 200
}

@test "tokens: made once, listed without secrets, deleted" {
    new_user
    local id token
    send POST /api/tokens '{"label":"laptop","scope":"submit","days":7}' -H "$AUTH"
    is 201
    has '.label == "laptop" and .scope == "submit"'
    id=$(jq -r .id <<<"$BODY")
    token=$(jq -r .token <<<"$BODY")
    api GET /api/me -H "Authorization: Bearer $token"
    is 200
    api GET /api/tokens -H "$AUTH"
    is 200
    has '.tokens | length == 2 and (map(has("token") or has("hash")) | any | not)'
    [[ "$BODY" != *"$token"* ]]
    # the table holds a hash, not the token
    [ "$(stack_psql -c "SELECT count(*) FROM tokens t
        WHERE t::text LIKE '%$token%'")" = 0 ]
    new_user # another's
    api DELETE "/api/tokens/$id" -H "$AUTH"
    refused 404 not-found
    api GET /api/me -H "Authorization: Bearer $token"
    is 200
    api DELETE "/api/session" -H "Authorization: Bearer $token"
    is 403 # its scope hands in only
    stack_psql -c "DELETE FROM tokens WHERE id = $id"
    api GET /api/me -H "Authorization: Bearer $token"
    is 401
}

@test "token fields are checked" {
    new_user
    send POST /api/tokens '{"scope":"admin"}' -H "$AUTH"
    refused 422 invalid-field scope
    send POST /api/tokens '{"days":0}' -H "$AUTH"
    refused 422 invalid-field days
    send POST /api/tokens '{"days":1.5}' -H "$AUTH"
    refused 422 invalid-field days
    send POST /api/tokens '{"days":1e999}' -H "$AUTH"
    refused 422 invalid-field
    send POST /api/tokens '{"user_id":"x"}' -H "$AUTH"
    refused 422 invalid-field user_id
    send POST /api/tokens '{}'
    refused 401 unauthenticated
    local id
    for id in 0 -1 abc 1e3 9223372036854775808 '1%20OR%201=1' %31%00; do
        api DELETE "/api/tokens/$id" -H "$AUTH"
        [ "$STATUS" = 404 ] || [ "$STATUS" = 400 ]
    done
}

@test "scopes: read changes nothing, submit only hands in" {
    new_user
    local full=$AUTH read submit
    send POST /api/tokens '{"scope":"read"}' -H "$full"
    read="Authorization: Bearer $(jq -r .token <<<"$BODY")"
    send POST /api/tokens '{"scope":"submit"}' -H "$full"
    submit="Authorization: Bearer $(jq -r .token <<<"$BODY")"
    api GET /api/me -H "$read"
    is 200
    AUTH=$read hand_in hello python3 'scoped'
    refused 403 forbidden
    send PATCH /api/me '{"name":"Scoped"}' -H "$submit"
    refused 403 forbidden
    send POST /api/tokens '{"scope":"teach"}' -H "$submit"
    refused 403 forbidden
    AUTH=$submit hand_in hello python3 'scoped'
    is 202
}
