/* 10,000 random dates, keys and requests, signed by us and by botocore. */
#include "sigv4.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/unit/unit.h"

enum {
	CASES = 10000,
	BODY_MAX = 5000,
};

#define ORACLE                                      \
	"\"$(packaging/deps.sh venv)\"/bin/python " \
	"test/oracle/signatures.py"

/* The fields of the oracle's lines, in their order. */
enum field {
	TIME,
	REGION,
	SERVICE,
	ACCESS_KEY_ID,
	SECRET_ACCESS_KEY,
	SESSION_TOKEN,
	PATH,
	QUERY,
	BODY_LEN,
	BY_HEADER,
	BY_QUERY,
	FIELD__N
};

/* Cuts a line into its fields, empty ones included. */
static void
cut(char *line, const char *fields[FIELD__N])
{
	for (size_t i = 0; i < FIELD__N; i++) {
		size_t len = strcspn(line, "\t\n");

		assert_int_equal(line[len] == '\n', i == FIELD__N - 1);
		fields[i] = line;
		line[len] = '\0';
		line += len + 1;
	}
}

static void
check(const char *fields[FIELD__N], enum field which, const char *line)
{
	size_t len = strlen(line), want_len = strlen(fields[which]);

	if (len < want_len ||
	    strcmp(line + len - want_len, fields[which]) != 0) {
		for (size_t i = 0; i < FIELD__N; i++)
			print_error("field %zu: %s\n", i, fields[i]);
		fail_msg("signed otherwise than botocore: %s", line);
	}
}

static void
check_line(char *line)
{
	static char body[BODY_MAX];
	const char *fields[FIELD__N];
	struct list headers = { 0 }, query_headers = { 0 };
	struct sigv4_params params = { .expires_s = 3600 };
	struct sigv4_request request = { .method = "POST", .body = body };
	struct buf query = { 0 };

	cut(line, fields);
	memset(body, 'a', sizeof(body));
	params.time = (time_t)strtoll(fields[TIME], NULL, 10);
	params.region = fields[REGION];
	params.service = fields[SERVICE];
	params.access_key_id = fields[ACCESS_KEY_ID];
	params.secret_access_key = fields[SECRET_ACCESS_KEY];
	params.session_token = fields[SESSION_TOKEN];
	request.path = fields[PATH];
	request.query = fields[QUERY];
	request.body_len = strtoul(fields[BODY_LEN], NULL, 10);
	assert_in_range(request.body_len, 0, BODY_MAX);

	list_add(&headers, "Host: host.example");
	list_add(&headers, "X-Amz-Target: Some.Operation");
	sigv4_sign_headers(&params, &request, &headers);
	check(fields, BY_HEADER, headers.items[headers.n - 1]);

	list_add(&query_headers, "Host: host.example");
	list_add(&query_headers, "X-K8s-Aws-Id: name");
	request.method = "GET";
	request.headers = &query_headers;
	request.body_len = 0;
	sigv4_presign(&params, &request, &query);
	check(fields, BY_QUERY, query.data);

	list_free(&headers);
	list_free(&query_headers);
	buf_free(&query);
}

static void
botocore_agrees(void **state)
{
	/* A fixed command, which finds Python where the tests' is. */
	FILE *oracle = popen(ORACLE, "r"); /* NOLINT(cert-env33-c) */
	char *line = NULL;
	size_t size = 0, n = 0;

	(void)state;
	assert_non_null(oracle);
	for (; getline(&line, &size, oracle) > 0; n++)
		check_line(line);
	free(line);
	assert_int_equal(pclose(oracle), 0);
	assert_int_equal(n, CASES);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "10,000 dates are signed as botocore signs them",
	    botocore_agrees, NULL);
	return unit_run(&unit, "sigv4: dates");
}
