/*
 * What a registry's answer means. The bodies are those that ECR was seen to
 * give; the statements are what IAM's and ECR's guides write for a pull.
 */
#include "registry/probe.h"

#include "test/unit/unit.h"

#define HOST "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn"
#define IMAGE HOST "/team/app:1.2"
#define AUTH "QVdTOnNlY3JldA=="
#define ERROR(code, message) \
	"{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"
#define PULL                                                                \
	"\"Action\":[\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\"," \
	"\"ecr:BatchCheckLayerAvailability\"]"
#define REPOSITORY "arn:aws-cn:ecr:cn-north-1:111122223333:repository/team/app"
#define USER(account) "arn:aws-cn:iam::" account ":user/puller"
#define NO(user, resource, why)                                               \
	ERROR("DENIED",                                                       \
	    "User: " user " is not authorized to perform: ecr:BatchGetImage " \
	    "on resource: " resource why)
#define BECAUSE(kind) \
	" because no " kind " policy allows the ecr:BatchGetImage action"
#define JSON "application/json; charset=utf-8"

static const struct answer {
	const char *name;
	long status;
	const char *type, *body;
	enum err_kind kind;
	const char *says[3]; /* in the message */
	const char *lacks;   /* and what must not be in it */
	bool is_old, is_blob;
	const char *image; /* NULL: IMAGE */
} answers[] = {
	{ "a manifest is good", 200, "application/vnd.oci.image.index.v1+json",
	    "{\"schemaVersion\":2}", ERR_NONE, { NULL }, NULL },
	{ "a manifest of any type is good", 200, NULL, "{}", ERR_NONE, { NULL },
	    NULL },
	{ "an empty 200 makes no sense", 200, JSON, "", ERR_DATA,
	    { "answered 200 with what is no manifest", "0 bytes" }, NULL },
	{ "a 200 with half a document makes no sense", 200, JSON,
	    "{\"schemaVersion\":", ERR_DATA, { "no manifest" },
	    "schemaVersion" },
	{ "a 200 with a list makes no sense", 200, JSON, "[]", ERR_DATA,
	    { "no manifest" }, NULL },
	{ "a page makes no sense", 200, "text/html", "<html>", ERR_DATA,
	    { "(text/html, 6 bytes)" }, "<html>" },
	{ "204 makes no sense", 204, NULL, "", ERR_DATA,
	    { "answered 204", "no content type" }, NULL },
	{ "a redirect is not followed", 307, NULL, "", ERR_DATA,
	    { "answered 307", "a redirect" }, NULL },
	{ "ECR answers 400 to a token of another region", 400, "text/plain",
	    "Bad Request\n", ERR_DENIED,
	    { "answered 400: Bad Request;", "is " HOST " the right host" },
	    "the token is new" },
	{ "a password of another region in the Secret", 400, NULL, "",
	    ERR_DENIED,
	    { "answered 400; run ecr-secret refresh", "its region" },
	    "right host", .is_old = true },
	{ "400 of another registry is none of that", 400, JSON, "{}", ERR_DATA,
	    { "answered 400 with what is no manifest" }, "region",
	    .image = "registry.example/app:1" },
	{ "400 of a page is no answer of a registry's", 400, "text/html",
	    "<html>", ERR_DATA, { "answered 400" }, "region" },
	{ "a page with 403 is somebody else's", 403, "text/html; x", "<html>",
	    ERR_DATA, { "answered 403" }, "statement" },
	{ "a token that is not accepted", 401, "text/plain", "Not Authorized\n",
	    ERR_DENIED,
	    { "answered 401: Not Authorized;", "is " HOST " the right host" },
	    NULL },
	{ "an expired token", 403, JSON,
	    ERROR("DENIED",
		"Your authorization token has expired. "
		"Reauthenticate and try again."),
	    ERR_DENIED, { "has expired", "the token is new" }, "Action" },
	{ "an expired token in ECR's older words", 403, "text/plain",
	    "Your Authorization Token has expired. Please run 'aws ecr "
	    "get-login' to fetch a new one.",
	    ERR_DENIED, { "has expired", "the token is new" }, "Action" },
	{ "the repository's policy lacks a statement", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("resource-based")),
	    ERR_DENIED,
	    { "answered 403: User: ",
		"its policy lacks {\"Sid\":\"EcrSecretPull\",\"Effect\":"
		"\"Allow\",\"Principal\":{\"AWS\":\"named <" USER(
		    "444455556666") ">\"}," PULL "}" },
	    "\"Resource\"" },
	{ "no policy is named, and the account is another", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, ""), ERR_DENIED,
	    { "if the repository exists", "EcrSecretPull" }, "\"Resource\"" },
	{ "no policy is named, and the account is the same", 403, JSON,
	    NO(USER("111122223333"), REPOSITORY, ""), ERR_DENIED,
	    { "\"Resource\":\"" REPOSITORY "\"" }, "EcrSecretPull" },
	{ "the identity's policy lacks a statement", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("identity-based")),
	    ERR_DENIED,
	    { "<" USER("444455556666") "> needs {\"Effect\":\"Allow\"," PULL
				       ",\"Resource\":\"" REPOSITORY "\"}" },
	    "EcrSecretPull" },
	{ "without an ARN in the answer it is made of the host", 403, JSON,
	    NO("somebody", "something", BECAUSE("identity-based")), ERR_DENIED,
	    { "who fetched the token needs",
		"\"Resource\":\"" REPOSITORY "\"" },
	    NULL },
	{ "without an ARN somebody has to be named", 403, JSON,
	    NO("somebody", "it", BECAUSE("resource-based")), ERR_DENIED,
	    { "\"AWS\":\"ARN of who pulls\"" }, NULL },
	{ "an ARN with a wildcard is not repeated in a policy", 403, JSON,
	    NO("arn:aws:iam::*:root", "arn:aws:ecr:*:*:repository/*",
		BECAUSE("identity-based")),
	    ERR_DENIED, { "\"Resource\":\"" REPOSITORY "\"" },
	    "\"Resource\":\"arn:aws:ecr:*" },
	{ "an explicit deny is called that", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY,
		" with an explicit deny in a resource-based policy"),
	    ERR_DENIED, { "a policy denies it explicitly" }, "Action" },
	{ "a VPC endpoint's policy is no identity's", 403, JSON,
	    NO(USER("111122223333"), REPOSITORY, BECAUSE("VPC endpoint")),
	    ERR_DENIED, { "the policy of the VPC endpoint", "BatchGetImage" },
	    "ecr-secret grant" },
	{ "nor that of the repository", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("VPC endpoint")),
	    ERR_DENIED, { "the policy of the VPC endpoint" },
	    "ecr-secret grant" },
	{ "nor is the policy of a session", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("session")),
	    ERR_DENIED, { "the session policy, with which the role" },
	    "ecr-secret grant" },
	{ "nor is the one of an organization", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("service control")),
	    ERR_DENIED, { "the organization's service control policies" },
	    "ecr-secret grant" },
	{ "nor is a permissions boundary", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY,
		" because no permissions boundary allows the "
		"ecr:BatchGetImage action"),
	    ERR_DENIED,
	    { "the permissions boundary of who asks", "\"Allow\"," PULL },
	    "ecr-secret grant" },
	{ "a 403 in other words is denied, too", 403, JSON,
	    ERROR("DENIED", "Not Authorized"), ERR_DENIED,
	    { "answered 403: Not Authorized; the policy of" }, "Action" },
	{ "a code without a message is shown", 403, JSON,
	    "{\"errors\":[{\"code\":\"DENIED\"}]}", ERR_DENIED,
	    { "answered 403: DENIED;" }, NULL },
	{ "the repository is missing", 404, JSON,
	    ERROR("NAME_UNKNOWN",
		"The repository with name 'team/app' does not exist in the "
		"registry with id '111122223333'"),
	    ERR_REFUSED,
	    { "there is no repository team/app in account 111122223333 and "
	      "region cn-north-1" },
	    NULL },
	{ "the tag is missing", 404, JSON,
	    ERROR("MANIFEST_UNKNOWN", "Requested image not found"), ERR_REFUSED,
	    { "answered 404: Requested image not found; the repository "
	      "team/app has no tag 1.2" },
	    NULL },
	{ "404 in other words is missing, too", 404, "text/plain",
	    "404 page not found\n", ERR_REFUSED,
	    { "answered 404: 404 page not found; is it the host" }, NULL },
	{ "429 is worth another try", 429, JSON,
	    ERROR("TOOMANYREQUESTS", "Rate exceeded"), ERR_RETRY,
	    { "answered 429: Rate exceeded" }, NULL },
	{ "500 is worth another try", 500, JSON, "{}", ERR_RETRY,
	    { "answered 500" }, NULL },
	{ "a page of trouble is worth another try", 503, "text/html", "<html>",
	    ERR_RETRY, { "answered 503" }, "<html>" },
	{ "the command that adds the statement is said", 403, JSON,
	    NO(USER("444455556666"), REPOSITORY, BECAUSE("resource-based")),
	    ERR_DENIED,
	    { "ecr-secret grant team/app --to \"named <" USER(
		"444455556666") ">\" --registry 111122223333.cn-north-1; a note" },
	    NULL },
	{ "a pull-through cache asks for an import", 403, JSON,
	    ERROR("DENIED",
		"User: " USER(
		    "111122223333") " is not authorized to perform: "
				    "ecr:BatchImportUpstreamImage on resource: " REPOSITORY),
	    ERR_DENIED,
	    { "\"ecr:BatchImportUpstreamImage\",\"ecr:CreateRepository\"],"
	      "\"Resource\":\"" REPOSITORY "\"",
		"pull-through cache" },
	    "ecr:GetDownloadUrlForLayer" },
	{ "a repository may be missing since its cache is empty", 404, JSON,
	    ERROR("NAME_UNKNOWN", "no such repository"), ERR_REFUSED,
	    { "ecr:BatchImportUpstreamImage" }, NULL },
	{ "a tag may be missing since its image is archived", 404, JSON,
	    ERROR("MANIFEST_UNKNOWN", "Requested image not found"), ERR_REFUSED,
	    { "or it is archived" }, NULL },
	{ "a name with kms in it is no key", 403, JSON,
	    NO("arn:aws-cn:iam::444455556666:user/kms", REPOSITORY "/kms-proxy",
		BECAUSE("identity-based")),
	    ERR_DENIED, { "needs {\"Effect\":\"Allow\"," PULL }, "KMS" },
	{ "who may not use the key is no matter of ECR's policies", 403, JSON,
	    ERROR("DENIED",
		"User: " USER(
		    "444455556666") " is not authorized to perform: "
				    "kms:Decrypt on resource: arn:aws-cn:kms:cn-north-1:1:key/x"),
	    ERR_DENIED, { "the KMS key of the repository can't be used" },
	    "BatchGetImage" },
	{ "the key of an encrypted repository", 403, JSON,
	    ERROR("DENIED", "KMS key is disabled"), ERR_DENIED,
	    { "the KMS key of the repository can't be used" }, "Action" },
	{ "throttled", 429, "text/plain", "Too Many Requests", ERR_RETRY,
	    { "the account's quota" }, NULL },
	{ "an expired password of the Secret", 403, JSON,
	    ERROR("DENIED", "Your authorization token has expired."),
	    ERR_DENIED, { "run ecr-secret refresh" }, "the token is new",
	    .is_old = true },
	{ "a password of the Secret that is not ECR's", 401, "text/plain",
	    "Not Authorized\n", ERR_DENIED,
	    { "run ecr-secret refresh", "not of that registry" }, "right host",
	    .is_old = true },
	{ "a layer that comes whole", 200, NULL, "\x1f\x8b", ERR_NONE, { NULL },
	    NULL, .is_blob = true },
	{ "a layer's first byte", 206, NULL, "x", ERR_NONE, { NULL }, NULL,
	    .is_blob = true },
	{ "a layer in S3", 307, NULL, "", ERR_NONE, { NULL }, NULL,
	    .is_blob = true },
	{ "a layer that is gone", 404, JSON,
	    ERROR("BLOB_UNKNOWN", "no such layer"), ERR_REFUSED,
	    { "push the image again" }, NULL, .is_blob = true },
	{ "a layer that is denied", 403, JSON,
	    ERROR("DENIED",
		"User: " USER(
		    "444455556666") " is not authorized to perform: "
				    "ecr:GetDownloadUrlForLayer on resource: " REPOSITORY
				    " because no resource-based policy allows the "
				    "ecr:GetDownloadUrlForLayer action"),
	    ERR_DENIED, { "EcrSecretPull" }, NULL, .is_blob = true },
	{ "a layer's storage in trouble", 503, NULL, "", ERR_RETRY,
	    { "answered 503" }, NULL, .is_blob = true },
	{ "the token is not repeated", 401, "text/plain",
	    "no user for " AUTH "\n", ERR_DENIED, { "no user for ***" }, AUTH },
};

