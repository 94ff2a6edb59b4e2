# SPDX-License-Identifier: MIT
#
# test.sh - ./dev test [--asan] [NAME...]: build, run the tests, count them
#
# meson runs the test programs; each prints TAP, one line for each test in
# it.  tools/test-report.py reads what they printed and ends with the totals:
# a program that dies, hangs or stops early counts as failed there.
#
# A NAME is a test program or a suite (unit scene lab cli real alloc fuzz
# tools).  TOTALS=FILE also writes the last line to that file.

asan=
if [ "${1:-}" = --asan ]; then
    asan=yes
    shift
fi

need build test $(compiler_groups)
dir=build$(compiler_suffix)
options=(${WERROR:+-Dwerror=true})
if [ -n "$asan" ]; then
    dir=build-asan$(compiler_suffix)
    options+=(-Db_sanitize=address,undefined -Db_lundef=false)
    export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
fi
configure "$dir" "${options[@]}"
compile "$dir"

log=$dir/meson-logs/testlog.json
rm -f "$log"
names=() suites=()
for name in "$@"; do
    case " unit scene lab cli real alloc fuzz tools " in
    *" $name "*) suites+=(--suite "$name") ;;
    *) names+=("$name") ;;
    esac
done
meson test -C "$dir" --no-rebuild --num-processes "$JOBS" \
    ${asan:+--timeout-multiplier 5} "${suites[@]}" "${names[@]}" >&2 ||
    true
partial=()
[ $# = 0 ] || partial=(--partial)
exec python3 tools/test-report.py "${partial[@]}" \
    ${TOTALS:+--totals "$TOTALS"} "$log"
