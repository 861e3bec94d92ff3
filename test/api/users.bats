#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# cgi-bin/users.c: signing up, me, progress.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
}
teardown_file() { stack_down; }

@test "an anonymous learner is made of nothing, with token and cookie" {
    send POST /api/users '{}'
    is 201
    has '.name == null and .role == "learner" and (.id | length) == 36'
    [[ "$(header Set-Cookie)" =~ ^assay=[A-Za-z0-9_-]+\;\ Path=/\;\ HttpOnly\;\ SameSite=Lax\;\ Max-Age=[0-9]+$ ]]
    [ "$(header Cache-Control)" = no-store ]
    local token cookie
    token=$(jq -r .token <<<"$BODY")
    cookie=$(header Set-Cookie)
    api GET /api/me -H "Authorization: Bearer $token"
    is 200
    has '.points == 0 and .solved == 0 and .pending == null'
    api GET /api/me -H "Cookie: ${cookie%%;*}"
    is 200
    api GET /api/me -u "anything:$token"
    is 200
}

@test "a user's id never authenticates, and only its owner is told it" {
    new_user
    local id=$USER_ID
    api GET /api/me -H "Authorization: Bearer $id"
    refused 401 unauthenticated
    [ "$(header WWW-Authenticate)" = Bearer ]
    api GET /api/me -H "Cookie: assay=$id"
    is 401
    api GET /api/me -u "$id:$id"
    is 401
    api GET "/api/me?user=$id&id=$id" -H "X-User-Id: $id"
    is 401
    api GET /api/users
    is 405
    [ "$(header Allow)" = POST ]
}

@test "credentials with any bit changed are nobody's" {
    new_user
    local t=$TOKEN i
    for i in 0 7 20; do
        local c=${t:i:1} d=A
        [ "$c" != A ] || d=B
        api GET /api/me -H "Authorization: Bearer ${t:0:i}$d${t:i+1}"
        is 401
    done
    api GET /api/me -H "Authorization: Bearer"
    is 401
    api GET /api/me -H "Authorization: Basic !!!"
    is 401
    api GET /api/me -H "Cookie: assay=$(printf 'x%.0s' {1..3000})"
    is 401
}

@test "name and password come together, and are checked" {
    send POST /api/users '{"name":"ada"}'
    refused 422 invalid-field password
    send POST /api/users '{"password":"long enough"}'
    refused 422 invalid-field name
    send POST /api/users '{"name":"ada","password":"7 bytes"}'
    refused 422 invalid-field password
    send POST /api/users "{\"name\":\"ada\",\"password\":\"$(printf 'x%.0s' {1..129})\"}"
    refused 422 invalid-field password
    send POST /api/users "{\"name\":\"$(printf 'x%.0s' {1..65})\",\"password\":\"long enough\"}"
    refused 422 invalid-field name
    local bad
    for bad in '' ' ada' 'ada ' 'a\u0007da' 'a\nda' 'a\u202eda' 'a\u200bda' \
        'a\u0085da' '\ufeffada'; do
        send POST /api/users "{\"name\":\"$bad\",\"password\":\"long enough\"}"
        refused 422 invalid-field name
    done
}

@test "bodies that are not what they should be are refused by name" {
    send POST /api/users '{"name":"x","password":"long enough","is_admin":true}'
    refused 422 invalid-field is_admin
    send POST /api/users '{"name":7,"password":"long enough"}'
    refused 422 invalid-field name
    send POST /api/users '{"name":null}'
    refused 422 invalid-field name
    local body
    for body in '' null '[]' '"x"' 0 '{' '{}x' '{"name":"a","name":"b"}' \
        "{'name':'a'}" '{"name":"\u0000"}' $'{"name":"\xff"}'; do
        send POST /api/users "$body"
        refused 422 invalid-field
    done
    api POST /api/users --data-binary '{}' -H 'Content-Type: text/plain'
    refused 415 media-type
    api POST /api/users --data-binary 'name=x'
    refused 415 media-type
}

