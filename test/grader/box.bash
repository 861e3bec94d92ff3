# A box of one's own in $DIR, for tests that judge without a queue: sets ROOT,
# DIR, BIN and the options of the programs that use it.
#
#     box_up NAME FIRST_UID    ids of its own, so that others may run beside it
#     box_down

box_up() {
    bats_require_minimum_version 1.5.0
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-$1.XXXXXX")
    BIN=$ROOT/build/${B:-debug}
    mkdir "$DIR/share" "$DIR/state" "$DIR/run"
    ln -s "$ROOT/grader/languages" "$DIR/share"
    "$BIN/grader/box/box" -s "$DIR/box.sock" -n "${SLOTS:-2}" -U "$2" \
        >"$DIR/box.log" 2>&1 3>&- &
    echo $! >"$DIR/box.pid"
    for _ in {1..100}; do
        [ ! -S "$DIR/box.sock" ] || break
        sleep 0.1
    done
    [ -S "$DIR/box.sock" ] || cat "$DIR/box.log"
    export ROOT DIR BIN
    export ASSAY_SHARE_DIR=$DIR/share ASSAY_BOX_SOCKET=$DIR/box.sock
    export ASSAY_STATE_DIR=$DIR/state ASSAY_RUN_DIR=$DIR/run
}

box_down() {
    kill "$(cat "$DIR/box.pid")"
    wait "$(cat "$DIR/box.pid")" || true
    rm -rf "$DIR"
}
