#!/usr/bin/env bats
# The migration runner: again changes nothing, an altered file is refused.

load ../lib/stack

setup_file() { stack_up --course "" --graders 0; }
teardown_file() { stack_down; }

# migrate from a copy of sql/ in which we may meddle
migrate() {
    ASSAY_SHARE_DIR=$BATS_TEST_TMPDIR "$ASSAY_BIN" -c "$ASSAY_CONF" migrate
}

setup() {
    cp -R "$STACK_ROOT/sql" "$BATS_TEST_TMPDIR/"
    applied=$(stack_psql -c 'SELECT count(*) FROM schema_migrations')
}

unchanged() {
    [ "$(stack_psql -c 'SELECT count(*) FROM schema_migrations')" = "$applied" ]
}

@test "every migration of sql/ is recorded, once" {
    [ "$applied" -eq "$(find "$STACK_ROOT/sql" -name '[0-9]*.sql' | wc -l)" ]
}

@test "migrating again changes nothing" {
    run -0 migrate
    unchanged
}

@test "an applied file that has changed is refused by name" {
    echo '-- a comment' >>"$BATS_TEST_TMPDIR/sql/001_core.sql"
    run migrate
    [ "$status" -ne 0 ]
    [[ $output == *001_core* ]]
    unchanged
}

@test "an applied file that has gone is refused" {
    rm "$BATS_TEST_TMPDIR"/sql/002_*.sql
    run migrate
    [ "$status" -ne 0 ]
    unchanged
}

@test "a new migration that fails leaves nothing behind" {
    printf 'CREATE TABLE half (x int);\nSELECT 1/0;\n' \
        >"$BATS_TEST_TMPDIR/sql/$(printf %03d $((applied + 1)))_half.sql"
    run migrate
    [ "$status" -ne 0 ]
    unchanged
    [ -z "$(stack_psql -c "SELECT 1 FROM pg_tables WHERE tablename = 'half'")" ]
}

@test "handlers refuse a schema that they do not know" {
    stack_psql -c "INSERT INTO schema_migrations (number, name, checksum)
        VALUES (999, 'future', '')"
    stack_stop users
    stack_start users
    run -0 curl -s -o /dev/null -w '%{http_code}' "$ASSAY_URL/api/users" --json '{}'
    stack_psql -c 'DELETE FROM schema_migrations WHERE number = 999'
    [ "$output" = 503 ]
}
