#!/usr/bin/env python3
"""Prints the image's bill of materials, so that a scanner can tell which advisories concern it.

    sbom.py VERSION TIME IMAGE-DIGEST ARCH=BINARY...

CycloneDX 1.6 in JSON. What is linked into a binary is what the linker says in its map,
build/static-ARCH/map; the versions are those of the folder named in build/static-ARCH/libs,
that packaging/static-libs.sh made.
"""

import hashlib
import json
import pathlib
import platform
import re
import subprocess
import sys
import uuid

# Name, licence and Debian source package of each archive that may be linked.
CURL = ("libcurl", "curl", "curl")
OPENSSL = ("OpenSSL", "Apache-2.0", "openssl")
LIBGCC = ("libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", r"gcc-[\w-]+")
ARCHIVES = {
    "libcurl.a": CURL,
    "libssl.a": OPENSSL,
    "libcrypto.a": OPENSSL,
    "libcares.a": ("c-ares", "MIT", "c-ares"),
    "libcjson.a": ("cJSON", "MIT", "cjson"),
    "libyaml.a": ("libyaml", "MIT", "libyaml"),
    "libc.a": ("glibc", "LGPL-2.1-or-later", "glibc"),
    "libgcc.a": LIBGCC,
    "libgcc_eh.a": LIBGCC,
}


def main():
    version, created, digest, *binaries = sys.argv[1:]
    image = {
        "type": "container",
        "bom-ref": "image",
        "name": "ecr-secret",
        "version": version,
        "licenses": [{"expression": "Apache-2.0"}],
        "purl": f"pkg:oci/ecr-secret@{digest.replace(':', '%3A')}",
    }
    roots = ca_certificates()
    components = {}
    needs = {"image": []}
    for arch, path in (binary.split("=", 1) for binary in binaries):
        program = describe_program(version, arch, pathlib.Path(path))
        parts = [program, roots, *linked_libraries(arch)]
        components.update((part["bom-ref"], part) for part in parts)
        needs["image"].append(program["bom-ref"])
        needs[program["bom-ref"]] = sorted(part["bom-ref"] for part in parts[1:])
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, digest).urn,
        "version": 1,
        "metadata": {"timestamp": created, "component": image},
        "components": list(components.values()),
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in needs.items()],
    }
    print(json.dumps(document, indent=2))


def describe_program(version, arch, path):
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "type": "application",
        "bom-ref": f"ecr-secret-{arch}",
        "name": "ecr-secret",
        "version": version,
        "description": f"the static binary for linux/{arch}",
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "licenses": [{"expression": "Apache-2.0"}],
    }


def linked_libraries(arch):
    """A component for each library of which the linker took something, each once."""
    folder = pathlib.Path("build", f"static-{arch}")
    libraries = pathlib.Path((folder / "libs").read_text().strip())
    versions = dict(line.split() for line in (libraries / "versions").open())
    archives = re.findall(r"^\S*/(\w+\.a)\(", (folder / "map").read_text(), re.MULTILINE)
    for name, licence, pattern in sorted({ARCHIVES[archive] for archive in archives}):
        (source,) = (source for source in versions if re.fullmatch(pattern, source))
        component = debian_component("library", name, licence, source, versions[source])
        yield {**component, **pedigree(libraries / "patches" / source)}


def pedigree(patch):
    """What we changed in a library, if anything."""
    if not patch.exists():
        return {}
    diff = {"text": {"contentType": "text/x-diff", "content": patch.read_text()}}
    return {"pedigree": {"patches": [{"type": "unofficial", "diff": diff}]}}


def ca_certificates():
    """The roots that packaging/roots.sh compiles in."""
    query = ["dpkg-query", "-W", "-f", "${source:Version}", "ca-certificates"]
    version = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    return debian_component("data", "ca-certificates", "MPL-2.0", "ca-certificates", version)


def debian_component(kind, name, licence, source, version):
    release = platform.freedesktop_os_release()
    distribution = f"{release['ID']}-{release['VERSION_ID']}"
    escaped = version.replace("+", "%2B").replace(":", "%3A")
    purl = f"pkg:deb/{release['ID']}/{source}@{escaped}?arch=source&distro={distribution}"
    return {
        "type": kind,
        "bom-ref": f"{source}-{version}",
        "name": name,
        "version": version,
        "licenses": [{"expression": licence}],
        "purl": purl,
    }


if __name__ == "__main__":
    main()
