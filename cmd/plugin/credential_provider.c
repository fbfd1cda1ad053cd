/* "ecr-secret credential-provider": answers kubelet; see the header. */
#include "cmd/plugin/credential_provider.h"

#include <string.h>

#include "base/env.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/standard.h"
#include "cmd/registry_spec.h"
#include "cmd/token_source.h"
#include "registry/host.h"

#define GROUP "credentialprovider.kubelet.k8s.io/"
#define ANNOTATION "eks.amazonaws.com/ecr-role-arn"
#define VARIABLE "AWS_ECR_ROLE_ARN"

enum {
	REQUEST_MAX = 1024 * 1024, /* annotations have 256 KiB, a token 16 */
};

/* They are alike, but for the token that only the first may have. */
static const char *const versions[] = {
	GROUP "v1",
	GROUP "v1beta1",
	GROUP "v1alpha1",
};

struct provider {
	const struct options *options;
	struct http *http;
	struct token_source source;
	struct cJSON *request;
	const char *version;       /* the request's and the answer's */
	char *host;                /* as the image spells it */
	const char *account_token; /* the ServiceAccount's, or NULL */
	const struct ecr_token *token;
	struct buf text; /* to be answered */
};

static const char *
find_version(const char *text)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (text != NULL && strcmp(text, versions[i]) == 0)
			return versions[i];
	return NULL;
}

/* One that can't be read is not the same as none: then the node would ask. */
static int
take_token(struct provider *provider, struct err *err)
{
	const struct cJSON *token =
	    json_get(provider->request, "serviceAccountToken");

	if (token != NULL && !json_is_null(token) && json_text(token) == NULL)
		return err_set(err, ERR_DATA,
		    "the request's serviceAccountToken is not a text");
	provider->account_token =
	    json_get_nonempty(provider->request, "serviceAccountToken");
	return 0;
}

static int
parse_request(struct provider *provider, const struct buf *text,
    struct err *err)
{
	const char *kind, *version, *image;

	provider->request = json_parse(buf_str(text), text->len);
	if (!json_is_object(provider->request))
		return err_set(err, ERR_DATA,
		    "the request (%zu bytes) is not a JSON object", text->len);
	kind = json_get_nonempty(provider->request, "kind");
	version = json_get_nonempty(provider->request, "apiVersion");
	image = json_get_nonempty(provider->request, "image");
	provider->version = find_version(version);
	if (kind == NULL || strcmp(kind, "CredentialProviderRequest") != 0)
		return err_set(err, ERR_DATA,
		    "the request's kind is not CredentialProviderRequest");
	if (provider->version == NULL)
		return err_set(err, ERR_DATA,
		    "the request's apiVersion is \"%.100s\", not %s",
		    version == NULL ? "" : version, versions[0]);
	if (image == NULL)
		return err_set(err, ERR_DATA, "the request has no image");
	provider->host = registry_host_of(image);
	return take_token(provider, err);
}

static int
read_request(struct provider *provider, struct err *err)
{
	struct buf text = { 0 };
	int rc = standard_read(REQUEST_MAX, http_remaining_ms(provider->http),
	    &text, err);

	if (rc == 0)
		rc = parse_request(provider, &text, err);
	buf_free(&text);
	return rc;
}

/* The role that a ServiceAccount's token is for. */
static int
find_role(const struct provider *provider, char **arn, struct err *err)
{
	const struct cJSON *annotations =
	    json_get(provider->request, "serviceAccountAnnotations");
	const char *set = json_get_nonempty(annotations, ANNOTATION);

	if (set != NULL)
		*arn = xstrdup(set);
	else if (env_get(VARIABLE, arn, err) < 0)
		return -1;
	if (*arn == NULL)
		return err_set(err, ERR_CONFIG,
		    "the request has a ServiceAccount's token, but no role "
		    "that it is for: give the ServiceAccount an annotation " ANNOTATION
		    ", which tokenAttributes let through, or set " VARIABLE);
	if (!registry_spec_is_role(*arn))
		return err_set(err, ERR_CONFIG,
		    "%s: \"%.200s\" is not a role's ARN",
		    set != NULL ? ANNOTATION : VARIABLE, *arn);
	return 0;
}

static int
find_credentials(struct provider *provider, struct err *err)
{
	char *arn = NULL;
	int rc;

	if (provider->account_token == NULL)
		return token_source_find_credentials(&provider->source, err);
	rc = find_role(provider, &arn, err);
	if (rc == 0)
		rc = token_source_show_token(&provider->source, arn,
		    provider->account_token, err);
	mem_free(arn);
	return rc;
}

static int
fetch_token(struct provider *provider, struct err *err)
{
	if (token_source_open_host(&provider->source, provider->options,
		provider->host, provider->http, err) < 0 ||
	    find_credentials(provider, err) < 0)
		return -1;
	return token_source_fetch_one(&provider->source, &provider->token, err);
}

/*
 * Half of what is left of the token's life: a pull that begins at the end of
 * that has the other half.
 */
static void
add_auth(struct provider *provider)
{
	const struct ecr_token *token = provider->token;
	struct buf *text = &provider->text, password = { 0 };
	time_t left_s = token->expires_at - http_now(provider->http);

	BUG_IF(!ecr_add_password(token->auth, &password));
	buf_addf(text, ",\"cacheDuration\":\"%llds\",\"auth\":{",
	    left_s > 0 ? (long long)left_s / 2 : 0);
	buf_add_json(text, provider->host);
	buf_add_str(text, ":{\"username\":\"AWS\",\"password\":");
	buf_add_json(text, password.data);
	buf_add_str(text, "}}");
	buf_free(&password);
}

static void
compose(struct provider *provider)
{
	struct buf *text = &provider->text;

	buf_addf(text,
	    "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"%s\","
	    "\"cacheKeyType\":\"Registry\"",
	    provider->version);
	if (provider->token != NULL)
		add_auth(provider);
	else
		buf_add_str(text, ",\"auth\":null");
	buf_add_str(text, "}\n");
}

static int
answer(struct provider *provider, struct err *err)
{
	if (read_request(provider, err) < 0)
		return -1;
	if (registry_host_is_ecr(provider->host) &&
	    fetch_token(provider, err) < 0)
		return -1;
	compose(provider);
	standard_write(&provider->text);
	return 0;
}

static void
credential_provider(const struct options *options, struct report *report)
{
	struct provider provider = { .options = options };
	struct err err = { 0 };

	provider.http = http_new(options->timeout_ms, 0);
	if (answer(&provider, &err) < 0)
		report_failed(report, 0, &err);
	http_free(provider.http); /* first: transfers borrow from the rest */
	token_source_close(&provider.source);
	json_free(provider.request);
	mem_free(provider.host);
	buf_free(&provider.text);
}

const struct command credential_provider_command = {
	.id = COMMAND_PROVIDER,
	.name = "credential-provider",
	.usage = "credential-provider [OPTION]...",
	.purpose =
	    "Answers kubelet, as its image credential provider: a request on "
	    "standard input,\nECR credentials for its image on standard "
	    "output.",
	.success = "the request was answered",
	.run = credential_provider,
};
