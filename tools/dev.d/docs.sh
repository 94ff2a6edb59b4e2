# SPDX-License-Identifier: MIT
#
# docs.sh - ./dev docs: write the generated pages again
#
#   docs/rfc.md   from the citations in the code (tools/rfc-index.py)
#   docs/events.md, man/weft-log.5
#                 from the events that the code tells (tools/events.py)
#   docs/internals/  tables of files, from their opening comments
#   README.md     the picture of a visit, from a real run (tools/picture.py)

need build test # the program, and the curl of the picture
python3 tools/rfc-index.py
python3 tools/internals.py
python3 tools/events.py
configure build
compile build weft
python3 tools/picture.py build/weft README.md
