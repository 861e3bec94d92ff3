#!/bin/bash
# sqlcheck on a freshly migrated database; migrations again, and damaged (TAP).
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/lib/stack.bash
. test/lib/stack.bash

trap 'stack_down || exit 1' EXIT
stack_up --course "" --graders 0
"build/${B:-debug}/test/sqlcheck" "host=$ASSAY_DIR/pg/run dbname=assay"
