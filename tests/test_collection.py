"""What is collected is the same in every process, or those that share the tests would not agree which there are."""

import os
import subprocess
import sys

import pytest
from pages import ROOT


@pytest.mark.slow
def test_neither_the_time_nor_the_order_of_hashes_changes_what_is_collected(request):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}  # other than here, where it is any
    later = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    assert {item.nodeid for item in request.session.items} - set(later.stdout.splitlines()) == set()
