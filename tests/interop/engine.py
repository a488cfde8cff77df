"""Runs the API suite on another implementation of DynamoDB: moto's. Tests that cannot run there are listed with the
reason. A listed test that passes fails the run, so that the list stays correct.

The argument is the test executable. With --serve PORT this is moto itself. It serves one request at a time, since its checks
and writes are not one step: otherwise its conditions would not be as safe as DynamoDB's.
"""

import logging
import os
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 900
# moto answers one request at a time. A call that waits too long is sent again, and moto does not recognise it. So tests
# that failed beside others are repeated alone, each time on a new moto: it slows with the tables that it holds.
REPETITIONS = 2
# Modules whose tests concern requests, chains or answers, and would repeat calls that the engine has seen already.
LEFT_OUT = {
    "inputs::": "what clients may send is refused before the database is asked",
    "requests::": "about the embedded engine and its gate",
    "watching::": "a simulated chain, of hundreds of looks each: too slow here",
    "sweeping::": "a simulated chain, with a restart at each call: too slow here",
    "attacks::": "counts capacity units, which moto does not, or tells thousands of deposits: too slow here",
    "feed::lanes::": "lanes grow with the units of a second, in which moto writes too little",
    "listing::expired::sessions_that_wait_for_evidence_make_pages_short_and_not_dear": "hundreds of orders: too slow here",
    "panel::": "about the local server's test panel",
    "page::": "about pages, of calls that the engine has seen already",
    "races::a_list_shows_every_order_whose_creation_was_answered":
        "thirty lists at once, of many queries each: some wait longer here than a call may",
    "routes::": "no database",
    "webhooks::failing::a_database_that_fails_at_any_call_loses_no_message":
        "repeats a sale for each call that may fail: minutes here",
    "template::": "no database",
    "feed::publishing::records_that_come_twice_late_and_out_of_order_do_no_harm":
        "answers are lost by chance, and moto does not know a transaction again by its client token",
    "feed::publishing::the_dust_of_thousands_is_published_a_transaction_at_a_time":
        "reading thousands of items takes moto about as long as a call may take",
    "feed::sweeping::a_sweep_ends_what_it_has_found_before_it_looks_for_more":
        "counts calls, of which moto is slow enough to have some sent again",
}
NO_TOKENS = "moto does not know a transaction again by its client token, so a lost answer is a lost race"
UNITS = "moto does not count capacity units as DynamoDB does"
EXCEPTIONS = {
    "contention::an_attempt_whose_answer_was_lost_is_this_calls_own_however_late_it_is_found": NO_TOKENS,
    "faults::a_passing_fault_is_healed_before_the_client_notices": NO_TOKENS,
    "faults::an_answer_that_never_comes_is_asked_for_again": NO_TOKENS,
    "request_log::a_request_leaves_one_line_that_says_what_it_cost_and_nothing_it_said": UNITS,
    "request_log::what_calls_cost_is_what_the_table_says": UNITS,
}


def serve(port):
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import run_simple

    import moto_keys

    moto_keys.read_in_updates()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple("127.0.0.1", port, DomainDispatcherApplication(create_backend_app), threaded=False)


def start():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(port)])
    for _ in range(300):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return process, f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise AssertionError("moto does not start")


def run(binary, url, *arguments, threads=2):
    """The outcome of each test by its name, and the whole output."""
    environment = os.environ | {"AWS_ENDPOINT_URL_DYNAMODB": url, "RUST_BACKTRACE": "0"}
    command = [binary, "--test-threads", str(threads), *arguments]
    with tempfile.TemporaryFile("w+") as output:
        try:
            subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
            ended = True
        except subprocess.TimeoutExpired:
            ended = False
        output.seek(0)
        said = output.read()
    lines = [line.split() for line in said.splitlines() if line.startswith("test ")]
    outcomes = {words[1]: words[-1] for words in lines if words[2] == "..." and words[1] != "result:"}
    if not ended:
        slow = {words[1] for words in lines if "has been running" in " ".join(words)} - set(outcomes)
        sys.exit(f"{said}\nNot all tests ended within {SECONDS} seconds. Still running: {sorted(slow)}")
    return outcomes, said


def main(binary):
    moto, url = start()
    try:
        listed = subprocess.run([binary, "--list", "--format", "terse"], capture_output=True, text=True, check=True)
        names = [line.split(": ")[0] for line in listed.stdout.splitlines() if line.endswith(": test")]
        unknown = set(EXCEPTIONS) - set(names)
        assert not unknown, f"no such tests: {unknown}"
        left_out = [name for name in names if name.startswith(tuple(LEFT_OUT))]
        skipped = [f"--skip={name}" for name in [*EXCEPTIONS, *left_out]]
        began = time.monotonic()
        outcomes, said = run(binary, url, "--exact", *skipped)
        failed = [name for name, outcome in outcomes.items() if outcome != "ok"]
        for _ in range(REPETITIONS):
            if not failed:
                break
            print(f"Once more, alone: {failed}", flush=True)
            moto.terminate()
            moto.wait()
            moto, url = start()
            outcomes |= run(binary, url, "--exact", *failed, threads=1)[0]
            failed = [name for name, outcome in outcomes.items() if outcome != "ok"]
        assert outcomes and not failed, f"{said}\nAlone these fail too: {failed}"
        excepted, said = run(binary, url, "--exact", *EXCEPTIONS) if EXCEPTIONS else ({}, "")
        passed = [name for name, outcome in excepted.items() if outcome == "ok"]
        assert not passed, f"these pass on moto now; take them off the list: {passed}"
        assert set(excepted) == set(EXCEPTIONS), said
    finally:
        moto.terminate()
        moto.wait()
    print(f"On moto: {len(outcomes)} tests passed, {len(EXCEPTIONS)} cannot run there, {len(left_out)} were left out; "
          f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(int(sys.argv[2]))
    else:
        main(sys.argv[1])
