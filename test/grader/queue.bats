#!/usr/bin/env bats
# The queue: whatever dies, every hand-in gets exactly one verdict.  A real
# stack with a real box; gradings are delayed by programs that sleep.

load queue

setup_file() { queue_up; }
teardown_file() { stack_down; }

# Every test ends with one running graderd, Redis, PostgreSQL and box.
teardown() {
    local name
    for name in postgres redis box graderd; do
        stack_start $name >/dev/null 2>&1 || true
    done
    [ ! -f "$ASSAY_DIR/pid/graderd2" ] || stack_kill graderd2
    stack_stop graderd2
}

# -- the road ---------------------------------------------------------------

@test "the whole road: rung, judged, stored, acknowledged" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 0 road)")
    eventually 10 is_judged "$grading"
    [ "$(of "$grading" verdict)" = accepted ]
    [ "$(of "$grading" fence)" = 1 ]
    [ "$(of "$grading" crashes)" = 0 ]
    eventually 5 queue_is_empty
    [ "$(stack_redis XPENDING graderQueue graders | head -n 1)" = 0 ]
    [ "$(stack_psql -c "SELECT points FROM course_scores
                         WHERE user_id = '$user'")" = 100 ]
}

@test "POST by curl with ?wait: the verdict in the answer" {
    token=$(curl -s -X POST -H 'Content-Type: application/json' -d '{}' \
        "$ASSAY_URL/api/users" | sed 's/.*"token": *"\([^"]*\)".*/\1/')
    right_after 0 curl >"$BATS_TEST_TMPDIR/sum.py"
    curl -s -H "Authorization: Bearer $token" -H 'Accept: text/plain' \
        --data-binary "@$BATS_TEST_TMPDIR/sum.py" \
        "$ASSAY_URL/api/assignments/sum/submissions?language=python3&wait=10" \
        >"$BATS_TEST_TMPDIR/answer"
    cat "$BATS_TEST_TMPDIR/answer"
    grep -q ^PASS "$BATS_TEST_TMPDIR/answer"
}

@test "graderd -t: what this host would run with" {
    run "$STACK_ROOT/build/${B:-debug}/grader/graderd" -c "$ASSAY_CONF" -t
    [ "$status" = 0 ]
    grep -q '^tokens: 1$' <<<"$output"
    grep -q '^language python3: Python 3' <<<"$output"
    grep -q '^isolation: [0-9]* slots' <<<"$output"
    ASSAY_TOKENS=no run "$STACK_ROOT/build/${B:-debug}/grader/graderd" \
        -c "$ASSAY_CONF" -t
    [ "$status" = 78 ]
}

@test "events: running, each test, judged, with a growing seq" {
    user=$(new_user)
    stack_redis SUBSCRIBE "{channel:/user.$user}:pubsub" \
        >"$BATS_TEST_TMPDIR/events" &
    subscriber=$!
    eventually 5 grep -q subscribe "$BATS_TEST_TMPDIR/events"
    submit "$user" "$(right_after 0 events)"
    eventually 10 grep -q '"judged"' "$BATS_TEST_TMPDIR/events"
    kill "$subscriber"
    python3 - "$BATS_TEST_TMPDIR/events" <<'END'
import json, re, sys
raw = open(sys.argv[1], "rb").read().decode("latin-1")
events = [json.loads(e) for e in re.findall(r'\{"type".*?\}(?=\xd9)', raw)]
assert [e["state"] for e in events] == ["running"] * 4 + ["judged"], events
assert [e["tests_done"] for e in events] == [0, 1, 2, 3, 3], events
assert all(e["tests_total"] == 3 for e in events)
assert [e.get("test", {}).get("name") for e in events] == \
    [None, "sample/1", "secret/1", "secret/2", None], events
seq = [e["seq"] for e in events]
assert seq == sorted(set(seq)), seq
assert seq[0] == 1 << 20 and seq[-1] == (2 << 20) - 1, seq
last = events[-1]
assert (last["status"], last["verdict"], last["correct"], last["points"],
        last["total_points"]) == ("graded", "accepted", True, 100, 100), last
END
}

