"""docker-credential-ecr-secret as docker calls it, and the cache that it keeps."""

import json
import pathlib

import program
from standin.clock import parse_rfc3339, rfc3339

NAME = "docker-credential-ecr-secret"


class Helper:
    """Calls the program by its name as a helper, outside of any cluster."""

    def __init__(self, stage, binary=None):
        self.stage = stage
        self.environment = stage.outside()
        self.program = stage.directory / NAME
        self.program.symlink_to(binary or program.checked_binary())

    @property
    def cache(self):
        return self.stage.directory / ".cache" / "ecr-secret" / "tokens.json"

    def start(self, verb, text="", environment=None, **variables):
        path = self.stage.directory / "input"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        variables = {**(environment or self.environment), **variables}
        variables = {name: value for name, value in variables.items() if value is not None}
        verbs = () if verb is None else (verb,)
        with path.open() as stdin:
            return self.stage.start(
                *verbs, environment=variables, binary=self.program, stdin=stdin
            )

    def __call__(self, verb, text="", **options):
        """One run, which may print secrets if it succeeds."""
        process = self.start(verb, text, **options)
        return self.stage.finish(process, 0, prints_secrets=True)

    def get(self, url, **options):
        """The password for a host, from a run that succeeded without a word."""
        outcome = self("get", url, **options)
        assert (outcome.code, outcome.stderr) == (0, "")
        answer = json.loads(outcome.stdout)
        assert set(answer) == {"ServerURL", "Username", "Secret"}
        assert (answer["ServerURL"], answer["Username"]) == (url.strip(), "AWS")
        return answer["Secret"]

    def cached(self):
        """The tokens of the cache, as (host, token) pairs."""
        document = json.loads(self.cache.read_text())
        return [pair for tokens in document.values() for pair in tokens.items()]

    def age(self, seconds):
        """Lets the tokens of the cache grow older."""
        document = json.loads(self.cache.read_text())
        for tokens in document.values():
            for token in tokens.values():
                for name in ("writtenAt", "expiresAt"):
                    token[name] = rfc3339(parse_rfc3339(token[name]) - seconds)
        self.cache.write_text(json.dumps(document))

    def leftovers(self):
        """What is beside the cache file, and should not be."""
        return [path for path in pathlib.Path(self.cache.parent).iterdir() if path != self.cache]
