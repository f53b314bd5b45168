"""The JSON API against its OpenAPI description: valid responses to every request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apportion.web.page_registry import PAGES
from soak import SOAK
from web_client import as_one_of, behind_proxy
from web_ledger import run_cache_of

#: The number of requests of each page and mode.
MOST = 500 if SOAK else 20
#: Seconds for a response; the default of schemathesis, ten, is too short on a busy machine.
PATIENCE = 600
GROUPS = (("finance",), ("shop",), ("nothing of ours",))

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def api(shown: Path) -> Any:
    app = behind_proxy(run_cache_of(shown))
    return schemathesis.openapi.from_asgi(
        "/api/openapi.json", app, headers=dict(as_one_of("finance"))
    )


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_the_api_conforms_to_its_description(api: Any, name: str, mode: GenerationMode) -> None:
    operation = api[f"/api/v1/{name}"]["GET"]

    @given(case=operation.as_strategy(generation_mode=mode), groups=st.sampled_from(GROUPS))
    @settings(max_examples=MOST, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any, groups: tuple[str, ...]) -> None:
        case.call_and_validate(headers=dict(as_one_of(*groups)), checks=CHECKS, timeout=PATIENCE)

    ask()
