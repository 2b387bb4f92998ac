"""What docs/openapi.yaml says of the addresses for machines is what running processes answer.

SCHEMA_EXAMPLES is how many requests schemathesis makes up for each operation.
"""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.proof.whole_site import ROOT, Site

EXAMPLES = os.environ.get("SCHEMA_EXAMPLES", "1000")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(3600),
    pytest.mark.xdist_group("serial"),
    pytest.mark.skipif(
        importlib.util.find_spec("schemathesis") is None, reason="schemathesis is not installed"
    ),
]


@pytest.mark.parametrize("has_key", [False, True])
def test_the_addresses_for_machines_keep_their_word(whole_site: Site, has_key: bool) -> None:
    site = whole_site
    site.manage("serve", "--prepare-only")
    site.ask("fill", 3)
    key = site.ask("make_key") if has_key else "rdk_niemandes"
    site.start()

    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", "docs/openapi.yaml"),
        *("--url", site.url(""), "--checks", CHECKS, "--max-response-time", "10"),
        *("--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing"),
        *("--suppress-health-check", "all", "--request-timeout", "30"),
        *("--header", f"Authorization: Bearer {key}"),
        *("--continue-on-failure", "--warnings", "off"),
    ]
    if has_key:
        command += ["--include-path-regex", "^/api/reports/"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    sys.stdout.write(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
