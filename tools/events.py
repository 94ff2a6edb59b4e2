#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""events.py - what the code tells, and whether the views understand it.

The events of the log are emitted with PROBE() all over src/; sentences and
steps are made from their fields in src/trace/.  Nothing but the names ties the
two together, so this program reads both sides of them:

  events.py           write docs/events.md and the tables of weft-log(5): each
                      reason with its fields
  events.py --check   these pages are those of this code, and
                        - every reason is used somewhere, or allowed not to be
                        - a sentence names only fields that every event of its
                          reason has; others stand in [brackets]
                        - the views ask only for fields that are emitted
  events.py --json    the same table for programs: tests, manual pages
"""
import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "events.md"
MANUAL = ROOT / "man" / "weft-log.5"
# Those who make frames: a reason there that is not told is that of a frame.
FRAME_MAKERS = ("link", "ip", "ip6", "udp", "tcp", "sock", "vnet", "outlet")
# Those who only read events.
READERS = ("trace", "cli")
TYPES = {"NUM": "number", "TEXT": "text", "IP": "IP address",
         "EP": "address and port", "MAC": "MAC address"}
REASON = re.compile(r"\bR_([A-Z0-9_]+)\b")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|(\"(?:\\.|[^\"\\\n])*\")", re.S)
FUNCTION = re.compile(r"^(\w[\w \t*]*?[ *])(\w+)\(([^;{}()]*(?:\([^()]*\)"
                      r"[^;{}()]*)*)\)\s*\n\{", re.M)


def without_comments(text):
    """The code, comments blanked and lines kept."""
    def blank(m):
        return m.group(0) if m.group(1) else re.sub(r"[^\n]", " ", m.group(0))
    return COMMENT.sub(blank, text)


def arguments(text, at):
    """The arguments of the call whose parenthesis opens at @at, and its end."""
    args, depth, start, quoted = [], 0, at + 1, False
    for i in range(at, len(text)):
        c = text[i]
        if c == '"' and text[i - 1] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return args + [text[start:i].strip()], i
        elif c == "," and depth == 1:
            args.append(text[start:i].strip())
            start = i + 1
    raise SystemExit(f"unbalanced call: {text[at:at + 60]}")


class File:
    def __init__(self, path):
        self.path = path
        self.dir = path.relative_to(ROOT / "src").parts[0]
        self.text = without_comments(path.read_text())
        self.told = set()       # positions of reasons that are told

    def line(self, at):
        return self.text.count("\n", 0, at) + 1

    def function(self, at):
        """(name, parameters, start, end) of the function around @at."""
        last = None
        for m in FUNCTION.finditer(self.text, 0, at):
            last = m
        if not last:
            return "", [], 0, len(self.text)
        end = self.text.find("\n}", last.end())
        return (last.group(2), [p.strip() for p in last.group(3).split(",")],
                last.end(), end)


def names(pattern, text):
    return [m.group(1) for m in re.finditer(pattern, text)]


class Reader:
    """All events that the sources tell."""

    def __init__(self):
        self.files = [File(p) for p in sorted((ROOT / "src").rglob("*.[ch]"))
                      if p.name != "probe.h"
                      and not p.name.startswith("reason")]
        self.events = collections.defaultdict(list)
        self.frames = set()
        for f in self.files:
            for m in re.finditer(r"\bPROBE(?:_CAUSE)?\(", f.text):
                if not f.text[:m.start()].endswith("#define "):
                    self.read_call(f, m)
        for f in self.files:
            self.read_rest(f)

    def resolve(self, f, at, expr, pattern, depth=0):
        """Names that an expression at @at may stand for, e.g. R_xxx."""
        found = names(pattern, expr)
        if found or depth > 3:
            return found
        member = re.search(r"\bwhy\.(\w+)$", expr)
        if member:
            return self.resolve_member(member.group(1), pattern)
        name, params, start, end = f.function(at)
        word = re.fullmatch(r"\w+", expr)
        for i, p in enumerate(params):
            if word and re.search(rf"\b{expr}$", p):
                return self.resolve_callers(f, name, i, pattern, depth)
        for m in re.finditer(pattern, f.text if not word else
                             f.text[start:end]):
            f.told.add(m.start() + (start if word else 0))
            found.append(m.group(1))
        return found

    def resolve_member(self, member, pattern):
        """A table of reasons, one for each protocol: .member = R_xxx."""
        found = []
        for f in self.files:
            for m in re.finditer(rf"\.{member} = ({pattern})", f.text):
                f.told.add(m.start(1))
                found.append(m.group(2))
        return found

    def resolve_callers(self, f, name, i, pattern, depth):
        found = []
        for other in self.files:
            if other.dir != f.dir:
                continue
            for m in re.finditer(rf"\b{name}\(", other.text):
                args, end = arguments(other.text, m.end() - 1)
                if i >= len(args) or re.match(r"(const |struct |enum )",
                                              args[i]):
                    continue
                for r in re.finditer(pattern, other.text[m.end():end]):
                    other.told.add(m.end() + r.start())
                found += self.resolve(other, m.start(), args[i], pattern,
                                      depth + 1)
        return found

    def read_call(self, f, m):
        args, end = arguments(f.text, m.end() - 1)
        f.told.update(m.end() + r.start() for r in
                      REASON.finditer(f.text[m.end():end]))
        kinds = self.resolve(f, m.start(), args[1], r"\bEV_([A-Z]+)\b")
        event = {"file": str(f.path.relative_to(ROOT)),
                 "line": f.line(m.start()),
                 "kinds": sorted({k.lower() for k in kinds}), "fields": {},
                 "sometimes": []}
        for arg in args[4:]:
            field = re.match(r"EVF_(\w+)\(", arg)
            key = re.search(r'"([^"]+)"', arguments(arg, arg.index("("))[0][0])
            if field.group(1) == "DROP":    # a number, which becomes two words
                event["fields"] |= {"drop": "text", "text": "text"}
                continue
            event["fields"][key.group(1)] = TYPES[field.group(1)]
            if "NULL" in arguments(arg, arg.index("("))[0][0]:
                event["sometimes"].append(key.group(1))
        if "pkt->reason" in args[2]:
            self.events["*" + args[1]].append(event)
            return
        for reason in sorted(set(self.resolve(f, m.start(), args[2],
                                              REASON.pattern))):
            self.events[reason].append(event)

    def read_rest(self, f):
        for m in REASON.finditer(f.text):
            if m.start() not in f.told and f.dir in FRAME_MAKERS:
                self.frames.add(m.group(1))


def reasons():
    """Identifier -> name, in the order of core/reason.h."""
    text = "".join(f.read_text() for f in
                   sorted((ROOT / "src/core").glob("reason*.h")))
    return dict(re.findall(r'X\((\w+),\s*"([^"]+)"\)', text))


def sentences():
    """Identifier -> (noun, say, why, rfc) of explain_*.c."""
    text = "".join(without_comments(f.read_text()) for f in
                   sorted((ROOT / "src/trace").glob("explain_*.c")))
    found = {}
    for m in re.finditer(r"\n\tW\(", text):
        args, _ = arguments(text, m.end() - 1)
        found[args[0]] = [None if a == "NULL" else "".join(
            re.findall(r'"((?:\\.|[^"\\])*)"', a)) for a in args[1:]]
    return found


def frame_values():
    folder = ROOT / "src/trace"
    text = "".join(f.read_text() for f in
                   [folder / "explain.c", *folder.glob("label_*.c")])
    return set(re.findall(r'strcmp\(key, "([^"]+)"\)', text))


KEY = re.compile(r"\{(?:=|a )?([^}]*)\}")


def keys_of(template):
    """(keys outside of brackets, keys inside)."""
    inside = "".join(re.findall(r"\[([^\]]*)\]", template))
    outside = re.sub(r"\[[^\]]*\]", "", template)
    return set(KEY.findall(outside)), set(KEY.findall(inside))


def always(events):
    """Fields that each of these events has."""
    sets = [set(e["fields"]) - set(e["sometimes"]) for e in events]
    return set.intersection(*sets) if sets else set()


def ever(events):
    return set().union(*(e["fields"] for e in events))


class Check:
    def __init__(self, reader):
        sys.path.insert(0, str(ROOT / "tools"))
        from allow import Allow
        self.reader, self.bad, self.allow = reader, 0, Allow({"reason"})

    def complain(self, text):
        print(text)
        self.bad += 1

    def used(self):
        for ident, name in reasons().items():
            if ident not in self.reader.events and \
                    ident not in self.reader.frames and ident != "NONE" and \
                    not self.allow.covers("reason", name):
                self.complain(f"src/core/reason.h: {name} is never used")

    def templates(self):
        frame = frame_values()
        for ident, (_, say, why, _) in sentences().items():
            events = self.reader.events.get(ident, [])
            is_frame = ident in self.reader.frames
            for text in (say, why or ""):
                must, may = keys_of(text)
                for key in sorted(must | may):
                    self.template_key(ident, key, key in must, events,
                                      is_frame, frame)

    def template_key(self, ident, key, is_must, events, is_frame, frame):
        have = always(events) if is_must else ever(events)
        where = f"src/trace/explain_text.c: {reasons()[ident]}: {{{key}}}"
        if key == "host" or not (events or is_frame):
            return
        if is_frame and key not in frame and (is_must or not events):
            self.complain(f"{where} is not known of a frame")
        elif not is_frame or (events and is_must):
            if key not in have:
                places = ", ".join(f"{e['file']}:{e['line']}" for e in events
                                   if key not in e["fields"])
                self.complain(f"{where} is not told by {places}")

    def back(self):
        """Each rule of back.c: the key, a second one that some tables have
        only sometimes, the value and the time to live."""
        text = (ROOT / "src/trace/back.c").read_text()
        for row in re.findall(r"\{(R_\w+,[^{}]*)\}", text):
            ident = row.split(",")[0][2:]
            events = self.reader.events.get(ident, [])
            for i, key in enumerate(re.split(r",\s*", row)[2:]):
                have = ever(events) if i == 1 else always(events)
                key = key.strip('" \t')
                if events and key != "NULL" and key not in have:
                    self.complain(f"src/trace/back.c: {reasons()[ident]} has "
                                  f"no field {key}")

    def steps(self):
        """Each reaction of steps.c asks for fields that its reasons have."""
        f = next(f for f in self.reader.files if f.path.name == "steps.c")
        body = {m.group(2): f.text[m.end():f.text.find("\n}", m.end())]
                for m in FUNCTION.finditer(f.text)}
        by = collections.defaultdict(list)
        for ident, fn in re.findall(r"\{R_(\w+), (on_\w+)\}", f.text):
            by[fn].append(ident)
        for fn, idents in by.items():
            keys, todo, seen = set(), [fn], set()
            while todo:
                name = todo.pop()
                seen.add(name)
                keys |= set(re.findall(
                    r'(?:log_text|log_num|text_or)\(\s*ev,\s*"(\w+)"',
                    body[name]))
                todo += [n for n in re.findall(r"\b(\w+)\(", body[name])
                         if n in body and n not in seen]
            events = sum((self.reader.events.get(i, []) for i in idents), [])
            for key in sorted(keys - ever(events)) if events else ():
                self.complain(f"src/trace/steps.c: {fn}() asks for {key}, "
                              "which no event it reacts to has")


def ordered_fields(events):
    """Fields with their types; those that some events lack come last."""
    sure, fields = always(events), {}
    for e in events:
        for key, kind in e["fields"].items():
            fields.setdefault(key, kind)
    return [(k, t, True) for k, t in fields.items() if k in sure] + \
        [(k, t, False) for k, t in fields.items() if k not in sure]


def fields_text(events):
    return ", ".join(f"`{k}`{'' if sure else ' (sometimes)'}"
                     for k, _, sure in ordered_fields(events)) or "-"


HEAD = """# Events and their fields

