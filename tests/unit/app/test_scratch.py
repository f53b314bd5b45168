"""What a killed process left behind, the next one removes; no more than that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from apportion.app.scratch import Scratch

_HOLDS = """
import sys, time
from pathlib import Path
from apportion.app.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "spill").write_text("much")
print(scratch.path, flush=True)
time.sleep(86400)
"""


def test_the_folder_is_gone_with_its_use(tmp_path: Path) -> None:
    with Scratch(tmp_path) as folder:
        (folder / "file").write_text("something")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    (tmp_path / "apportion-of-somebody-else").mkdir()
    mine = Scratch(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    others = Path(process.stdout.readline().strip())
    with Scratch(tmp_path):
        assert (others / "spill").exists()
    process.kill()
    process.communicate()
    assert (others / "spill").exists()
    with Scratch(tmp_path) as folder:
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {"apportion-of-somebody-else", mine.path.name, folder.name}
