"""The container image of `make image`: what is in it, that it runs, and that it is reproducible."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import container
from container import SERVICE_ACCOUNT
from oci_image import ARCHITECTURES, ARCHIVE, HOST, LAYOUT, ROOT, SBOM, VERSION, Image
from standin.world import REGISTRY, World

BUILD_LIMIT_S = 600
PATCH = ROOT / "packaging/curl-dyn-printf.patch"

every_architecture = pytest.mark.parametrize("arch", ARCHITECTURES)


def built(arch):
    """The binary that `make static` left for an architecture."""
    return ROOT / ("build/ecr-secret" if arch == HOST else f"build/ecr-secret-{arch}")


def command(*words, **options):
    """A command that must succeed; returns what it printed."""
    ended = subprocess.run(words, capture_output=True, text=True, timeout=BUILD_LIMIT_S, **options)
    assert ended.returncode == 0, f"{words}: {ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def image():
    if not LAYOUT.exists():
        pytest.fail("nothing to test: run make image")
    return Image()


@pytest.fixture(scope="module")
def sbom(image):
    return json.loads(SBOM.read_text())


def test_one_index_holds_both_architectures_and_nothing_else(image):
    platforms = [entry["platform"] for entry in image.index["manifests"]]
    assert platforms == [{"architecture": arch, "os": "linux"} for arch in ARCHITECTURES]
    assert image.named["annotations"] == {
        "org.opencontainers.image.ref.name": f"ecr-secret:{VERSION}"
    }
    assert {path.name for path in (LAYOUT / "blobs/sha256").iterdir()} == image.read


@every_architecture
def test_it_starts_the_program_as_nobody_with_an_empty_environment(image, arch):
    config = image.configs[arch]
    assert (config["architecture"], config["os"]) == (arch, "linux")
    assert {name: value for name, value in config["config"].items() if name != "Labels"} == {
        "User": "65532:65532",
        "Entrypoint": ["/ecr-secret"],
        "WorkingDir": "/",
    }


@every_architecture
def test_the_binary_in_the_layer_is_the_one_that_was_built(image, arch):
    _, content = image.layers[arch]["ecr-secret"]
    assert content == built(arch).read_bytes()


@every_architecture
def test_nothing_but_the_program_can_be_run_and_nobody_may_write(image, arch):
    files = {}
    for name, (member, content) in image.layers[arch].items():
        if name == "docker-credential-ecr-secret":
            assert member.issym() and member.linkname == "ecr-secret"
        else:
            assert member.isfile() or (member.isdir() and name == "licenses")
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
        if member.isfile():
            files[name] = (oct(member.mode), content[:4] == b"\x7fELF")
    assert files.pop("ecr-secret") == ("0o755", True)
    assert {pathlib.PurePath(name).parent.name for name in files} == {"licenses"}
    assert set(files.values()) == {("0o644", False)}


@every_architecture
def test_the_licences_of_what_is_linked_are_in_the_image(image, arch):
    sources = [line.split()[0] for line in (libraries(arch) / "versions").open()]
    for name in (*sources, "ca-certificates", "LICENSE", "NOTICE", "LGPL-2.1"):
        assert len(image.layers[arch][f"licenses/{name}"][1]) > 500


def test_it_says_what_it_is_everywhere_alike(image, sbom):
    in_utc = {**os.environ, "TZ": "UTC"}
    show = ("git", "show", "-s", "--date=format-local:%FT%TZ", "--format=%cd %H")
    created, head = command(*show, cwd=ROOT, env=in_utc).split()
    changed = command("git", "diff", "HEAD", cwd=ROOT)
    notes = {
        name.removeprefix("org.opencontainers.image."): value
        for name, value in image.index["annotations"].items()
    }
    assert (notes["title"], notes["version"], notes["created"]) == ("ecr-secret", VERSION, created)
    assert notes["description"]
    assert notes["revision"] == (f"{head}-dirty" if changed else head)
    parts = (sbom["metadata"]["component"], *sbom["components"])
    licences = {part["licenses"][0]["expression"] for part in parts}
    assert set(notes["licenses"].split(" AND ")) == licences
    for arch in ARCHITECTURES:
        assert image.manifests[arch]["annotations"] == image.index["annotations"]
        assert image.configs[arch]["config"]["Labels"] == image.index["annotations"]
        assert image.configs[arch]["created"] == created


@every_architecture
def test_skopeo_takes_each_architecture_out_of_the_archive(image, arch, tmp_path):
    docker = tmp_path / "docker.tar"
    copy = ("copy", "--quiet", "--override-arch", arch, f"oci-archive:{ARCHIVE}")
    command("skopeo", *copy, f"docker-archive:{docker}:ecr-secret:{VERSION}")
    seen = json.loads(command("skopeo", "inspect", "--config", f"docker-archive:{docker}"))
    assert seen["architecture"] == arch
    assert seen["config"]["User"] == "65532:65532"
    assert seen["rootfs"] == image.configs[arch]["rootfs"]


# --- The bill of materials -----------------------------------------------------------------


def libraries(arch):
    """The cache of static libraries, as the build finds it."""
    return pathlib.Path(command(ROOT / "packaging/static-libs.sh", arch).strip())


def expected_parts(arch):
    """What must be in the bill for one binary, found by other means than the linker's map."""
    versions = dict(line.split() for line in (libraries(arch) / "versions").open())
    (gcc,) = (source for source in versions if source.startswith("gcc-"))
    sources = {"curl": "libcurl", "openssl": "OpenSSL", "c-ares": "c-ares", "cjson": "cJSON"}
    sources.update({"glibc": "glibc", gcc: "libgcc"})
    if b"did not find expected <document start>" in built(arch).read_bytes():
        sources["libyaml"] = "libyaml"
    query = ("dpkg-query", "-W", "-f", "${Version}", "ca-certificates")
    parts = {(name, versions[source]) for source, name in sources.items()}
    return parts | {("ca-certificates", command(*query))}


