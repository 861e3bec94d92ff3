#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# The disk reserve: what would fill PostgreSQL's disk is refused before it is
# full.  On a file system of its own, so as root; the last test needs none.

load ../lib/stack
load ../lib/api

MB=1048576

setup_file() {
    if [ "$(id -u)" = 0 ]; then
        export DISK=$BATS_FILE_TMPDIR/disk
        mkdir "$DISK"
        chmod 0755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" \
            "$BATS_FILE_TMPDIR"
        mount -t tmpfs -o size=400m,mode=0755 assay-disk "$DISK" || DISK=
    fi
    TMPDIR=${DISK:-${TMPDIR:-/tmp}} stack_up --graders 0 \
        --set disk_reserve_mb=40
    offer_languages
}
teardown_file() {
    stack_down
    [ -z "${DISK:-}" ] || umount "$DISK"
}

setup() { offer_languages; }

needs_disk() { [ -n "${DISK:-}" ] || skip "no file system of its own: not root"; }

# Leave so many MB of the disk free, and let the second pass for which a
# handler believes what it saw.
leave() { # MB
    local free
    rm -f "$DISK/ballast"
    free=$(($(stat -f -c '%a * %S' "$DISK") / MB))
    fallocate -l $((free - $1))M "$DISK/ballast"
    eventually 5 measured "$1"
}
measured() { # every worker looks anew within a second: so twice the time
    local end=$((SECONDS + 2))
    while [ $SECONDS -le $end ]; do
        api GET /metrics || return 1
        sleep 0.2
    done
    awk -v mb="$1" '$1 == "assay_disk_free_bytes" { b = $2 / 1048576 }
        END { exit !(b > mb - 8 && b < mb + 8) }' <<<"$BODY"
}

named_user() { # NAME
    new_user && send PATCH /api/me "{\"name\":\"$1\"}" -H "$AUTH" && is 200
}

@test "room enough: everybody hands in; health and metrics say so" {
    needs_disk
    leave 120
    new_user
    hand_in hello python3 'guest with room'
    is 202
    api GET /api/health
    has '.disk == "ok" and .status == "ok"'
    api GET /metrics
    grep -qx "assay_disk_reserve_bytes $((40 * MB))" <<<"$BODY"
}

@test "below twice the reserve anonymous users are refused, named ones are not" {
    needs_disk
    leave 60
    new_user
    hand_in hello python3 'guest'
    refused 503 unavailable
    [ "$(header Retry-After)" -ge 1 ]
    named_user Nina
    hand_in hello python3 'named'
    is 202
    api GET /api/health
    has '.disk == "ok"'
}

@test "below the reserve nothing is accepted, a replay is answered, all is read" {
    needs_disk
    leave 60
    named_user Rosa
    local before key=(-H 'Idempotency-Key: rosa-1')
    hand_in hello python3 'by Rosa' "${key[@]}"
    is 202
    local id=$SUBMISSION
    leave 20
    before=$(stack_psql -c 'SELECT count(*) FROM submissions')
    hand_in hello python3 'by Rosa' "${key[@]}"
    is 200
    [ "$SUBMISSION" = "$id" ]
    hand_in hello python3 'by Rosa, but another' "${key[@]}"
    refused 422 idempotency-key
    hand_in hello python3 'by Rosa' -H 'Idempotency-Key: rosa-2'
    refused 503 unavailable
    named_user Ruth
    hand_in hello python3 'by Ruth'
    refused 503 unavailable
    has '.detail | test("disk")'
    hand_in hello python3 'by Ruth' -H 'Accept: text/plain'
    is 503
    [[ "$BODY" == "REFUSED 503 "*disk* ]]
    [ "$(stack_psql -c 'SELECT count(*) FROM submissions')" = "$before" ]
    api GET "/api/submissions/$id" -H "$AUTH" # Ruth's AUTH: not hers
    refused 404 not-found
    api GET /api/health
    is 200
    has '.disk == "low" and .status == "degraded"'
    # what is queued is judged and stored from the reserve
    judge "$id" accepted 1
    [ "$(stack_psql -c "SELECT status FROM submissions
        WHERE id = $id")" = graded ]
    leave 120
    hand_in hello python3 'by Ruth'
    is 202
}

@test "no room at all: 503 and never 500; room again: nothing was lost" {
    needs_disk
    leave 120
    named_user Vera
    hand_in hello python3 'before the end' -H 'Idempotency-Key: v1'
    is 202
    local id=$SUBMISSION
    # faster than a handler looks: the disk is full before it knows
    rm -f "$DISK/ballast"
    dd if=/dev/zero of="$DISK/ballast" bs=1M 2>/dev/null || true
    named_or_refused() {
        send POST /api/users '{}'
        [ "$STATUS" = 201 ] || [ "$STATUS" = 503 ] || {
            echo "$STATUS $BODY"
            return 1
        }
    }
    for _ in {1..20}; do named_or_refused; done
    rm "$DISK/ballast"
    # a stopped server is started again by whoever keeps it running
    stack_pid postgres || stack_start postgres
    works() { api GET "/api/submissions/$id" -H "$AUTH" && [ "$STATUS" = 200 ]; }
    eventually 30 works
    eventually 10 measured_enough
    judge "$id" accepted 1
    hand_in hello python3 'after the end'
    is 202
}
measured_enough() {
    api GET /api/health && [ "$(jq -r .disk <<<"$BODY")" = ok ]
}

@test "a reserve that no disk has refuses; no disk_path watches nothing" {
    named_user Hugo
    stack_stop submissions
    ASSAY_DISK_RESERVE_MB=1000000000 stack_start submissions
    hand_in hello python3 'by Hugo'
    refused 503 unavailable
    stack_stop submissions
    ASSAY_DISK_RESERVE_MB=1000000000 ASSAY_DISK_PATH='' \
        stack_start submissions
    hand_in hello python3 'by Hugo'
    is 202
    stack_stop submissions
    stack_start submissions
}