@test "the bell of ?wait= rings, and stays for who comes late" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 0 bell)")
    eventually 10 is_judged "$grading"
    eventually 5 test "$(stack_redis EXISTS "bell:{$grading}")" = 1
    ttl=$(stack_redis TTL "bell:{$grading}")
    [ "$ttl" -gt 50 ]
    [ "$ttl" -le 60 ]
}

# -- rings that get lost ----------------------------------------------------

@test "ancestor: a lost XADD locked the student out; the janitor rings" {
    user=$(new_user)
    read -r outcome _ grading _ < <(hand_in "$user" "$(right_after 0 unrung)")
    [ "$outcome" = created ]
    eventually 10 is_judged "$grading"
    [ "$(hand_in "$user" next | cut -d ' ' -f 1)" = created ]
}

@test "FLUSHALL, DEL and XGROUP DESTROY: still judged, nothing twice" {
    local how user grading n=0
    for how in FLUSHALL 'DEL graderQueue' \
        'XGROUP DESTROY graderQueue graders'; do
        n=$((n + 1))
        running=$(submit "$(new_user)" "$(right_after 1 "flush $n a")")
        eventually 10 is "$running" state running
        queued=$(submit "$(new_user)" "$(right_after 0 "flush $n b")")
        # shellcheck disable=SC2086 # words
        stack_redis $how
        eventually 15 is_judged "$running"
        eventually 15 is_judged "$queued"
        [ "$(of "$running" fence)" = 1 ]
        [ "$(judged_times "$running")" = 1 ]
        [ "$(judged_times "$queued")" = 1 ]
    done
}

@test "the same grading rung five times is run once" {
    grading=$(submit "$(new_user)" "$(right_after 1 five)")
    for _ in 1 2 3 4; do ring "$grading"; done
    stack_start graderd2
    eventually 10 is_judged "$grading"
    for _ in 1 2; do ring "$grading"; done
    eventually 10 queue_is_empty
    [ "$(of "$grading" fence)" = 1 ]
    [ "$(judged_times "$grading")" = 1 ]
}

@test "Redis down at hand-in: judged when it is back; no spinning meanwhile" {
    stack_stop redis
    read -r _ _ grading _ < <(hand_in "$(new_user)" "$(right_after 0 noredis)")
    before=$(cpu_ticks)
    sleep 3 # what is measured is time
    [ $((($(cpu_ticks) - before) * 100 / ($(getconf CLK_TCK) * 3))) -lt 5 ]
    stack_start redis
    eventually 15 is_judged "$grading"
}

cpu_ticks() {
    local pid sum=0 fields
    for pid in $(stack_pid graderd) $(pgrep -P "$(stack_pid graderd)"); do
        read -ra fields < <(sed 's/.*) //' "/proc/$pid/stat")
        sum=$((sum + fields[11] + fields[12]))
    done
    echo $sum
}

@test "ancestor: an evictable queue is warned of" {
    stack_redis CONFIG SET maxmemory-policy allkeys-lru
    stack_stop graderd
    stack_start graderd
    eventually 10 logged 'Redis may evict the queue.*allkeys-lru'
    stack_redis CONFIG SET maxmemory-policy noeviction
}

# -- graders that die -------------------------------------------------------

@test "kill -9 of a worker: its slot's next one finishes it, one crash" {
    grading=$(submit "$(new_user)" "$(right_after 1 killworker)")
    eventually 10 is "$grading" state running
    kill -9 "$(worker_of graderd)"
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 1 ]
    [ "$(of "$grading" fence)" = 2 ]
    [ "$(of "$grading" verdict)" = accepted ]
    [ "$(judged_times "$grading")" = 1 ]
    eventually 10 queue_is_empty
}

@test "kill -9 of a whole graderd: another one finishes it" {
    grading=$(submit "$(new_user)" "$(right_after 1 killall)")
    eventually 10 is "$grading" state running
    stack_kill graderd
    stack_start graderd2
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 1 ]
    [ "$(of "$grading" verdict)" = accepted ]
    [ "$(judged_times "$grading")" = 1 ]
}

