#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# How long will it take?  queue_position and expected_wait_seconds, from what
# gradings took a moment ago, and from how many graders are up.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --course "$BATS_TEST_DIRNAME/course" --set tokens=1 --graders 0
    stack_start graderd
    eventually 20 graderd_is_ready
}
teardown_file() { stack_down; }

setup() { stack_psql -c "DELETE FROM graders WHERE name = 'other'"; }

graderd_is_ready() { stack_log graderd | grep -q ' ready '; }

# A program whose grading takes half a second and a little, as it has 3 tests;
# what is behind the # makes it unlike others.
slow() {
    printf 'import time\ntime.sleep(%s)\n' "${2:-0.16}"
    printf 'print(sum(map(int, input().split())))  # %s\n' "$1"
}

named() { # WHAT: a new user
    named_user "$1 of $BATS_TEST_NUMBER"
}

judged() { # SUBMISSION, of whomever
    [ "$(stack_psql -c "SELECT status FROM submissions WHERE id = $1")" = graded ]
}
running() { # SUBMISSION
    [ "$(stack_psql -c "SELECT state FROM gradings
        WHERE id = $(grading_of "$1")")" = running ]
}
place() { # SUBMISSION: "position wait", by the API
    api GET "/api/submissions/$1" -H "$AUTH" && is 200 &&
        jq -r '"\(.queue_position) \(.expected_wait_seconds)"' <<<"$BODY"
}
learned() { [ "$(stack_psql -c 'SELECT count(*) FROM paces')" -gt 0 ]; }

@test "nothing is known without a grader: null, and no \"about\" in text" {
    stack_stop graderd
    # who was told to stop is not expected to do anything
    [ "$(stack_psql -c 'SELECT count(*) FROM graders')" = 0 ]
    stack_psql -c 'DELETE FROM paces'
    named ann
    hand_in sum python3 "$(slow 'nobody is there')"
    is 202
    has '.queue_position == 1 and .expected_wait_seconds == null
        and has("expected_wait_seconds")'
    # a pace alone is not enough, nor is a grader alone
    stack_psql -c "INSERT INTO paces SELECT current_version, 'python3', 0.5
        FROM assignments"
    [ "$(place "$SUBMISSION")" = "1 null" ]
    stack_psql -c "DELETE FROM paces;
        INSERT INTO graders (name, tokens) VALUES ('other', 1)"
    [ "$(place "$SUBMISSION")" = "1 null" ]
    stack_psql -c "INSERT INTO paces SELECT current_version, 'python3', 0.5
        FROM assignments"
    [ "$(place "$SUBMISSION")" = "1 0.5" ]
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH" -H 'Accept: text/plain'
    [ "$BODY" = "PENDING $SUBMISSION queue position 1, about 1 s" ]
    # two hands do not make one's own program faster
    stack_psql -c "UPDATE graders SET tokens = 2"
    [ "$(place "$SUBMISSION")" = "1 0.5" ]
    # one that has been silent for long is no grader
    stack_psql -c "UPDATE graders SET seen_at = now() - interval '1 minute'"
    [ "$(place "$SUBMISSION")" = "1 null" ]
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH" -H 'Accept: text/plain'
    [ "$BODY" = "PENDING $SUBMISSION queue position 1" ]
    stack_psql -c 'DELETE FROM graders; DELETE FROM paces'
    stack_start graderd
    eventually 20 judged "$SUBMISSION"
}

