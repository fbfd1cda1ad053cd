/* An image of --status and its copies; see watch.h. */
#include "cmd/replicate/watch.h"

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

/* The image's id stands between before and after. */
static void
add_body(const struct watch *watch, const char *before, const char *after,
    struct buf *body)
{
	const struct copied_image *image = &watch->image;

	buf_add_str(body, "{\"repositoryName\":");
	buf_add_json(body, image->image.repository);
	buf_addf(body, ",%s", before);
	add_image_id(body, &image->image);
	buf_add_str(body, after);
	if (image->has_registry)
		buf_addf(body, ",\"registryId\":\"%s\"",
		    image->registry.account);
	buf_add_str(body, "}");
}

static int
ask(struct run *run, const struct watch *watch,
    const struct ecr_question *question, struct cJSON **answer, struct err *err)
{
	struct ecr_question asked = *question;

	asked.region = watch->region;
	if (side_ask(&run->source, &asked, answer, err) == 0)
		return 0;
	err_wrap(err, "%s", watch->text);
	return -1;
}

/* When was it pushed? Not all who may wait may see that. */
static void
read_age(struct run *run, struct watch *watch)
{
	struct cJSON *answer = NULL;
	struct err err = { 0 };
	struct buf body = { 0 };
	time_t pushed_at;

	add_body(watch, "\"imageIds\":[", "]", &body);
	if (ask(run, watch,
		&(struct ecr_question){
		    .action = "DescribeImages", .body = body.data },
		&answer, &err) == 0 &&
	    json_get_time(json_first(json_get(answer, "imageDetails")),
		"imagePushedAt", &pushed_at))
		watch->pushed_at = pushed_at;
	json_free(answer);
	buf_free(&body);
}

int
watch_look(struct watch *watch, struct run *run, struct err *err)
{
	struct cJSON *answer = NULL;
	struct buf body = { 0 };
	bool is_missing;
	int rc;

	add_body(watch, "\"imageId\":", "", &body);
	rc = ask(run, watch,
	    &(struct ecr_question){
		.action = "DescribeImageReplicationStatus", .body = body.data },
	    &answer, err);
	buf_free(&body);
	if (rc < 0)
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
