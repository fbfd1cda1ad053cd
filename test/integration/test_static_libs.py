"""Our patch of the release binary's libcurl changes how fast it prints, and nothing else."""

import pathlib
import subprocess

from harness import not_run
from program import ROOT

SOURCE = pathlib.Path(__file__).with_name("formatted.c")
PATCH = ROOT / "packaging/curl-dyn-printf.patch"


def folder_of_libraries():
    """What build/ecr-secret was linked from."""
    architecture = ["dpkg", "--print-architecture"]
    name = subprocess.run(architecture, capture_output=True, text=True, check=True).stdout.strip()
    libraries = ROOT / f"build/static-{name}/libs"
    if not libraries.exists():
        not_run("no static libraries: run make static")
    return pathlib.Path(libraries.read_text().strip())


def test_libcurl_prints_as_the_c_library_does(tmp_path):
    folder = folder_of_libraries()
    assert (folder / "patches/curl").read_text() == PATCH.read_text()
    program = tmp_path / "formatted"
    compiler = ["cc", "-fsanitize=leak", "-isystem", folder / "include"]
    libraries = [folder / f"lib/lib{name}.a" for name in ("curl", "ssl", "crypto", "cares")]
    subprocess.run([*compiler, "-o", program, SOURCE, *libraries], check=True)
    printed = subprocess.run([program], capture_output=True, text=True)
    assert (printed.returncode, printed.stdout) == (0, "")
