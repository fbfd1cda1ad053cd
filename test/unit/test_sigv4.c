/*
 * AWS Signature Version 4: whole requests of the product and EKS tokens, as
 * botocore and AWS's own signer made them, and what neither suite has.
 */
#include "sigv4.h"

#include "base/url.h"
#include "test/unit/vectors.h"

enum {
	SIGNED = 29, /* of 31 requests; STS and SSO take two unsigned */
	UNSIGNED = 2,
	TOKENS = 4,
	EKS_EXPIRES_S = 60,  /* as in aws-iam-authenticator's clients */
	MOMENT = 1767323045, /* 20260102T030405Z, of all that follows */
};

static size_t signed_run, unsigned_run, tokens_run;

static void
check_stages(const struct sigv4_params *params,
    const struct sigv4_request *complete, const struct cJSON *vector)
{
	struct buf canonical = { 0 }, string = { 0 }, signature = { 0 };

	sigv4_canonical_request(params, complete, &canonical);
	sigv4_string_to_sign(params, &canonical, &string);
	sigv4_signature(params, &string, &signature);
	unit_check_text(&canonical, vectors_text(vector, "canonical_request"));
	unit_check_text(&string, vectors_text(vector, "string_to_sign"));
	unit_check_text(&signature, vectors_text(vector, "signature"));
}

static void
read_params(const struct cJSON *vector, const char *service,
    struct sigv4_params *params)
{
	const struct cJSON *keys = json_get(vector, "credentials");

	assert_string_equal(vectors_text(vector, "timestamp"),
	    "20260102T030405Z");
	*params = (struct sigv4_params){
		.access_key_id = vectors_text(keys, "access_key_id"),
		.secret_access_key = vectors_text(keys, "secret_access_key"),
		.session_token = json_get_text(keys, "session_token"),
		.region = vectors_text(vector, "region"),
		.service = service,
		.time = MOMENT,
		.expires_s = EKS_EXPIRES_S,
	};
}

static void
add_host(const struct url *url, struct list *headers)
{
	struct buf host = { 0 };

	url_add_host(&host, url);
	list_addf(headers, "Host: %s", host.data);
	buf_free(&host);
}

/* What the signer adds, and what botocore's transport does, is left out. */
static bool
is_given(const char *name)
{
	static const char *const added[] = {
		"Authorization",
		"X-Amz-Date",
		"X-Amz-Security-Token",
		"Content-Length",
		"User-Agent",
	};

	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
		if (strcmp(name, added[i]) == 0)
			return false;
	return true;
}

static void
check_header(const struct list *headers, const struct cJSON *want,
    const char *name)
{
	struct buf line = { 0 };

	if (json_get(want, name) == NULL)
		return;
	buf_addf(&line, "%s: %s", name, vectors_text(want, name));
	assert_true(list_has(headers, line.data));
	buf_free(&line);
}

static void
signs_request(const struct cJSON *vector)
{
	const struct cJSON *given = json_get(vector, "request");
	const struct cJSON *want = json_get(given, "headers"), *header;
	const char *body = vectors_text(given, "body");
	struct sigv4_params params;
	struct sigv4_request request = { 0 };
	struct list headers = { 0 };
	struct url url = { 0 };
	size_t added;

	read_params(vector, vectors_text(vector, "service"), &params);
	assert_true(url_parse(vectors_text(given, "url"), &url));
	add_host(&url, &headers);
	for (header = json_first(want); header != NULL;
	    header = json_next(header))
		if (is_given(json_name(header)))
			list_addf(&headers, "%s: %s", json_name(header),
			    json_text(header));
	request.method = vectors_text(given, "method");
	request.path = url.path;
	request.query = url.query;
	request.body = body;
	request.body_len = strlen(body);
	added = headers.n;
	sigv4_sign_headers(&params, &request, &headers);
	check_header(&headers, want, "Authorization");
	check_header(&headers, want, "X-Amz-Date");
	check_header(&headers, want, "X-Amz-Security-Token");
	assert_int_equal(headers.n - added,
	    params.session_token == NULL ? 2 : 3);

	/* By stage, all but Authorization, which stands last, is signed. */
	mem_free(headers.items[--headers.n]);
	request.headers = &headers;
	check_stages(&params, &request, vector);
	list_free(&headers);
	url_free(&url);
	signed_run++;
}