@test "kill -9 of the parent alone takes its children along" {
    # it has asked each language for its version before it forks
    eventually 20 pgrep -P "$(stack_pid graderd)" -f graderd >/dev/null
    children=$(pgrep -P "$(stack_pid graderd)")
    kill -9 "$(stack_pid graderd)"
    # shellcheck disable=SC2086 # words
    eventually 5 none_alive $children
}
# A zombie is dead, however long its new parent takes to notice.
none_alive() {
    local pid
    for pid; do
        ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$pid/status" 2>/dev/null ||
            return 1
    done
}

@test "a grader stopped past its lease: its late result is dropped" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 1 stale)")
    eventually 10 is "$grading" state running
    worker=$(worker_of graderd)
    kill -STOP "$worker"
    stack_start graderd2
    eventually 20 is_judged "$grading"
    before=$(of "$grading" "fence || ' ' || finished_at")
    kill -CONT "$worker"
    eventually 10 logged "stale result dropped grading=$grading fence=1"
    [ "$(of "$grading" "fence || ' ' || finished_at")" = "$before" ]
    [ "$(of "$grading" fence)" = 2 ]
    [ "$(judged_times "$grading")" = 1 ]
    [ "$(stack_psql -c "SELECT points FROM course_scores
                         WHERE user_id = '$user'")" = 100 ]
}

@test "stopped between judging and storing: the fence refuses what comes late" {
    stack_fault store.before stop
    grading=$(submit "$(new_user)" "$(right_after 0 "stale store")")
    eventually 20 taken store.before
    # durable first, then acknowledged
    [ "$(stack_redis XPENDING graderQueue graders | head -n 1)" = 1 ]
    stack_start graderd2
    eventually 20 is_judged "$grading"
    before=$(of "$grading" "fence || ' ' || finished_at")
    kill -CONT "$(worker_of graderd)"
    eventually 10 logged "stale result dropped grading=$grading fence=1"
    [ "$(of "$grading" "fence || ' ' || finished_at")" = "$before" ]
    [ "$(judged_times "$grading")" = 1 ]
}
taken() { ! stack_fault_waits "$1"; }

@test "who lost his lease stops at his next renewal, not at the end" {
    grading=$(submit "$(new_user)" "$(right_after 3 "stale renewal")")
    eventually 10 is "$grading" state running
    worker=$(worker_of graderd)
    kill -STOP "$worker"
    stack_start graderd2
    eventually 20 is "$grading" fence 2
    kill -CONT "$worker"
    eventually 10 logged "stale result dropped grading=$grading fence=1"
    is "$grading" "state || fence" running2 # the other one is at it
    eventually 30 is_judged "$grading"
}

@test "longer than its lease: nobody takes over what is renewed" {
    stack_start graderd2
    eventually 20 is_a_grader graderd2
    grading=$(submit "$(new_user)" "$(right_after 2 renewed)")
    eventually 30 is_judged "$grading"
    [ "$(of "$grading" "fence || ' ' || crashes")" = "1 0" ]
}
is_a_grader() {
    [ "$(stack_psql -c "SELECT count(*) FROM graders
        WHERE name LIKE '%:$(stack_pid "$1")'")" = 1 ]
}

@test "a grading that kills its grader each time is parked" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 7 poison)")
    for fence in 1 2 3; do
        eventually 20 is "$grading" "state || fence" "running$fence"
        kill -9 "$(worker_of graderd)"
    done
    eventually 20 is "$grading" state parked
    [ "$(of "$grading" verdict)" = system_error ]
    [ "$(of "$grading" crashes)" = 3 ]
    [ "$(statuses "$grading")" = graded ]
    logged "parked grading=$grading"
    # no points, and she may try again: as a new grading
    read -r outcome _ again _ fresh < <(hand_in "$user" "$(right_after 0 x)")
    [ "$outcome $fresh" = "created t" ]
    eventually 10 is_judged "$again"
}