def test_the_bill_of_materials_keeps_to_the_official_schema(sbom):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(SBOM.read_text()) is None


@every_architecture
def test_the_bill_names_every_linked_library_with_the_version_of_the_cache(sbom, arch):
    parts = {part["bom-ref"]: part for part in sbom["components"]}
    needs = {entry["ref"]: entry["dependsOn"] for entry in sbom["dependencies"]}
    linked = [parts[ref] for ref in needs[f"ecr-secret-{arch}"]]
    assert {(part["name"], part["version"]) for part in linked} == expected_parts(arch)
    for part in linked:
        assert f"@{part['version'].replace('+', '%2B')}?" in part["purl"]
    patched = {part["name"]: part["pedigree"] for part in linked if "pedigree" in part}
    (patch,) = patched.pop("libcurl")["patches"]
    assert patch["diff"]["text"]["content"] == PATCH.read_text() and not patched
    (openssl,) = (part["version"] for part in linked if part["name"] == "OpenSSL")
    assert f"OpenSSL {openssl.split('-')[0]} ".encode() in built(arch).read_bytes()


def test_the_bill_is_of_this_image_and_of_these_binaries(image, sbom):
    digest = image.named["digest"].replace(":", "%3A")
    about = sbom["metadata"]["component"]
    assert (about["version"], about["purl"]) == (VERSION, f"pkg:oci/ecr-secret@{digest}")
    hashes = {part["bom-ref"]: part["hashes"] for part in sbom["components"] if "hashes" in part}
    assert hashes == {
        f"ecr-secret-{arch}": [
            {"alg": "SHA-256", "content": hashlib.sha256(built(arch).read_bytes()).hexdigest()}
        ]
        for arch in ARCHITECTURES
    }


# --- The image at work ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def runtime(image):
    with container.runtime() as found:
        yield found


@pytest.fixture(scope="module")
def servers():
    return World()


@pytest.fixture
def world(servers, tmp_path):
    """AWS and a cluster; the pod's files may be read by whom the image runs as."""
    servers.settle_in(tmp_path)
    yield servers
    assert not servers.defects()


@every_architecture
def test_the_program_in_the_image_tells_its_version(runtime, arch):
    ended = runtime.run(arch, "--version")
    assert (ended.returncode, ended.stdout) == (0, f"ecr-secret {VERSION}\n"), ended.stderr


@every_architecture
def test_a_tick_in_the_container_writes_the_secret(runtime, world, arch):
    ended = runtime.run(arch, "--name=ecr-registry", **container.as_a_pod(world))
    assert ended.returncode == 0, ended.stderr
    assert "apps/ecr-registry: written, 1 registry" in ended.stderr
    assert list(world.docker_config()["auths"]) == [REGISTRY]
    assert not world.canaries.leaks_in(ended.stdout + ended.stderr)


@every_architecture
def test_a_tick_in_the_container_writes_the_secret_of_a_real_cluster(runtime, pod, arch):
    ended = runtime.run(arch, "--name=ecr-registry", **container.as_a_pod(pod))
    assert ended.returncode == 0, ended.stderr
    assert pod.holds_newest_password()
    assert not pod.canaries.leaks_in(ended.stdout + ended.stderr)


@every_architecture
def test_without_credentials_the_container_ends_with_the_programs_code(runtime, world, arch):
    pod = {"AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}
    ended = runtime.run(arch, environment=pod, mounts={SERVICE_ACCOUNT: world.service_account})
    assert ended.returncode == 78, ended.stderr


# --- The same bits again -------------------------------------------------------------------


def copy_of_the_tree(target):
    """The sources as they are now, with their history and without what was built."""
    names = command("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    for name in names:
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    shutil.copytree(ROOT / ".git", target / ".git")


def fingerprints(build):
    paths = [build / ARCHIVE.name, build / SBOM.name, *(build / "image").rglob("*")]
    return {
        path.relative_to(build): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def test_another_build_elsewhere_gives_the_same_bits(image, tmp_path):
    target = tmp_path / "another/path"
    copy_of_the_tree(target)
    surroundings = {**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8"}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        surroundings.pop(name, None)
    command("make", "image", cwd=target, env=surroundings, umask=0o077)
    assert fingerprints(target / "build") == fingerprints(ROOT / "build")
