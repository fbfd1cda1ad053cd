"""ecr-secret check: what a Secret holds, and what a refresh would make of it."""

import pytest

from findings import bad, image, look
from standin.ecr import authorization, make_password
from standin.world import NAMESPACE, SECRET


def test_a_secret_that_does_not_exist_is_told_from_one_that_can_not_be_read(
    stage, registry, everything
):
    stage.kubernetes.secrets.delete(NAMESPACE, SECRET)
    (failed,) = bad(look(stage, "--any-host", image(registry), code=69))
    assert failed["text"] == f"{NAMESPACE}/{SECRET} does not exist"
    stage.kubernetes.forbid("get")
    (denied,) = bad(look(stage, "--any-host", image(registry), code=77))
    assert denied["step"] == "rights"


def test_an_entry_that_spoils_all_others_is_said_of_each_image(stage, registry, everything):
    held = stage.docker_config()
    held["auths"]["ghcr.io"] = {"auth": "no base64"}
    stage.kubernetes.seed(NAMESPACE, SECRET, held)
    findings = look(stage, "--any-host", image(registry), code=69)
    (spoilt,) = [one for one in bad(findings) if one["step"] == "image"]
    assert "kubelet uses no key" in spoilt["text"] and "ghcr.io" in spoilt["text"]


def test_of_several_keys_the_one_that_lives_longest_is_tried(stage, registry, everything):
    held = stage.docker_config()
    good = held["auths"][registry.host]
    bad_one = {"auth": authorization(make_password(stage.canaries, stage.clock.now() - 3600))}
    held["auths"] = {f"https://{registry.host}": bad_one, registry.host: good}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=77)
    assert {one["step"] for one in bad(findings)} == {"secret"}  # where it has expired
    (pulled,) = [one for one in findings if "with the Secret's password" in one["text"]]
    assert pulled["mark"] == "ok"


OTHERS = {
    # a further key, the options, and whether a refresh by them would stop at it
    "a mirror": ("mirror.example.com", (), True),
    "ECR that may be named": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", (), False),
    "ECR that is not named": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", ("--registry",), True),
    "a path in ECR": ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team", (), True),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_a_refresh_would_stop_at(stage, registry, everything, name):
    key, options, stops = OTHERS[name]
    held = stage.docker_config()
    held["auths"][key] = {"auth": "QVdTOng="}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    named = [part for one in options for part in (one, registry.host)]
    findings = look(stage, "--any-host", *named, image(registry))
    told = [one for one in findings if f"also holds {key}: a refresh" in one["text"]]
    assert [one["mark"] for one in told] == ["note"] * stops


def test_a_missing_entry_beside_others_wants_a_merge(stage, registry, everything):
    others = {"auths": {"mirror.example.com": {"auth": "QVdTOng="}}}
    stage.kubernetes.seed(NAMESPACE, SECRET, others, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=69)
    missing, *_ = bad(findings)
    assert "holds no entry" in missing["text"] and "--merge" in missing["remedy"]


def test_a_spoilt_entry_of_our_own_mirror_is_mended_by_a_refresh(stage, registry, everything):
    spoilt = {"auths": {registry.host: {"auth": "no base64"}}}
    stage.kubernetes.seed(NAMESPACE, SECRET, spoilt, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry), code=69)
    assert {one["remedy"][:22] for one in bad(findings)} == {"run ecr-secret refresh"}


def test_further_namespaces_are_looked_at_too(stage, registry, everything):
    """More than are asked about at once; of one the Secret is not the first one's."""
    names = [NAMESPACE, *(f"team-{n}" for n in range(9))]
    for name in names[1:]:
        stage.kubernetes.add_namespace(name)
        stage.kubernetes.allow(name, SECRET)
    named = ("--any-host", "--namespace", ",".join(names))
    assert stage.run(*named, "--registry", registry.host).code == 0
    stage.kubernetes.seed(names[4], SECRET, {"auths": {registry.host: {"auth": "QVdTOng="}}}, "ecr-secret")
    stage.forget_requests()
    findings = look(stage, *named, image(registry))
    told = [one["text"] for one in findings if one["step"] == "rights"]
    assert told == [f"{name}: all that a refresh needs is allowed" for name in names]
    (other,) = [one for one in findings if "is not the same as in" in one["text"]]
    assert other["text"].startswith(f"{names[4]}/{SECRET} ") and other["mark"] == "note"


