# shellcheck shell=bash disable=SC2034 # what is set here is read by the tests
# Asking the API of a stack (test/lib/stack.bash), and judging without graderd.
#
#   api GET /api/me -H "$AUTH"    then: $STATUS, $BODY; header NAME
#   is 200; has '.points == 0'; refused 422 invalid-field code

# METHOD PATH [curl options…].  A fault of curl itself fails the test.
api() {
    local method=$1 path=$2 head=$BATS_TEST_TMPDIR/head
    shift 2
    [ "$method" != HEAD ] || set -- -I "$@"
    : >"$BATS_TEST_TMPDIR/body" # curl leaves it alone when there is none
    STATUS=$(curl -sS -m 30 -X "$method" -D "$head" \
        -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' "$@" "$ASSAY_URL$path") ||
        return 1
    BODY=$(tr -d '\0' <"$BATS_TEST_TMPDIR/body")
}

# The same with a JSON body.
send() { # METHOD PATH JSON [curl options…]
    local method=$1 path=$2 json=$3
    shift 3
    api "$method" "$path" -H 'Content-Type: application/json' \
        --data-binary "$json" "$@"
}

is() { # STATUS
    [ "$STATUS" = "$1" ] || {
        echo "expected $1, got $STATUS: $BODY" >&2
        return 1
    }
}

has() { # JQ-EXPRESSION [jq options…]
    local e=$1
    shift
    jq -e "$@" "$e" "$BATS_TEST_TMPDIR/body" >/dev/null || {
        echo "not true: $e of: $BODY" >&2
        return 1
    }
}

# The value of a header of the last answer; "" when absent.
header() {
    sed -n "s/\r$//; s/^$1: //Ip" "$BATS_TEST_TMPDIR/head" | tail -n 1
}

# A problem of this status, type and field, as RFC 9457 has it.
refused() { # STATUS TYPE [FIELD]
    is "$1"
    [ "$(header Content-Type)" = application/problem+json ]
    # shellcheck disable=SC2016 # jq's variables
    has '.status == $s and .type == "/problems/" + $t and .detail != ""
        and ($f == "" or .field == $f)' \
        --argjson s "$1" --arg t "$2" --arg f "${3:-}"
}

# A new anonymous user: sets AUTH (a header) and USER_ID.
new_user() {
    send POST /api/users '{}' || return 1
    is 201 || return 1
    USER_ID=$(jq -r .id <<<"$BODY")
    TOKEN=$(jq -r .token <<<"$BODY")
    AUTH="Authorization: Bearer $TOKEN"
}

# A new user with a name; the same.
named_user() { # NAME
    send POST /api/users "{\"name\": \"$1\", \"password\": \"pass of $1\"}" ||
        return 1
    is 201 || return 1
    USER_ID=$(jq -r .id <<<"$BODY")
    TOKEN=$(jq -r .token <<<"$BODY")
    AUTH="Authorization: Bearer $TOKEN"
}

# What a graderd would say of itself, for as long as a test may take.
offer_languages() {
    stack_psql -c "INSERT INTO runtimes (language, build, seen_at)
        VALUES ('python3', 'test-1', now()), ('c', 'test-1', now())
        ON CONFLICT (language, build) DO UPDATE SET seen_at = now()"
}

# Claim and store as a grader's role does: the verdict of a submission.
judge() { # SUBMISSION VERDICT SCORE [REPORT-JSON]
    local report=${4:-'{"verified": true, "tests": [], "tests_total": 1}'}
    PGUSER=assay_grader stack_psql -v id="$1" -v verdict="$2" -v score="$3" \
        -v report="$report" >/dev/null <<'END'
SELECT grading_id AS g FROM submissions WHERE id = :id \gset
UPDATE gradings SET state = 'running', fence = fence + 1,
    lease_until = now() + interval '1 minute' WHERE id = :g;
SELECT fence AS f FROM gradings WHERE id = :g \gset
SELECT * FROM store_verdict(:g, :f, :'verdict', :score, 3, 900, :'report');
END
}

grading_of() { # SUBMISSION
    stack_psql -c "SELECT grading_id FROM submissions WHERE id = $1"
}

# Hand a program in; sets SUBMISSION.  It is pending, or judged from before.
hand_in() { # ASSIGNMENT LANGUAGE CODE [curl options…]
    local body
    body=$(jq -n --arg l "$2" --arg c "$3" '{language: $l, code: $c}')
    local where=/api/assignments/$1/submissions
    shift 3
    send POST "$where" "$body" -H "$AUTH" "$@" || return 1
    SUBMISSION=$(jq -r .id <<<"$BODY" 2>/dev/null) || SUBMISSION= # text/plain
}
