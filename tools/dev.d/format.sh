# SPDX-License-Identifier: MIT
# format.sh - ./dev format [PATH...]: lay the C files out (clang-format)

need lint
git ls-files --cached --others --exclude-standard -- \
    "${@:-.}" | grep -E '\.[ch]$' | xargs -r clang-format -i