@test "a worn grading is parked, also where a worker is before the janitor" {
    eventually 20 has_janitor
    kill -STOP "$janitor"
    read -r _ _ grading _ < <(hand_in "$(new_user)" "$(right_after 0 worn)")
    stack_psql -c "UPDATE gradings SET state = 'running', crashes = 2,
        fence = 3, lease_until = now() - interval '1 second'
        WHERE id = $grading"
    ring "$grading"
    eventually 10 was_delivered
    other=$(submit "$(new_user)" "$(right_after 0 "behind worn")")
    eventually 10 is_judged "$other" # the same worker, after it
    is "$grading" "state || fence" running3
    kill -CONT "$janitor"
    eventually 20 is "$grading" state parked
}
has_janitor() {
    janitor=$(child_of graderd graderd:janitor || true)
    [ -n "$janitor" ]
}
was_delivered() {
    [ "$(stack_redis XPENDING graderQueue graders | head -n 1)" -ge 1 ]
}

@test "a package that cannot be read: parked, never for ever, others go on" {
    stack_psql -c "INSERT INTO assignment_versions (assignment_id, number,
            title, handout, handout_html, kind, languages, limits, tests_total,
            package, package_hash)
        SELECT assignment_id, 1000, title, handout, handout_html, kind,
            languages, limits, tests_total, 'broken', sha256('broken')
          FROM assignment_versions WHERE number = 1"
    stack_psql -c "UPDATE assignments SET current_version =
        (SELECT id FROM assignment_versions WHERE number = 1000)"
    broken=$(submit "$(new_user)" "$(right_after 0 broken)")
    stack_psql -c "UPDATE assignments SET current_version =
        (SELECT id FROM assignment_versions WHERE number = 1)"
    good=$(submit "$(new_user)" "$(right_after 0 good)")
    eventually 10 is_judged "$good"
    eventually 20 is "$broken" state parked
    [ "$(of "$broken" verdict)" = system_error ]
    [ "$(statuses "$broken")" = graded ]
}

