#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# Single flight: a hundred users hand in one program at once.  It is run once,
# each of them is told, and nobody learns of another.

load ../lib/stack
load ../lib/api

USERS=100

setup_file() {
    stack_up --course "$BATS_TEST_DIRNAME/course" --set tokens=1
    eventually 20 graderd_is_ready
    stack_stop graderd
    export FLIGHT=$ASSAY_DIR/flight
    mkdir "$FLIGHT"
    make_users
    python3 - "$FLIGHT" >"$FLIGHT/requests" <<'END'
import json, sys
code = "print(sum(map(int, input().split())))  # of all\n"
for line in open(sys.argv[1] + "/users"):
    user, name, token = line.split()
    print(json.dumps({
        "method": "POST", "path": "/api/assignments/sum/submissions",
        "headers": {"Authorization": "Bearer " + token,
                    "Content-Type": "application/json"},
        "body": json.dumps({"language": "python3", "code": code})}))
END
}
teardown_file() { stack_down; }

graderd_is_ready() { stack_log graderd | grep -q ' ready '; }

# With names, and tokens as lib/secret.c makes them: signing up a hundred times
# would only take long.  A line of $FLIGHT/users: id name token.
make_users() {
    python3 - $USERS >"$FLIGHT/users" <<'END'
import secrets, sys, uuid
for n in range(int(sys.argv[1])):
    print(uuid.uuid4(), f"flyer-{n:03}-{secrets.token_hex(3)}",
          secrets.token_urlsafe(32))
END
    python3 - "$FLIGHT/users" <<'END' | stack_psql
import hashlib, sys
for line in open(sys.argv[1]):
    user, name, token = line.split()
    digest = hashlib.blake2b(token.encode(), digest_size=32).hexdigest()
    print(f"INSERT INTO users (id, name) VALUES ('{user}', '{name}');")
    print("INSERT INTO tokens (hash, user_id, kind, expires_at) VALUES"
          f" ('\\x{digest}', '{user}', 'session', now() + interval '1 day');")
END
}

crowd() { # <requests >answers
    python3 "$STACK_ROOT/test/lib/crowd.py" "$ASSAY_URL"
}

listen() { # to everybody's events, into a FILE
    stack_redis --no-raw PSUBSCRIBE '{channel:/user.*}:pubsub' >"$1" 3>&- &
    LISTENER=$!
    eventually 5 grep -q psubscribe "$1"
}

count() { stack_psql -c "SELECT count(*) FROM $1"; }

@test "a hundred at once: one grading, one run, a hundred verdicts" {
    listen "$FLIGHT/events"
    stack_start graderd
    crowd <"$FLIGHT/requests" >"$FLIGHT/answers"
    all_graded() {
        [ "$(count "submissions WHERE status = 'graded'")" = $USERS ]
    }
    eventually 30 all_graded
    all_told() {
        [ "$(grep -ac '"state\\":\\"judged\\"' "$FLIGHT/events")" -ge $USERS ]
    }
    eventually 10 all_told
    kill "$LISTENER"
    [ "$(count gradings)" = 1 ]
    [ "$(stack_psql -c 'SELECT fence, crashes, state FROM gradings')" = \
        '1|0|done' ]
    [ "$(stack_log graderd | grep -c ' judged grading=')" = 1 ]
    [ "$(count submissions)" = $USERS ]
    [ "$(stack_psql -c "SELECT count(*), sum(points), sum(solved)
        FROM course_scores")" = "$USERS|${USERS}00|$USERS" ]
    [ "$(stack_redis XLEN graderQueue)" = 0 ]
}

@test "each user's events are of her own submission, with her own points" {
    python3 - "$FLIGHT" "$(stack_psql -c "SELECT
        json_object_agg(user_id, id) FROM submissions")" <<'END'
import collections, json, re, sys
own = json.loads(sys.argv[2])
users = [line.split() for line in open(sys.argv[1] + "/users")]
judged = collections.Counter()
lines = open(sys.argv[1] + "/events", encoding="latin-1").read().split("\n")
channel = None
for line in lines:
    to = re.search(r'"\{channel:/user\.([0-9a-f-]{36})\}:pubsub"', line)
    if to:
        channel = to.group(1)
    if '{\\"type\\"' not in line:
        continue
    text = line[line.index('{\\"type'):].replace('\\"', '"')
    event, _ = json.JSONDecoder().raw_decode(text)
    assert event["id"] == own[channel], (channel, event)
    for user, name, token in users:
        assert name not in line and token not in line, line
        assert user not in line, line
    if event["state"] == "judged":
        judged[channel] += 1
        assert event["verdict"] == "accepted" and event["points"] == 100
        assert event["total_points"] == 100, event
assert judged == {user: 1 for user, _, _ in users}, judged
END
}

@test "no answer names another user, or another's submission" {
    python3 - "$FLIGHT" "$(stack_psql -c "SELECT
        json_object_agg(user_id, id) FROM submissions")" >"$FLIGHT/again" <<'END'
import json, sys
own = json.loads(sys.argv[2])
users = [line.split() for line in open(sys.argv[1] + "/users")]
answers = [json.loads(line) for line in open(sys.argv[1] + "/answers")]
assert len(answers) == len(users)
for (user, name, token), answer in zip(users, answers):
    assert answer["status"] in (201, 202), answer
    body = json.loads(answer["body"])
    assert body["id"] == own[user], (user, body)
    assert "grading" not in answer["body"], answer
    for other, other_name, other_token in users:
        for secret in (other, other_name, other_token):
            assert secret not in answer["body"], answer
    for path in (f"/api/submissions/{own[user]}", "/api/submissions"):
        print(json.dumps({"path": path, "headers": {
            "Authorization": "Bearer " + token}}))
END
    crowd <"$FLIGHT/again" >"$FLIGHT/read"
    python3 - "$FLIGHT" "$(stack_psql -c "SELECT
        json_object_agg(user_id, id) FROM submissions")" <<'END'
import json, sys
own = json.loads(sys.argv[2])
users = [line.split() for line in open(sys.argv[1] + "/users")]
answers = [json.loads(line) for line in open(sys.argv[1] + "/read")]
assert len(answers) == 2 * len(users)
for n, answer in enumerate(answers):
    user = users[n // 2][0]
    assert answer["status"] == 200, answer
    body = json.loads(answer["body"])
    if n % 2:
        assert [s["id"] for s in body["submissions"]] == [own[user]], body
    else:
        assert body["id"] == own[user] and body["verdict"] == "accepted"
    for other, name, token in users:
        assert not any(s in answer["body"] for s in (other, name, token))
END
}

@test "a stranger's submission is not there; the next one has it at once" {
    local first second token
    first=$(sed -n 1p "$FLIGHT/users" | cut -d ' ' -f 1)
    token=$(sed -n 2p "$FLIGHT/users" | cut -d ' ' -f 3)
    second=$(stack_psql -c "SELECT id FROM submissions
        WHERE user_id = '$first'")
    api GET "/api/submissions/$second" -H "Authorization: Bearer $token"
    is 404
    # and a second hand-in of the same program adds neither run nor points
    AUTH="Authorization: Bearer $token"
    hand_in sum python3 "print(sum(map(int, input().split())))  # of all"
    is 202 # another program: without the line's end
    eventually 20 judged_twice
    hand_in sum python3 "print(sum(map(int, input().split())))  # of all"
    is 201
    has '.points == 100 and .verdict == "accepted"'
    api GET /api/me -H "$AUTH"
    has '.points == 100 and .solved == 1'
    judged_twice
}
judged_twice() {
    [ "$(stack_log graderd | grep -c ' judged grading=')" = 2 ]
}
