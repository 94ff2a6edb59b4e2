# SPDX-License-Identifier: MIT
#
# fuzz.sh - ./dev fuzz [NAME|all [SECONDS]]: search for octets that hurt
#
# Every file in tests/fuzz/ is a target.  Each runs for SECONDS (60) under
# libFuzzer with ASan and UBSan, checksums on, starting from the seeds in
# tests/fuzz/corpus/NAME/.  What it finds on the way stays in
# build-fuzz/corpus/NAME/; an input that fails is written to
# build-fuzz/failed/.

name=${1:-all} seconds=${2:-60}
need build test clang

targets=()
for source in tests/fuzz/*.c; do
    stem=$(basename "$source" .c)
    [ -f "$source" ] || continue
    [ "$name" != all ] && [ "$name" != "$stem" ] || targets+=("$stem")
done
[ ${#targets[@]} -gt 0 ] ||
    die "there is no fuzz target \"$name\" in tests/fuzz/" 2

export CC=clang
configure build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
    -Db_lundef=false -Db_lto=false
# Not the other tests: each is a program of some megabytes with a fuzzer in it.
compile build-fuzz "${targets[@]/#/tests/fuzz-}"
say "${#targets[@]} fuzz targets, $seconds s each, $JOBS at a time"

mkdir -p build-fuzz/failed
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

fuzz_one() {
    local stem=$1 log=build-fuzz/$1.log
    local -a seeds=()
    mkdir -p "build-fuzz/corpus/$stem"
    [ ! -d "tests/fuzz/corpus/$stem" ] || seeds=("tests/fuzz/corpus/$stem")
    if "build-fuzz/tests/fuzz-$stem" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/failed/$stem-" \
        "build-fuzz/corpus/$stem" "${seeds[@]}" >"$log" 2>&1; then
        printf 'ok      %-20s %s inputs\n' "$stem" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        printf 'FAILED  %-20s see %s\n' "$stem" "$log"
        tail -n 40 "$log"
        return 1
    fi
}

status=0 running=0
for stem in "${targets[@]}"; do
    if [ "$running" -ge "$JOBS" ]; then
        wait -n || status=1
        running=$((running - 1))
    fi
    fuzz_one "$stem" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || status=1
    running=$((running - 1))
done
exit "$status"
