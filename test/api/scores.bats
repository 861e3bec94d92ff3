#!/usr/bin/env bats
# cgi-bin/scores.c: the score board shows what the course allows, and no ids.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
    # ten learners; five share their points, so pages end inside a tie
    stack_psql <<'END'
INSERT INTO users (name) SELECT 'learner no ' || n FROM generate_series(1, 9) n;
INSERT INTO users (name) VALUES (NULL);
INSERT INTO course_scores (user_id, course_id, points, solved)
  SELECT u.id, c.id, CASE WHEN n > 5 THEN 50 ELSE n * 100.25 END, n
    FROM (SELECT id, row_number() OVER (ORDER BY name) AS n FROM users) u,
         courses c WHERE c.slug = 'demo';
END
}
teardown_file() { stack_down; }

shown() { # off|pseudonyms|names
    stack_psql -c "UPDATE courses SET scores_shown = '$1' WHERE slug = 'demo'"
}

@test "pseudonyms: stable, best first, without name or id" {
    shown pseudonyms
    api GET /api/scores
    is 200
    has '.scores | length == 10 and (map(.points) | . == (sort | reverse))
        and all(.name | test("^learner [0-9]+$")) and all(.me == false)'
    local again=$BODY id
    [[ "$BODY" != *"learner no"* ]]
    for id in $(stack_psql -c 'SELECT id FROM users'); do
        [[ "$BODY" != *"$id"* ]]
    done
    api GET /api/scores
    [ "$BODY" = "$again" ]
    [ "$(header Cache-Control)" = no-store ]
}

@test "pages: every learner once, and no id in a cursor" {
    shown pseudonyms
    local path='/api/scores?limit=3' seen='' id
    while [ -n "$path" ]; do
        api GET "$path"
        is 200
        has '.scores | length <= 3'
        seen+=$(jq -r '.scores[].name' <<<"$BODY")$'\n'
        path=$(header Link)
        for id in $(stack_psql -c 'SELECT id FROM users'); do
            [[ "$path" != *"$id"* ]]
        done
        path=${path#<} path=${path%%>*}
    done
    [ "$(grep -c . <<<"$seen")" = 10 ]
    [ "$(sort -u <<<"$seen" | grep -c .)" = 10 ]
}

@test "names, where the course shows them; who has none keeps a pseudonym" {
    shown names
    api GET /api/scores
    has '.scores | (map(.name) | index("learner no 1") != null)
        and (map(select(.name | test("^learner [0-9]+$"))) | length) == 1'
}

@test "off: 403 for learners, names for staff" {
    shown off
    api GET /api/scores
    refused 403 forbidden
    new_user
    api GET /api/scores -H "$AUTH"
    refused 403 forbidden
    stack_psql -c "INSERT INTO memberships (course_id, user_id, role)
        SELECT id, '$USER_ID', 'teacher' FROM courses WHERE slug = 'demo'"
    api GET /api/scores -H "$AUTH"
    is 200
    has '.scores | map(.name) | index("learner no 1") != null'
}

@test "mine is marked, and rises once per assignment" {
    shown pseudonyms
    new_user
    hand_in hello python3 'for the board'
    judge "$SUBMISSION" accepted 1
    hand_in hello python3 'for the board again'
    judge "$SUBMISSION" accepted 1
    api GET /api/scores -H "$AUTH"
    has '.scores | map(select(.me)) | length == 1 and .[0].points == 100
        and .[0].solved == 1'
}

@test "unknown courses and cursors that are not ours" {
    api GET '/api/scores?course=nowhere'
    refused 404 not-found
    stack_psql -c "INSERT INTO courses (slug, title, visibility, scores_shown)
        VALUES ('closed', 'Members only', 'enrolled', 'names')
        ON CONFLICT DO NOTHING"
    api GET '/api/scores?course=closed'
    refused 404 not-found
    local bad
    for bad in x 1 1: :1 nan:1 inf:1 1:0 1:x 1:9223372036854775808 "'--"; do
        api GET "/api/scores?after=$(jq -rn --arg b "$bad" '$b | @uri')"
        refused 422 invalid-field after
    done
    api GET '/api/scores?limit=0'
    refused 422 invalid-field limit
}
