"""Checks the documents: their length, their links, that every test that docs/architecture.md names exists, and that doc
comments in the code begin with a noun or a verb."""

import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
README_LINES, ARCHITECTURE_WORDS = 150, 2500
CODE = re.compile(r"^```.*?^```$|^(?: {4}|\t).*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
RIDDLE = re.compile(r"^[ \t]*//[/!] (?:What|How|Whether|Whose|Where|Who|When|Which|Why)\b.*", re.MULTILINE)
TEST = re.compile(r"`([\w./-]+\.rs)::(\w+)`")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def anchors(text):
    """The anchors that GitHub gives a document's headings."""
    found = set()
    for heading in HEADING.findall(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)):
        heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        repeats = sum(name == anchor or re.fullmatch(re.escape(anchor) + r"-\d+", name) is not None for name in found)
        found.add(f"{anchor}-{repeats}" if repeats else anchor)
    return found


def broken_links(documents):
    for document in documents:
        for target in LINK.findall(CODE.sub("", read(document))):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            path = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
            if not os.path.exists(os.path.join(ROOT, path)):
                yield f"{document} links to {target}: there is no {path}"
            elif anchor and anchor not in anchors(read(path)):
                yield f"{document} links to {target}: {path} has no such heading"


def missing_tests(architecture):
    for path, name in TEST.findall(architecture):
        if not os.path.exists(os.path.join(ROOT, path)):
            yield f"docs/architecture.md names a test in {path}, which does not exist"
        elif not re.search(rf"\bfn {name}\(", read(path)):
            yield f"docs/architecture.md names {path}::{name}, which does not exist"
    invariants = architecture.split("\n## Invariants\n")[1].split("\n## ")[0]
    for claim in invariants.split("\n### ")[1:]:
        if not TEST.search(claim):
            yield f'docs/architecture.md names no test for "{claim.splitlines()[0]}"'


def riddles(sources):
    for source in sources:
        text = read(source)
        for found in RIDDLE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{source}:{line} begins with no noun or verb: {found.group().strip()}"


def tracked(pattern):
    listed = subprocess.run(["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\n") if path and os.path.exists(os.path.join(ROOT, path))]


def main():
    documents = tracked("*.md")
    architecture = read("docs/architecture.md")
    lines, words = len(read("README.md").splitlines()), len(architecture.split())
    problems = [*broken_links(documents), *missing_tests(architecture), *riddles(tracked("*.rs"))]
    if lines > README_LINES:
        problems.append(f"README.md has {lines} lines, more than {README_LINES}")
    if words > ARCHITECTURE_WORDS:
        problems.append(f"docs/architecture.md has {words} words, more than {ARCHITECTURE_WORDS}")
    if problems:
        sys.exit("\n".join(problems))
    tests = len(set(TEST.findall(architecture)))
    print(f"{len(documents)} documents link to what exists; README.md has {lines} lines, docs/architecture.md {words} "
          f"words and {tests} tests")


main()
