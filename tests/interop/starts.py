"""Starts each function's binary with the environment that template.yaml gives it, as Lambda does, and checks
that it asks for its first event. One that lacks a variable ends instead.

The argument is the folder with the binaries.
"""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

SECONDS = 30
# Values of parameters without a default, or with one that leaves out a resource to start.
PARAMETERS = {
    "Chains": '{"8453": {"rpc": ["http://127.0.0.1:9"]}}',
    "WalletConnect": '{"project_id": "0123456789abcdef0123456789abcdef", "script": "https://shop.example/w.js"}',
}
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    # Nothing listens there; no function needs an answer to start.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


class Template(yaml.SafeLoader):
    """Reads `!Ref` as the parameter's default or the resource's name; no start needs other functions' results."""


def ref(loader, node):
    return ("ref", loader.construct_scalar(node))


def other(loader, _, node):
    return "of " + str(node.value)


Template.add_constructor("!Ref", ref)
Template.add_multi_constructor("!", other)


def environment_of(template, function):
    def value(given):
        if not isinstance(given, tuple):
            return str(given)
        name = given[1]
        if name not in template["Parameters"]:
            return name
        return str(PARAMETERS.get(name, template["Parameters"][name].get("Default", "")))

    variables = dict(template["Globals"]["Function"].get("Environment", {}).get("Variables", {}))
    variables |= function["Properties"].get("Environment", {}).get("Variables", {})
    return {name: value(given) for name, given in variables.items()}


class RuntimeApi(BaseHTTPRequestHandler):
    """Lets functions wait for an event that never comes."""

    def do_GET(self):
        self.server.asked.set()
        self.server.over.wait()

    def log_message(self, *_):
        pass


def resident(process):
    """The most memory that a process has had at once, in MB."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024 / 1e6


def start(binary, environment):
    """The function's error, `None` if it asks for an event; and then its memory in MB."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    server.daemon_threads = True
    server.asked, server.over = threading.Event(), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = LAMBDA | environment | {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % server.server_port}
    process = subprocess.Popen([binary], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for _ in range(SECONDS * 20):
            if server.asked.wait(0.05):
                return None, resident(process)
            if process.poll() is not None:
                break
        process.kill()
        return process.communicate()[0] or "it says nothing", 0
    finally:
        process.kill()
        process.wait()
        server.over.set()
        server.shutdown()
        server.server_close()


def main(folder):
    with open(os.path.join(os.path.dirname(__file__), "../../template.yaml"), encoding="utf-8") as file:
        template = yaml.load(file, Template)
    functions = [it for it in template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    assert len(functions) > 20
    needed, memory = 0, {}
    for function in functions:
        name = function["Properties"]["Handler"]
        binary = os.path.join(folder, function["Metadata"]["BuildProperties"]["Binary"])
        environment = environment_of(template, function) | {"_HANDLER": name}
        problem, memory[name] = start(binary, environment)
        assert problem is None, f"{name} does not start with what template.yaml gives it: {problem}"
        # Every function with a table needs its name: without such functions this check would be void.
        needed += start(binary, environment | {"SESSIONS_TABLE": ""})[0] is not None
    assert needed == len(functions) - 1, f"{needed} functions need a table's name; all but not-found should"
    most = max(memory, key=memory.get)
    print(f"{len(functions)} functions start, with {memory[most]:.1f} MB of memory at most ({most})")


main(sys.argv[1])