@test "a damaged package in the cache is fetched again" {
    stack_stop graderd
    for file in "$ASSAY_DIR"/state/packages/*; do
        echo damaged >"$file"
    done
    stack_start graderd
    grading=$(submit "$(new_user)" "$(right_after 0 damaged)")
    eventually 10 is_judged "$grading"
    logged 'damaged package in the cache'
}

@test "SIGTERM: handed back within the bound, and no crash counted" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 1.5 handback)")
    eventually 10 is "$grading" state running
    stack_stop graderd
    logged "handed back grading=$grading fence=1 why=\"stopping\""
    is "$grading" "state || crashes" queued0
    stack_start graderd
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 0 ]
}

@test "SIGTERM: what is nearly done is finished" {
    grading=$(submit "$(new_user)" "$(right_after 0.25 nearly)")
    eventually 10 is "$grading" state running
    stack_stop graderd
    is_judged "$grading"
    [ "$(of "$grading" fence)" = 1 ]
}

@test "a long queue is not rung again and again" {
    stack_stop box # nobody works; the janitor goes on
    for n in 1 2 3 4 5; do
        submit "$(named_user "long $n")" "$(right_after 0 "long $n")"
    done
    for n in 1 2; do # whatever is overdue was looked at when this one is rung
        read -r _ _ last _ < <(hand_in "$(named_user "lost $n")" \
            "$(right_after 0 "lost $n")")
        eventually 10 was_rung_again "$last"
    done
    # those two, and perhaps the one that the worker has read and cannot claim
    [ "$(stack_redis XLEN '{graderQueue}:again')" -le 3 ]
    stack_start box
    eventually 30 is_judged "$last"
}
named_user() {
    stack_psql -c "INSERT INTO users (name) VALUES ('$1') RETURNING id"
}
was_rung_again() {
    stack_redis XRANGE '{graderQueue}:again' - + | grep -qx "$1"
}

# -- entries that stay behind ------------------------------------------------

@test "an entry whose grading runs elsewhere is left, should that grader die" {
    grading=$(submit "$(new_user)" "$(right_after 2 elsewhere)")
    eventually 10 is "$grading" state running
    ring "$grading"
    stack_start graderd2
    eventually 10 all_delivered
    is "$grading" "state || fence" running1
    [ "$(stack_redis XLEN graderQueue)" = 2 ]
    eventually 20 is_judged "$grading"
    eventually 20 queue_is_empty
}
all_delivered() {
    [ "$(stack_redis XINFO GROUPS graderQueue | grep -A 1 -x lag | tail -n 1)" = 0 ]
}

@test "what a consumer took that never came back is cleared away" {
    stack_stop graderd
    grading=$(submit "$(new_user)" "$(right_after 0 taken)")
    stack_redis XREADGROUP GROUP graders gone:0 COUNT 9 STREAMS graderQueue '>'
    stack_start graderd
    eventually 20 is_judged "$grading"
    eventually 20 queue_is_empty
    [ "$(stack_redis XPENDING graderQueue graders | head -n 1)" = 0 ]
}

@test "acknowledged, and the grader died before it deleted: trimmed" {
    stack_fault done.acked
    grading=$(submit "$(new_user)" "$(right_after 0 acked)")
    eventually 20 is_judged "$grading"
    eventually 20 taken done.acked
    [ "$(stack_redis XLEN graderQueue)" = 1 ]
    eventually 20 queue_is_empty
    [ "$(of "$grading" "fence || ' ' || crashes")" = "1 0" ]
}

# -- the others die ---------------------------------------------------------

@test "the box is down: nothing is claimed, nothing counted; judged later" {
    stack_stop box
    grading=$(submit "$(new_user)" "$(right_after 0 nobox)")
    sleep 3 # long enough for a lease
    is "$grading" state queued
    stack_start box
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 0 ]
    [ "$(of "$grading" fence)" = 1 ]
}

@test "the box dies under a program: run again, not a verdict" {
    grading=$(submit "$(new_user)" "$(right_after 1 boxdies)")
    eventually 10 is "$grading" state running
    stack_kill box
    stack_start box
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" verdict)" = accepted ]
}

@test "PostgreSQL stops in the middle: the judged work is stored later" {
    worker=$(worker_of graderd)
    grading=$(submit "$(new_user)" "$(right_after 1 nopg)")
    eventually 10 is "$grading" state running
    stack_stop postgres
    sleep 2 # the program ends meanwhile
    stack_start postgres
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" verdict)" = accepted ]
    [ "$(worker_of graderd)" = "$worker" ]
}

@test "connections that the server closes are made again" {
    stack_psql -c "SELECT count(pg_terminate_backend(pid))
        FROM pg_stat_activity WHERE usename = 'assay_grader'"
    stack_redis CLIENT KILL TYPE normal SKIPME yes
    grading=$(submit "$(new_user)" "$(right_after 0 terminated)")
    eventually 10 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 0 ]
}

# -- who waits for what -----------------------------------------------------

@test "design 5.1: a store waits for a hand-in that is under way" {
    stack_stop graderd
    one=$(new_user)
    two=$(new_user)
    code=$(right_after 0 race)
    read -r _ _ grading _ < <(hand_in "$one" "$code")
    stack_psql -c "UPDATE gradings SET state = 'running', fence = 1,
        lease_until = now() + interval '1 minute' WHERE id = $grading"

    coproc hander { stack_psql 2>&1; }
    hander_in=${hander[1]} hander_out=${hander[0]}
    echo "BEGIN; SELECT outcome FROM hand_in('$two', $ASSIGNMENT, 'python3'," \
        "\$code\$$code\$code\$, NULL, NULL);" >&"$hander_in"
    read -r -t 10 outcome <&"$hander_out"
    [ "$outcome" = created ]

    PGUSER=assay_grader stack_psql -c "SELECT count(*) FROM
        store_verdict($grading, 1, 'accepted', 1, 5, 800, '{}')" \
        >"$BATS_TEST_TMPDIR/stored" &
    store=$!
    eventually 10 store_waits
    [ ! -s "$BATS_TEST_TMPDIR/stored" ]
    echo 'COMMIT; \q' >&"$hander_in"
    wait $store
    [ "$(cat "$BATS_TEST_TMPDIR/stored")" = 2 ]
    [ "$(statuses "$grading")" = graded ]
}
store_waits() {
    [ "$(stack_psql -c "SELECT count(*) FROM pg_stat_activity
        WHERE usename = 'assay_grader' AND wait_event_type = 'Lock'
          AND query LIKE '%store_verdict%'")" = 1 ]
}

@test "a hand-in that takes its time holds the store up, not off" {
    one=$(new_user)
    two=$(new_user)
    code=$(right_after 0.5 slowhand)
    grading=$(submit "$one" "$code")
    eventually 10 is "$grading" state running
    coproc hander { stack_psql 2>&1; }
    hander_in=${hander[1]} hander_out=${hander[0]}
    echo "BEGIN; SELECT outcome FROM hand_in('$two', $ASSIGNMENT, 'python3'," \
        "\$code\$$code\$code\$, NULL, NULL);" >&"$hander_in"
    read -r -t 10 outcome <&"$hander_out"
    [ "$outcome" = created ]
    sleep 3 # longer than a lease, and than a handler's statement may take
    is "$grading" state running
    echo 'COMMIT; \q' >&"$hander_in"
    eventually 10 is_judged "$grading"
    [ "$(of "$grading" crashes)" = 0 ]
    [ "$(judged_times "$grading")" = 1 ]
}

@test "a submission left pending behind a finished grading is settled" {
    user=$(new_user)
    grading=$(submit "$user" "$(right_after 0 behind)")
    eventually 10 is_judged "$grading"
    stack_psql -c "UPDATE submissions SET status = 'pending', verdict = NULL,
        points = NULL, graded_at = NULL WHERE grading_id = $grading"
    eventually 10 is_judged "$grading"
    logged "settled what was left behind grading=$grading"
}

@test "ancestor: check-then-insert; 50 parallel hand-ins, one is accepted" {
    stack_stop graderd
    user=$(new_user)
    export -f stack_psql hand_in
    export ASSIGNMENT
    seq 50 | xargs -P 16 -I N bash -c "hand_in $user 'print(N)'" \
        >"$BATS_TEST_TMPDIR/outcomes"
    [ "$(grep -c ^created "$BATS_TEST_TMPDIR/outcomes")" = 1 ]
    [ "$(grep -c ^pending "$BATS_TEST_TMPDIR/outcomes")" = 49 ]
    [ "$(stack_psql -c "SELECT count(*) FROM submissions
                         WHERE user_id = '$user'")" = 1 ]
}

@test "ancestor: dedupe only per user; 100 users, one program, one run" {
    stack_stop graderd
    code=$(right_after 0 hundred)
    users=$(stack_psql -c "INSERT INTO users SELECT
        FROM generate_series(1, 100) RETURNING id")
    for user in $users; do
        echo "SELECT grading_id FROM hand_in('$user', $ASSIGNMENT, 'python3',
            \$code\$$code\$code\$, NULL, NULL);"
    done | stack_psql | sort -u >"$BATS_TEST_TMPDIR/gradings"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/gradings")" = 1 ]
    grading=$(cat "$BATS_TEST_TMPDIR/gradings")
    stack_start graderd
    eventually 15 is_judged "$grading"
    [ "$(of "$grading" fence)" = 1 ]
    [ "$(judged_times "$grading")" = 1 ]
    [ "$(stack_psql -c "SELECT count(*), sum(c.points) FROM course_scores c
        JOIN submissions s USING (user_id)
        WHERE s.grading_id = $grading")" = "100|10000" ]
    # and the next one has it at once
    [ "$(hand_in "$(new_user)" "$code" | cut -d ' ' -f 4)" = graded ]
}

@test "ancestor: points added twice; a second solve adds nothing" {
    user=$(new_user)
    for n in 1 2; do
        grading=$(submit "$user" "$(right_after 0 "twice $n")")
        eventually 10 is_judged "$grading"
    done
    [ "$(stack_psql -c "SELECT points, solved FROM course_scores
                         WHERE user_id = '$user'")" = "100|1" ]
}

@test "a build that vanished: queued work moves to the one that is here" {
    stack_stop graderd
    grading=$(hand_in "$(new_user)" "$(right_after 0 rekey)" | cut -d ' ' -f 3)
    stack_psql -c "UPDATE gradings SET build = 'Python 2.7 judge-0'
        WHERE id = $grading"
    stack_start graderd
    eventually 20 is_judged "$grading"
    [ "$(of "$grading" build)" != 'Python 2.7 judge-0' ]
}
