"""Takes an export in, as a process of its own that a test can kill: FOLDER ADDRESS ENDPOINT."""

from __future__ import annotations

import sys
from pathlib import Path

from apportion.app.exports import fetch_and_ingest
from s3_front import Front
from stories import reopened

folder, address, endpoint = sys.argv[1:]
fetch_and_ingest(reopened(Path(folder)), address, clients=Front(endpoint).client)
