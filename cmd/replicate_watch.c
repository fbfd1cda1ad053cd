/* An image of --status and its copies; see replicate_watch.h. */
#include "cmd/replicate_watch.h"

#include <string.h>

#include "aws/replication_missing.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	NEW_S = 300, /* so long after a push a copy may not have begun */
};

static void
read_rules(struct run *run, struct watch *watch)
{
	struct err err = { 0 };

	if (side_read_configuration(&run->source, watch->region,
		&watch->account, &watch->configuration, &err) < 0) {
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%s: only copies that ECR knows of are seen: %s",
		    watch->text, err.text);
	} else if (watch->image.has_registry &&
	    strcmp(watch->account, watch->image.registry.account) != 0) {
		json_free(watch->configuration); /* of another registry */
		watch->configuration = NULL;
	} else {
		replication_find_targets(watch->configuration,
		    watch->image.image.repository, &watch->wanted);
	}
}

static void
add_image_id(struct buf *body, const struct image *image)
{
	buf_add_str(body,
	    image->digest != NULL ? "{\"imageDigest\":" : "{\"imageTag\":");
	buf_add_json(body, image_reference(image));
	buf_add_str(body, "}");
}

static int
ask(struct run *run, const struct watch *watch, const char *action,
    const char *before, const char *after, struct cJSON **answer,
    struct err *err)
{
	const struct copied_image *image = &watch->image;
	struct buf body = { 0 };
	int rc;

	buf_add_str(&body, "{\"repositoryName\":");
	buf_add_json(&body, image->image.repository);
	buf_addf(&body, ",%s", before);
	add_image_id(&body, &image->image);
	buf_add_str(&body, after);
	if (image->has_registry)
		buf_addf(&body, ",\"registryId\":\"%s\"",
		    image->registry.account);
	buf_add_str(&body, "}");
	rc = side_ask(&run->source, watch->region, action, body.data, answer,
	    err);
	if (rc < 0)
		err_wrap(err, "%s", watch->text);
	buf_free(&body);
	return rc;
}

/* When was it pushed? Not all who may wait may see that. */
static void
read_age(struct run *run, struct watch *watch)
{
	struct cJSON *answer = NULL;
	struct err err = { 0 };
	double seconds = 0;

	if (ask(run, watch, "DescribeImages", "\"imageIds\":[", "]", &answer,
		&err) == 0 &&
	    json_get_number(json_first(json_get(answer, "imageDetails")),
		"imagePushedAt", &seconds) &&
	    seconds > 0 && seconds < 1e11)
		watch->pushed_at = (time_t)seconds;
	json_free(answer);
}

int
watch_look(struct watch *watch, struct run *run, struct err *err)
{
	struct cJSON *answer = NULL;
	bool is_missing;

	if (ask(run, watch, "DescribeImageReplicationStatus",
		"\"imageId\":", "", &answer, err) < 0)
		return -1;
	copies_free(&watch->copies);
	copies_read(answer, &watch->wanted, &watch->copies);
	is_missing = copies_find(&watch->copies, COPY_MISSING) != NULL;
	if (is_missing && watch->pushed_at == 0)
		read_age(run, watch);
	if (is_missing && watch->pushed_at + NEW_S > http_now(run->http))
		copies_expect_missing(&watch->copies);
	json_free(answer);
	return 0;
}

void
watch_open(struct watch *watch, const char *text, struct run *run)
{
	watch->text = text;
	BUG_IF(copied_image_parse(text, &watch->image) != NULL);
	watch->region = watch->image.has_registry ?
	    watch->image.registry.region :
	    run->source.region;
	read_rules(run, watch);
}

static void
explain_missing(const struct watch *watch, const char *target, struct buf *out)
{
	size_t len = strcspn(target, "/");
	char *account = xstrndup(target, len);

	replication_explain_missing(
	    &(struct replication_missing){
		.registry = { account, target + len + 1 },
		.repository = watch->image.image.repository,
		.source = { watch->account, watch->region },
		.configuration = watch->configuration,
		.pushed_at = watch->pushed_at,
	    },
	    out);
	mem_free(account);
}

void
watch_explain(const struct watch *watch, const struct copy *copy,
    struct buf *out)
{
	if (copy->state == COPY_MISSING) {
		explain_missing(watch, copy->target, out);
	} else if (copy->state == COPY_FAILED) {
		if (copy->failure != NULL)
			buf_addf(out, "%.200s: ", copy->failure);
		copy_explain_failure(copy->failure != NULL ? copy->failure : "",
		    out);
	}
}

void
watch_close(struct watch *watch)
{
	copied_image_free(&watch->image);
	mem_free(watch->account);
	json_free(watch->configuration);
	list_free(&watch->wanted);
	copies_free(&watch->copies);
	*watch = (struct watch){ 0 };
}
