# SPDX-License-Identifier: MIT
"""PPP against pppd, over a pseudo terminal.

pppd leaves the packets to the kernel.  Where this machine's kernel speaks PPP
(/dev/ppp) it runs here, in a namespace of its own.  Where it does not, Debian's
kernel is started in a virtual machine without any privilege, with pppd in a
small file system in memory, and the line is the second serial port of that
machine.  Either way it is pppd that judges.
"""
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from weft import WEFT

BOOT_LIMIT = 600
CASE_LIMIT = 400  # an emulated machine beside other work is slow
VOLUME = 150_000
MODULES = ("drivers/net/slip/slhc", "drivers/net/ppp/ppp_generic",
           "drivers/net/ppp/ppp_async")

# Each: what weft is told, which secrets pppd has, what pppd is told.  The
# script below runs on pppd's side.
CASES = {
    "chap": (["--ppp", "name=bob,secret=s3", "--ping", "10.7.0.1"],
             "bob * s3 *",
             "10.7.0.1:10.7.0.2 name server auth require-chap ipv6 ::1,::2"),
    "pap": (["--ppp", "name=bob,secret=s3", "--ping", "fe80::1"],
            "bob * s3 *",
            "10.7.0.1:10.7.0.2 name server auth require-pap ipv6 ::1,::2"),
    "chap-client": (["--ppp", "local=10.7.0.2,peer=10.7.0.1,auth=chap,"
                     "peer-name=bob,peer-secret=s3", "--ping", "10.7.0.1"],
                    "bob * s3 *", "noauth user bob ipv6 ::1,::2"),
    "pap-client": (["--ppp", "local=10.7.0.2,peer=10.7.0.1,auth=pap,"
                    "peer-name=bob,peer-secret=s3,mru=1300"],
                   "bob * s3 *", "noauth user bob ipv6 ::1,::2"),
    "wrong": (["--ppp", "local=10.7.0.2,peer=10.7.0.1,auth=chap,"
               "peer-name=bob,peer-secret=s3"],
              "bob * socket *", "noauth user bob"),
}

SCRIPT = r"""
secrets() { echo "$1" > /etc/ppp/chap-secrets; cp /etc/ppp/chap-secrets \
    /etc/ppp/pap-secrets; chmod 600 /etc/ppp/*-secrets; }
try() {
    echo "CASE $1"; secrets "$2"
    pppd $TTY 115200 $3 noipdefault local nocrtscts nodetach \
        lcp-max-configure 60 debug > /tmp/log 2>&1 &
    pid=$!
    while kill -0 $pid 2> /dev/null; do
        ifconfig ppp0 2> /dev/null | grep -q P-t-P && break
        sleep 0.1
    done
    if ifconfig ppp0 2> /dev/null | grep -q P-t-P; then
        until ping6 -q -c 1 -W 1 fe80::2%ppp0 > /dev/null 2>&1; do
            sleep 0.1
        done
        ifconfig ppp0
        ping -c 3 -i 0.2 10.7.0.2; ping6 -c 3 -i 0.2 fe80::2%ppp0
        wget -q -O /tmp/big http://10.7.0.2/big; md5sum /tmp/big
        nc 10.7.0.2 7 < /tmp/big > /tmp/back
        cmp /tmp/big /tmp/back && echo "BACK AS IT WAS"
        # It is there when weft has heard its own answers.
        until wget -q -O /dev/null http://10.7.0.2/$1; do sleep 0.1; done
    fi
    kill $pid 2> /dev/null; wait $pid
    cat /tmp/log; echo "END $1"
}
"""


def newc(entries):
    """An archive as the kernel unpacks it into memory: name, mode, octets."""
    out = bytearray()
    for i, (name, mode, data) in enumerate(entries + [("TRAILER!!!", 0, b"")]):
        head = [i + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08x" % n for n in head)
        out += name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def find_kernel(cache):
    """A kernel of Debian with its modules: installed, or unpacked for this."""
    def look(root):
        for modules in sorted(pathlib.Path(root, "lib/modules").glob("*")):
            image = pathlib.Path(root, "boot", f"vmlinuz-{modules.name}")
            async_ = modules / "kernel" / (MODULES[-1] + ".ko")
            if image.exists() and async_.exists():
                return image, modules / "kernel"
        return None
    found = look("/") or look(cache)
    if found:
        return found
    cache.mkdir(parents=True, exist_ok=True)
    depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"],
                             capture_output=True, text=True, check=False)
    name = re.search(r"Depends: (linux-image-\S+)", depends.stdout)
    if name and subprocess.run(["apt-get", "download", name.group(1)],
                               cwd=cache, capture_output=True,
                               check=False).returncode == 0:
        for deb in cache.glob("linux-image-*.deb"):
            subprocess.run(["dpkg-deb", "-x", deb, cache], check=True)
        return look(cache)
    return None


