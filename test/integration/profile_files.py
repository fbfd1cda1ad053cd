"""Makes up pairs of AWS's shared files, as wild as people write them, from a number.

What both botocore and the SDKs' reference guide understand alike is made up here; where they
differ, test_botocore_profiles.py has a table.
"""

import dataclasses
import json
import random
import shlex

from standin.home import SSO_REGION, START_URL
from standin.identities import role_arn
from standin.world import ACCOUNT, keys_of, profile_keys

OTHER = "444455556666"
EXTERNAL_ID = "an=id,of/theirs:@1"
ROLES = [role_arn(account, f"role-{n}") for n, account in enumerate((ACCOUNT, OTHER) * 3)]
CLOSED, WANTS_ID = ROLES[-1], ROLES[-2]
NAMES = ("default", "a", "B", "b", "team-1", "x.y/z", "o@p:q+r_s%t")
SSO_SESSIONS = ("corp", "Corp-2", "stale", "gone", "half")
BROKEN_SESSIONS = ("gone", "half")
SSO_KEYS = ("sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name")
NOT_SSO = {"role_arn", "web_identity_token_file", "credential_process", "aws_access_key_id"}
SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata", "Nowhere")
REGIONS = ("eu-west-1", "ap-south-1", "us-east-1")
COMMENTS = (
    "# a comment\n",
    "; another = one\n",
    "\n",
    "   \n",
    "#\n",
    "# [profile a]\n",
    "  # ümlaut\n",
)
NOT_PROFILES = ("[preview]\ncloudfront = true\n", "[a]\nrole_arn = x\n", "[plugins]\nx=y\n")


@dataclasses.dataclass(frozen=True)
class Pair:
    """The two files, and the environment in which they are read."""

    config: str
    credentials: str
    names: tuple
    variables: dict

    def __str__(self):
        files = f"--- config\n{self.config}--- credentials\n{self.credentials}"
        return f"{files}--- variables\n{json.dumps(self.variables, indent=1)}"


