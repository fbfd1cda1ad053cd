"""Holds every #include of the program against layers.txt, and each module against its header."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "test/layers.txt"
FOLDERS = ("", "base", "aws", "cluster", "registry", "cmd", "packaging")
NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
# The C library's headers, C11's and POSIX's; all others are a library's.
STANDARD = re.compile(
    r"(arpa|net|netinet|sys)/\w+\.h|"
    r"(ctype|dirent|errno|fcntl|float|fnmatch|getopt|inttypes|limits|locale|math|netdb|poll|pthread|pwd|"
    r"signal|spawn|stdarg|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|termios|"
    r"time|unistd)\.h")


def read_list():
    rules = {}
    for line in LIST.read_text().splitlines():
        who, colon, what = line.partition("#")[0].partition(":")
        if colon:
            assert who not in rules, f"{who}: twice in the list"
            rules[who] = what.split()
    return rules


RULES = read_list()
LAYERS = {who: what for who, what in RULES.items() if who[0] != "<" and not who.endswith("()")}
SOURCES = sorted(path.relative_to(ROOT) for folder in FOLDERS
                 for path in (ROOT / folder).glob("*.[ch]" if folder == "" else "**/*.[ch]"))


def module(path):
    """"base/buf" of base/buf.c and base/buf.h."""
    return str(pathlib.PurePosixPath(path).with_suffix(""))


def is_part(of, whole):
    return of == whole or of.startswith(whole + "/")


def covers(layer, what):
    """Does a layer of the list, a module or the modules of a folder, have this one?"""
    return layer in (what, folder_of(what))


def folder_of(who):
    return str(pathlib.PurePosixPath(who).parent)


def rule_for(who):
    return max((rule for rule in LAYERS if is_part(who, rule)), key=len, default=None)


def includes(source, brackets):
    """The names that a file includes in this kind of brackets, '""' or '<>'."""
    left, right = brackets
    return re.findall(rf"^\s*#\s*include\s*{left}([^{right}]+){right}",
                      (ROOT / source).read_text(), re.MULTILINE)


def own_includes():
    return [(source, name) for source in SOURCES for name in includes(source, '""')]


def is_own(who, what):
    """A module's own header, or another of its folder, unless its rule is for it alone."""
    folder = folder_of(who)
    return who == what or (folder != "." and rule_for(who) == folder == folder_of(what))


def test_there_is_something_to_check():
    assert len(SOURCES) > 30
    assert len(own_includes()) > 100


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_file_includes_only_what_its_layer_may(source):
    who = module(source)
    assert rule_for(who), f"{who}: not in layers.txt"
    allowed = LAYERS[rule_for(who)]
    forbidden = [name for name in includes(source, '""')
                 if not is_own(who, module(name))
                 and not any(covers(layer, module(name)) for layer in allowed)]
    assert not forbidden, f"{source}: {rule_for(who)} may include {' '.join(allowed)}"


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_an_include_names_a_header_from_the_root(source):
    assert [name for name in includes(source, '""') if not (ROOT / name).is_file()] == []
    assert [name for name in includes(source, '""') if not name.endswith(".h")] == []


@pytest.mark.parametrize("who", LAYERS)
def test_the_list_has_no_arrow_that_nobody_uses(who):
    used = [module(name) for source, name in own_includes() if rule_for(module(source)) == who]
    assert [what for what in LAYERS[who] if not any(covers(what, name) for name in used)] == []


@pytest.mark.parametrize("who", LAYERS)
def test_arrows_only_go_down(who):
    """From no layer does a way lead back to it; inside a folder modules may know each other."""
    def top(name):
        return name.partition("/")[0]

    reached, ahead = set(), [top(who)]
    while ahead:
        layer = ahead.pop()
        below = {top(what) for rule, names in LAYERS.items() if top(rule) == layer
                 for what in names} - {layer}
        ahead += below - reached
        reached |= below
    assert top(who) not in reached


@pytest.mark.parametrize("pair", [("aws", "cluster"), ("aws", "registry"), ("cluster", "registry")],
                         ids="-".join)
def test_siblings_do_not_know_each_other(pair):
    for who, what in (pair, pair[::-1]):
        assert not [rule for rule, names in LAYERS.items() if is_part(rule, who)
                    if any(is_part(name, what) for name in names)]


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_library_is_included_by_its_wrapper_alone(source):
    libraries = {module(name).partition("/")[0] for name in includes(source, "<>")
                 if not STANDARD.fullmatch(name)}
    assert [library for library in libraries
            if module(source) not in RULES.get(f"<{library}>", ())] == []


def users(function):
    """The modules whose code, comments and strings apart, has this name."""
    word = re.compile(rf"\b{re.escape(function)}\b")
    return {module(source) for source in SOURCES
            if word.search(NO_CODE.sub("", (ROOT / source).read_text()))}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.endswith("()")])
def test_the_environment_is_read_where_the_list_says(rule):
    assert users(rule[:-2]) == set(RULES[rule])


def test_nothing_else_reads_the_environment():
    assert users("secure_getenv") | users("__environ") == set()


@pytest.mark.parametrize("source", [source for source in SOURCES if source.suffix == ".c"
                                    and (ROOT / source).with_suffix(".h").is_file()], ids=str)
def test_a_module_includes_its_own_header_first(source):
    first = re.search(r'^\s*#\s*include\s*[<"]([^>"]+)', (ROOT / source).read_text(), re.MULTILINE)
    assert first[1] == str(source.with_suffix(".h"))