@test "a name is taken once; who named herself keeps her points" {
    new_user
    hand_in greeting python3 'name me'
    judge "$SUBMISSION" accepted 1
    send PATCH /api/me '{"name":"Grace","password":"correct horse"}' -H "$AUTH"
    is 200
    has '.name == "Grace" and .points == 100 and .solved == 1'
    send POST /api/users '{"name":"Grace","password":"another horse"}'
    refused 409 conflict
    new_user
    send PATCH /api/me '{"name":"Grace"}' -H "$AUTH"
    refused 409 conflict
    send POST /api/session '{"name":"Grace","password":"correct horse"}'
    is 200
}

@test "a new password needs the old one, and ends every other session" {
    send POST /api/users '{"name":"Lin","password":"first password"}'
    is 201
    local a b
    a="Authorization: Bearer $(jq -r .token <<<"$BODY")"
    send POST /api/session '{"name":"Lin","password":"first password"}'
    b="Authorization: Bearer $(jq -r .token <<<"$BODY")"
    send PATCH /api/me '{"password":"second password"}' -H "$a"
    refused 422 invalid-field old_password
    send PATCH /api/me '{"password":"second password","old_password":"wrong"}' -H "$a"
    refused 422 invalid-field old_password
    api GET /api/me -H "$b"
    is 200
    send PATCH /api/me \
        '{"password":"second password","old_password":"first password"}' -H "$a"
    is 200
    api GET /api/me -H "$a"
    is 200
    api GET /api/me -H "$b"
    is 401
    send POST /api/session '{"name":"Lin","password":"first password"}'
    is 401
    new_user
    send PATCH /api/me '{"password":"nameless password"}' -H "$AUTH"
    refused 422 invalid-field name
}

@test "an expired session is nobody's; a used one is prolonged" {
    new_user
    stack_psql -c "UPDATE tokens SET expires_at = now() + interval '1 day'
        WHERE user_id = '$USER_ID'"
    api GET /api/me -H "$AUTH"
    is 200
    [ "$(stack_psql -c "SELECT expires_at > now() + interval '29 days'
        FROM tokens WHERE user_id = '$USER_ID'")" = t ]
    stack_psql -c "UPDATE tokens SET expires_at = now() - interval '1 second'
        WHERE user_id = '$USER_ID'"
    api GET /api/me -H "$AUTH"
    is 401
}

@test "progress: what depends on the caller; points count once" {
    new_user
    api GET /api/me/progress -H "$AUTH"
    is 200
    has '.points == 0 and .solved == 0 and (.assignments | length) == 8'
    hand_in sum python3 'first try'
    judge "$SUBMISSION" wrong_answer 0
    hand_in sum python3 'second try'
    judge "$SUBMISSION" accepted 1
    hand_in sum python3 'third try'
    judge "$SUBMISSION" accepted 1
    hand_in sum python3 'fourth try'
    judge "$SUBMISSION" system_error 0
    local id
    id=$(stack_psql -c "SELECT id FROM assignments WHERE slug = 'sum'")
    api GET /api/me/progress -H "$AUTH"
    has '.points == 100 and .solved == 1 and .assignments[$a].solved
        and .assignments[$a].attempts == 3 and .assignments[$a].points == 100
        and .assignments[$a].last_submission == $s' \
        --arg a "$id" --argjson s "$SUBMISSION"
    api GET /api/me -H "$AUTH"
    has '.points == 100 and .solved == 1'
    api GET '/api/me/progress?course=nowhere' -H "$AUTH"
    refused 404 not-found
    api GET '/api/me/progress?course=%27;--' -H "$AUTH"
    refused 404 not-found
    api GET /api/me/progress
    refused 401 unauthenticated
}

@test "requests from other sites change nothing" {
    new_user
    send PATCH /api/me '{"name":"Mallory"}' -H "$AUTH" -H 'Origin: https://evil.example'
    refused 403 forbidden
    send PATCH /api/me '{"name":"Mallory"}' -H "$AUTH" -H 'Origin: null'
    refused 403 forbidden
    send PATCH /api/me '{"name":"Mallory"}' -H "$AUTH" -H 'Sec-Fetch-Site: cross-site'
    refused 403 forbidden
    send PATCH /api/me '{"name":"Mallory"}' -H "$AUTH" -H 'Sec-Fetch-Site: same-site'
    refused 403 forbidden
    api GET /api/me -H "$AUTH"
    has '.name == null'
    send PATCH /api/me '{"name":"Honest"}' -H "$AUTH" -H "Origin: $ASSAY_URL"
    is 200
}
