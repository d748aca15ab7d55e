"""What a thousand messages through random trouble become of; prints JSON.

    .venv/bin/python -m benchmarks.chaos [MESSAGES [SEED]]

The bot is a process with real sandboxes, on the stand-in for Discord with its limits on. Beside a third
of the messages something fails: lost connections, sessions that cannot be resumed, 429 (also of all calls
together), 5xx and lost answers before and after the work is done, deleted and edited messages, deleted
channels, members who have everything about them erased, and SIGKILL with a new start. Every seventh
message is a direct one. Members press Run again where a reply asks for that.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot.demo import StandIn
from tests.discord.chaos import Chaos, Plan
from tests.discord.chaos_ledger import Outcome


def main() -> None:
    """Let it happen and print what became of it."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    plan = Plan(
        seed=seed,
        messages=messages,
        kills=max(1, messages // 80),
        deleted_channels=messages // 200,
        paces_identifies=True,
    )
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(_outcome(plan, Path(folder)))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"
    head = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "load_before": round(load_before, 1),
        "seed": seed,
    }
    print(json.dumps(head | _figures(outcome), indent=1))
    sys.exit(0 if outcome.is_flawless else 1)


async def _outcome(plan: Plan, folder: Path) -> Outcome:
    async with StandIn(paces_identifies=plan.paces_identifies) as standin:
        return await Chaos(standin, folder, plan).run()


def _figures(outcome: Outcome) -> dict[str, object]:
    return {
        "messages": outcome.messages,
        "of_them_direct_messages": outcome.direct_messages,
        "answered_once_and_rightly": outcome.answered,
        "deleted_with_their_replies": outcome.gone,
        "without_a_reply": outcome.unanswered,
        "with_a_wrong_reply": outcome.wrong,
        "answered_twice": outcome.twice,
        "replies_to_nothing": outcome.left_over,
        "told_of_a_restart": outcome.told_of_a_restart,
        "run_again_pressed": outcome.presses,
        "faults": dict(sorted(outcome.faults.items())),
        "sessions_started": outcome.identifies,
        "sessions_resumed": outcome.resumes,
        "seconds": round(outcome.seconds),
        "last_process_at_80_percent_and_at_the_end": outcome.last_process,
    }


if __name__ == "__main__":
    main()
