# SPDX-License-Identifier: MIT
"""What `weft lab check` and `weft lab show` say about lab files.

Each file of tests/lab/bad/ is wrong.  It begins with comments that say what
must be found in it, and nothing else:

    # error: LINE:COLUMN: text
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

from weft import SOURCE, WEFT

BAD = sorted((SOURCE / "tests/lab/bad").glob("*.yaml"))
GOOD = sorted((SOURCE / "labs").glob("*.yaml")) + sorted(
    (SOURCE / "tests/lab").glob("*.yaml"))


def lab(*args):
    return subprocess.run([WEFT, "lab", *map(str, args)], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL)


def expected(path):
    return [line[len("# error: "):] for line in path.read_text().splitlines()
            if line.startswith("# error: ")]


class Bad(unittest.TestCase):
    def test_there_are_many(self):
        """there are at least 170 wrong lab files"""
        self.assertGreaterEqual(len(BAD), 170)

    def test_caret_stands_under_the_place(self):
        """an error shows its line, and a caret under the column"""
        path = SOURCE / "tests/lab/bad/unknown-key-lan.yaml"
        lines = lab("check", path).stderr.splitlines()
        place = expected(path)[0].split(":")
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[1].strip(),
                         path.read_text().splitlines()[int(place[0]) - 1]
                         .strip())
        self.assertEqual(lines[2].index("^"), 4 + int(place[1]) - 1)

    def test_many_errors_at_once(self):
        """all errors of a file are shown, in the order of the file"""
        text = "".join(f"  l{i}: {{join: [a{i}], dely: 1ms}}\n"
                       for i in range(9))
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write("lans:\n" + text)
            f.flush()
            run = lab("check", f.name)
        places = [line.split(":")[1] for line in run.stderr.splitlines()
                  if line.startswith(f.name)]
        self.assertEqual(places, [str(i) for i in range(2, 11)])

    def test_no_such_file(self):
        """a file that is not there is an error, status 2"""
        run = lab("check", "/nonexistent/lab.yaml")
        self.assertEqual(run.returncode, 2)
        self.assertIn("No such file", run.stderr)


def add_bad(path):
    def test(self):
        run = lab("check", path)
        self.assertEqual(run.returncode, 2, "it was accepted")
        found = [line[len(str(path)) + 1:] for line in
                 run.stderr.splitlines() if line.startswith(str(path))]
        self.assertTrue(expected(path))
        self.assertEqual(found, expected(path))
    test.__doc__ = f"{path.name}: exactly these errors are found"
    setattr(Bad, f"test_{path.stem.replace('-', '_')}", test)


class Good(unittest.TestCase):
    def test_there_are_some(self):
        """there are good lab files"""
        self.assertTrue(GOOD)

    def test_json(self):
        """a lab file may be JSON"""
        text = json.dumps({"lans": {"home": {"join": ["a", "b"],
                                             "delay": "1ms"}},
                           "nodes": {"a": {"ip": "10.1.0.7"}}}, indent=2)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            f.write(text)
            f.flush()
            run = lab("show", f.name)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("ip: 10.1.0.7", run.stdout)

    def test_schema(self):
        """the JSON Schema is JSON, and refers to nothing that it lacks"""
        run = lab("schema")
        self.assertEqual(run.returncode, 0)
        schema = json.loads(run.stdout)
        defs = set(schema["$defs"])
        refs = set()

        def walk(x):
            if isinstance(x, dict):
                if "$ref" in x:
                    refs.add(x["$ref"].removeprefix("#/$defs/"))
                for v in x.values():
                    walk(v)
            elif isinstance(x, list):
                for v in x:
                    walk(v)
        walk(schema)
        self.assertEqual(refs, defs)

    def test_keys(self):
        """every key of the JSON Schema is explained to people, too"""
        schema = json.loads(lab("schema").stdout)
        run = lab("keys")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        shown = {line.split()[0] for line in run.stdout.splitlines()
                 if line.startswith("  ")}
        for name, one in schema["$defs"].items():
            for key in one["properties"]:
                self.assertIn(key, shown, name)

    def test_thousand_hosts(self):
        """repeat makes a thousand hosts, each with an address of its own"""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write('lans:\n  home: {join: [r]}\n'
                    'nodes:\n  r: {kind: router}\n'
                    'repeat: {i: 1..1000, node: "h${i}", join: home}\n')
            f.flush()
            run = lab("show", f.name)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        ips = [line.split("ip: ")[1].split(",")[0]
               for line in run.stdout.splitlines() if "eth0:" in line]
        macs = [line.split("mac: ")[1].split(",")[0]
                for line in run.stdout.splitlines() if "eth0:" in line]
        self.assertEqual(len(ips), 1001)
        self.assertEqual(len(set(ips)), 1001)
        self.assertEqual(len(set(macs)), 1001)


def add_good(path):
    def test(self):
        run = lab("show", path)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        with tempfile.TemporaryDirectory() as folder:
            full = pathlib.Path(folder) / "full.yaml"
            full.write_text(run.stdout)
            for beside in path.parent.iterdir():  # pages, zones
                (full.parent / beside.name).symlink_to(beside)
            again = lab("show", full)
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertEqual(again.stdout, run.stdout)
    test.__doc__ = f"{path.name}: shown in full, it expands to itself"
    setattr(Good, f"test_{path.stem.replace('-', '_')}", test)


for one in BAD:
    add_bad(one)
for one in GOOD:
    add_good(one)
