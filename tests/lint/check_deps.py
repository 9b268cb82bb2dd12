#!/usr/bin/env python3
"""Checks the rules that keep Tend's parts apart (CONTRIBUTING.md, "Where code goes") and some of its style.

  tests/lint/check_deps.py [ROOT]

One line a fault: `file:line: rule N: what: what to do`. Exit status 1 when there is any. The tables
below are the rules' data: a new layer, library or edge is a line here.
"""

import re
import sys
from fnmatch import fnmatchcase

sys.dont_write_bytecode = True  # a check leaves the tree as it was
from source_tree import cmake_calls, read_tree

# Rule 1. A folder may include lower numbers and itself; equals do not know each other.
LAYERS = {
    "common/base": 0, "proto": 1, "common/model": 2, "common/runtime": 3, "common/stream": 4,
    "common/kafka": 5, "common/postgres": 5, "common/rpc": 5, "common/service": 6, "common/testing": 6, "services": 7, "tests": 8,
}
# Headers made from proto/, and the library that holds them.
GENERATED_PREFIX, GENERATED_LIBRARY = "tend/v1/", "tend_proto"

# Rule 2. The trial is made of these parts of other services (decision of 2026-11-24, the trial's folder).
TRIAL_WIRING = ("services/cli/trial/*", "services/cli/*wiring.*")
TRIAL_PARTS = ("domain", "processor", "connectors", "files")

# Rule 3. Pure: only values in, values out.
PURE = ("common/base/*", "common/model/*", "services/*/domain/*", "services/*/connectors/*")
PURE_MAY_INCLUDE = ("common/base/", "common/model/", GENERATED_PREFIX, "services/")  # services: rules 2 and 5
IMPURE_HEADERS = {
    **dict.fromkeys(("iostream", "fstream", "filesystem", "cstdio", "stdio.h", "unistd.h", "fcntl.h", "dirent.h"), "I/O"),
    **dict.fromkeys(("sys/*", "netdb.h", "poll.h", "arpa/*", "netinet/*"), "I/O"),
    **dict.fromkeys(("chrono", "ctime", "time.h", "absl/time/clock.h"), "a clock"),
    **dict.fromkeys(("thread", "mutex", "shared_mutex", "condition_variable", "future", "stop_token", "semaphore",
                     "latch", "barrier", "pthread.h", "absl/synchronization/*"), "threads"),
}
IMPURE_CALLS = re.compile(
    r"\b(absl::Now|absl::GetCurrentTimeNanos|absl::SleepFor|(?:std::)?getenv|std::time|time\s*\(\s*(?:nullptr|NULL|0)\s*\)|"
    r"clock_gettime|gettimeofday|\w+_clock::now|std::random_device|std::c(?:out|err|in)\b|f?printf\s*\(|fopen)")
PURE_EXCEPTIONS = {
    ("common/base/check.cc", "cstdio"): "says where the program is at fault before it aborts",
}

# Rule 4. header pattern -> the folders that may include it.
OWNERS = {
    "librdkafka/*": ("common/kafka",),
    "libpq-fe.h": ("common/postgres",),
    "postgresql/*": ("common/postgres",),
    "grpc*/*": ("common/rpc", "services/*/grpc", "services/cli/remote", "tests/bench"),
    "*.grpc.pb.h": ("common/rpc", "services/*/grpc", "services/cli/remote", "tests/bench"),
    "boost/*": ("common/rpc/http",),
    "csv.h": ("services/ingest/connectors",),
    "simdjson.h": ("services/ingest/connectors",),
    # ICU is two libraries to us: decoding of files, and the normal forms of identifiers.
    "unicode/*": ("services/ingest/connectors", "services/enrichment/domain"),
    "zlib.h": ("services/ingest/files", "services/cli/remote"),
    "libpsl.h": ("services/enrichment/domain",),
    "phonenumbers/*": ("services/enrichment/domain",),
    "openssl/*": ("common/base",),
    "xxhash.h": ("common/base",),
    "CLI/*": ("services/cli", "tests/bench"),
    "spdlog/*": ("common/runtime",),
    "prometheus/*": ("common/runtime",),
}
# Everybody's: the foundation of all, and the operating system.
SHARED_HEADERS = ("absl/*", "google/protobuf/*", GENERATED_PREFIX + "*", "sys/*", "netinet/*", "arpa/*", "fcntl.h",
                  "unistd.h", "signal.h", "poll.h", "netdb.h", "dirent.h", "pthread.h", "time.h", "stdio.h", "stdint.h",
                  "errno.h", "malloc.h", "cxxabi.h", "execinfo.h", "immintrin.h", "termios.h")

# Rule 5. What a service's inner folders may not name: its edges, and the clients of servers.
INNER = ("domain", "processor", "connectors")
CLIENTS = ("common/kafka/", "common/postgres/", "common/rpc/")

