/* Credentials that another program prints: a profile's credential_process. */
#include "aws/creds_source.h"

#include "base/program.h"

enum {
	OUT_MAX = 256 * 1024, /* a session token has no documented limit */
	TIMEOUT_MS = 60000,   /* it may ask a person */
};

int
creds_profile_process(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	static const char key[] = "credential_process";
	int64_t left_ms = http_remaining_ms(aws->http);
	struct list words = { 0 };
	struct program program = {
		.what = key,
		.words = &words,
		.out_max = OUT_MAX,
		.timeout_ms = left_ms < TIMEOUT_MS ? left_ms : TIMEOUT_MS,
	};
	struct buf out = { 0 };
	const char *line;
	int rc = -1;

	if (creds_get_property(aws, chain->base_profile, key, &line, err) < 0)
		goto out;
	if (program_split(line, &words, err) < 0) {
		err_wrap(err, "%s", key);
		goto out;
	}
	if (program_run(&program, &out, err) < 0)
		goto out;
	rc = creds_parse(CREDS_PROCESS, &out, http_now(aws->http), creds, err);
	if (rc < 0)
		err_wrap(err, "%s", key);
out:
	list_free(&words);
	buf_free(&out);
	return rc;
}
