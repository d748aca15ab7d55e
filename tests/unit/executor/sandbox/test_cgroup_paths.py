"""Where a process's control groups lie, on hosts of every kind, from what the kernel says of itself."""

import pytest

from executor.sandbox.launcher.hierarchies import Hierarchies

V1_HOST = """\
25 30 0:23 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:11 master:2 - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
"""
HYBRID_HOST = V1_HOST + (
    "41 31 0:38 / /sys/fs/cgroup/unified rw,nosuid shared:12 - cgroup2 cgroup2 rw,nsdelegate\n"
)
V2_HOST = (
    "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,memory_recursiveprot\n"
)
# A v1 container without a cgroup namespace: each mount shows the container's own group only.
V1_CONTAINER = """\
900 899 0:32 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:11 - cgroup cgroup rw,memory
901 899 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:10 - cgroup cgroup rw,cpu,cpuacct
"""


HYBRID_OWN = "5:cpu,cpuacct:/a\n4:memory:/m:odd\n1:name=systemd:/init.scope\n0::/init.scope\n"


def folder(mountinfo: str, own: str, controller: str) -> str | None:
    hierarchies = Hierarchies(mountinfo.splitlines(True), own.splitlines(True))
    return hierarchies.folder(controller)


@pytest.mark.parametrize(
    ("mountinfo", "own", "controller", "expected"),
    [
        pytest.param(
            V1_HOST, "4:cpu,cpuacct:/a\n", "cpu", "/sys/fs/cgroup/cpu,cpuacct/a", id="joined-cpu"
        ),
        pytest.param(
            V1_HOST,
            "4:cpu,cpuacct:/a\n",
            "cpuacct",
            "/sys/fs/cgroup/cpu,cpuacct/a",
            id="joined-cpuacct",
        ),
        pytest.param(V1_HOST, "4:memory:/\n", "memory", "/sys/fs/cgroup/memory", id="v1-root"),
        pytest.param(V1_HOST, "4:pids:/\n", "pids", None, id="controller-not-mounted"),
        pytest.param(V1_HOST, "0::/\n", "", None, id="v2-not-mounted"),
        pytest.param(
            HYBRID_HOST, HYBRID_OWN, "memory", "/sys/fs/cgroup/memory/m:odd", id="hybrid-v1"
        ),
        pytest.param(
            HYBRID_HOST, HYBRID_OWN, "", "/sys/fs/cgroup/unified/init.scope", id="hybrid-v2"
        ),
        pytest.param(V2_HOST, "0::/system.slice/x.service\n", "memory", None, id="v2-has-no-v1"),
        pytest.param(
            V2_HOST,
            "0::/system.slice/x.service\n",
            "",
            "/sys/fs/cgroup/system.slice/x.service",
            id="v2-service",
        ),
        pytest.param(V2_HOST, "0::/\n", "", "/sys/fs/cgroup", id="v2-cgroup-namespace"),
        pytest.param(
            V1_CONTAINER,
            "4:memory:/docker/abc\n",
            "memory",
            "/sys/fs/cgroup/memory",
            id="v1-container",
        ),
    ],
)
def test_our_own_group_is_found(
    mountinfo: str, own: str, controller: str, expected: str | None
) -> None:
    assert folder(mountinfo, own, controller) == expected


def shown_at(root: str, group: str) -> str | None:
    return folder(f"1 0 0:1 {root} /cg rw - cgroup2 cgroup2 rw\n", f"0::{group}\n", "")


@pytest.mark.parametrize(
    ("root", "group", "expected"),
    [
        pytest.param("/", "/", "/cg", id="the-root-itself"),
        pytest.param("/", "/a/b", "/cg/a/b", id="below-the-root"),
        pytest.param("/docker/abc", "/docker/abc", "/cg", id="the-container's-own"),
        pytest.param("/docker/abc", "/docker/abc/x/y", "/cg/x/y", id="below-the-container's-own"),
        pytest.param("/", "/a..b", "/cg/a..b", id="dots-in-a-name"),
        pytest.param("/docker/ab", "/docker/abc/x", None, id="only-the-name-begins-alike"),
        pytest.param("/docker/abc", "/system.slice/x", None, id="another-container"),
        pytest.param("/docker/abc", "/", None, id="above-what-is-shown"),
        pytest.param("/..", "/", None, id="mounted-from-outside-the-namespace"),
        pytest.param("/", "/../other", None, id="outside-the-namespace"),
    ],
)
def test_a_mount_shows_what_lies_below_its_root(
    root: str, group: str, expected: str | None
) -> None:
    assert shown_at(root, group) == expected


def test_of_several_mounts_the_one_that_shows_the_group_counts() -> None:
    mountinfo = (
        "1 0 0:1 /docker/abc /elsewhere rw - cgroup2 cgroup2 rw\n"
        "2 0 0:1 / /cg rw - cgroup2 cgroup2 rw\n"
    )
    assert folder(mountinfo, "0::/system.slice/x\n", "") == "/cg/system.slice/x"


def test_what_this_machine_says_can_be_read() -> None:
    with open("/proc/self/mountinfo") as mountinfo, open("/proc/self/cgroup") as own:  # noqa: PTH123
        hierarchies = Hierarchies(mountinfo, own)
    assert hierarchies.folder("no-such-controller") is None
