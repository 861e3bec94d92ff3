#!/usr/bin/env bats
# cgi-bin/authorize.c, as nginx uses it: who hears which events.

load ../lib/stack
load ../lib/api

setup_file() { stack_up --graders 0; }
teardown_file() { stack_down; }

@test "nobody may listen without credentials, nor with a user's id" {
    new_user
    local how
    for how in 'X-Nothing: x' "Authorization: Bearer $USER_ID" \
        "Cookie: assay=$USER_ID" "X-User-Id: $USER_ID" 'Cookie: assay='; do
        api GET /api/events -H "$how"
        refused 401 unauthenticated
        [ "$(header WWW-Authenticate)" = Bearer ]
    done
}

@test "each hears her own channel alone, whatever she asks for" {
    new_user
    local ada=$USER_ID ada_auth=$AUTH
    new_user
    # an EventSource; it ends by time, with what came until then
    listen() { # NAME AUTH QUERY
        curl -s -N -m 8 -H "$2" -H 'Accept: text/event-stream' \
            "$ASSAY_URL/api/events$3" >"$BATS_TEST_TMPDIR/$1" 3>&- &
    }
    listen ada "$ada_auth" ''
    listen eve "$AUTH" "?user=$ada&id=user.$ada&channel=user.$ada"
    both_listen() {
        [ "$(stack_redis PUBSUB CHANNELS '*channel:/user.*' | wc -l)" -ge 2 ]
    }
    eventually 6 both_listen
    publish() { # USER TEXT
        python3 - "$1" "$2" <<'END' | stack_redis -x PUBLISH "{channel:/user.$1}:pubsub"
import struct, sys, time
s = lambda t, f, n: bytes([f]) + struct.pack(n, len(t)) + t
now = int(time.time())
data = sys.argv[2].encode()
sys.stdout.buffer.write(b"\x9a\xa3msg" + b"\xce" + struct.pack(">I", 5)
    + b"\xce" + struct.pack(">I", now) + b"\x00\x00\x00" + s(data, 0xdb, ">I")
    + s(b"", 0xd9, ">B") + s(b"", 0xd9, ">B") + b"\x00")
END
    }
    publish "$ada" '{"for":"ada"}'
    eventually 5 grep -q '"for":"ada"' "$BATS_TEST_TMPDIR/ada"
    publish "$USER_ID" '{"for":"eve"}'
    eventually 5 grep -q '"for":"eve"' "$BATS_TEST_TMPDIR/eve"
    wait
    run ! grep -q ada "$BATS_TEST_TMPDIR/eve"
    run ! grep -q eve "$BATS_TEST_TMPDIR/ada"
}

@test "a session that ended opens no new connection" {
    new_user
    api DELETE /api/session -H "$AUTH"
    is 204
    api GET /api/events -H "$AUTH"
    is 401
}