# Rule 7. Only tests and benchmarks include these.
TEST_ONLY = ("common/testing/*", "tests/*", "gtest/*", "gmock/*", "rapidcheck.h", "rapidcheck/*", "benchmark/*")

# Rule 8. CMake commands that act at a distance.
BANNED_CMAKE = ("include_directories", "link_libraries", "link_directories", "add_definitions",
                "add_compile_options", "add_compile_definitions", "add_link_options")

# Style.
MAX_LINES = {".cc": 800, ".h": 400}
MAX_MAIN_LINES = 60
MAX_README_LINES = 60
UNFINISHED = re.compile(r"\b(?:TODO(?!\([^)\s][^)]*\): \S)|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?:^|[\s\"'=(:])/(?:home|root|work|Users)/\w")
REGISTRY = re.compile(r"https?://[\w.-]*(?:npmjs|pypi|pythonhosted|crates|maven|golang|debian)[\w.-]*\.(?:org|io|com)/")


def layer_of(path):
    """(folder, number) of the layer that holds a path or an include; (None, None) outside the layers."""
    if path.startswith(GENERATED_PREFIX):
        return "proto", LAYERS["proto"]
    for folder, number in LAYERS.items():
        if path.startswith(folder + "/"):
            return folder, number
    return None, None


def in_tree(include):
    return include.startswith(("common/", "services/", "tests/"))


def service_part(path):
    """"domain" of services/x/domain/a.h, "processor" of services/x/processor.h; "" outside services/."""
    words = path.split("/")
    return words[2].partition(".")[0] if words[0] == "services" and len(words) > 2 else ""


def matches(path, patterns):
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def check_layers(tree):
    for file in tree.cpp:
        own, own_number = layer_of(file.path)
        if own is None and in_tree(file.path):
            yield file, 1, 1, f"{file.folder} is in no layer", "add the folder to LAYERS in tests/lint/check_deps.py"
            continue
        for line, include in file.includes:
            layer, number = layer_of(include)
            if own is None or layer in (None, own) or number < own_number:
                continue
            if file.is_test and layer == "common/testing":
                continue  # fakes stand above what they fake; the tests of any layer use them
            yield file, line, 1, f"{own} includes {include} of {layer}, which is not below it", \
                "move the shared part down, or pass it in through an interface"


def check_services(tree):
    for file in tree.cpp:
        if not file.within("services"):
            continue
        own = file.path.split("/")[1]
        for line, include in file.includes:
            parts = include.split("/")
            if parts[0] != "services" or parts[1] == own:
                continue
            if matches(file.path, TRIAL_WIRING) and service_part(include) in TRIAL_PARTS:
                continue
            yield file, line, 2, f"services/{own} includes {include} of another service", \
                "meet through a message in proto/, or move the shared part to common/"


def check_purity(tree):
    for file in tree.cpp:
        if file.is_test or not matches(file.path, PURE):
            continue
        for line, include in file.includes:
            if (file.path, include) in PURE_EXCEPTIONS:
                continue
            if in_tree(include) and not include.startswith(PURE_MAY_INCLUDE):
                yield file, line, 3, f"a pure folder includes {include}", "take values, or move this code to processor/"
            for pattern, what in IMPURE_HEADERS.items():
                if fnmatchcase(include, pattern):
                    yield file, line, 3, f"{include} brings {what} into a pure folder", "take the value as an argument"
        for line, code in file.code:
            call = IMPURE_CALLS.search(code)
            if call and not matches(file.path, [path for path, _ in PURE_EXCEPTIONS]):
                yield file, line, 3, f"{call[1].strip('( ')} in a pure folder", "take time, settings and output as arguments"


def check_owners(tree):
    for file in tree.cpp:
        for line, include in file.includes:
            owners = next((folders for pattern, folders in OWNERS.items() if fnmatchcase(include, pattern)), None)
            if owners:
                if not matches(file.folder, [f for owner in owners for f in (owner, owner + "/*")]):
                    yield file, line, 4, f"{include} belongs to {' and '.join(owners)}", "use what that folder offers"
            elif re.search(r"[/.]", include) and not in_tree(include) and \
                    not matches(include, SHARED_HEADERS + TEST_ONLY):
                yield file, line, 4, f"{include} is of no known library, or lacks its folder", \
                    "write the path from the top, or give the library an owner in OWNERS of tests/lint/check_deps.py"


def check_wiring(tree):
    for file in tree.cpp:
        if file.is_test or service_part(file.path) not in INNER:
            continue
        service = "/".join(file.path.split("/")[:2])
        for line, include in file.includes:
            edge = include.startswith(service + "/") and service_part(include) not in INNER
            if edge or include.startswith(CLIENTS):
                yield file, line, 5, f"{service_part(file.path)} names a concrete part, {include}", \
                    "take an interface; wiring.cc puts the two together"


def check_no_test_code(tree):
    for file in tree.cpp:
        for line, include in file.includes:
            if not file.is_test and matches(include, TEST_ONLY):
                yield file, line, 7, f"product code includes {include}", "move it to a *_test.cc or to common/testing"