class Machine:
    """Runs the script: a virtual machine, or a namespace of this one."""

    def __init__(self, test, folder):
        self.test, self.folder = test, folder
        self.console = folder / "console"

    def file_system(self, modules):
        busybox = shutil.which("busybox")
        pppd = shutil.which("pppd", path="/usr/sbin:/sbin:/usr/bin")
        files = {"bin/busybox": busybox, "bin/pppd": pppd}
        libs = subprocess.run(["ldd", pppd], capture_output=True, text=True,
                              check=True).stdout
        for lib in re.findall(r"(/\S+)", libs):
            files[lib.lstrip("/")] = lib
        for module in MODULES:
            files[f"modules/{pathlib.Path(module).name}.ko"] = \
                modules / (module + ".ko")
        folders = {"dev", "proc", "sys", "tmp", "etc", "etc/ppp", "run", "var",
                   "var/run"}
        for name in files:
            folders |= {str(p) for p in pathlib.Path(name).parents}
        entries = [(f, 0o40755, b"") for f in sorted(folders - {"."})]
        entries += [(name, 0o100755, pathlib.Path(path).read_bytes())
                    for name, path in files.items()]
        return entries

    def boot(self, kernel):
        image, modules = kernel
        init = ("#!/bin/busybox sh\n/bin/busybox --install -s /bin\n"
                "export PATH=/bin TTY=/dev/ttyS1\n"
                "mount -t proc p /proc; mount -t sysfs s /sys\n"
                "mount -t devtmpfs d /dev; mkdir -p /dev/pts\n"
                "for m in slhc ppp_generic ppp_async; do\n"
                "    insmod /modules/$m.ko; done\nifconfig lo up\n" + SCRIPT)
        for name, (_, secrets, told) in CASES.items():
            init += f"try {name} '{secrets}' '{told}'\n"
        init += "poweroff -f\n"
        entries = self.file_system(modules)
        entries.append(("init", 0o100755, init.encode()))
        initrd = self.folder / "initrd"
        initrd.write_bytes(gzip.compress(newc(entries), 1))
        self.vm = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "256",
             "-nographic", "-no-reboot", "-net", "none", "-monitor", "none",
             "-serial", f"file:{self.console}", "-serial", "pty",
             "-kernel", str(image), "-initrd", str(initrd),
             "-append", "console=ttyS0 panic=-1 quiet"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.vm.stdout:
            device = re.search(r"/dev/pts/\d+", line)
            if device:
                return device.group(0)
        raise AssertionError("the virtual machine has no serial port")

    def wait_for(self, text, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            seen = self.console.read_text(errors="replace") \
                if self.console.exists() else ""
            if text in seen:
                return seen
            if self.vm.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"no '{text}' on the console:\n{seen[-2000:]}")


