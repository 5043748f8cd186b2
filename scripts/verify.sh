#!/usr/bin/env bash
# Everything that must hold before a change is let in, within half an hour on two cores: the static checks, the demo under
# other versions of Node.js, and ten minutes of soak beside the tests, which leave a core idle.
set -uo pipefail
cd "$(dirname "$0")/.."

npm run test:tools && npm run check && npm run test:nodes || exit 1

logs=$(mktemp -d)
trap 'kill "$soak" 2>/dev/null; rm -rf "$logs"' EXIT
npm run --silent soak -- --minutes 10 >"$logs/soak" 2>&1 &
soak=$!
npm test 2>&1 | tee "$logs/tests"
tests_passed=${PIPESTATUS[0]}

wait "$soak"
soak_passed=$?
cat "$logs/soak"

# The number before the word in the last line of each that ends a run.
count() {
  cat "$logs/tests" "$logs/soak" | sed -nE "s/^([0-9]+) passed, ([0-9]+) failed\$/\\$1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}
printf '\n%s passed, %s failed\n' "$(count 1)" "$(count 2)"
[ "$tests_passed" -eq 0 ] && [ "$soak_passed" -eq 0 ]
