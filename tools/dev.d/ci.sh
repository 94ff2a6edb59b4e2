# SPDX-License-Identifier: MIT
# ci.sh - ./dev ci: what the build machine runs, and nothing else

exec bash .ci/run
