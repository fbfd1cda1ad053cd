"""Runs the image in a container, or where none can be had in its unpacked root directory."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import warnings

from oci_image import ARCHIVE, HOST, QEMU, Image

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
WEB_IDENTITY = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
LIMIT_S = 60


class Podman:
    """Runs the image in a container of the restricted kind: nothing writable, no privileges."""

    LIMITS = ("--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1024:1024")
    READ_ONLY = ("--read-only", "--read-only-tmpfs=false")
    RESTRICTED = (*READ_ONLY, "--cap-drop", "all", "--security-opt", "no-new-privileges")
    OPTIONS = ("--rm", "--runtime", "runc", "--network", "host")

    def __init__(self, directory):
        storage = ("--root", str(directory / "root"), "--runroot", str(directory / "run"))
        self._podman = ("podman", "--storage-driver", "vfs", *storage)

    def run(self, arch, *arguments, environment=None, mounts=None):
        pull = ("pull", "--quiet", "--arch", arch, f"oci-archive:{ARCHIVE}")
        pulled = attempt(*self._podman, *pull)
        if pulled.returncode != 0:
            return pulled
        mounts = dict(mounts or {})
        entry = ()
        if arch != HOST:
            mounts["/qemu"] = QEMU[arch]
            entry, arguments = ("--entrypoint", "/qemu"), ("/ecr-secret", *arguments)
        options = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        options += [f"--volume={source}:{target}:ro" for target, source in mounts.items()]
        options += [*self.OPTIONS, *self.LIMITS, *self.RESTRICTED, *entry, pulled.stdout.strip()]
        return attempt(*self._podman, "run", *options, *arguments)

    def close(self):
        attempt(*self._podman, "rmi", "--all", "--force")


class Chroot:
    """Runs the image's binary in its unpacked root directory, where no container can be had."""

    def __init__(self, directory):
        self._directory = directory

    def run(self, arch, *arguments, environment=None, mounts=None):
        root = self._directory / arch
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for name, (member, content) in Image().layers[arch].items():
            if member.isfile():
                (root / name).parent.mkdir(exist_ok=True)
                (root / name).write_bytes(content)
                (root / name).chmod(member.mode)
        words = ["/ecr-secret", *arguments]
        if arch != HOST:
            shutil.copy(QEMU[arch], root / "qemu")
            words.insert(0, "/qemu")
        for target, source in (mounts or {}).items():
            place = root / target.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, place)
        as_nobody = ("/usr/sbin/chroot", "--userspec=65532:65532", root)
        return attempt(*as_nobody, *words, env=environment or {})

    def close(self):
        """Its folder goes with the fixture."""


def attempt(*words, **options):
    """One command, however it ends."""
    return subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, **options)


@contextlib.contextmanager
def runtime():
    """A container runtime, or what comes next to it."""
    # Podman wants a short path; a private folder that others may pass through, for the chroot.
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ecr-secret-"))
    directory.chmod(0o711)
    found = Podman(directory)
    tried = found.run(HOST, "--version")
    if tried.returncode != 0:
        warnings.warn(f"no container to be had here, chroot instead: {tried.stderr}", stacklevel=3)
        found = Chroot(directory)
    yield found
    found.close()
    shutil.rmtree(directory)


def as_a_pod(world):
    """The variables and mounts of a pod whose ServiceAccount has a role, where the image's user,
    who is nobody, may read them."""
    role = world.web_identity()
    mounts = {
        SERVICE_ACCOUNT: world.service_account,
        WEB_IDENTITY + "/token": pathlib.Path(role["AWS_WEB_IDENTITY_TOKEN_FILE"]),
        "/aws-ca.pem": world.aws_ca,
    }
    for path in (*mounts.values(), *world.service_account.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    unwanted = ("HOME", "PATH", "ECR_SECRET_SERVICE_ACCOUNT_DIR")
    variables = {k: v for k, v in world.without_keys().items() if k not in unwanted}
    variables["AWS_CA_BUNDLE"] = "/aws-ca.pem"
    variables["AWS_ROLE_ARN"] = role["AWS_ROLE_ARN"]
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = WEB_IDENTITY + "/token"
    return {"environment": variables, "mounts": mounts}