/* All three are told apart. */
static void
find_principal(const void *arg, const char *arn, size_t len,
    struct probe_principal *principal)
{
	buf_addf(&principal->arn, "<%.*s>", (int)len, arn);
	buf_addf(&principal->named, "named <%.*s>", (int)len, arn);
	buf_add_str(&principal->note, arg);
}

static void
is_explained(void **state)
{
	const struct answer *row = *state;
	const char *text = row->image != NULL ? row->image : IMAGE;
	struct image image = { 0 };
	struct err err = { 0 };
	struct buf body = { 0 }, begins = { 0 };
	int rc;

	assert_null(image_parse(text, &image));
	buf_add_str(&body, row->body);
	buf_addf(&begins, "verify: %s: ", text);
	rc = (row->is_blob ? probe_explain_blob : probe_explain)(
	    &(struct probe_answer){
		.refresh = row->is_old ? "run ecr-secret refresh" : NULL,
		.what = "verify",
		.image = &image,
		.text = text,
		.auth = AUTH,
		.status = row->status,
		.content_type = row->type,
		.body = &body,
		.partition = "aws-cn",
		.find_principal = find_principal,
		.arg = "a note",
	    },
	    &err);
	assert_int_equal(rc, row->kind == ERR_NONE ? 0 : -1);
	assert_int_equal(err.kind, row->kind);
	if (rc < 0 && strstr(err.text, begins.data) != err.text)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < 3 && row->says[i] != NULL; i++)
		if (strstr(err.text, row->says[i]) == NULL)
			fail_msg("no \"%s\" in: %s", row->says[i], err.text);
	if (row->lacks != NULL && strstr(err.text, row->lacks) != NULL)
		fail_msg("\"%s\" in: %s", row->lacks, err.text);
	buf_free(&body);
	buf_free(&begins);
	image_free(&image);
}

static void
the_digest_is_asked_for(void **state)
{
	struct image image = { .host = xstrdup("localhost:5000"),
		.repository = xstrdup("a/b"),
		.tag = xstrdup("1"),
		.digest = xstrdup("sha256:00") };
	struct buf url = { 0 };

	(void)state;
	probe_add_url(&url, &image);
	unit_check_text(&url,
	    "https://localhost:5000/v2/a/b/manifests/sha256:00");
	image_free(&image);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, answers, is_explained);
	unit_add(&unit, "the digest is asked for", the_digest_is_asked_for,
	    NULL);
	return unit_run(&unit, "probe");
}
