"""The system call filter: `policy` is what is allowed, `load` the bytes that the kernel enforces."""

from importlib.resources import files

from executor.errors import BackendUnavailableError

MACHINES = ("x86_64", "aarch64")


def load(machine: str) -> bytes:
    """Return the filter for ``machine`` as an array of struct sock_filter, 8 bytes each.

    Args:
        machine: what `platform.machine()` says.

    Raises:
        BackendUnavailableError: there is no filter for this machine, so nothing may run on it.
    """
    if machine not in MACHINES:
        raise BackendUnavailableError(
            f"There is no system call filter for {machine or 'this'} processors, so no program may"
            f" run here; use a machine with {' or '.join(MACHINES)}."
        )
    return files(__name__).joinpath(f"{machine}.bpf").read_bytes()
