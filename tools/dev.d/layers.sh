# SPDX-License-Identifier: MIT
# layers.sh - ./dev layers: every #include against tools/layers.txt

exec python3 tools/check-layers.py
