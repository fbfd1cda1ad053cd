/* Commands that print an EKS token: which are understood, and as what. */
#include "cluster/eks_command.h"
#include "unit.h"

/*
 * Words and settings with "|" between them. What is wanted: cluster, region,
 * profile, role, external id, session; NULL if the program is to be run.
 */
static const struct {
	const char *name, *words, *settings, *want;
} cases[] = {
	{ "as aws eks update-kubeconfig writes it",
	    "aws|--region|eu-west-1|eks|get-token|--cluster-name|c|--output|json",
	    "", "c|eu-west-1|-|-|-|-" },
	{ "with a role and a profile",
	    "aws|--region|eu-west-1|eks|get-token|--cluster-name|c|--output|"
	    "json|--role|arn:aws:iam::1:role/r",
	    "AWS_PROFILE=p", "c|eu-west-1|p|arn:aws:iam::1:role/r|-|-" },
	{ "with the options behind",
	    "aws|eks|get-token|--role-arn|r|--cluster-name|c|--profile|p", "",
	    "c|-|p|r|-|-" },
	{ "with an equals sign",
	    "/usr/bin/aws|eks|get-token|--cluster-name=c|--region=r", "",
	    "c|r|-|-|-|-" },
	{ "of a cluster on Outposts", "aws|eks|get-token|--cluster-id|1-2", "",
	    "1-2|-|-|-|-|-" },
	{ "an option beats a variable",
	    "aws|eks|get-token|--cluster-name|c|--profile|p|--region|r",
	    "AWS_PROFILE=q|AWS_REGION=s", "c|r|p|-|-|-" },
	{ "AWS_REGION beats AWS_DEFAULT_REGION",
	    "aws|eks|get-token|--cluster-name|c",
	    "AWS_DEFAULT_REGION=a|AWS_REGION=b", "c|b|-|-|-|-" },
	{ "AWS_DEFAULT_REGION counts, an empty variable does not",
	    "aws|eks|get-token|--cluster-name|c",
	    "AWS_REGION=|AWS_DEFAULT_REGION=a|AWS_STS_REGIONAL_ENDPOINTS=legacy",
	    "c|a|-|-|-|-" },
	{ "aws-iam-authenticator", "aws-iam-authenticator|token|-i|c", "",
	    "c|-|-|-|-|-" },
	{ "aws-iam-authenticator with all that we know",
	    "aws-iam-authenticator|token|--cluster-id|c|-r|r|-e|x|-s|s|"
	    "--region|eu",
	    "AWS_PROFILE=p", "c|eu|p|r|x|s" },
	{ "aws-iam-authenticator's long names",
	    "aws-iam-authenticator|token|--cluster-id=c|--role=r|"
	    "--external-id=x|--session-name=s",
	    "", "c|-|-|r|x|s" },
	{ "another program", "awsx|eks|get-token|--cluster-name|c", "", NULL },
	{ "another command", "aws|eks|get-tokens|--cluster-name|c", "", NULL },
	{ "another service", "aws|ecr|get-token|--cluster-name|c", "", NULL },
	{ "half a command", "aws|eks|--cluster-name|c", "", NULL },
	{ "more words", "aws|eks|get-token|now|--cluster-name|c", "", NULL },
	{ "no cluster", "aws|eks|get-token|--region|r", "", NULL },
	{ "an empty cluster", "aws|eks|get-token|--cluster-name=", "", NULL },
	{ "an option without its value", "aws|eks|get-token|--cluster-name", "",
	    NULL },
	{ "an option that we don't know",
	    "aws|eks|get-token|--cluster-name|c|--no-verify-ssl", "", NULL },
	{ "the other program's option", "aws|eks|get-token|-i|c", "", NULL },
	{ "the beginning of an option", "aws|eks|get-token|--cluster-n|c", "",
	    NULL },
	{ "a variable that we don't know", "aws|eks|get-token|--cluster-name|c",
	    "AWS_CONFIG_FILE=x", NULL },
	{ "a variable that begins as ours does",
	    "aws|eks|get-token|--cluster-name|c", "AWS_PROFILE_X=p", NULL },
	{ "a command alone", "aws", "", NULL },
};

static void
add(struct buf *out, char *text)
{
	buf_addf(out, "%s%s", out->len > 0 ? "|" : "",
	    text != NULL ? text : "-");
	mem_free(text);
}

static void
command_is_read(void **state)
{
	const __typeof__(cases[0]) *row = *state;
	struct list words = { 0 }, settings = { 0 };
	struct cluster_eks eks = { 0 };
	struct buf got = { 0 };
	bool is_eks;

	list_split(&words, row->words, "|");
	list_split(&settings, row->settings, "|");
	is_eks = eks_command_read(&words, &settings, &eks);
	assert_int_equal(is_eks, row->want != NULL);
	if (row->want != NULL) {
		add(&got, eks.name);
		add(&got, eks.region);
		assert_int_equal(eks.is_profile_explicit,
		    strstr(row->words, "--profile") != NULL);
		add(&got, eks.profile);
		add(&got, eks.role_arn);
		add(&got, eks.external_id);
		add(&got, eks.session_name);
		unit_check_text(&got, row->want);
	}
	assert_true(row->want != NULL || eks.name == NULL);
	list_free(&words);
	list_free(&settings);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, cases, command_is_read);
	return unit_run(&unit, "eks_command");
}
