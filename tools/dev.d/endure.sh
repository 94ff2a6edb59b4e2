# SPDX-License-Identifier: MIT
#
# endure.sh - ./dev endure [--share N] [ROW...]: correctness, held for long
#
# What a test run asks of a few seeds and frames, asked of very many.  By itself
# it does the hundredth part of what a release does; --share 1 is all of it,
# --share 1000 a look.  A ROW is one of
#
#   cells    every kind of segment in every state, against a model of the RFC
#   frames   hostile frames at seven oracles, under ASan and UBSan
#   memory   every allocation of the scenarios fails, once and for ever
#   streams  streams that check themselves over networks that fail
#   same     each seed three times, byte for byte
#   lines    how many lines of tests stand beside the code; only if it is asked
#
# Each prints what it did and what a release does.  The status is 1 if anything
# did not hold.  See docs/hostile.md.

share=100
if [ "${1:-}" = --share ]; then
    share=${2:-}
    shift 2 || die "--share wants a number" 2
    [[ $share =~ ^[1-9][0-9]*$ ]] || die "--share wants a number" 2
fi
[ $# -gt 0 ] || set -- cells frames memory streams same
for row in "$@"; do
    case $row in
    cells | frames | memory | streams | same | lines) ;;
    *) die "there is no row \"$row\": see ./dev endure --help" 2 ;;
    esac
done

need build test
logs=build/endure
say_row() {
    printf '%-8s %s\n' "$1" "$2"
}

# sum WORD FILE... - the numbers that stand before WORD in remarks, added up.
sum() {
    local word=$1
    shift
    grep -ahoE "[0-9]+ $word" "$@" | awk '{ n += $1 } END { print n + 0 }'
}

# run_shares PROGRAM SEEDS - it walks over seeds 1 to SEEDS, on all processors.
run_shares() {
    local program=$1 seeds=$2 from=1 part=$((($2 + JOBS - 1) / JOBS)) to pids=()
    rm -f "$logs/$program."*
    while [ "$from" -le "$seeds" ]; do
        to=$((from + part - 1))
        [ "$to" -le "$seeds" ] || to=$seeds
        WEFT_SEEDS=$from-$to "build/tests/$program" \
            >"$logs/$program.$from" 2>&1 &
        pids+=($!)
        from=$((to + 1))
    done
    wait_all "${pids[@]}" || { tail -n 20 "$logs/$program."* >&2 && return 1; }
}

wait_all() {
    local pid status=0
    for pid in "$@"; do
        wait "$pid" || status=1
    done
    return "$status"
}

row_cells() {
    build/tests/tcp_model_test >"$logs/cells" 2>&1 || return 1
    say_row cells "$(sum cells "$logs/cells") of 295680"
}

# Seed after seed, each time at the size that the rest allows.
row_frames() {
    local want=$((1000000000 / share)) got=0 seed=1 full=
    [ "$want" -lt 20000000 ] || full=--full
    while [ "$got" -lt "$want" ]; do
        build-asan/tests/hostile/hostile $full --seed="$seed" \
            >"$logs/frames" 2>&1 ||
            { grep -a '^not ok\|^#.*row\|ERROR' "$logs/frames" >&2 && return 1; }
        got=$((got + $(sum frames <(grep -a '^# ' "$logs/frames"))))
        seed=$((seed + 1))
    done
    say_row frames "$got, $((seed - 1)) seeds; a release: 1000000000"
}

row_memory() {
    local test runs
    rm -f "$logs"/memory.*
    for test in build/tests/*_alloc_test; do
        "$test" >"$logs/memory.$(basename "$test")" 2>&1 || return 1
    done
    runs=$(sum runs "$logs"/memory.*)
    say_row memory "$runs failures; a release: 10000"
    [ "$runs" -ge 10000 ]
}

row_streams() {
    local seeds=$((100000 / share))
    WEFT_LONGER=20 run_shares random_test "$seeds" || return 1
    say_row streams "$seeds seeds, $(sum streams "$logs"/random_test.*) ends,\
 $(($(sum octets "$logs"/random_test.*) / 1000000)) MB; a release: 100000, 100 GB"
}

row_same() {
    local seeds=$(((1000 + share - 1) / share))
    run_shares same_seed_test "$seeds" || return 1
    say_row same "$seeds seeds, three times each; a release: 1000"
}

count_lines() {
    git ls-files "$@" | grep -E '\.(c|h|py|sh|pkt|yaml)$' | xargs cat | wc -l
}

row_lines() {
    local code tests
    code=$(count_lines src include) tests=$(count_lines tests)
    say_row lines "$tests of tests, $code of code: $(awk -v a="$tests" \
        -v b="$code" 'BEGIN { printf "%.2f", a / b }'); wanted: 1.5"
    [ $((2 * tests)) -ge $((3 * code)) ]
}

configure build
compile build
case " $* " in
*" frames "*)
    configure build-asan -Db_sanitize=address,undefined -Db_lundef=false
    compile build-asan tests/hostile/hostile
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    ;;
esac
mkdir -p "$logs"
status=0
for row in "$@"; do
    "row_$row" || { say_row "$row" FAILED && status=1; }
done
exit "$status"
