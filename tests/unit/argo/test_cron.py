"""Cron expressions as Argo's CRDs and its parser take them: no names, no 7; None where its grammar has no such thing."""

import pytest

from flowc.backends.argo.cron import argo_cron

CASES = """
30 2 * * MON-FRI    30 2 * * 1-5
@daily              @daily
0 0 1 JAN,jul *     0 0 1 1,7 *
0 0 * * sun/2       0 0 * * 0/2
0 0 * * 7           0 0 * * 0
0 0 * * fri-mon     0 0 * * 5,6,0,1
*/5 * * * 5-7/2     */5 * * * 5,0
0 0 ? * 1-5         0 0 ? * 1-5
0 0 L * *           -
0 0 * * 6L          -
0 0 1 1 ? 2030      -
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_argo_cron(line: str) -> None:
    written, expected = (part.strip() for part in line.split("  ", 1))
    assert (argo_cron(written) or "-") == expected