Written by `./dev docs` from the code; do not edit. The file format is that of
weft-log(5): each line of a log has the name of its reason as `"what"`, and
the fields as members of `"data"`. Addresses and ports are text
(`"10.1.0.10:49152"`), everything else that is measured is a number; units are
part of the name (`rtt_us`, `fresh_s`).

## Frames

A frame tells of itself when it leaves an interface (`tx`), arrives at one
(`rx`) or is lost (`drop`), each time with the reason for which it was made.

| kind | fields |
|---|---|
"""
KINDS = {"EV_TX": "tx", "EV_RX": "rx", "EV_DROP": "drop"}


def table(rows):
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def page(reader):
    text = HEAD + table(
        (f"`{KINDS[k[1:]]}`", fields_text(e))
        for k, e in sorted(reader.events.items()) if k[0] == "*")
    said = sentences()
    text += "\n| reason | what such a frame says | RFC |\n|---|---|---|\n"
    text += table((f"`{name}`", said[ident][1], said[ident][3] or "-")
                  for ident, name in reasons().items()
                  if ident in reader.frames)
    text += "\n## Everything else\n\n| reason | kind | fields | in words " \
        "| RFC |\n|---|---|---|---|---|\n"
    text += table(
        (f"`{name}`", " ".join(sorted(set(sum((e["kinds"] for e in
                                               reader.events[ident]), [])))),
         fields_text(reader.events[ident]), said[ident][1],
         said[ident][3] or "-")
        for ident, name in reasons().items() if ident in reader.events)
    return text


def roff(text):
    """Text as a manual page wants it."""
    text = text.replace("\\", "\\e")
    return "\\&" + text if text[:1] in ".'" else text


def roff_fields(events):
    return ", ".join(f"{k} ({t})" + ("" if sure else ", sometimes")
                     for k, t, sure in ordered_fields(events))


def manual_frames(reader):
    said = sentences()
    lines = [".Bl -tag -width Ds"]
    for key, events in sorted(reader.events.items()):
        if key[0] == "*":
            lines += [f".It Ic {KINDS[key[1:]]}",
                      roff(roff_fields(events) + ".")]
    lines += [".El", ".Pp", "The reasons of frames are:",
              ".Bl -tag -width Ds"]
    for ident, name in reasons().items():
        if ident in reader.frames:
            lines += [f".It Li {name}", roff(said[ident][1])]
    return "\n".join(lines + [".El"])


def manual_events(reader):
    said = sentences()
    lines = [".Bl -tag -width Ds"]
    for ident, name in reasons().items():
        events = reader.events.get(ident)
        if not events:
            continue
        kinds = " ".join(sorted(set(sum((e["kinds"] for e in events), []))))
        lines += [f".It Li {name} Pq {kinds}", roff(said[ident][1]), ".br",
                  roff(f"data: {roff_fields(events)}.")]
    return "\n".join(lines + [".El"])


def manual(reader):
    """weft-log(5) with its tables written again."""
    text = MANUAL.read_text()
    for name, write in (("frames", manual_frames), ("events", manual_events)):
        text, n = re.subn(
            rf'(?s)(\.\\" begin {name}[^\n]*\n).*?(\.\\" end {name}\n)',
            lambda m: m.group(1) + write(reader) + "\n" + m.group(2), text)
        if n != 1:
            raise SystemExit(f"{MANUAL}: no place for the table of {name}")
    return text


def as_json(reader):
    said = sentences()
    out = {}
    for ident, name in reasons().items():
        events = reader.events.get(ident, [])
        out[name] = {
            "is_frame": ident in reader.frames,
            "kinds": sorted(set(sum((e["kinds"] for e in events), []))),
            "fields": {k: {"type": t, "always": sure}
                       for k, t, sure in ordered_fields(events)},
            "say": said[ident][1], "why": said[ident][2],
            "rfc": said[ident][3]}
    return json.dumps(out, indent=1) + "\n"


def main():
    reader = Reader()
    if "--json" in sys.argv[1:]:
        sys.stdout.write(as_json(reader))
        return 0
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(reader))
        MANUAL.write_text(manual(reader))
        return 0
    check = Check(reader)
    check.used()
    check.templates()
    check.back()
    check.steps()
    check.bad += check.allow.finish()
    if not PAGE.exists() or PAGE.read_text() != page(reader):
        check.complain("docs/events.md is stale: run ./dev docs")
    if MANUAL.read_text() != manual(reader):
        check.complain("man/weft-log.5 is stale: run ./dev docs")
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
