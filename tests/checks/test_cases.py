"""Every case of every check gets its verdict."""

import pytest
from cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case):
    case.run()
