"""Code that runs inside a sandbox's runner process: standard library only, Python 3.9 to 3.14.

Theory of operation. Four processes make one sandbox::

    launcher   stays root when started as root: cgroups and uid maps, nothing else
    └─ runner  one per root file system: own user, mount, net, ipc and uts namespace, host detached
       └─ PID 1 of the sandbox: own pid, mount, net, ipc, uts namespace; kills, reaps, collects
          └─ PID 2: waits for the job behind the finished sandbox, then *is* the member's program

Read in this order: `root` (stage 1), `template` (stage 2), `init` (PID 1), `program` (PID 2),
`selfcheck`, `artifacts`; `uncontained` is for a host where none of this can be had. None of it parses
anything a member's program wrote, but for file names and contents that `artifacts` reads and frames
after that program is dead.
"""