class Maker:
    """Makes pairs in a world, whose users, roles and sign-ins they then name."""

    def __init__(self, world, seed):
        self._world = world
        self._dice = random.Random(seed)
        self._made = 0
        self._identities = [world.identities.add_user(one) for one in (ACCOUNT, OTHER)]
        self._identities.append(world.identities.add_session(ACCOUNT, "ci", "run"))
        self._set_up_roles()
        self._set_up_sso()
        login = world.identities.add_session(ACCOUNT, "admin", "jane")
        world.home.cache_login(world.user.arn, login, expires_in_s=3600)
        self._kinds = {
            self._keys: 5,
            self._role: 6,
            self._role_of_source: 3,
            self._web_identity: 2,
            self._process: 2,
            self._sso: 3,
            self._login: 1,
            self._nothing: 1,
        }

    def _set_up_roles(self):
        roots = [f"arn:aws:iam::{account}:root" for account in (ACCOUNT, OTHER)]
        for arn in ROLES:
            trusted = [] if arn == CLOSED else roots
            wanted = EXTERNAL_ID if arn == WANTS_ID else None
            self._world.sts.add_role(arn, trusted, external_id=wanted, max_duration=7200)

    def _set_up_sso(self):
        sso, home = self._world.sso, self._world.home
        sso.assign(ACCOUNT, "reader")
        over = {"expires_in_s": -60, "registrationExpiresAt": "2020-01-01T00:00:00Z"}
        for session, options in (("corp", {}), ("Corp-2", {}), ("stale", over), (None, {})):
            home.cache_sso_token(sso.sign_in(), session, **options)

    # --- A pair ------------------------------------------------------------------

    def pair(self):
        self._made += 1
        dice = self._dice
        self._is_in_pod = dice.random() < 0.3
        names = tuple(dice.sample(NAMES, dice.randint(1, 5)))
        config, credentials = {}, {}
        for name in names:
            settings = self._profile(name, names)
            for key, (file, value) in settings.items():
                section = _section(name, dice) if file == "config" else name
                place = config if file == "config" else credentials
                place.setdefault(name, (section, {}))[1][key] = value
        sessions = {name: (f"sso-session {name}", self._sso_session(name)) for name in SSO_SESSIONS}
        sessions.pop("gone")
        return Pair(
            self._spell([*config.values(), *sessions.values()], NOT_PROFILES),
            self._spell(credentials.values(), ()),
            names,
            self._variables(),
        )

    def _profile(self, name, names):
        """Settings by key: where each stands, and its value."""
        dice = self._dice
        settings = {}
        kinds = dice.choices(list(self._kinds), list(self._kinds.values()), k=3)
        for kind in kinds[: dice.choice((1, 1, 1, 2, 2, 3))]:
            file = dice.choice(("config", "config", "credentials"))
            for key, value in kind(name, names).items():
                stray = dice.random() < 0.1
                where = dice.choice(("config", "credentials")) if stray else file
                settings[key] = (where, value)
        if dice.random() < 0.4:
            settings["region"] = ("config", dice.choice(REGIONS))
        return _undisputed(name, settings)

    def _variables(self):
        """A region, or none but the profile's; and what credential_source may name."""
        dice, world = self._dice, self._world
        given = {"AWS_DEFAULT_REGION": "eu-central-1"} if dice.random() < 0.6 else {}
        if dice.random() < 0.3:
            given |= keys_of(dice.choice(self._identities))
        if self._is_in_pod:
            given |= dice.choice((world.pod_identity, world.instance_role))()
            given["AWS_DEFAULT_REGION"] = "eu-central-1"
        return given

    # --- Kinds of profiles ---------------------------------------------------------

    def _keys(self, name, names):
        keys = profile_keys(self._dice.choice(self._identities))
        if self._dice.random() < 0.15:
            lost = self._dice.choice(sorted(keys))
            keys.pop("aws_secret_access_key" if self._is_in_pod else lost)
        return keys

    def _role(self, name, names):
        """Its source is mostly one that comes later, so that not all walks are loops."""
        later = names[names.index(name) + 1 :]
        if self._dice.random() < 0.2:
            later = (*names, *names, "nobody")
        if not later:
            return self._keys(name, names)
        return {"source_profile": self._dice.choice(later), **self._role_arn()}

    def _role_of_source(self, name, names):
        source = {"credential_source": self._dice.choice((*SOURCES, "Environment"))}
        return self._role_arn() if self._dice.random() < 0.1 else {**source, **self._role_arn()}

    def _role_arn(self):
        dice = self._dice
        settings = {"role_arn": dice.choice(ROLES[:4] * 3 + ROLES[4:] + [WANTS_ID])}
        if settings["role_arn"] == WANTS_ID and dice.random() < 0.8:
            settings["external_id"] = EXTERNAL_ID
        if dice.random() < 0.3:
            settings["role_session_name"] = f"tick-{dice.randint(1, 9)}"
        if dice.random() < 0.2:
            settings["duration_seconds"] = dice.choice(("900", "3600", "7200", "43200"))
        return settings

    def _web_identity(self, name, names):
        given = self._world.web_identity()
        settings = {"web_identity_token_file": given["AWS_WEB_IDENTITY_TOKEN_FILE"]}
        if self._dice.random() < 0.1:
            settings["web_identity_token_file"] += "-not"
        return settings if self._dice.random() < 0.1 else {**settings, **self._role_arn()}

    def _process(self, name, names):
        dice = self._dice
        self._made += 1
        path = self._world.directory / f"a process's {self._made}"
        changes = {"Version": dice.choice((1, 1, 1, 1, 1, 2, "1", None))}
        if dice.random() < 0.1:
            changes["SecretAccessKey"] = None
        process_of(dice.choice(self._identities), path, **changes)
        failing = ("false", "/nonexistent/program", "echo no-json", "echo {}")
        return {"credential_process": dice.choice((f"cat {_quoted(path)}",) * 6 + failing)}

    def _sso_session(self, name):
        settings = {"sso_start_url": START_URL, "sso_region": SSO_REGION}
        if name == "half":
            settings.pop(self._dice.choice(sorted(settings)))
        return settings

    def _sso(self, name, names):
        dice = self._dice
        settings = {
            "sso_account_id": ACCOUNT,
            "sso_role_name": dice.choice(("reader",) * 4 + ("x",)),
        }
        if dice.random() < 0.6:
            settings["sso_session"] = dice.choice(("corp", "Corp-2") * 3 + SSO_SESSIONS)
        else:
            settings |= self._sso_session("corp")
            settings["sso_start_url"] = dice.choice((START_URL,) * 4 + (START_URL + "/gone",))
        if dice.random() < 0.15:
            settings.pop(dice.choice(sorted(settings)))
        return settings

    def _login(self, name, names):
        known = self._world.user.arn
        return {"login_session": self._dice.choice((known, known, known + "-not"))}

    def _nothing(self, name, names):
        return {"output": "json"}

    # --- Spelling ------------------------------------------------------------------

    def _spell(self, sections, others):
        """The sections as a file, in any order, spaced and annotated as people do it."""
        dice = self._dice
        blocks = [self._spell_section(*section) for section in sections]
        blocks += [block for block in others if dice.random() < 0.2]
        dice.shuffle(blocks)
        text = "".join(self._comments() + block for block in blocks)
        if dice.random() < 0.2:
            text = text.replace("\n", "\r\n")
        return text.removesuffix("\n") if dice.random() < 0.3 else text

    def _spell_section(self, header, settings):
        dice = self._dice
        lines = [self._spell_setting(*setting) for setting in settings.items()]
        if dice.random() < 0.2:
            lines.append("s3 =\n  max_concurrent_requests = 20\n\tuse_accelerate_endpoint=true\n")
        dice.shuffle(lines)
        end = dice.choice(("]", "]", "]", "] # theirs", "]   ", "]\t; ours"))
        return f"[{header}{end}\n" + "".join(line + self._comments() for line in lines)

    def _spell_setting(self, key, value):
        dice = self._dice
        key = dice.choice((key, key, key, key.upper(), key.title()))
        sign = dice.choice((" = ", " = ", "=", "= ", " =", "\t=\t", "   =   "))
        return f"{key}{sign}{value}{dice.choice(('', '', '', ' ', '  '))}\n"

    def _comments(self):
        dice = self._dice
        return "".join(dice.sample(COMMENTS, dice.choice((0, 0, 0, 0, 1, 2))))


def process_of(identity, path, **changes):
    """Writes what a credential_process says; a member that is None isn't there."""
    document = {
        "Version": 1,
        "AccessKeyId": identity.access_key,
        "SecretAccessKey": identity.secret_key,
        "SessionToken": identity.session_token,
        "Expiration": "2099-01-01T00:00:00Z",
        **changes,
    }
    document = {key: value for key, value in document.items() if value is not None}
    path.write_text(json.dumps(document))
    return path


def _undisputed(name, settings):
    """The settings without what the table of differences is about."""
    kinds = set(settings)
    if settings.get("source_profile", ("", ""))[1] == name:
        kinds -= {"credential_process", "login_session", *SSO_KEYS}
    if kinds & NOT_SSO and settings.get("sso_session", ("", "corp"))[1] in BROKEN_SESSIONS:
        kinds -= {"sso_session"}
    return {key: value for key, value in settings.items() if key in kinds}


def _section(name, dice):
    """A profile's header in the config file."""
    if name == "default":
        return dice.choice(("default", "profile default"))
    return dice.choice(("profile ", "profile ", "profile  ", "profile\t")) + name


def _quoted(path):
    return shlex.quote(str(path))
