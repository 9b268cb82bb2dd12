"""What check_deps.py reads: the C++ files of a tree with their includes, and the CMake targets."""

import os
import pathlib
import re
from dataclasses import dataclass, field
from functools import cached_property

# Not part of the tree: built, fetched, or bad on purpose.
SKIPPED = {".git", "build", "var", "node_modules", "__pycache__", "tests/lint/fixtures", "tests/data"}
TEXT_SUFFIXES = {
    "", ".cc", ".cmake", ".css", ".h", ".html", ".json", ".md", ".proto", ".py", ".sh", ".sql",
    ".textproto", ".ts", ".tsx", ".txt", ".yaml", ".yml",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
# Comments and the insides of strings; good enough for lines that clang-format has laid out.
NOT_CODE = re.compile(r'//.*$|"(?:\\.|[^"\\])*"|/\*.*?\*/')
CMAKE_CALL = re.compile(r"^[ \t]*(\w+)[ \t]*\(([^()]*)\)", re.M)
KEYWORD = re.compile(r"[A-Z][A-Z_]*$")


@dataclass(frozen=True)
class File:
    """A text file. `path` and `folder` are from the top of the tree, with slashes."""

    path: str
    text: str

    @property
    def folder(self):
        return self.path.rpartition("/")[0]

    @property
    def name(self):
        return self.path.rpartition("/")[2]

    @property
    def is_cpp(self):
        return self.path.endswith((".cc", ".h"))

    @property
    def is_test(self):
        """Never part of a product: beside the code, in common/testing, or under tests/."""
        return bool(re.search(r"_(test|benchmark|fuzz)\.cc$", self.path)) or self.within("common/testing", "tests")

    def within(self, *folders):
        return any(self.path.startswith(folder + "/") for folder in folders)

    @cached_property
    def lines(self):
        return self.text.split("\n")

    @cached_property
    def includes(self):
        """[(line number, "a/b.h")] of a C++ file, in order."""
        found = ((number, INCLUDE.match(line)) for number, line in enumerate(self.lines, 1))
        return [(number, match[1]) for number, match in found if match]

    @cached_property
    def code(self):
        """[(line number, text without comments and strings)], without the includes."""
        included = {number for number, _ in self.includes}
        return [(n, NOT_CODE.sub(" ", line)) for n, line in enumerate(self.lines, 1) if n not in included]


@dataclass
class Target:
    """A library, program, test or benchmark as a CMakeLists.txt declares it."""

    name: str
    kind: str  # the CMake command
    cmake: str  # path of the CMakeLists.txt
    line: int
    sources: list = field(default_factory=list)  # paths from the top
    deps: list = field(default_factory=list)

    @property
    def folder(self):
        return self.cmake.rpartition("/")[0]

    @property
    def is_library(self):
        return self.kind.endswith("_library")


@dataclass
class Tree:
    files: list
    targets: list

    @cached_property
    def by_path(self):
        return {file.path: file for file in self.files}

    @cached_property
    def cpp(self):
        return [file for file in self.files if file.is_cpp]

    @cached_property
    def cmake(self):
        return [file for file in self.files if file.name == "CMakeLists.txt"]


def read_tree(root):
    files = []
    for folder, subfolders, names in os.walk(root):
        prefix = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if prefix == "." else prefix + "/"
        subfolders[:] = sorted(s for s in subfolders if s not in SKIPPED and prefix + s not in SKIPPED)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if path.suffix in TEXT_SUFFIXES and path.is_file():
                files.append(File(prefix + name, path.read_text(encoding="utf-8", errors="replace")))
    targets = [t for file in files if file.name == "CMakeLists.txt" for t in read_targets(file)]
    return Tree(files, targets)


def cmake_calls(file):
    """[(line, command, arguments)] of a CMake file: calls whose arguments hold no parentheses."""
    text = re.sub(r"#.*", "", file.text)
    return [(text.count("\n", 0, call.start(1)) + 1, call[1], call[2].split()) for call in CMAKE_CALL.finditer(text)]


def read_targets(file):
    targets = []
    for line, command, words in cmake_calls(file):
        if command not in TARGET_COMMANDS or not words:
            continue
        groups, key = {}, "NAME"
        for word in words:
            if KEYWORD.match(word):
                key = "SRCS" if word in ("STATIC", "OBJECT") else word
            else:
                groups.setdefault(key, []).append(word)
        name, *rest = groups.get("NAME", ["?"])
        target = Target(name, command, file.path, line)
        prefix = file.folder + "/" if file.folder else ""
        target.sources = [prefix + source for source in rest + groups.get("SRCS", []) if "$" not in source]
        target.deps = groups.get("DEPS", []) + groups.get("PRIVATE_DEPS", [])
        targets.append(target)
    return targets


TARGET_COMMANDS = {
    "tend_library", "tend_binary", "tend_test", "tend_benchmark", "add_library", "add_executable",
}
