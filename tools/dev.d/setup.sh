# SPDX-License-Identifier: MIT
# setup.sh - ./dev setup [GROUP...]: install what tools/packages.txt lists

if [ $# = 0 ]; then
    set -- build test lint clang bench cover
fi
need "$@"
say "all packages are here: $*"
