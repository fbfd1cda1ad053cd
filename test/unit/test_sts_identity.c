/* GetCallerIdentity: what is asked, and whose credentials the answer says. */
#include "aws/sts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "test/unit/stage.h"

#define ARN "arn:aws:sts::111122223333:assumed-role/ci/run-7"
#define JSON(members)                                \
	"{\"GetCallerIdentityResponse\":{"           \
	"\"GetCallerIdentityResult\":{" members "}," \
	"\"ResponseMetadata\":{\"RequestId\":\"r\"}}}"
#define ALL                                                 \
	"\"Account\":\"111122223333\",\"Arn\":\"" ARN "\"," \
	"\"UserId\":\"AROAX:run-7\""

static const struct answer {
	const char *name;
	int status;
	const char *body;
	enum err_kind kind;
	const char *says; /* in the message */
} answers[] = {
	{ "JSON is read", 200, JSON(ALL), ERR_NONE, NULL },
	{ "XML is read", 200,
	    "<GetCallerIdentityResponse xmlns=\"x\"><GetCallerIdentityResult>"
	    "<Arn>" ARN "</Arn><UserId>AROAX:run-7</UserId>"
	    "<Account>111122223333</Account></GetCallerIdentityResult>"
	    "</GetCallerIdentityResponse>",
	    ERR_NONE, NULL },
	{ "an answer without an ARN makes no sense", 200,
	    JSON("\"Account\":\"111122223333\",\"UserId\":\"AIDA\""), ERR_DATA,
	    "sts: GetCallerIdentity: the answer (" },
	{ "nor does one without an account", 200,
	    JSON("\"Arn\":\"" ARN "\",\"UserId\":\"AIDA\""), ERR_DATA,
	    "no Account, Arn and UserId" },
	{ "nor does one with an empty id", 200,
	    JSON("\"Arn\":\"" ARN "\",\"Account\":\"1\",\"UserId\":\"\""),
	    ERR_DATA, "no Account, Arn and UserId" },
	{ "nor does one that would move a cursor", 200,
	    JSON("\"Arn\":\"a\\u001b[2J\",\"Account\":\"1\",\"UserId\":\"x\""),
	    ERR_DATA, "no Account, Arn and UserId" },
	{ "nor does a page", 200, "<html></html>", ERR_DATA,
	    "the answer (13 bytes)" },
	{ "another action's answer is none", 200,
	    "{\"DecodeResponse\":{\"DecodeResult\":{" ALL "}}}", ERR_DATA,
	    "no Account, Arn and UserId" },
	{ "a refusal is that of an endpoint's policy", 403,
	    "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"No.\"}}",
	    ERR_DENIED, "the policy of the VPC endpoint for STS" },
	{ "an unknown key is named", 403,
	    "{\"Error\":{\"Code\":\"InvalidClientTokenId\","
	    "\"Message\":\"No.\"}}",
	    ERR_DENIED, "the key is deleted or inactive" },
};

/* Reads a request, whose body has a known end, and gives the answer. */
static _Noreturn void
serve(int listener, const struct answer *row)
{
	static const char end[] = "Version=2011-06-15";
	struct buf got = { 0 }, answer = { 0 };
	char bytes[4096];
	ssize_t n;
	int peer;

	(void)alarm(5); /* nobody comes */
	peer = accept(listener, NULL, NULL);
	do {
		n = read(peer, bytes, sizeof(bytes));
		if (n > 0)
			buf_add(&got, bytes, (size_t)n);
	} while (n > 0 && strstr(buf_str(&got), end) == NULL);
	buf_addf(&answer,
	    "HTTP/1.1 %d x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n"
	    "%s",
	    row->status, strlen(row->body), row->body);
	n = write(peer, answer.data, answer.len);
	/* What was asked is judged here, by the exit status. */
	_exit(n == (ssize_t)answer.len &&
		    strncmp(buf_str(&got), "POST / HTTP/1.1\r\n", 17) == 0 &&
		    strstr(buf_str(&got), "\r\nAccept: application/json\r\n") !=
			NULL &&
		    strstr(buf_str(&got), "/us-east-2/sts/aws4_request, ") !=
			NULL &&
		    strstr(buf_str(&got),
			"\r\n\r\nAction=GetCallerIdentity&Version=2011-06-"
			"15") != NULL ?
		0 :
		1);
}

/* A port on loopback, and whoever answers there. */
static pid_t
start_server(const struct answer *row, unsigned *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t child;

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address,
			     &len),
	    0);
	*port = ntohs(address.sin_port);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		serve(listener, row);
	(void)close(listener);
	return child;
}

static void
ask(const struct answer *row, struct sts_identity *identity, struct err *err)
{
	static char key[] = "AKIDEXAMPLE", secret[] = "secret", source[] = "us";
	const struct creds creds = {
		.access_key_id = key,
		.secret_access_key = secret,
		.source = source,
	};
	struct http *http = http_new(5000, 1);
	struct buf url = { 0 };
	struct aws aws = { 0 };
	unsigned port;
	pid_t child = start_server(row, &port);
	int status, rc;

	buf_addf(&url, "http://127.0.0.1:%u", port);
	stage_begin("");
	stage_set("AWS_ENDPOINT_URL_STS", url.data);
	assert_int_equal(aws_open(&aws, http, NULL, NULL, err), 0);
	rc = sts_finish_identity(sts_start_identity(&aws, "us-east-2", &creds),
	    identity, err);
	assert_int_equal(rc, row->kind == ERR_NONE ? 0 : -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	aws_close(&aws);
	http_free(http);
	buf_free(&url);
}

static void
answer_is_read(void **state)
{
	const struct answer *row = *state;
	struct sts_identity identity = { 0 };
	struct err err = { 0 };

	ask(row, &identity, &err);
	assert_int_equal(err.kind, row->kind);
	if (row->kind == ERR_NONE) {
		assert_string_equal(identity.account, "111122223333");
		assert_string_equal(identity.arn, ARN);
		assert_string_equal(identity.user_id, "AROAX:run-7");
	} else {
		assert_null(identity.account);
		if (strstr(err.text, row->says) == NULL)
			fail_msg("not \"%s\": %s", row->says, err.text);
	}
	sts_identity_free(&identity);
	assert_null(identity.arn);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, answers, answer_is_read);
	unit.tests[0].setup_func = stage_set_up;
	unit.tests[unit.n - 1].teardown_func = stage_tear_down;
	return unit_run(&unit, "sts_identity");
}
