"""A program of its own: holds sandboxes whose programs sleep, says which processes those are, waits.

What its death leaves behind is looked at by `test_box_death`.
"""

import asyncio
import json
import sys
from dataclasses import replace

from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, open_cage, python


async def main() -> None:
    async with open_cage() as cage, asyncio.TaskGroup() as group:
        boxes = [await cage.backend.spawn(SandboxSpec(kind, LIMITS)) for kind in (*Kind, *Kind)]
        sleeping = [asyncio.Event() for _ in boxes[:2]]
        for box, event in zip(boxes, sleeping, strict=False):
            program = python("import time, os; os.fork(); time.sleep(600)")
            program = replace(program, on_started=event.set)
            group.create_task(box.run(program, LIMITS))
        for event in sleeping:
            await event.wait()
        report = {
            "processes": host.processes(),
            "cgroups": list(cage.backend.facts.cgroup_paths.values()),
        }
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
        await asyncio.sleep(600)


asyncio.run(main())
