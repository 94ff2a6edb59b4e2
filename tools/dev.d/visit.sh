# SPDX-License-Identifier: MIT
# visit.sh - ./dev visit URL [OPTIONS]: build, then show that visit

need build
configure build
compile build weft
weft=$PWD/build/weft
cd "$ARG_DIR"
exec "$weft" visit "$@"
