"""grant: who is granted what, in policies that others change too, in many repositories."""

from grant_desk import (
    NAME,
    OTHER,
    PULL,
    PUSH,
    THEIRS,
    THIRD,
    ours,
    policy,
    refused,
    root,
    same,
)
from standin import faults
from standin.ecr_repositories import DESCRIBE, GET, SET
from standin.world import ACCOUNT, REGION

# --- Who is granted what ----------------------------------------------------


def test_a_grant_is_read_written_and_read_back(desk):
    desk.store()
    ran = desk.grant(NAME, "--to", OTHER)
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.lines == [f"{NAME}: written: account {OTHER} may pull"]
    assert same(desk.policy(), policy(ours(OTHER)))
    assert [desk.repositories.route(r) for r in desk.repositories.requests] == [GET, SET, GET]


def test_force_is_never_sent(desk):
    desk.store()
    desk.grant(NAME, "--to", OTHER)
    (sent,) = desk.repositories.arrived(SET)
    assert set(sent.json()) == {"repositoryName", "policyText"}


def test_a_policy_that_says_so_already_is_read_once(desk):
    desk.store(policy(THEIRS, ours(OTHER, THIRD)))
    ran = desk.grant(NAME, "--to", THIRD)
    assert ran.code == 0 and ran.lines == [f"{NAME}: unchanged: account {THIRD} may pull"]
    assert len(desk.repositories.requests) == 1


def test_principals_come_to_those_that_are_there(desk):
    desk.store(policy(THEIRS, ours(OTHER), Id="kept"))
    role = f"arn:aws:iam::{THIRD}:role/ci"
    ran = desk.grant(NAME, "--to", THIRD, "--to", role)
    assert ran.last_line.endswith(f"account {THIRD} and role {role} may pull")
    wanted = ours(OTHER, THIRD)
    wanted["Principal"]["AWS"].append(role)
    assert same(desk.policy(), policy(THEIRS, wanted, Id="kept"))


def test_push_has_a_statement_of_its_own(desk):
    desk.store(policy(ours(OTHER)))
    ran = desk.grant(NAME, "--to", OTHER, "--push")
    assert ran.last_line.endswith("may pull and push")
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    assert same(desk.policy(), policy(ours(OTHER), pushed))