/* The two that are not signed show how values are encoded. */
static void
encodes_parameters(const struct cJSON *vector)
{
	const struct cJSON *given = json_get(vector, "request"), *value;
	bool is_sso = strcmp(vectors_text(vector, "service"), "sso") == 0;
	const char *text = vectors_text(given, is_sso ? "url" : "body");

	assert_null(json_get(json_get(given, "headers"), "Authorization"));
	for (value = json_first(json_get(vector, "params")); value != NULL;
	    value = json_next(value)) {
		const char *plain = json_text(value);
		struct buf encoded = { 0 };

		if (plain == NULL ||
		    strcmp(json_name(value), "accessToken") == 0)
			continue; /* a number; a header */
		buf_add_str(&encoded, "=");
		buf_add_uri(&encoded, plain, strlen(plain));
		assert_non_null(strstr(text, encoded.data));
		buf_free(&encoded);
	}
	unsigned_run++;
}

static void
signs_all_requests(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *vector;

	(void)state;
	vectors_need();
	vectors = vectors_parse("sigv4/signed-requests.json");
	for (vector = json_first(json_get(vectors, "requests")); vector != NULL;
	    vector = json_next(vector)) {
		print_message("             %s\n",
		    vectors_text(vector, "name"));
		if (json_get(vector, "signature") != NULL)
			signs_request(vector);
		else
			encodes_parameters(vector);
	}
	json_free(vectors);
	assert_int_equal(signed_run, SIGNED);
	assert_int_equal(unsigned_run, UNSIGNED);
}

static void
presigns_token(const struct cJSON *vector)
{
	struct sigv4_params params;
	struct sigv4_request request = {
		.method = "GET",
		.path = "/",
		.query = "Action=GetCallerIdentity&Version=2011-06-15",
	};
	struct list headers = { 0 };
	struct url url = { 0 };
	struct buf text = { 0 }, query = { 0 };

	read_params(vector, "sts", &params);
	assert_true(url_parse(vectors_text(vector, "presigned_url"), &url));
	add_host(&url, &headers);
	list_addf(&headers, "X-K8s-Aws-Id: %s",
	    vectors_text(vector, "cluster"));
	request.headers = &headers;
	buf_addf(&text, "https://%s/?", url.host);
	sigv4_presign(&params, &request, &text);

	sigv4_add_query(&params, &request, &query);
	request.query = query.data;
	check_stages(&params, &request, vector);
	unit_check_text(&text, vectors_text(vector, "presigned_url"));
	buf_free(&query);
	list_free(&headers);
	url_free(&url);
	tokens_run++;
}

static void
presigns_all_tokens(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *vector;

	(void)state;
	vectors_need();
	vectors = vectors_parse("sigv4/eks-tokens.json");
	for (vector = json_first(json_get(vectors, "tokens")); vector != NULL;
	    vector = json_next(vector)) {
		print_message("             %s\n",
		    vectors_text(vector, "name"));
		presigns_token(vector);
	}
	json_free(vectors);
	assert_int_equal(tokens_run, TOKENS);
}

/* Lengths of runs of one letter, and the signature that botocore makes. */
static const struct size_case {
	const char *name;
	size_t secret_len; /* of "k"; 0: AWS's example key */
	size_t token_len;  /* of "A"; 0: none */
	size_t body_len;   /* of "a" */
	const char *want;
} size_cases[] = {
	{ "an empty query and body are signed", 0, 0, 0,
	    "cc99d3e250e49f6562a33137efe95a4a60ed589bdfdb018750dd2abea0d98a2d" },
	{ "a session token of 10,000 bytes is signed", 0, 10000, 0,
	    "33e5568ab13c10816680cb90aa716a50a7c1646fdca4d24b111be55b0191edaa" },
	{ "a body of 1 MiB is signed", 0, 0, 1048576,
	    "fa21275f94138fd8ae6a78e5ffefd56ba5927e344c1d031b5151afec95a6e46b" },
	{ "a secret key of 1 byte signs", 1, 0, 0,
	    "051712e8430af07b614d3c422481091483d077749ae763131d5fd2b039e194ea" },
	{ "a secret key of 200 bytes signs", 200, 0, 0,
	    "a0819b9a39bb01782211ad8ba5f0486a46d7ef6112fa6f688c6d69f14a261259" },
};

