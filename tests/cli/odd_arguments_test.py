# SPDX-License-Identifier: MIT
"""Odd arguments, files and addresses: a clear sentence, the right status."""
import json
import subprocess
import unittest

from weft import WEFT, Case

LAB = """\
lans:
  home: {net: 10.1.0.0/24, join: [laptop, web]}
nodes:
  web: {ip: 10.1.0.80, serve: {http: pages}}
  laptop: {hosts: {w: web}}
script:
  - {at: 0s, on: laptop, ping: web}
"""
URL = "http://w/"


class Odd(Case):
    def lab(self, text=LAB):
        self.write("pages/index.html", "hello\n")
        return self.write("small.yaml", text)

    def complaint(self, *args, status=2, **more):
        """The one line that is said; what follows is where to find help."""
        run = self.weft(*args, status=status, **more)
        self.assertNotIn("Sanitizer", run.stderr)
        return run.stderr.splitlines()[0]

    def test_full_disk(self):
        """what cannot be written to standard output is not success"""
        file = self.lab()
        for args in (["--help"], ["--version"], ["help"], ["lab", "--help"],
                     ["visit", "--help"], ["lab", "check", file],
                     ["lab", "show", file], ["lab", "schema"],
                     ["lab", "run", file, "-q", "--json"]):
            with self.subTest(args=args), open("/dev/full", "w") as full:
                run = subprocess.run([WEFT, *map(str, args)], stdout=full,
                                     stderr=subprocess.PIPE, text=True,
                                     cwd=self.folder, timeout=100)
                self.assertEqual(run.returncode, 1)
                self.assertEqual(run.stderr, "weft: cannot write: No space "
                                 "left on device\n")

    def test_directory_for_file(self):
        """a directory where a lab file is wanted is called one"""
        self.assertIn("Is a directory",
                      self.complaint("lab", "check", self.folder))

    def test_file_for_directory(self):
        """a file where a folder is wanted is named in the complaint"""
        file = self.lab()
        taken = self.write("taken", "")
        for args in (["lab", "run", file, "-q", "-o", taken],
                     ["visit", URL, "--lab", file, "--on", "laptop", "-q", "-o",
                      taken]):
            line = self.complaint(*args, status=1)
            self.assertTrue(line.endswith(f"{taken}: Not a directory"), line)

    def test_folder_without_name(self):
        """no name is no folder, and not the root of all"""
        file = self.lab()
        for args in (["lab", "run", file, "-q"],
                     ["visit", URL, "--lab", file, "--on", "laptop"]):
            self.assertIn("No such file",
                          self.complaint(*args, "-o", "", status=1))

    def test_folder_in_json(self):
        """the name of a folder is quoted as JSON wants it"""
        run = self.weft("lab", "run", self.lab(), "--json", "-o", 'a"b')
        self.assertEqual(json.loads(run.stdout)["folder"], 'a"b')

    def test_seed(self):
        """a seed is a number of 64 bits"""
        file = self.lab()
        for seed in ("99999999999999999999999", "1.5", "0x10", "-", ""):
            with self.subTest(seed=seed):
                self.complaint("lab", "run", file, "--seed", seed)
                self.complaint("visit", URL, "--lab", file, "-s", seed)

    def test_no_way(self):
        """a broadcast address is not a server that breaks off"""
        file = self.lab()
        for host in ("255.255.255.255", "10.1.0.255", "10.1.0.0", "[fd00::1]",
                     "224.0.0.5"):
            with self.subTest(host=host):
                run = self.weft("visit", f"http://{host}/", "-q", "--lab",
                                file, "--on", "laptop", status=1)
                self.assertIn("there is no way to the server", run.stdout)

    def test_links_left_out(self):
        """what a page names and nobody fetches is not passed over"""
        file = self.lab()
        images = "".join(f"<img src=i{i}.png>" for i in range(70))
        self.write("pages/index.html", f"<html>{images}<img src='http://a b'>")
        run = self.weft("visit", URL, "-q", "--lab", file, "--on", "laptop")
        self.assertIn("in 65 files, 7 links not fetched", run.stdout)

    def test_long_ping(self):
        """pings that take longer than ten minutes are all sent"""
        text = LAB.replace("ping: web", "ping: web, every: 100s, count: 9")
        text += "expect:\n  - {ping: 1, received: 9}\n"
        self.weft("lab", "run", self.lab(text), "-q")

    def test_damaged_frames_are_lost(self):
        """frames that a cable damages are counted as lost"""
        text = LAB + ("  - {at: 9s, fault: {link: laptop -- home, "
                      "corrupt: 100%}}\n"
                      "  - {at: 9s, on: laptop, ping: web, count: 2}\n"
                      "expect:\n  - {lost: 2}\n")
        self.weft("lab", "run", self.lab(text), "-q")


if __name__ == "__main__":
    unittest.main()