@test "what gradings take is learned, and told to who is fourth" {
    local n ids=() before wait pace
    stack_psql -c 'DELETE FROM paces'
    # three of them, so that there is something to go by
    for n in 1 2 3; do
        named "teacher $n"
        hand_in sum python3 "$(slow "learn $n")"
        ids+=("$SUBMISSION")
    done
    for n in "${ids[@]}"; do eventually 20 judged "$n"; done
    stack_psql -c 'DELETE FROM paces' # of whatever was before
    eventually 15 learned
    stack_stop graderd
    pace=$(stack_psql -c 'SELECT seconds FROM paces')
    # four are queued, and nothing runs; one token, of a grader that is no more
    stack_psql -c "INSERT INTO graders (name, tokens) VALUES ('other', 1)"
    for n in 1 2 3 4; do
        named "waits $n"
        hand_in sum python3 "$(slow "waits $n")"
        is 202
        has '.queue_position == $n' --argjson n $n
    done
    wait=$(jq .expected_wait_seconds <<<"$BODY")
    echo "# pace $pace s; the fourth is to wait $wait s" >&3
    # four times what one takes: at least the sleeps of its three tests
    has '.expected_wait_seconds >= 4 * 0.48 - 0.05
        and (.expected_wait_seconds - 4 * $p | fabs) < 0.06' --argjson p "$pace"
    [ "$(place "$SUBMISSION")" = "4 $wait" ]
    # it is near the truth: from the grader's start to the verdict
    before=$EPOCHREALTIME
    stack_psql -c 'DELETE FROM graders'
    stack_start graderd
    eventually 30 judged "$SUBMISSION"
    echo "# it took $(jq -n "$EPOCHREALTIME - $before") s," \
        "the grader's start included" >&3
}

@test "position and wait fall as the queue moves; 0 and null while it runs" {
    local n position wait last=99 least=9999 seen=0 ran=0
    local deadline
    eventually 15 learned
    stack_stop graderd # all five are to be seen
    stack_psql -c "INSERT INTO graders (name, tokens) VALUES ('other', 1)"
    for n in 1 2 3 4 5; do
        named "moves $n"
        hand_in sum python3 "$(slow "moves $n" 0.3)"
        is 202
    done
    stack_start graderd
    deadline=$((SECONDS + 40))
    until judged "$SUBMISSION"; do
        [ $SECONDS -lt $deadline ]
        read -r position wait < <(place "$SUBMISSION")
        if [ "$position" = 0 ]; then
            # in work: no place any more
            [ "$wait" = null ]
            ran=1
        elif [ "$position" != null ]; then
            [ $ran = 0 ] # it never goes back
            [ "$position" -le "$last" ]
            [ "$position" = "$last" ] || seen=$((seen + 1))
            last=$position
            # within a tenth, since what runs may take longer than expected
            jq -en "$wait <= $least + 0.1" >/dev/null
            least=$(jq -n "[$wait, $least] | min")
        fi
    done
    [ $seen -ge 3 ]
    [ $ran = 1 ]
    api GET "/api/submissions/$SUBMISSION" -H "$AUTH"
    has '.status == "graded" and (has("queue_position") | not)
        and (has("expected_wait_seconds") | not)'
}

@test "what runs already is part of the wait; guests wait for the named" {
    local guest named_one
    stack_stop graderd
    stack_psql -c "UPDATE paces SET seconds = 10;
        INSERT INTO graders (name, tokens) VALUES ('other', 1)"
    new_user
    hand_in sum python3 "$(slow 'of a guest')"
    has '.queue_position == 1 and .expected_wait_seconds == 10'
    guest=$SUBMISSION
    local guest_auth=$AUTH
    named ann
    hand_in sum python3 "$(slow 'of ann')"
    has '.queue_position == 1 and .expected_wait_seconds == 10'
    named_one=$SUBMISSION
    AUTH=$guest_auth
    [ "$(place "$guest")" = "2 20" ]
    # four of its ten seconds are over
    stack_psql -c "UPDATE gradings SET state = 'running',
        started_at = clock_timestamp() - interval '4 s',
        lease_until = clock_timestamp() + interval '1 minute'
        WHERE id = $(grading_of "$named_one")"
    [[ "$(place "$guest")" =~ ^1\ 1(5\.[0-9]|6)$ ]]
    # longer than it should: it is over any moment
    stack_psql -c "UPDATE gradings SET
        started_at = clock_timestamp() - interval '1 minute'
        WHERE id = $(grading_of "$named_one")"
    [ "$(place "$guest")" = "1 10" ]
    stack_psql -c "UPDATE gradings SET state = 'queued', lease_until = NULL
        WHERE id = $(grading_of "$named_one");
        DELETE FROM graders"
    stack_start graderd
    eventually 20 judged "$guest"
}
