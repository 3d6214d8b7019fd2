"""Draw a terminal session as docs/pictures/run.svg: python -m tests.docs.pictures.run.

The shipped pipeline on the embedded sample, in a real terminal of 100 columns: a first run, and one whose gate
requires more accuracy than the model has.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import tempfile
from pathlib import Path

import pyte
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from tests.project import DIGITS, HOUSE, Project
from tests.terminal import run_in_terminal

COLUMNS = 100
COMMANDS = ("digits run", "digits run --set evaluate.gate.accuracy.at_least=0.999")
PICTURE = HOUSE / "docs" / "pictures" / "run.svg"


def main() -> None:
    """Run the commands in a temporary project and draw both screens, one below the other."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HOUSE / "pipeline.yaml", folder)
        project = Project(Path(folder), {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": f"{folder}/tfds"})
        for command in COMMANDS:
            arguments = shlex.split(command)[1:]
            session = run_in_terminal([str(DIGITS), *arguments], COLUMNS, project.variables(), project.path)
            console.print(Text(f"$ {command}", style="bold"))
            console.print(_coloured(session.screen), overflow="crop", no_wrap=True)
    svg = console.export_svg(title="digits", theme=DIMMED_MONOKAI)
    # Without @font-face the picture fetches nothing and uses the reader's fonts.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")


def _coloured(screen: pyte.Screen) -> Text:
    """Return the lines of a screen, without blank ones at the end, in their colours."""
    text = Text()
    lines = screen.display
    used = max(i for i, line in enumerate(lines) if line.strip()) + 1
    for row in range(used):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            style = cell.fg if cell.fg in {"red", "green"} else "yellow" if cell.fg == "brown" else ""
            text.append(cell.data, style=f"{style} bold".strip() if cell.bold else style)
        text.append("\n")
    return text


if __name__ == "__main__":
    main()