/* A string of one letter; "" for none. */
static char *
make_run(char letter, size_t len)
{
	char *text = xmalloc(len + 1);

	memset(text, letter, len);
	text[len] = '\0';
	return text;
}

static void
any_size_is_signed(void **state)
{
	const struct size_case *row = *state;
	char *secret = make_run('k', row->secret_len);
	char *token = make_run('A', row->token_len);
	char *body = make_run('a', row->body_len);
	const struct sigv4_params params = {
		.access_key_id = "AKIDEXAMPLE",
		.secret_access_key = row->secret_len > 0 ?
		    secret :
		    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.session_token = token,
		.region = "us-east-1",
		.service = "ecr",
		.time = MOMENT,
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = "",
		.query = "",
		.body = body,
		.body_len = row->body_len,
	};
	struct list headers = { 0 };
	const char *last;

	list_add(&headers, "Content-Type: application/x-amz-json-1.1");
	list_add(&headers, "Host: api.ecr.us-east-1.amazonaws.com");
	sigv4_sign_headers(&params, &request, &headers);
	last = strrchr(headers.items[headers.n - 1], '=');
	assert_non_null(last);
	assert_string_equal(last + 1, row->want);
	list_free(&headers);
	mem_free(secret);
	mem_free(token);
	mem_free(body);
}

/*
 * The IAM user guide's rule: names and values are URI-encoded, and sorted by
 * encoded name, then value.
 */
static const struct query_case {
	const char *name, *in, *want;
} query_cases[] = {
	{ "a name comes before all that it begins", "a-b=2&a=1&a=&b",
	    "a=&a=1&a-b=2&b=" },
	{ "equal names are sorted by value", "aa=1&a=2&A=3&a=1",
	    "A=3&a=1&a=2&aa=1" },
	{ "a tilde that was encoded is not", "x=%7e", "x=~" },
	{ "lower-case hex becomes upper-case", "x=%c3%a9", "x=%C3%A9" },
	{ "a second \"=\" belongs to the value", "x=a=b", "x=a%3Db" },
	{ "a lone percent sign is encoded", "x=100%", "x=100%25" },
	{ "no query is an empty line", "", "" },
};

static void
query_is_canonical(void **state)
{
	const struct query_case *row = *state;
	const struct sigv4_params params = { 0 };
	struct list headers = { 0 };
	const struct sigv4_request request = {
		.method = "GET",
		.path = "/",
		.query = row->in,
		.headers = &headers,
	};
	struct buf got = { 0 }, want = { 0 };

	list_add(&headers, "Host: h");
	sigv4_canonical_request(&params, &request, &got);
	buf_addf(&want,
	    "GET\n/\n%s\nhost:h\n\nhost\ne3b0c44298fc1c149afbf4c8"
	    "996fb92427ae41e4649b934ca495991b7852b855",
	    row->want);
	unit_check_text(&got, want.data);
	buf_free(&want);
	list_free(&headers);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit,
	    "31 requests of ECR, EKS, SSO and STS are as "
	    "botocore makes them",
	    signs_all_requests, NULL);
	unit_add(&unit, "the URLs of 4 EKS tokens are as aws-cli presigns them",
	    presigns_all_tokens, NULL);
	UNIT_ADD_ROWS(&unit, size_cases, any_size_is_signed);
	UNIT_ADD_ROWS(&unit, query_cases, query_is_canonical);
	vectors_report(&unit,
	    "31 signed requests and 4 EKS tokens: VECTORS "
	    "folder missing");
	return unit_run(&unit, "sigv4");
}
