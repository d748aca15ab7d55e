"""Uses the whole surface of aiopyston, unmodified, and prints what it got; see test_clients.py."""

import asyncio
import json
import sys

import pyston


async def main(base_url: str) -> dict[str, object]:
    """Return what every call of the client brings."""
    client = pyston.PystonClient(base_url=base_url)
    ran = await client.execute(
        "py",
        [pyston.File("import helper; print(helper.x, input())"), pyston.File("x = 1", "helper.py")],
        stdin="in",
        args=["a"],
    )
    built = await client.execute("c", [pyston.File("int main(){return 3;}")], version="*")
    try:
        await client.execute("nope", [pyston.File("")])
        refusal = ""
    except pyston.exceptions.ExecutionError as error:
        refusal = str(error)
    found = {
        "runtimes": [[x.language, x.version, x.aliases] for x in await client.runtimes()],
        "languages": sorted(await client.languages()),
        "py": repr(await client.get_runtimes("py")),
        "stdout": ran.run_stage.stdout,
        "success": ran.success,
        "text": str(ran),
        "compile": built.compile_stage.code,
        "code": built.run_stage.code,
        "refusal": refusal,
    }
    await client.close_session()
    return found


sys.stdout.write(json.dumps(asyncio.run(main(sys.argv[1]))))
