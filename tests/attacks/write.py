"""Writes what the documentation says of the attacks: docs/attacks.md, and a part of docs/security.md.

python -m tests.attacks.write
"""

from pathlib import Path

from tests.attacks.layers import put_into
from tests.attacks.table import markdown, read

if __name__ == "__main__":
    cases = read()
    Path("docs/attacks.md").write_text(markdown(cases), "utf-8")
    security = Path("docs/security.md")
    security.write_text(put_into(security.read_text("utf-8"), cases), "utf-8")
