# SPDX-License-Identifier: MIT
#
# lint.sh - ./dev lint [CHECK...]: every check that needs no run of the code
#
# Each check is a function check_NAME below; without arguments all run, the
# quick ones first.  All run even when one fails, so that one run shows all.

ALL_CHECKS="format layers size text knobs headers scripts manual docs cppcheck tidy"

# The layout of the code is clang-format's.
check_format() {
    our_files '*.[ch]' | xargs -r -P "$JOBS" -n 30 clang-format --dry-run -Werror
}

# Who may include whom.
check_layers() {
    python3 tools/check-layers.py
}

# Lengths of functions and files.
check_size() {
    python3 tools/check-size.py
}

# Licence line, opening comment, banned calls.
check_text() {
    python3 tools/check-text.py
}

# Every knob of TCP turns something, or says that it does not.
check_knobs() {
    python3 tools/check-knobs.py
}

# Every header compiles alone: it includes what it needs.  One that says "A
# part of x.h" is included by that header only.
check_headers() {
    local -a flags
    read -ra flags < <(pkg-config --cflags libxml-2.0 ldns jansson yaml-0.1)
    our_files '*.h' src include | xargs -r grep -L 'A part of' |
        xargs -r -P "$JOBS" -I HEADER \
        gcc -std=c17 -D_GNU_SOURCE -I src -I include "${flags[@]}" \
        -isystem /usr/share/include/llhttp -fsyntax-only -Wall -Werror \
        -x c HEADER
}

# Our scripts at least parse.
check_scripts() {
    local script status=0
    for script in dev .ci/run tools/dev.d/*.sh; do
        bash -n "$script" || status=1
    done
    our_files '*.py' | xargs -r python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path).read(), path)' || status=1
    return "$status"
}

# The manual pages are clean roff.
check_manual() {
    local page status=0
    for page in man/*.[1-9]; do
        [ -f "$page" ] || continue
        mandoc -T lint -W warning "$page" || status=1
    done
    return "$status"
}

# The generated pages are those of this code.
check_docs() {
    local status=0
    python3 tools/rfc-index.py --check || status=1
    python3 tools/internals.py --check || status=1
    python3 tools/events.py --check || status=1
    return "$status"
}

check_cppcheck() {
    mkdir -p .cache/cppcheck
    cppcheck --quiet --std=c11 --language=c -I src -I include -D_GNU_SOURCE \
        -D__linux__ -D__GNUC__ --enable=warning,performance,portability \
        --inline-suppr --suppressions-list=tools/cppcheck.txt \
        --cppcheck-build-dir=.cache/cppcheck --error-exitcode=1 \
        -j "$JOBS" --template=gcc src
}

# clang-tidy needs a configuration for clang, but nothing compiled.
check_tidy() {
    configure_plain build-lint
    JOBS=$JOBS python3 tools/tidy.py build-lint
}

# configure_plain DIR - with no ccache in the commands, which clang-tidy would
# take for the compiler.
configure_plain() {
    if [ ! -f "$1/build.ninja" ]; then
        CC=clang meson setup "$1" -Dbench=true >/dev/null
    else
        ninja -C "$1" build.ninja >/dev/null
    fi
}

need build test lint
status=0
for check in ${*:-$ALL_CHECKS}; do
    declare -F "check_$check" >/dev/null ||
        die "there is no check \"$check\"; there are: $ALL_CHECKS" 2
    start=$SECONDS
    if "check_$check"; then
        printf 'ok      %s (%s s)\n' "$check" $((SECONDS - start))
    else
        printf 'FAILED  %s (%s s)\n' "$check" $((SECONDS - start))
        status=1
    fi
done
exit "$status"
