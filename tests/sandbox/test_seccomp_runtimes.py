"""The x86_64 filter in a real kernel: runtimes run under it, what it refuses is refused.

Nothing else of the sandbox is there, so only harmless programs run here. The aarch64 filter is
evaluated in tests/unit, not run.
"""

import json
import platform
import shutil
import signal
import subprocess
import sys
from errno import EAFNOSUPPORT, EINVAL, ENOMEM, ENOSYS, EPERM, EPROTONOSUPPORT
from pathlib import Path

import pytest

from executor.sandbox import seccomp

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="runs the x86_64 filter"),
]

_PATH = "/usr/local/bin:/usr/bin:/bin"
_WRAPPER = Path(__file__).with_name("filtered_exec.py")
_FILTER = Path(seccomp.__file__).with_name("x86_64.bpf")


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(_WRAPPER), str(_FILTER), *argv],
        cwd=folder,
        env={"PATH": _PATH, "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


PYTHON_STDLIB = """
import asyncio, multiprocessing, pathlib, shutil, signal, socket, sqlite3, subprocess, sys
import tempfile, threading

def square(n): return n * n

async def over_a_process():
    process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    return (await process.communicate(b"piped"))[0].decode()

async def over_a_socket():
    async def answer(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"shout\\n")
    text = (await reader.read()).decode().strip()
    writer.close()
    server.close()
    return text

if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print("pool", pool.map(square, range(4)))
    total = []
    threads = [threading.Thread(target=total.append, args=(n,)) for n in range(5)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    print("threads", sorted(total))
    print("asyncio", asyncio.run(over_a_process()), asyncio.run(over_a_socket()))
    print("subprocess", subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout.strip())
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(pathlib.Path(folder, "db"))
        base.execute("create table t (n)"); base.execute("insert into t values (7)"); base.commit()
        print("sqlite", base.execute("select n from t").fetchone()); base.close()
        shutil.copyfile(sys.argv[0], pathlib.Path(folder, "copy")); print("copied")
    signal.signal(signal.SIGALRM, lambda *_: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()
    print("names", socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4])
"""
PYTHON_STDLIB_PRINTS = """pool [0, 1, 4, 9]
threads [0, 1, 2, 3, 4]
asyncio piped SHOUT
subprocess hi
sqlite (7,)
copied
alarm
names ('127.0.0.1', 80)
"""

SHELL = """
set -e
echo one | cat | tr a-z A-Z
(sleep 0; echo sub) & wait
mkdir -p a/b; echo x > a/b/f; ln -s f a/b/l; cat a/b/l; cp -r a c; mv c d; rm -r a d
mkfifo p; echo through > p & cat p; rm p
seq 5 | sort -rn | head -1; date +%Y | grep -c 20; ulimit -c 0; sync
trap 'echo trapped' EXIT
"""
SHELL_PRINTS = "ONE\nsub\nx\nthrough\n5\n1\ntrapped\n"

C = """
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *p) { return p; }
int main(void) {
    pthread_t t; void *got;
    if (pthread_create(&t, 0, work, "thread") || pthread_join(t, &got)) return 1;
    puts(got); fflush(stdout);
    pid_t child = fork();
    if (!child) { puts("child"); fflush(stdout); _exit(3); }
    int status; waitpid(child, &status, 0);
    printf("%d %d\\n", WEXITSTATUS(status), system("exit 5") >> 8);
}
"""

CPP = """
#include <filesystem>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>
int main() {
    auto later = std::async(std::launch::async, [] { return 42; });
    std::filesystem::create_directory("made");
    try { throw std::runtime_error("caught"); } catch (std::exception &e) { std::cout << e.what() << '\\n'; }
    std::cout << later.get() << ' ' << std::filesystem::exists("made") << std::endl;
}
"""

NODE = """
const { Worker, isMainThread, parentPort } = require('worker_threads');
if (!isMainThread) { parentPort.postMessage('worker'); }
else {
  const server = require('http').createServer((q, s) => s.end('served ' + q.url));
  new Worker(__filename).on('message', m => {
    console.log(m);
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      console.log(await (await fetch(`http://127.0.0.1:${port}/x`)).text());
      server.closeAllConnections(); server.close();
      const fs = require('fs/promises');
      await fs.writeFile('f', 'file'); console.log(await fs.readFile('f', 'utf8'));
      console.log(require('child_process').execSync('echo shell').toString().trim());
      console.log(require('zlib').gunzipSync(require('zlib').gzipSync('zip')).toString());
      console.log(require('os').cpus().length > 0);
    });
  });
}
"""
NODE_PRINTS = "worker\nserved /x\nfile\nshell\nzip\ntrue\n"

PERL = 'use threads; print "perl ", `echo piped`; print threads->create(sub { "thread\\n" })->join;'

JAVA = """
import java.net.*; import java.nio.file.*; import java.util.concurrent.*; import java.util.stream.*;
public class Main {
    public static void main(String[] a) throws Exception {
        var pool = Executors.newFixedThreadPool(4);
        System.out.println(pool.submit(() -> "pooled").get()); pool.shutdown();
        System.out.println(IntStream.range(0, 1000).parallel().sum());
        Files.writeString(Path.of("f"), "file"); System.out.println(Files.readString(Path.of("f")));
        System.out.print(new String(new ProcessBuilder("echo", "child").start().getInputStream().readAllBytes()));
        try (var s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             var c = new Socket(s.getInetAddress(), s.getLocalPort())) { System.out.println(c.isConnected()); }
        System.gc();
    }
}
"""
JAVA_PRINTS = "pooled\n499500\nfile\nchild\ntrue\n"


@pytest.mark.parametrize(
    ("name", "source", "command", "expected"),
    [
        pytest.param(
            "main.py", PYTHON_STDLIB, "python3 main.py", PYTHON_STDLIB_PRINTS, id="python"
        ),
        pytest.param("main.sh", SHELL, "sh main.sh", SHELL_PRINTS, id="sh"),
        pytest.param("main.sh", SHELL, "bash main.sh", SHELL_PRINTS, id="bash"),
        pytest.param(
            "main.c", C, "gcc -O1 -pthread main.c -o main && ./main", "thread\nchild\n3 5\n", id="c"
        ),
        pytest.param(
            "main.cpp", CPP, "g++ -std=c++17 main.cpp -o main && ./main", "caught\n42 1\n", id="c++"
        ),
        pytest.param("main.js", NODE, "node main.js", NODE_PRINTS, id="node"),
        pytest.param("main.pl", PERL, "perl main.pl", "perl piped\nthread\n", id="perl"),
        pytest.param(
            "Main.java", JAVA, "javac Main.java && java -cp . Main", JAVA_PRINTS, id="java"
        ),
    ],
)
def test_a_runtime_works_under_the_filter(
    tmp_path: Path, name: str, source: str, command: str, expected: str
) -> None:
    tool = command.split(maxsplit=1)[0]
    if shutil.which(tool, path=_PATH) is None:
        pytest.skip(f"{tool} is not installed")
    (tmp_path / name).write_text(source)
    done = run(tmp_path, "sh", "-c", command)
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


PROBE = """
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    ctypes.set_errno(0)
    if libc.syscall(*[ctypes.c_ulong(argument) for argument in arguments]) >= 0: return 0
    return ctypes.get_errno()
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({
    "filter": int(status["Seccomp"]), "no_new_privs": int(status["NoNewPrivs"]),
    "unshare": call(272, 0x10000000), "clone3": call(435, 0, 88), "setns": call(308, -1, 0),
    "clone": call(56, 0x10000011), "ptrace": call(101, 0, 0), "keyctl": call(250, 0, -3, 0),
    "io_uring_setup": call(425, 1, 0), "bpf": call(321, 0, 0, 0), "mount": call(165, 0, 0, 0),
    "userfaultfd": call(323, 0), "perf_event_open": call(298, 0, 0, -1, -1, 0),
    "unknown": call(1000), "minus": call(0x3FFFFFFF),
    "netlink": call(41, 16, 3, 0), "alg": call(41, 38, 5, 0), "vsock": call(41, 40, 1, 0),
    "packet": call(41, 2, 10, 0x300), "mptcp": call(41, 2, 1, 262), "tcp": call(41, 2, 1, 6),
    "tiocsti": call(16, -1, 0x5412, 0), "tiocsti_high": call(16, -1, 1 << 32 | 0x5412, 0),
    "prlimit_other": call(302, 1, 7, id(libc)), "prlimit_self": call(302, 0, 7, 0, 0),
    "personality": call(135, 0x40000), "query": call(135, 0xFFFFFFFF),
    "own_filter": call(157, 22, 2, 0), "seccomp": call(317, 1, 0, 0),
    "socket_filter": call(54, -1, 1, 26, 0, 0), "lease": call(72, 0, 1024, 0),
    "huge_pages": call(9, 0, 1 << 21, 3, 0x40022, -1, 0),
}))
"""


def test_the_kernel_refuses_what_the_policy_refuses(tmp_path: Path) -> None:
    done = run(tmp_path, sys.executable, "-I", "-c", PROBE)
    assert done.returncode == 0, done.stderr
    missing = (
        "unshare clone3 setns ptrace keyctl io_uring_setup bpf mount userfaultfd "
        "perf_event_open unknown minus seccomp"
    )
    assert json.loads(done.stdout) == {
        "filter": 2,
        "no_new_privs": 1,
        **dict.fromkeys(missing.split(), ENOSYS),
        **dict.fromkeys(("netlink", "alg", "vsock"), EAFNOSUPPORT),
        **dict.fromkeys(("tcp", "prlimit_self", "query"), 0),
        **dict.fromkeys(("clone", "packet", "tiocsti", "tiocsti_high", "prlimit_other"), EPERM),
        **dict.fromkeys(("personality", "socket_filter", "lease"), EPERM),
        "mptcp": EPROTONOSUPPORT,
        "own_filter": EINVAL,
        "huge_pages": ENOMEM,
    }


def test_the_x32_abi_kills(tmp_path: Path) -> None:
    getpid = "import ctypes; ctypes.CDLL(None).syscall(ctypes.c_ulong(0x40000000 | 39))"
    assert run(tmp_path, sys.executable, "-I", "-c", getpid).returncode == -signal.SIGSYS


def test_the_32_bit_abi_kills(tmp_path: Path) -> None:
    if shutil.which("gcc", path=_PATH) is None:
        pytest.skip("gcc is not installed")
    getpid = 'int main(void) { int n = 20; __asm__("int $0x80" : "+a"(n)); return n > 0; }'
    (tmp_path / "main.c").write_text(getpid)
    subprocess.run(["gcc", "main.c", "-o", "main"], cwd=tmp_path, check=True)
    # a kernel without IA32 emulation does not know the interrupt and says SIGSEGV
    assert run(tmp_path, "./main").returncode in {-signal.SIGSYS, -signal.SIGSEGV}


def test_a_filter_cannot_be_taken_off_by_a_child(tmp_path: Path) -> None:
    show = "grep Seccomp: /proc/self/status; sh -c 'grep Seccomp: /proc/self/status'"
    assert run(tmp_path, "sh", "-c", show).stdout == "Seccomp:\t2\nSeccomp:\t2\n"
