# SPDX-License-Identifier: MIT
# format.sh - ./dev format [PATH...]: lay the C files out (clang-format)

need lint
our_files '*.[ch]' "$@" | xargs -r clang-format -i
