/*
 * By what policies name who goes by an ARN. The forms are those of the IAM User
 * Guide, and of the IAM Identity Center guide on "Referencing permission sets".
 */
#include "aws/principal.h"

#include "test/unit/unit.h"

#define SESSION(role) "arn:aws:sts::111122223333:assumed-role/" role "/tick"
#define ROLE(path) "arn:aws:iam::111122223333:role/" path
#define SSO "AWSReservedSSO_reader_0123456789abcdef"

static const struct who {
	const char *name, *arn;
	const char *role; /* that is known */
	const char *want, *named;
	const char *note; /* a part of it; NULL: there is none */
} whos[] = {
	{ "a user is named as it is", "arn:aws:iam::111122223333:user/a/b",
	    NULL, "arn:aws:iam::111122223333:user/a/b",
	    "arn:aws:iam::111122223333:user/a/b", NULL },
	{ "so is a role", ROLE("team/ci"), NULL, ROLE("team/ci"),
	    ROLE("team/ci"), NULL },
	{ "a session's role is a guess", SESSION("ci"), NULL, ROLE("ci"),
	    ROLE("ci"),
	    "if that role has a path, which a session does not tell, name the "
	    "ARN that aws iam get-role --role-name ci shows, or the account, "
	    "111122223333" },
	{ "but not where it is known", SESSION("ci"), ROLE("team/x/ci"),
	    ROLE("team/x/ci"), ROLE("team/x/ci"), NULL },
	{ "nor without a path", SESSION("ci"), ROLE("ci"), ROLE("ci"),
	    ROLE("ci"), NULL },
	{ "a role of another name is not known", SESSION("ci"),
	    ROLE("team/aci"), ROLE("ci"), ROLE("ci"), "--role-name ci shows" },
	{ "nor is one whose path is its name", SESSION("ci"), ROLE("ci/x"),
	    ROLE("ci"), ROLE("ci"), "--role-name ci shows" },
	{ "nor is another account's", SESSION("ci"),
	    "arn:aws:iam::444455556666:role/team/ci", ROLE("ci"), ROLE("ci"),
	    "--role-name ci shows" },
	{ "a partition stays",
	    "arn:aws-us-gov:sts::111122223333:assumed-role/ci/i-0", NULL,
	    "arn:aws-us-gov:iam::111122223333:role/ci",
	    "arn:aws-us-gov:iam::111122223333:role/ci", "or the account" },
	{ "of an SSO role the account is named", SESSION(SSO), NULL, ROLE(SSO),
	    "arn:aws:iam::111122223333:root",
	    "the account is named, for the path of its SSO role is not known "
	    "here: aws iam get-role --role-name " SSO " shows it" },
	{ "unless it is known", SESSION(SSO),
	    ROLE("aws-reserved/sso.amazonaws.com/eu-west-2/" SSO),
	    ROLE("aws-reserved/sso.amazonaws.com/eu-west-2/" SSO),
	    ROLE("aws-reserved/sso.amazonaws.com/eu-west-2/" SSO), NULL },
	{ "a federated user has no role",
	    "arn:aws:sts::111122223333:federated-user/x", NULL,
	    "arn:aws:sts::111122223333:federated-user/x",
	    "arn:aws:sts::111122223333:federated-user/x", NULL },
	{ "what has no account is no session",
	    "arn:aws:sts::1:assumed-role/ci/x", NULL,
	    "arn:aws:sts::1:assumed-role/ci/x",
	    "arn:aws:sts::1:assumed-role/ci/x", NULL },
	{ "a session's name may be missing",
	    "arn:aws:sts::111122223333:assumed-role/ci", NULL, ROLE("ci"),
	    ROLE("ci"), "--role-name ci shows" },
};

static void
somebody_is_named(void **state)
{
	const struct who *row = *state;
	struct principal principal = { 0 };
	struct list roles = { 0 };
	struct buf text = { 0 };

	list_add(&roles, ROLE("other"));
	if (row->role != NULL)
		list_add(&roles, row->role);
	/* The ARN is a part of a sentence. */
	buf_addf(&text, "%s is not authorized", row->arn);
	principal_find(text.data, strlen(row->arn), &roles, &principal);
	assert_string_equal(principal.arn.data, row->want);
	assert_string_equal(principal.named.data, row->named);
	if (row->note == NULL)
		assert_string_equal(buf_str(&principal.note), "");
	else
		assert_non_null(strstr(principal.note.data, row->note));
	principal_free(&principal);
	principal_free(&principal);
	list_free(&roles);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, whos, somebody_is_named);
	return unit_run(&unit, "principal");
}
