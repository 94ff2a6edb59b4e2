# SPDX-License-Identifier: MIT
# asan.sh - ./dev asan [NAME...]: the tests in an ASan and UBSan build

set -- --asan "$@"
. tools/dev.d/test.sh
