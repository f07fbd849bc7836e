"""What pytest gets from casehub: no promise is hidden, no test reaches the network, and strangers notice nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

CONTRACT = """
import pytest
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import AdapterContract, SimulatedClock

class TestAcme(AdapterContract):
    @pytest.fixture
    def platform(self):
        return AcmeSimulator(SimulatedClock())
"""

HIDDEN = {
    "another test": "    def test_promise_08_one_case_is_read(self, platform): pass",
    "no test": "    test_promise_08_one_case_is_read = None",
    "skip": """
    @pytest.mark.skip(reason="later")
    def test_promise_08_one_case_is_read(self, platform): pass""",
    "an xfail that is not strict": """
    @pytest.mark.xfail(reason="later")
    def test_promise_08_one_case_is_read(self, platform): assert False""",
    "an xfail without a reason": """
    @pytest.mark.xfail(strict=True)
    def test_promise_08_one_case_is_read(self, platform): assert False""",
    "an xfail under a condition": """
    @pytest.mark.xfail(False, strict=True, reason="later")
    def test_promise_08_one_case_is_read(self, platform): pass""",
    "an xfail that is not run": """
    @pytest.mark.xfail(strict=True, reason="later", run=False)
    def test_promise_08_one_case_is_read(self, platform): pass""",
    "a mark of the class": "    pytestmark = [pytest.mark.skip(reason='later')]",
}


def ran(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-q", "-p", "no:randomly", *arguments)


@pytest.mark.parametrize("way", HIDDEN)
def test_a_promise_cannot_be_hidden(pytester: pytest.Pytester, way: str) -> None:
    pytester.makepyfile(CONTRACT + HIDDEN[way])

    result = ran(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*TestAcme hides what an adapter promises: *xfail(strict=True, reason='...')*"])


@pytest.mark.parametrize("mark", ["skip(reason='later')", "skipif(True, reason='later')", "xfail(reason='later')"])
def test_a_mark_from_outside_hides_no_promise_either(pytester: pytest.Pytester, mark: str) -> None:
    pytester.makepyfile(f"{CONTRACT}\n\npytestmark = pytest.mark.{mark}\n")

    result = ran(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*TestAcme::test_promise_* is marked *: a promise of the contract is tried, always"])


def test_a_promise_that_is_known_to_be_broken_is_seen(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""{CONTRACT}
    @pytest.mark.xfail(strict=True, reason="Acme lists one case twice")
    def test_promise_08_one_case_is_read(self, platform):
        super().test_promise_08_one_case_is_read(platform)
        assert False
"""
    )

    result = ran(pytester, "-rx", "-k", "promise_08")

    result.assert_outcomes(passed=6, xfailed=1)
    result.stdout.fnmatch_lines(["*Acme lists one case twice*"])


def test_the_contract_of_acme_is_green_and_says_what_fails_in_words(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""{CONTRACT}

class Deaf(AcmeSimulator):
    def received(self, case=""):
        return []

class TestDeaf(AdapterContract):
    @pytest.fixture
    def platform(self):
        return Deaf(SimulatedClock())
"""
    )

    result = ran(pytester, "-k", "promise_04 or promise_08")

    result.assert_outcomes(passed=21, failed=1)
    result.stdout.fnmatch_lines(["*assert 0 == 1*", "*has_got(*"])  # asserts are rewritten, as those of a test are


def test_a_contract_without_a_platform_says_what_is_missing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("from hub.testing import AdapterContract\nclass TestNothing(AdapterContract): pass")

    result = ran(pytester, "-k", "promise_08_one_case")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*TestNothing needs a fixture `platform` that returns the plugin's simulator*"])


NETWORK = """
import contextlib, socket
import pytest

def test_goes_out():
    with contextlib.suppress(Exception), socket.socket() as line:
        line.settimeout(0.01)
        line.connect(("192.0.2.1", 9))

def test_asks_for_a_name():
    with contextlib.suppress(Exception):
        socket.getaddrinfo("casehub.example", 443)

def test_stays_here():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
"""


def test_no_test_of_a_project_that_says_so_reaches_the_network(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(NETWORK)
    pytester.makeini("[pytest]\ncasehub_only_loopback = true\n")

    result = pytester.runpytest_subprocess("-q")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*the test went for the real network: ('192.0.2.1', 9)*"])


def test_the_fixtures_serve_a_plugins_own_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import pytest
from hub.scaffold.acme.simulator import AcmeSimulator

@pytest.fixture
def platform(simulated_clock):
    return AcmeSimulator(simulated_clock)

@pytest.mark.usefixtures("no_real_network")
def test_reads(platform, desk, tools):
    ref = platform.customer_writes("Hello?")
    desk.read()
    assert desk.case(ref).messages[0].text == "Hello?"
    assert tools.channel == "acme"
"""
    )

    ran(pytester).assert_outcomes(passed=1)


def test_a_strangers_tests_load_nothing_of_the_hub_but_the_plugin() -> None:
    program = (
        "import sys, pytest\n"
        "pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider', '/nowhere'])\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'hub'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/")

    assert done.stdout.splitlines()[-1] == "['hub', 'hub.testing', 'hub.testing.pytest_plugin']"