def test_the_last_push_goes_and_the_pull_stays(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store(policy(ours(OTHER, THIRD), pushed))
    ran = desk.grant(NAME, "--to", OTHER, "--push", "--remove")
    assert ran.last_line.endswith(f"no statement of ours lets account {OTHER} push")
    assert same(desk.policy(), policy(ours(OTHER, THIRD)))


def test_what_is_removed_goes_from_both(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store(policy(THEIRS, ours(OTHER, THIRD), pushed))
    assert desk.grant(NAME, "--to", OTHER, "--remove").code == 0
    assert same(desk.policy(), policy(THEIRS, ours(THIRD)))


def test_without_a_name_all_of_ours_goes(desk):
    pushed = ours(OTHER, sid="EcrSecretPush", actions=PULL + PUSH)
    desk.store()
    desk.grant(NAME, "--to", "org:o-a1b2c3d4e5", "--to", OTHER)
    desk.grant(NAME, "--to", "org:o-a1b2c3d4e5", "--push")
    assert len(desk.policy()["Statement"]) == 3
    ran = desk.grant(NAME, "--remove")
    assert ran.last_line == (
        f"{NAME}: written: no statement of ours is in it, and nothing else: it is deleted"
    )
    assert desk.policy() is None
    desk.store(policy(pushed, THEIRS))
    desk.grant(NAME, "--remove")
    assert same(desk.policy(), policy(THEIRS))


def test_nothing_to_remove_is_no_failure(desk):
    desk.store()
    ran = desk.grant(NAME, "--remove", "--to", OTHER)
    assert ran.code == 0 and ": unchanged: " in ran.last_line
    assert len(desk.repositories.requests) == 1


def test_china_has_a_partition_of_its_own(desk):
    desk.repositories.add(ACCOUNT, "cn-north-1", NAME)
    ran = desk.grant(NAME, "--to", OTHER, "--registry", f"{ACCOUNT}.cn-north-1")
    assert ran.code == 0
    (statement,) = desk.repositories.policy(ACCOUNT, "cn-north-1", NAME)["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws-cn:iam::{OTHER}:root"]}


def test_a_denial_of_somebody_else_is_pointed_out(desk):
    deny = {"Sid": "No", "Effect": "Deny", "Principal": {"AWS": OTHER}, "Action": "ecr:Batch*"}
    desk.store(policy(deny))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0
    words = 'statement "No", which is not ours, still denies pulls to ' + root(OTHER)
    assert words in ran.last_line


def test_a_role_of_the_owner_is_asked_as(desk):
    role = f"arn:aws:iam::{THIRD}:role/admin"
    desk.stage.sts.add_role(role, [desk.stage.user.arn])
    desk.repositories.add(THIRD, REGION, NAME)
    ran = desk.grant(NAME, "--to", OTHER, "--role-arn", role)
    assert ran.code == 0
    assert same(desk.repositories.policy(THIRD, REGION, NAME), policy(ours(OTHER)))


# --- Others write, too ------------------------------------------------------


def test_what_came_while_another_was_written_is_kept(desk):
    desk.store()
    desk.store(name="other")
    desk.repositories.misbehave(SET, faults.meanwhile(lambda: desk.store(policy(THEIRS), "other")))
    ran = desk.grant(NAME, "other", "--to", OTHER)
    assert ran.code == 0 and ran.last_line == "2 written, 0 failed"
    assert same(desk.policy("other"), policy(THEIRS, ours(OTHER)))


def test_a_write_that_was_overwritten_is_mended(desk):
    desk.store()
    desk.when_read(None, lambda: desk.store(policy(THEIRS)))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0
    assert "somebody else changes it, too; it has to be changed once more" in ran.lines[0]
    assert same(desk.policy(), policy(THEIRS, ours(OTHER)))
    assert desk.arrived(SET) == 2


def test_an_answer_that_is_behind_is_looked_at_twice(desk):
    desk.store()
    behind = faults.aws_error("RepositoryPolicyNotFoundException", "none yet")
    desk.when_read(None)
    desk.repositories.misbehave(GET, behind)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and len(ran.lines) == 1
    assert desk.arrived(SET) == 1 and same(desk.policy(), policy(ours(OTHER)))


def test_a_deletion_meanwhile_is_mended(desk):
    desk.store(policy(THEIRS))
    desk.when_read(None, desk.store)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and "changed once more" in ran.lines[0]
    assert same(desk.policy(), policy(ours(OTHER)))


def test_an_addition_after_the_write_is_told_and_kept(desk):
    desk.store()
    desk.when_read(None, lambda: desk.store(policy(ours(OTHER), THEIRS)))
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 0 and "it is as wanted all the same" in ran.lines[0]
    assert same(desk.policy(), policy(ours(OTHER), THEIRS))
    assert desk.arrived(SET) == 1


def test_somebody_who_never_stops_is_75(desk):
    desk.store()
    desk.when_read(None, *[lambda: desk.store(policy(THEIRS))] * 10)
    ran = desk.grant(NAME, "--to", OTHER)
    assert ran.code == 75
    assert "was written 3 times, and each time" in ran.last_line
    assert desk.arrived(SET) == 3 and same(desk.policy(), policy(THEIRS))


def test_somebody_who_does_the_same_leaves_nothing_to_write(desk):
    desk.store()
    desk.store(name="other")
    same_there = faults.meanwhile(lambda: desk.store(policy(ours(OTHER)), "other"))
    desk.repositories.misbehave(SET, same_there)
    ran = desk.grant(NAME, "other", "--to", OTHER)
    assert ran.lines[1] == f"other: unchanged: account {OTHER} may pull"
    assert desk.arrived(SET) == 1


def test_an_answer_that_is_lost_is_no_failure(desk):
    desk.store()
    desk.repositories.misbehave(SET, faults.answer_is_lost)
    assert desk.grant(NAME, "--to", OTHER).code == 0
    assert same(desk.policy(), policy(ours(OTHER)))


# --- Many repositories ------------------------------------------------------


def test_all_pages_of_repositories_are_read(desk):
    names = [f"team/{letter}" for letter in "abcde"]
    for name in (*names, "other"):
        desk.store(name=name)
    ran = desk.grant("team/?", "--to", OTHER)
    assert ran.code == 0 and ran.last_line == "5 written, 0 failed"
    assert desk.arrived(DESCRIBE) == 3
    assert all(same(desk.policy(name), policy(ours(OTHER))) for name in names)
    assert desk.policy("other") is None


def test_names_alone_need_no_list(desk):
    desk.store()
    desk.grant(NAME, NAME, "--to", OTHER)
    assert desk.arrived(DESCRIBE) == 0 and desk.arrived(SET) == 1


def test_pages_without_an_end_are_76(desk):
    endless = faults.reply_json(200, {"repositories": [], "nextToken": "again"})
    desk.repositories.misbehave(DESCRIBE, endless, times=2000)
    refused(desk, desk.grant("*", "--to", OTHER), 76, "pages have no end")


def test_a_glob_that_matches_nothing_does_not_hold_up_another(desk):
    desk.store()
    ran = desk.grant("x*", "team/*", "--to", OTHER)
    assert ran.code == 69
    assert ran.lines[0] == f"error: x*: none of the 1 repositories in {REGION} matches"
    assert same(desk.policy(), policy(ours(OTHER)))
