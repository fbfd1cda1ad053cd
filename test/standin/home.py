"""A user's home directory: the shared files, and what `aws sso login` and `aws login` leave."""

import hashlib
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .clock import rfc3339

START_URL = "https://corp.awsapps.com/start"
SSO_REGION = "us-east-1"
LOGIN_CLIENT = "arn:aws:signin:::devtools/same-device"
WORK_DAY_S = 8 * 3600
REGISTRATION_S = 90 * 86400


class Home:
    """Writes where every AWS tool looks without being told."""

    def __init__(self, directory, canaries):
        self.directory = directory
        self._canaries = canaries

    @property
    def config(self):
        return self.directory / ".aws" / "config"

    @property
    def credentials(self):
        return self.directory / ".aws" / "credentials"

    def write_shared_files(self, credentials=None, config=None):
        """Writes the two files: as text, or as settings by the name of their section."""
        for path, content in ((self.credentials, credentials), (self.config, config)):
            if content is not None:
                text = content if isinstance(content, str) else _sections(content)
                self._write(path, text)

    def cache_sso_token(self, token, session=None, expires_in_s=WORK_DAY_S, **members):
        """Keeps an access token as `aws sso login` does, by a session's name or the start URL."""
        cached = {"startUrl": START_URL, "region": SSO_REGION}
        cached |= {"accessToken": token, "expiresAt": rfc3339(time.time() + expires_in_s)}
        if session is not None:
            cached |= {
                "clientId": "a-client-id",
                "clientSecret": self._canaries.make("SSO client secret", 400),
                "registrationExpiresAt": rfc3339(time.time() + REGISTRATION_S),
                "refreshToken": self._canaries.make("SSO refresh token", 400),
            }
        name = hashlib.sha1((session or START_URL).encode()).hexdigest()
        return self._write_json("sso", name, cached | members)

    def cache_login(self, login_session, identity, expires_in_s=900, **members):
        """Keeps credentials as `aws login` does, by the ARN in a profile's login_session."""
        cached = {
            "accessToken": {
                "accessKeyId": identity.access_key,
                "secretAccessKey": identity.secret_key,
                "sessionToken": identity.session_token,
                "accountId": identity.account,
                "expiresAt": rfc3339(time.time() + expires_in_s),
            },
            "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
            "clientId": LOGIN_CLIENT,
            "refreshToken": self._canaries.make("login refresh token", 400),
            "idToken": self._canaries.make("login id token", 400),
            "dpopKey": self._canaries.watch("login DPoP key", _private_key()),
        }
        name = hashlib.sha256(login_session.encode()).hexdigest()
        return self._write_json("login", name, cached | members)

    def _write_json(self, kind, name, document):
        path = self.directory / ".aws" / kind / "cache" / f"{name}.json"
        return self._write(path, json.dumps(document))

    def _write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
        return path


def _sections(settings):
    """Settings by section, as the shared files spell them."""
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in members.items())
        for name, members in settings.items()
    )


def _private_key():
    """A key on P-256 as `aws login` keeps it: PEM, SEC1."""
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.TraditionalOpenSSL
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(pem, form, serialization.NoEncryption()).decode()
