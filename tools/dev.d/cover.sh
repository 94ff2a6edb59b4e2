# SPDX-License-Identifier: MIT
#
# cover.sh - ./dev cover [DIR]: lines and branches that the tests reach
#
# Tests run in a build of its own (build-cover); only the code below src/DIR
# is shown.  The page build-cover/cover.html shows each line.

need build test cover
configure build-cover -Db_coverage=true --optimization=0
compile build-cover
find build-cover -name '*.gcda' -delete
meson test -C build-cover --no-rebuild --num-processes "$JOBS" \
    --timeout-multiplier 3 --quiet >build-cover/tests.log 2>&1 ||
    say "some tests failed: see build-cover/tests.log"
# gcov's own guess of a branch inside a condition counts too; assertions that
# cannot fail are not branches to reach.
gcovr --root . --filter "src/${1:-}" --exclude-throw-branches \
    --exclude-lines-by-pattern '.*\bcheck\(.*' -j "$JOBS" --sort-uncovered \
    --html-details build-cover/cover.html build-cover \
    --txt build-cover/cover.txt --print-summary >build-cover/summary.txt
cut -c 1-100 build-cover/cover.txt
cat build-cover/summary.txt
