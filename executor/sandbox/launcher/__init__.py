"""The launcher process: started once per executor, the only part that stays root when it was root.

It makes cgroups, writes uid maps, forks runners and passes descriptors; it never sees a job, a
program or a byte of output. Standard library only, Python 3.9 to 3.14, handed over by descriptor.
"""
