#!/usr/bin/env bats
# The self-attack: a graderd whose box has a hole takes no work.  The hole is
# real: test/hole/hole.c makes a box whose filter lets programs have sockets.

load queue

setup_file() {
    queue_up --set selfattack_seconds=3600 --set selfattack_retry_seconds=1
}
teardown_file() {
    stop_holed_box
    stack_down
}
teardown() {
    stop_holed_box
    stack_start box >/dev/null 2>&1 || true
    stack_start graderd >/dev/null 2>&1 || true
}

metric() { # NAME: its value
    curl -s "$ASSAY_URL/metrics" |
        awk -v n="assay_selfattack_$1" '$1 == n { print $2 }'
}
metric_is() { [ "$(metric "$1")" = "$2" ]; }
metric_above() { [ "$(metric "$1")" -gt "$2" ]; }
holes_logged() { stack_log graderd | grep -c 'SELF-ATTACK FOUND A HOLE'; }
more_holes_than() { [ "$(holes_logged)" -gt "$1" ]; }
health() { curl -s "$ASSAY_URL/api/health" | jq -r .status; }
health_is() { [ "$(health)" = "$1" ]; }

# In place of the box that `stack_start box` starts; a sanitizer's is none.
start_holed_box() {
    local build=$STACK_ROOT/build/${B:-debug} user=$USER
    [ "${B:-debug}" != asan ] || build=$STACK_ROOT/build/debug
    [ "$(id -u)" != 0 ] || user=$(stat -c %U "$ASSAY_DIR/run")
    cp "$build/test/hole/box" "$ASSAY_DIR/holed-box"
    rm -f "$ASSAY_DIR/run/box.sock"
    setsid "$ASSAY_DIR/holed-box" -s "$ASSAY_DIR/run/box.sock" \
        -u "${user:-$(id -un)}" -n 3 -U 2005000000 \
        -Z "$build/grader/zygotes/exec" 2>"$ASSAY_DIR/log/holed-box.log" 3>&- &
    echo $! >"$ASSAY_DIR/holed-box.pid"
    eventually 10 test -S "$ASSAY_DIR/run/box.sock"
    eventually 10 grep -q 'ready slots' "$ASSAY_DIR/log/holed-box.log"
    grep -q 'THIS BOX HAS A HOLE' "$ASSAY_DIR/log/holed-box.log"
}

stop_holed_box() {
    local pid
    [ -f "$ASSAY_DIR/holed-box.pid" ] || return 0
    pid=$(<"$ASSAY_DIR/holed-box.pid")
    rm -f "$ASSAY_DIR/holed-box.pid"
    [ "$(readlink "/proc/$pid/exe")" != "$ASSAY_DIR/holed-box" ] ||
        kill "$pid"
    eventually 10 test ! -e "/proc/$pid/exe"
}

@test "before any work, the box is attacked, and it is counted" {
    eventually 5 logged 'self-attack passed worker=0 '
    logged ' ready tokens=1'
    # nothing was registered before
    [ "$(stack_log graderd | grep -nE -m 1 'self-attack passed' | cut -d: -f1)" -lt \
        "$(stack_log graderd | grep -n -m 1 ' ready ' | cut -d: -f1)" ]
    [ "$(metric passed_total)" -ge 1 ]
    [ "$(metric failed_total)" = 0 ]
    [ "$(metric out_of_service)" = 0 ]
    curl -s "$ASSAY_URL/metrics" |
        grep -qx '# TYPE assay_selfattack_out_of_service gauge'
    curl -s "$ASSAY_URL/metrics" |
        grep -qx '# TYPE assay_selfattack_failed_total counter'
    refute logged HOLE
}

@test "the attack set tries both zygotes, and the tests of split runs" {
    run "$STACK_ROOT/build/${B:-debug}/grader/graderd" -c "$ASSAY_CONF" -t
    [ "$status" = 0 ]
    grep -q '^self-attack: passed, 1[0-9]* attacks in' <<<"$output"
}

@test "another box is attacked before it gets work" {
    before=$(metric passed_total)
    stack_stop box
    stack_start box
    eventually 10 metric_above passed_total "$before"
    refute logged HOLE
}

@test "a hole: no work, a loud log, a metric; the next good box gets the work" {
    stack_stop box
    start_holed_box
    eventually 10 metric_is out_of_service 1
    eventually 5 logged 'SELF-ATTACK FOUND A HOLE worker=0 attack="exec/network'
    logged 'SELF-ATTACK FOUND A HOLE worker=0 attack="python3/network'
    logged 'out of service worker=0'

    grading=$(submit "$(new_user)" "$(right_after 0 hole)")
    before=$(metric failed_total)
    eventually 20 metric_above failed_total $((before + 2)) # it tries again
    is "$grading" state queued
    is "$grading" fence 0
    [ "$(judged_times "$grading")" = 0 ]
    metric_is out_of_service 1

    run "$STACK_ROOT/build/${B:-debug}/grader/graderd" -c "$ASSAY_CONF" -t
    [ "$status" = 1 ]
    grep -q '^self-attack: HOLE exec/network' <<<"$output"

    stop_holed_box
    passed=$(metric passed_total)
    stack_start box
    eventually 10 metric_above passed_total "$passed"
    eventually 15 is_judged "$grading"
    is "$grading" verdict accepted
    is "$grading" crashes 0
    metric_is out_of_service 0
}

@test "a graderd that finds a hole at its start does not register its languages" {
    stack_kill graderd
    stack_stop box
    stack_psql -c "UPDATE runtimes SET seen_at = now() - interval '1 hour'"
    start_holed_box
    before=$(metric failed_total)
    stack_start graderd 3>&- & # it waits for the registration
    starter=$!
    eventually 15 metric_above failed_total $((before + 2))
    seen=$(stack_psql -c "SELECT count(*) FROM runtimes
                           WHERE seen_at > now() - interval '30 minutes'")
    now=$(health)
    stop_holed_box
    stack_start box
    wait "$starter"
    health_is ok
    [ "$seen" = 0 ]
    [ "$now" = degraded ]
}

@test "SIGTERM ends a graderd that has a hole" {
    stack_stop box
    before=$(holes_logged)
    start_holed_box
    eventually 15 more_holes_than "$before"
    pid=$(stack_pid graderd)
    kill "$pid"
    eventually 5 test ! -e "/proc/$pid"
}

@test "a box that is away is no hole" {
    before=$(holes_logged)
    passed=$(metric passed_total)
    stack_stop box
    stack_stop graderd
    stack_start graderd 3>&- &
    starter=$!
    eventually 10 logged 'cannot reach box'
    stack_start box
    wait "$starter"
    eventually 15 metric_above passed_total "$passed"
    [ "$(holes_logged)" = "$before" ]
}
