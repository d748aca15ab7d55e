"""Fuzzes one part of Codecage: ``python -m tests.fuzz TARGET --seconds N``; see docs/fuzzing.md."""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

TARGETS = ("frames", "trees", "messages", "replies", "configs", "requests")


def main() -> None:
    """Run atheris on a target, or every input of a folder once, without atheris."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long (default: 60)")
    parser.add_argument("--corpus", type=Path, help="folder of inputs, read and added to")
    parser.add_argument("--replay", action="store_true", help="only run what is in the corpus")
    options = parser.parse_args()
    corpus = options.corpus or Path(tempfile.gettempdir(), "fuzz-corpora", options.target)
    corpus.mkdir(parents=True, exist_ok=True)
    if options.replay:
        replay(options.target, corpus)
    else:
        fuzz(options.target, options.seconds, corpus)


def replay(target: str, corpus: Path) -> None:
    """Run what is in ``corpus``."""
    one = importlib.import_module(f"tests.fuzz.{target}").one
    for path in sorted(corpus.iterdir()):
        one(path.read_bytes())


def fuzz(target: str, seconds: int, corpus: Path) -> None:
    """Run atheris until ``seconds`` are over or an input breaks the target; does not return."""
    import atheris  # noqa: PLC0415 - an extra; a replay needs none

    with atheris.instrument_imports(include=["bot", "executor", "yaml"]):
        module = importlib.import_module(f"tests.fuzz.{target}")
    for number, seed in enumerate(module.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [
        f"-max_total_time={seconds}",
        "-timeout=30",  # for one input
        "-max_len=4096",
        "-print_final_stats=1",
        f"-artifact_prefix={corpus}-",
    ]
    dictionary = Path(__file__).with_name(f"{target}.dict")
    if dictionary.exists():
        arguments.append(f"-dict={dictionary}")
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], module.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
