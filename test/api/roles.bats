#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2016,SC2317 # api.bash sets them; jq reads them
# What each database role cannot do, tried (design §4): a handler that is taken
# over cannot forge a grade, and graderd cannot read a password.

load ../lib/stack
load ../lib/api

setup_file() {
    stack_up --graders 0
    offer_languages
}
teardown_file() { stack_down; }

denied() { # ROLE SQL
    local said
    if said=$(PGUSER=$1 stack_psql -c "$2" 2>&1); then
        echo "$1 may: $2" >&2
        return 1
    fi
    [[ "$said" == *"permission denied"* ]] || {
        echo "$1: $2: $said" >&2
        return 1
    }
}

allowed() { # ROLE SQL
    PGUSER=$1 stack_psql -c "$2" >/dev/null
}

@test "the handlers cannot write submissions, gradings or scores" {
    local table
    for table in submissions gradings scores course_scores assignments \
        assignment_versions assignment_files courses runtimes \
        schema_migrations; do
        denied assay_web "INSERT INTO $table DEFAULT VALUES"
        denied assay_web "DELETE FROM $table"
        denied assay_web "TRUNCATE $table"
    done
    denied assay_web "UPDATE submissions SET verdict = 'accepted', points = 100"
    denied assay_web "UPDATE gradings SET verdict = 'accepted'"
    denied assay_web "UPDATE scores SET points = 100"
    denied assay_web "UPDATE course_scores SET points = 100"
    denied assay_web "UPDATE assignments SET published = true"
    denied assay_web "SELECT * FROM idempotency_keys"
    denied assay_web "INSERT INTO idempotency_keys DEFAULT VALUES"
}

@test "the handlers cannot read a package, judge, or make an admin" {
    denied assay_web 'SELECT package FROM assignment_versions'
    denied assay_web 'SELECT * FROM assignment_versions'
    denied assay_web "SELECT store_verdict(1, 1, 'accepted', 1, 1, 1, '{}')"
    denied assay_web 'SELECT settle(1)'
    denied assay_web 'SELECT park(1, 1)'
    denied assay_web 'SELECT recompute_score(gen_random_uuid(), 1)'
    denied assay_web 'UPDATE users SET is_admin = true'
    denied assay_web 'INSERT INTO users (is_admin) VALUES (true)'
    denied assay_web 'DELETE FROM users'
    denied assay_web 'CREATE TABLE mine (x integer)'
    denied assay_web 'SET ROLE postgres'
    denied assay_web 'SET ROLE assay_hand_in'
    allowed assay_web 'SELECT title FROM assignment_versions'
}

@test "graderd cannot read tokens or passwords, nor make users or tokens" {
    denied assay_grader 'SELECT * FROM tokens'
    denied assay_grader 'SELECT hash FROM tokens'
    denied assay_grader 'SELECT password_hash FROM users'
    denied assay_grader 'SELECT * FROM users'
    denied assay_grader 'INSERT INTO tokens DEFAULT VALUES'
    denied assay_grader 'INSERT INTO users DEFAULT VALUES'
    denied assay_grader 'INSERT INTO submissions DEFAULT VALUES'
    denied assay_grader 'INSERT INTO gradings DEFAULT VALUES'
    denied assay_grader 'DELETE FROM submissions'
    denied assay_grader 'DELETE FROM gradings'
    denied assay_grader 'UPDATE assignments SET published = false'
    denied assay_grader 'UPDATE memberships SET role = $$teacher$$'
    denied assay_grader 'SET ROLE assay_web'
    allowed assay_grader 'SELECT package FROM assignment_versions'
}

@test "the owner of hand_in cannot log in, and everybody else may do nothing" {
    run -2 env PGUSER=assay_hand_in bash -c \
        '. test/lib/stack.bash; stack_psql -c "SELECT 1"'
    stack_psql -c 'CREATE ROLE stranger LOGIN'
    local table
    for table in $(stack_psql -c "SELECT tablename FROM pg_tables
        WHERE schemaname = 'public'"); do
        denied stranger "SELECT * FROM $table"
    done
    denied stranger "SELECT hand_in(gen_random_uuid(), 1, 'c', 'x', NULL, NULL)"
}

@test "hand_in's search path cannot be bent by its caller" {
    new_user
    PGUSER=assay_web stack_psql >"$BATS_TEST_TMPDIR/out" <<END
CREATE TEMP TABLE assignments AS SELECT * FROM public.assignments;
CREATE TEMP TABLE courses AS SELECT * FROM public.courses;
CREATE FUNCTION pg_temp.current_build(text) RETURNS text
  LANGUAGE sql AS \$\$ SELECT 'forged' \$\$;
CREATE FUNCTION pg_temp.worth(double precision, double precision,
  double precision) RETURNS double precision
  LANGUAGE sql AS \$\$ SELECT 99999::double precision \$\$;
SET search_path = pg_temp, public;
SELECT outcome FROM public.hand_in('$USER_ID', (SELECT min(id)
  FROM public.assignments), 'python3', 'bent', NULL, NULL);
END
    grep -qx created "$BATS_TEST_TMPDIR/out"
    [ "$(stack_psql -c "SELECT count(*) FROM gradings WHERE build = 'forged'")" = 0 ]
}
