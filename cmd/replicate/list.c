/* --list-unreplicated: tagged images that are not where the rules want them. */
#include <stdio.h>
#include <string.h>

#include "aws/ecr_api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/replicate/copies.h"
#include "cmd/replicate/run.h"

enum {
	IN_FLIGHT = 16, /* questions at once: there is one for each image */
};

/* A repository that rules copy. */
struct search {
	struct run *run;
	const char *repository;
	struct list wanted;
	struct cJSON *found; /* what is printed, as JSON */
};

static struct aws_call *
start_status(const struct search *search, const struct cJSON *image)
{
	struct side *side = &search->run->source;
	const char *digest = json_get_text(image, "imageDigest");
	struct buf body = { 0 };
	struct aws_call *call;

	buf_add_str(&body, "{\"repositoryName\":");
	buf_add_json(&body, search->repository);
	buf_add_str(&body, ",\"imageId\":{\"imageDigest\":");
	buf_add_json(&body, digest != NULL ? digest : "");
	buf_add_str(&body, "}}");
	call = ecr_api_start(&side->aws,
	    &(struct ecr_question){ .action = "DescribeImageReplicationStatus",
		.body = body.data,
		.region = side->region,
		.creds = &side->creds });
	buf_free(&body);
	return call;
}

/* Adds the image with where it is not, if that is anywhere. */
static void
note(struct search *search, const struct cJSON *image,
    const struct copies *copies)
{
	struct cJSON *entry = json_new_object(), *missing = json_new_array();
	const struct cJSON *tag = json_first(json_get(image, "imageTags"));
	char pushed[CLOCK_TEXT_MAX];
	time_t pushed_at;
	struct buf name = { 0 };

	for (size_t i = 0; i < copies->n; i++)
		if (copies->items[i].state == COPY_MISSING ||
		    copies->items[i].state == COPY_FAILED)
			json_append(missing,
			    json_new_text(copies->items[i].target));
	buf_addf(&name, "%s:%s", search->repository,
	    json_text(tag) != NULL ? json_text(tag) : "");
	if (json_get_time(image, "imagePushedAt", &pushed_at)) {
		clock_format(pushed_at, pushed);
		json_add_text(entry, "pushedAt", pushed);
	}
	json_add_text(entry, "image", name.data);
	if (json_get_text(image, "imageDigest") != NULL)
		json_add_text(entry, "imageDigest",
		    json_get_text(image, "imageDigest"));
	if (json_first(missing) != NULL) {
		json_add(entry, "missing", missing);
		json_append(search->found, entry);
	} else {
		json_free(missing);
		json_free(entry);
	}
	buf_free(&name);
}

/* An image that was deleted meanwhile is none. */
static int
finish_status(struct search *search, const struct cJSON *image,
    struct aws_call *call, struct err *err)
{
	struct cJSON *answer = NULL;
	struct copies copies = { 0 };
	struct err failure = { 0 };

	if (ecr_api_wait(call, &answer, &failure) == 0) {
		copies_read(answer, &search->wanted, &copies);
		note(search, image, &copies);
		copies_free(&copies);
		json_free(answer);
		return 0;
	}
	if (strcmp(aws_call_code(call), "ImageNotFoundException") == 0)
		return 0;
	*err = failure;
	return -1;
}

/* The next images, IN_FLIGHT at most; *image is then the one behind them. */
static int
look_at_some(struct search *search, const struct cJSON **image, struct err *err)
{
	struct aws_call *calls[IN_FLIGHT];
	const struct cJSON *asked = *image;
	size_t n = 0;
	int rc = 0;

	for (; *image != NULL && n < IN_FLIGHT; *image = json_next(*image))
		calls[n++] = start_status(search, *image);
	for (size_t i = 0; i < n; i++, asked = json_next(asked)) {
		struct err later;

		if (finish_status(search, asked, calls[i],
			rc == 0 ? err : &later) < 0)
			rc = -1;
		aws_call_free(calls[i]);
	}
	return rc;
}

static int
search_repository(struct search *search, struct err *err)
{
	struct cJSON *images = NULL;
	const struct cJSON *image;
	struct buf body = { 0 };
	int rc;

	buf_add_str(&body, "{\"maxResults\":1000,\"repositoryName\":");
	buf_add_json(&body, search->repository);
	buf_add_str(&body, ",\"filter\":{\"tagStatus\":\"TAGGED\"}}");
	rc = side_list(&search->run->source,
	    &(struct ecr_question){ .action = "DescribeImages",
		.body = body.data,
		.region = search->run->source.region },
	    "imageDetails", &images, err);
	image = json_first(images);
	while (rc == 0 && image != NULL)
		rc = look_at_some(search, &image, err);
	json_free(images);
	buf_free(&body);
	return rc;
}

static int
search_all(struct run *run, struct cJSON *found, struct err *err)
{
	struct cJSON *repositories = NULL;
	const struct cJSON *one;
	int rc = side_list(&run->source,
	    &(struct ecr_question){ .action = "DescribeRepositories",
		.body = "{\"maxResults\":1000}",
		.region = run->source.region },
	    "repositories", &repositories, err);

	one = json_first(repositories);
	for (; rc == 0 && one != NULL; one = json_next(one)) {
		struct search search = {
			.run = run,
			.repository = json_get_text(one, "repositoryName"),
			.found = found,
		};

		if (search.repository == NULL)
			continue;
		replication_find_targets(run->configuration, search.repository,
		    &search.wanted);
		if (search.wanted.n > 0)
			rc = search_repository(&search, err);
		list_free(&search.wanted);
	}
	json_free(repositories);
	return rc;
}

static void
print_found(const struct cJSON *found)
{
	const struct cJSON *entry = json_first(found);

	for (; entry != NULL; entry = json_next(entry)) {
		const char *pushed = json_get_text(entry, "pushedAt");
		const struct cJSON *target =
		    json_first(json_get(entry, "missing"));

		(void)printf("%s, pushed %s: not in",
		    json_get_text(entry, "image"),
		    pushed != NULL ? pushed : "at an unknown time");
		for (; target != NULL; target = json_next(target))
			(void)printf(" %s", json_text(target));
		(void)printf("\n");
	}
}

int
run_list_unreplicated(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	struct side *side = &run->source;
	struct cJSON *found = json_new_array();
	struct buf text = { 0 };
	int rc = -1;

	if (run_open_side(run, side, &options->source, err) < 0 ||
	    search_all(run, found, err) < 0)
		goto out;
	if (options->is_json_output) {
		json_add_to(&text, found);
		(void)printf("%s\n", text.data);
	} else {
		print_found(found);
	}
	if (json_first(found) == NULL)
		log_event(LOG_INFO, LOG_NO_FIELDS,
		    "%s/%s: all tagged images are where its rules want them",
		    run->account, side->region);
	rc = 0;
out:
	json_free(found);
	buf_free(&text);
	return rc;
}
