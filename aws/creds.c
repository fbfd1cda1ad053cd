/* Who we are in AWS: the sources of credentials in their order. */
#include "aws/creds.h"

#include <string.h>

#include "aws/creds_source.h"
#include "base/env.h"
#include "base/log.h"
#include "base/mem.h"

static const struct {
	const char *name;
	enum creds_result (*find)(struct aws *aws, struct creds *creds,
	    struct buf *why, struct err *err);
	bool says_its_name; /* in creds->source and err, for there are many */
} sources[] = {
	{ "environment", creds_from_environment },
	{ "web identity", creds_from_web_identity },
	{ "profile", creds_from_profile, .says_its_name = true },
	{ "container", creds_from_container },
	{ "instance metadata", creds_from_imds },
};

/* Asks one, and notes what came of it. */
static enum creds_result
try_source(size_t i, struct aws *aws, struct creds *creds, struct err *err)
{
	const char *name = sources[i].name;
	struct buf why = { 0 };
	enum creds_result result = sources[i].find(aws, creds, &why, err);

	if (result == CREDS_FAILED && !sources[i].says_its_name)
		err_wrap(err, "%s", name);
	if (result == CREDS_FOUND && !sources[i].says_its_name) {
		mem_free(creds->source);
		creds->source = xstrdup(name);
	}
	list_addf(&aws->trace, "%s: %s", name,
	    result == CREDS_FOUND      ? "found" :
		result == CREDS_FAILED ? "failed" :
					 buf_str(&why));
	buf_free(&why);
	return result;
}

static void
set_absent(const struct list *trace, struct err *err)
{
	struct buf tried = { 0 };

	for (size_t i = 0; i < trace->n; i++)
		buf_addf(&tried, "%s%s", i > 0 ? "; " : "", trace->items[i]);
	(void)err_set(err, ERR_CONFIG, "credentials: none found: %s",
	    buf_str(&tried));
	err_hint(err,
	    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, "
	    "or on EKS give the pod's ServiceAccount a role (IRSA or Pod "
	    "Identity) and make the pod anew");
	buf_free(&tried);
}

int
creds_find(struct aws *aws, struct creds *creds, struct err *err)
{
	enum creds_result result = CREDS_ABSENT;
	size_t n = sizeof(sources) / sizeof(sources[0]);

	list_free(&aws->trace);
	for (size_t i = 0; i < n && result == CREDS_ABSENT; i++)
		result = try_source(i, aws, creds, err);
	if (result == CREDS_FAILED)
		err_wrap(err, "credentials");
	if (result == CREDS_ABSENT)
		set_absent(&aws->trace, err);
	if (result == CREDS_FOUND)
		log_event(LOG_DEBUG, LOG_FIELDS({ "source", creds->source }),
		    "credentials: from %s", creds->source);
	return result == CREDS_FOUND ? 0 : -1;
}

enum creds_result
creds_from_environment(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	if (aws->is_profile_explicit) {
		buf_add_str(why, "--profile is given");
		return CREDS_ABSENT;
	}
	return creds_from_variables(aws, creds, why, err);
}

/* The keys are one thing: half of them is a mistake, not an absence. */
enum creds_result
creds_from_variables(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	struct creds found = { 0 };
	enum creds_result result = CREDS_FAILED;

	(void)aws;
	if (env_get("AWS_ACCESS_KEY_ID", &found.access_key_id, err) < 0 ||
	    env_get("AWS_SECRET_ACCESS_KEY", &found.secret_access_key, err) <
		0 ||
	    env_get("AWS_SESSION_TOKEN", &found.session_token, err) < 0)
		goto out;
	if (found.access_key_id == NULL && found.secret_access_key == NULL) {
		buf_add_str(why, "AWS_ACCESS_KEY_ID is not set");
		result = CREDS_ABSENT;
		goto out;
	}
	if (found.access_key_id == NULL || found.secret_access_key == NULL) {
		(void)err_set(err, ERR_CONFIG,
		    "only half is set: %s is missing",
		    found.access_key_id == NULL ? "AWS_ACCESS_KEY_ID" :
						  "AWS_SECRET_ACCESS_KEY");
		goto out;
	}
	*creds = found;
	found = (struct creds){ 0 };
	result = CREDS_FOUND;
out:
	creds_free(&found);
	return result;
}

/* Nobody has said it before. */
static void
take_region(struct aws *aws, char *region, const char *origin)
{
	if (region == NULL)
		return;
	aws->region = region;
	aws->region_origin = xstrdup(origin);
}

int
creds_find_region(struct aws *aws, const char **region, struct err *err)
{
	if (aws->region == NULL)
		take_region(aws, creds_imds_region(aws), "instance metadata");
	if (aws->region == NULL)
		take_region(aws, xstrdup(aws->fallback_region),
		    "the first registry's");
	if (aws->region == NULL)
		return err_set(err, ERR_CONFIG,
		    "no region: set --region, AWS_REGION, "
		    "AWS_DEFAULT_REGION or the profile's, or name registries "
		    "with theirs");
	*region = aws->region;
	return 0;
}

void
creds_add_identity(const struct creds *creds, struct buf *out)
{
	size_t len = strlen(creds->access_key_id);

	if (creds->arn != NULL)
		buf_addf(out, "%s, ", creds->arn);
	buf_addf(out, "credentials from %s, key ...%s", creds->source,
	    creds->access_key_id + (len > 4 ? len - 4 : 0));
}

void
creds_copy(const struct creds *from, struct creds *to)
{
	creds_free(to);
	*to = *from;
	to->access_key_id = xstrdup(from->access_key_id);
	to->secret_access_key = xstrdup(from->secret_access_key);
	to->session_token = xstrdup(from->session_token);
	to->arn = xstrdup(from->arn);
	to->source = xstrdup(from->source);
}

void
creds_free(struct creds *creds)
{
	mem_free(creds->access_key_id);
	mem_free(creds->secret_access_key);
	mem_free(creds->session_token);
	mem_free(creds->arn);
	mem_free(creds->source);
	*creds = (struct creds){ 0 };
}