SPOILT = {
    # a document, in which %s is the registry's host, and what is said of it
    "empty": ("{}", "holds no registry"),
    "of a credential helper": ('{"credsStore":"desktop","auths":{"%s":{}}}', "credsStore"),
    "a .dockercfg": ('{"%s":{"auth":"QVdTOng="}}', "has the form of a .dockercfg"),
    "a list": ('{"auths":[]}', "has auths that are no object"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_remedy_of_a_document_mends_it(stage, registry, everything, name):
    """It is the one for each image, too; nothing else is said of it."""
    text, says = SPOILT[name]
    stage.kubernetes.seed(NAMESPACE, SECRET, text.replace("%s", registry.host))
    secret, key = bad(look(stage, "--any-host", image(registry), code=69))
    assert says in secret["text"] and "finds no key" in key["text"]
    assert "run ecr-secret refresh --force" in secret["remedy"] == key["remedy"]
    assert stage.run("--any-host", "--registry", registry.host, "--force").code == 0
    stage.forget_requests()
    assert not bad(look(stage, "--any-host", image(registry)))


def test_a_member_at_which_a_refresh_would_stop_is_told(stage, registry, everything):
    held = {"HttpHeaders": {"User-Agent": "docker"}, **stage.docker_config()}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry))
    (told,) = [one for one in findings if '"HttpHeaders"' in one["text"]]
    assert told["mark"] == "note" and "--merge" in told["remedy"]
    named = ("--any-host", "--registry", registry.host)
    assert (stage.run(*named).code, stage.run(*named, "--merge").code) == (69, 0)


def test_the_remedy_of_an_expired_token_keeps_what_else_is_there(stage, registry, everything):
    old = {"auth": authorization(make_password(stage.canaries, stage.clock.now() - 3600))}
    held = {"auths": {registry.host: old, "mirror.example.com": {"auth": "QVdTOng="}}}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    expired, *_ = bad(look(stage, "--any-host", image(registry), code=77))
    assert "expired at" in expired["text"] and "refresh --merge" in expired["remedy"]
    named = ("--any-host", "--registry", registry.host)
    assert (stage.run(*named).code, stage.run(*named, "--merge").code) == (69, 0)


def test_a_password_of_nobody_beside_others_wants_a_merge(stage, registry, everything):
    held = stage.docker_config()
    held["auths"] = {registry.host: {"auth": "QVdTOng="}, "mirror.example.com": {"auth": "dTpw"}}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    (failed,) = bad(look(stage, "--any-host", image(registry), code=77))
    assert failed["remedy"].startswith("run ecr-secret refresh --merge, which writes a new password")


def test_kubelet_goes_on_to_a_key_that_works(stage, registry, everything):
    """Of two the one that lives longer is somebody's whom the registry does not know."""
    held = stage.docker_config()
    good = held["auths"][registry.host]
    unknown = make_password(stage.canaries, stage.clock.now() + 20 * 3600)
    held["auths"] = {registry.host: good, f"{registry.host}/team": {"auth": authorization(unknown)}}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry))
    (told,) = [one for one in bad(findings) if one["step"] == "image"]
    assert told["mark"] == "warning"
    assert f"goes on to the key {registry.host}, which works" in told["text"]


def test_a_key_with_a_password_comes_before_one_without(stage, registry, everything):
    held = stage.docker_config()
    held["auths"] = {f"{registry.host}/team": {}, **held["auths"]}
    stage.kubernetes.seed(NAMESPACE, SECRET, held, manager="ecr-secret")
    findings = look(stage, "--any-host", image(registry))
    assert any(f"kubelet uses the key {registry.host} of" in one["text"] for one in findings)
