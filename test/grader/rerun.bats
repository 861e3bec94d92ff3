#!/usr/bin/env bats
# Near-limit runs are looked at again, with the host quiet; nobody can stop the
# host with it.

load box

setup_file() { SLOTS=4 box_up rerun 1955000000; }
teardown_file() { box_down; }

# What it prints is shown when a test fails.
rerun() { # SCENARIO
    ASSAY_RUN_DIR=$(mktemp -d "$DIR/run/XXXXXX") "$BIN/test/grader/rerun" "$1"
}

@test "a run between limit and kill is done twice, within its budget" {
    rerun twice
}

@test "no other run goes on beside the second" {
    rerun paused
}

@test "who dies while it has the host to itself holds up nobody" {
    rerun dies
}

@test "who is stopped while it has the host to itself holds up each once" {
    rerun stopped
}