class Pppd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("pppd", "busybox"):
            if not shutil.which(program,
                                path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
                raise unittest.SkipTest(f"{program} is not installed")
        cls.temp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temp.cleanup)
        cls.folder = pathlib.Path(cls.temp.name)
        site = cls.folder / "site"
        site.mkdir()
        big = os.urandom(VOLUME)
        (site / "big").write_bytes(big)
        cls.digest = hashlib.md5(big).hexdigest()
        cls.said, cls.weft_said = {}, {}
        if os.path.exists("/dev/ppp") and os.geteuid() == 0:
            for name in CASES:
                cls.run_here(name)
        else:
            cls.run_machine()

    @classmethod
    def weft(cls, name, device):
        log = open(cls.folder / f"weft-{name}", "w+", encoding="utf-8")
        up = subprocess.Popen(
            [WEFT, "up", "--serial", device, "--serve", cls.folder / "site",
             "--echo", "7", "--rate", "500kbit", "-v", *CASES[name][0]],
            stdout=log, stderr=subprocess.STDOUT)
        threading.Thread(target=cls.tell, args=(name, up, log.name),
                         daemon=True).start()
        return up, log

    @classmethod
    def tell(cls, name, up, log):
        """A page of that name appears when weft has its four answers."""
        count = 4 if "--ping" in CASES[name][0] else 0
        while up.poll() is None:
            said = pathlib.Path(log).read_text(encoding="utf-8")
            if said.count(" answers\n") >= count:
                (cls.folder / "site" / name).write_text("heard\n")
                return
            time.sleep(0.1)

    @classmethod
    def end(cls, name, up, log):
        up.send_signal(signal.SIGINT)
        up.wait(CASE_LIMIT)
        log.seek(0)
        cls.weft_said[name] = log.read()
        log.close()

    @classmethod
    def run_machine(cls):
        if not shutil.which("qemu-system-x86_64"):
            raise unittest.SkipTest("this kernel has no PPP (/dev/ppp), and "
                                    "qemu-system-x86 is not installed")
        kernel = find_kernel(pathlib.Path(os.environ.get(
            "WEFT_BUILD", "build")).resolve() / "pppd-kernel")
        if not kernel:
            raise unittest.SkipTest("this kernel has no PPP (/dev/ppp), and "
                                    "there is no other: linux-image-amd64")
        machine = Machine(cls, cls.folder)
        device = machine.boot(kernel)
        try:
            for name in CASES:
                machine.wait_for(f"CASE {name}\n", BOOT_LIMIT)
                up, log = cls.weft(name, device)
                try:
                    seen = machine.wait_for(f"END {name}\n", CASE_LIMIT)
                finally:
                    cls.end(name, up, log)
                cls.said[name] = seen.partition(f"CASE {name}\n")[2]
            machine.vm.wait(60)
        finally:
            machine.vm.kill()
            machine.vm.wait()
            machine.vm.stdout.close()

    @classmethod
    def run_here(cls, name):
        """The same in a network and a file system of its own."""
        tools = cls.folder / "tools"
        if not tools.exists():
            tools.mkdir()
            subprocess.run(["busybox", "--install", "-s", tools], check=True)
        up, log = cls.weft(name, "pty")
        try:
            device = None
            while not device and up.poll() is None:
                time.sleep(0.02)
                device = re.search(r"/dev/pts/\d+", pathlib.Path(
                    log.name).read_text(encoding="utf-8"))
            _, secrets, told = CASES[name]
            script = (f"export PATH={tools}:/usr/sbin:/sbin TTY={device.group()}"
                      "\nmount -t tmpfs t /etc/ppp; mount -t tmpfs t /tmp\n"
                      f"ifconfig lo up\n{SCRIPT}\n"
                      f"try {name} '{secrets}' '{told}'\n")
            cls.said[name] = subprocess.run(
                ["unshare", "-mn", shutil.which("busybox"), "sh", "-c", script],
                capture_output=True, text=True, timeout=CASE_LIMIT,
                check=False).stdout
        finally:
            cls.end(name, up, log)

    def judge(self, name):
        said = self.said[name]
        self.assertIn("3 packets transmitted, 3 packets received", said)
        self.assertEqual(said.count("3 packets received, 0% packet loss"), 2,
                         said)
        self.assertIn(self.digest, said)
        self.assertIn("BACK AS IT WAS", said)
        self.assertIn("Connection terminated", said)
        self.assertNotIn("leaked", self.weft_said[name])
        return said

    def test_pppd_asks_by_chap_and_gives_the_address(self):
        """CHAP, an address and an identifier from pppd; pings; TCP both ways"""
        said = self.judge("chap")
        self.assertIn("sent [CHAP Success", said)
        self.assertIn("sent [IPCP ConfNak", said)
        self.assertIn("sent [IPV6CP ConfNak", said)
        self.assertGreaterEqual(
            self.weft_said["chap"].count("10.7.0.1 answers\n"), 4)

    def test_pppd_asks_by_pap(self):
        """PAP; and ping over IPv6 from this side"""
        said = self.judge("pap")
        self.assertIn("sent [PAP AuthAck", said)
        self.assertGreaterEqual(
            self.weft_said["pap"].count("fe80::1 answers\n"), 4)

    def test_pppd_is_asked_by_chap_and_given_its_address(self):
        """weft is the server, by CHAP"""
        said = self.judge("chap-client")
        self.assertIn("CHAP authentication succeeded", said)
        self.assertIn("rcvd [IPCP ConfNak", said)
        self.assertGreaterEqual(
            self.weft_said["chap-client"].count("10.7.0.1 answers\n"), 4)

    def test_pppd_is_asked_by_pap_and_told_a_short_mru(self):
        """weft is the server, by PAP, and takes packets up to 1300"""
        said = self.judge("pap-client")
        self.assertIn("PAP authentication succeeded", said)
        self.assertRegex(said, r"MTU:1300 ")

    def test_a_wrong_secret_is_refused(self):
        """pppd does not know the secret, and is told so"""
        said = self.said["wrong"]
        self.assertIn("CHAP authentication failed", said)
        self.assertNotIn("ppp0: ", self.weft_said["wrong"])


if __name__ == "__main__":
    unittest.main()