def check_cmake(tree):
    listed = {source for target in tree.targets for source in target.sources}
    for file in tree.cmake:
        for line, command, words in cmake_calls(file):
            if command == "file" and words[:1] in (["GLOB"], ["GLOB_RECURSE"]):
                yield file, line, 8, "sources by pattern", "list them"
            if command in BANNED_CMAKE:
                yield file, line, 8, f"{command} acts on every target", "set it on one target, in common/cmake if for all"
    for file in tree.cpp:
        if file.path.endswith(".cc") and file.path not in listed:
            nearest = max((c.path for c in tree.cmake if file.path.startswith(c.folder)), key=len, default="one")
            yield file, 1, 8, "in no CMakeLists.txt", f"list it in {nearest}"
    for target in tree.targets:
        if target.sources != sorted(target.sources):
            yield tree.by_path[target.cmake], target.line, 8, f"the sources of {target.name} are not sorted", "sort them"


def check_declared(tree):
    """Rule 8: a target's DEPS are the in-tree libraries whose headers its files include; no more, no less."""
    libraries = [t for t in tree.targets if t.is_library]
    owner = {source: t.name for kind in ("tend_binary", "tend_library") for t in tree.targets if t.kind == kind
             for source in t.sources}
    in_folder = {}
    for library in libraries:
        for folder in {source.rpartition("/")[0] for source in library.sources}:
            in_folder.setdefault(folder, []).append(library.name)
    names = {t.name for t in libraries} | {GENERATED_LIBRARY, "tend_grpc"}

    def holders(include):
        """The libraries of which one must be declared to include this."""
        if include.startswith(GENERATED_PREFIX):
            return ["tend_grpc" if include.endswith(".grpc.pb.h") else GENERATED_LIBRARY]
        source = re.sub(r"\.h$", ".cc", include)
        return [owner[source]] if source in owner else in_folder.get(include.rpartition("/")[0], [])

    for target in tree.targets:
        if not target.kind.startswith("tend_"):
            continue
        headers = [f.path for f in tree.cpp if target.is_library and f.path.endswith(".h") and target.name in holders(f.path)]
        files = [tree.by_path[p] for p in target.sources + headers if p in tree.by_path]
        used = set()
        for file in files:
            for line, include in file.includes:
                found = holders(include)
                used.update(found)
                if found and target.name not in found and not set(found) & set(target.deps):
                    yield file, line, 8, f"{target.name} includes {include} without declaring {' or '.join(found)}", \
                        f"add it to the DEPS of {target.name} in {target.cmake}"
        for name in sorted(set(target.deps) & names - used):
            yield tree.by_path[target.cmake], target.line, 8, f"{target.name} declares {name} and includes nothing of it", \
                "remove it from its DEPS"


def check_style(tree):
    for file in tree.cpp:
        length = len(file.lines) - 1
        limit = MAX_MAIN_LINES if file.name == "main.cc" else MAX_LINES["." + file.path.rpartition(".")[2]]
        if length > limit:
            yield file, length, "style", f"{length} lines, at most {limit}", "split it by subject"
        if file.path.endswith(".h"):
            guard = "TEND_" + re.sub(r"\W", "_", file.path).upper() + "_"
            if f"#ifndef {guard}" not in file.lines or f"#define {guard}" not in file.lines:
                yield file, 1, "style", "the include guard is not that of the path", f"name it {guard}"
        for line, code in file.code:
            if code.startswith("using namespace"):
                yield file, line, "style", "using namespace at file scope", "name what you use"
    for file in tree.files:
        if file.name == "README.md" and file.folder and len(file.lines) - 1 > MAX_README_LINES:
            yield file, MAX_README_LINES, "style", f"over {MAX_README_LINES} lines", "keep the purpose; move the rest to docs/"
        code = file.path.endswith((".cc", ".h", ".proto", ".ts", ".tsx", ".cmake")) or file.name == "CMakeLists.txt"
        for line, text in enumerate(file.lines, 1):
            if code and UNFINISHED.search(text):
                yield file, line, "style", "a note without an owner", "finish it, or write " + "TODO(" + "name or issue): what"
            if MACHINE_PATH.search(text) or REGISTRY.search(text):
                yield file, line, "style", "a path of one machine, or the address of a package registry", \
                    "write paths from the top of the tree; leave addresses to the tools' settings"


RULES = (check_layers, check_services, check_purity, check_owners, check_wiring, check_no_test_code, check_cmake,
         check_declared, check_style)


def check(root):
    """All faults below root as sorted lines."""
    tree = read_tree(root)
    faults = set()
    for rule in RULES:
        for file, line, number, what, remedy in rule(tree):
            name = number if number == "style" else f"rule {number}"
            faults.add((file.path, line, f"{file.path}:{line}: {name}: {what}: {remedy}"))
    return [text for _, _, text in sorted(faults)]


def main():
    faults = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(faults) if faults else "dependency rules: all hold")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
