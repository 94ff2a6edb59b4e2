# SPDX-License-Identifier: MIT
"""What `./dev install` puts where, and that it can be used from there."""
import os
import pathlib
import subprocess
import unittest

from weft import SOURCE, Case, tool

BUILD = pathlib.Path(os.environ["WEFT_BUILD"])


class Install(Case):
    def setUp(self):
        super().setUp()
        subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild",
                        "--quiet", "--destdir", self.folder], check=True,
                       stdout=subprocess.DEVNULL)

    def test_files(self):
        """program, libraries, pkg-config file, manual pages, completion"""
        for name in ("bin/weft", "libweft.so", "libweft.a", "weft.pc",
                     "man1/weft.1", "man1/weft-visit.1", "man1/weft-lab.1",
                     "man5/weft-log.5", "completions/weft"):
            self.files(pathlib.PurePath(name).name)
        self.assertFalse(list(self.folder.rglob(".gitkeep")))

    def test_library_needs_nothing_but_the_c_library(self):
        """the shared library names no library but the C library's"""
        library = self.files("libweft.so")[0]
        out = subprocess.run([tool("readelf"), "-d", library], check=True,
                             capture_output=True, text=True).stdout
        needed = [line.split("[")[1].rstrip("]") for line in
                  out.splitlines() if "(NEEDED)" in line]
        ours = [n for n in needed if not n.startswith(
            ("libc.so", "ld-linux", "libasan", "libubsan", "libgcov"))]
        self.assertEqual(ours, [])

    def test_library_exports_only_its_own_names(self):
        """every name that the shared library exports begins with weft_"""
        library = self.files("libweft.so")[0]
        out = subprocess.run([tool("nm"), "-D", "--defined-only", library],
                             check=True, capture_output=True, text=True).stdout
        names = [line.split()[-1] for line in out.splitlines()]
        other = [n for n in names if not n.startswith("weft_")
                 and not n.startswith(("__", "_init", "_fini", "_edata",
                                       "_end", "_bss"))]
        self.assertEqual(other, [])

    def build_and_run(self, name):
        """cc NAME.c $(pkg-config --cflags --libs weft), from a clean prefix;
        returns what it prints"""
        pc = self.files("weft.pc")[0]
        env = dict(os.environ, PKG_CONFIG_PATH=str(pc.parent),
                   PKG_CONFIG_SYSROOT_DIR=str(self.folder))
        flags = subprocess.run([tool("pkg-config"), "--cflags", "--libs",
                                "weft"], check=True, env=env, text=True,
                               capture_output=True).stdout.split()
        library = self.files("libweft.so")[0]
        sanitizer = [] if not self.has_sanitizer(library) else [
            "-fsanitize=address,undefined"]
        program = self.folder / name
        subprocess.run([tool("cc"), "-Wall", "-Werror", *sanitizer,
                        SOURCE / f"docs/examples/{name}.c", "-o", program,
                        *flags], check=True)
        return subprocess.run([program], check=True, capture_output=True,
                              text=True, env=dict(
                                  os.environ,
                                  LD_LIBRARY_PATH=str(library.parent))).stdout

    def test_examples_build_against_what_was_installed(self):
        """each example is built and run by what was installed, no more"""
        self.assertIn('server.test (http) says "hello from the other side"',
                      self.build_and_run("greet"))
        self.assertIn('"there and back"', self.build_and_run("nio_echo"))

    @staticmethod
    def has_sanitizer(library):
        out = subprocess.run([tool("readelf"), "-d", library], check=True,
                             capture_output=True, text=True).stdout
        return "libasan" in out

    def test_every_public_function_has_a_page(self):
        """a manual page for each name the shared library exports, and none
        that mandoc would warn about"""
        library = self.files("libweft.so")[0]
        out = subprocess.run([tool("nm"), "-D", "--defined-only", library],
                             check=True, capture_output=True, text=True).stdout
        names = {line.split()[-1] for line in out.splitlines()
                 if line.split()[-1].startswith("weft_")}
        pages = {p.stem: p for p in self.folder.rglob("man3/*.3")}
        self.assertEqual(names - set(pages), set())
        self.assertEqual(set(pages) - names, set())
        lint = subprocess.run([tool("mandoc"), "-T", "lint", "-W", "warning",
                               *pages.values()], capture_output=True,
                              text=True)
        self.assertEqual(lint.stdout + lint.stderr, "")


class Manual(unittest.TestCase):
    def test_pages_are_clean(self):
        """mandoc finds nothing to warn about"""
        pages = sorted((SOURCE / "man").glob("*.[1-9]"))
        self.assertGreaterEqual(len(pages), 4)
        run = subprocess.run([tool("mandoc"), "-T", "lint", "-W", "warning",
                              *pages], capture_output=True, text=True)
        self.assertEqual(run.stdout + run.stderr, "")


class Completion(unittest.TestCase):
    def complete(self, *words):
        text = (f". {SOURCE}/completion/weft.bash; COMP_WORDS=({' '.join(words)}"
                f" ''); COMP_CWORD={len(words)}; _weft; "
                'printf "%s\\n" "${COMPREPLY[@]}"')
        return subprocess.run(["bash", "-c", text], check=True,
                              capture_output=True, text=True).stdout.split()

    def test_words(self):
        """the Tab key offers commands, and behind lab those of lab"""
        self.assertIn("visit", self.complete("weft"))
        self.assertIn("check", self.complete("weft", "lab"))


if __name__ == "__main__":
    unittest.main()
