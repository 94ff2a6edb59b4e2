# SPDX-License-Identifier: MIT
#
# test.sh - ./dev test [--asan] [--full] [NAME...]: build, run the tests, count them
#
# meson runs the test programs; each prints TAP, one line for each test in
# it.  tools/test-report.py reads what they printed and ends with the totals:
# a program that dies, hangs or stops early counts as failed there.
#
# Some tests walk over a sample of what there is, so that a run takes minutes;
# with --full they walk over all of it (every allocation fails once, every
# frame is asked about).
#
# A NAME is a test program or a suite (unit scene lab script hostile cli real
# alloc fuzz tools).  TOTALS=FILE also writes the last line to that file.

asan= full=
while [[ ${1:-} == --* ]]; do
    case $1 in
    --asan) asan=yes ;;
    --full) full=yes ;;
    *) die "there is no option \"$1\"" 2 ;;
    esac
    shift
done

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
# It may have been configured for the program alone, before the packages of the
# tests were there.
[ -d "$dir/tests" ] ||
    meson setup --reconfigure "$dir" >"$dir/meson-logs/again.log" ||
    die "could not configure $dir again"
compile "$dir"

# How much longer than usual a test may take.
patience=1
[ -z "$asan" ] || patience=5
if [ -n "$full" ]; then
    export WEFT_FULL=1
    patience=$((patience * 20))
fi

log=$dir/meson-logs/testlog.json
rm -f "$log"
names=() suites=()
for name in "$@"; do
    case " unit scene lab script hostile cli real alloc fuzz tools " in
    *" $name "*) suites+=(--suite "$name") ;;
    *) names+=("$name") ;;
    esac
done
# Tests of real programs wait more than they work: one more than there are
# processors keeps these busy.
meson test -C "$dir" --no-rebuild --num-processes $((JOBS + 1)) \
    --timeout-multiplier "$patience" "${suites[@]}" "${names[@]}" >&2 ||
    true
partial=()
[ $# = 0 ] || partial=(--partial)
exec python3 tools/test-report.py "${partial[@]}" \
    ${TOTALS:+--totals "$TOTALS"} "$log"
