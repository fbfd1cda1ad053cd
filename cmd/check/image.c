/* check: would a pull of each image work? */
#include "cmd/check/image.h"

#include <string.h>

#include "base/mem.h"
#include "registry/docker_entries.h"
#include "registry/host.h"
#include "registry/image.h"
#include "registry/pull_rights.h"

/* What the first namespace's Secret holds. */
static void
read_secret(struct check *check)
{
	const struct format *format = format_find(check->options->format);
	const struct kube_secret *secret;
	struct buf text = { 0 };
	struct err ignored;

	if (check->asked == NULL)
		return;
	check_read_secret(check->asked);
	secret = &check->asked->found;
	if (secret->object != NULL && format->is_docker &&
	    kube_secret_add_data(secret, format->fields[0].key, &text,
		&ignored) == 0)
		(void)docker_entries_read(buf_str(&text), text.len,
		    &check->held);
	buf_free(&text);
}

struct pull *
image_start_pull(const struct check *check, const char *text, const char *what,
    const char *auth)
{
	return pull_start(&(struct pull_wish){
	    .what = what,
	    .text = text,
	    .auth = auth,
	    .aws = &check->source.aws,
	    .attempts_max = CHECK_ATTEMPTS,
	});
}

static const struct docker_entry *
find_entry(const struct check *check, const struct check_image *image)
{
	return registries_find_entry(check->entries, check->entries_n,
	    image->parts.host);
}

/* Was the same said of the image before, but for how it was asked? */
static bool
is_said(const struct check_image *image, const struct err *err)
{
	const char *now = strstr(err->text, image->text);
	const char *before = strstr(image->err.text, image->text);

	return now != NULL && before != NULL && strcmp(now, before) == 0;
}

/*
 * What mends it where none of the registries is the image's: of other hosts
 * than ECR's none can be.
 */
static const char *
host_remedy(const struct check *check, const struct check_image *image)
{
	struct registry_host host;

	if (find_entry(check, image) != NULL || check->options->any_host ||
	    registry_host_parse(image->parts.host, &host))
		return NULL;
	return "is it the host of a registry of ECR, without a port? A mirror "
	       "that takes ECR's passwords needs --any-host, and for another "
	       "registry ecr-secret has none";
}

static void
say_pull(struct check *check, struct check_image *image, const struct err *err,
    const char *with)
{
	if (err->kind == ERR_NONE)
		findings_ok(&check->findings,
		    "%s: %s its manifest and first layer can be pulled",
		    image->text, with);
	else if (is_said(image, err))
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "%s: the same %s", image->text, with);
	else
		findings_fail_by(&check->findings, err,
		    "is the host right, and reached from here?");
	image->err = *err;
}

static void
say_new_pull(struct check *check, struct check_image *image)
{
	struct err err = { 0 };

	(void)pull_finish(image->new_pull, &err);
	say_pull(check, image, &err, IMAGE_NEW);
	if (err.kind == ERR_REFUSED)
		check_replication(check, image->text, &image->parts);
}

static void
say_secret_pull(struct check *check, struct check_image *image)
{
	const char *key = NULL;
	struct err err = { 0 };

	if (pull_finish(image->secret_pull, &err) < 0 && err.kind == ERR_DENIED)
		key = image_find_working_key(check, image);
	image->secret_pull = NULL;
	if (key != NULL)
		findings_tell(&check->findings, FINDING_WARNING,
		    "leave one key for this registry; others than kubelet "
		    "take the first",
		    "%s: kubelet goes on to the key %s, which works: the "
		    "password of %s is refused",
		    image->text, key, image->key);
	else
		say_pull(check, image, &err, IMAGE_OLD);
}

/* Then all that is known is whether the registry can be reached. */
static void
say_no_token(struct check *check, struct check_image *image)
{
	bool is_reached = pull_finish(image->new_pull, &image->err) == 0;
	const char *remedy = host_remedy(check, image);

	/* Without a region there are no registries at all, which is said. */
	if (find_entry(check, image) == NULL && check->endpoints != NULL)
		findings_fail(&check->findings, ERR_REFUSED,
		    remedy != NULL ? remedy :
				     "add --registry with its host, here and "
				     "for the refresh",
		    "%s: its host is none of the registries", image->text);
	else if (!is_reached)
		findings_fail_by(&check->findings, &image->err,
		    "is the host right, and reached from here?");
	else
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "%s: not asked for, since there is no new token; its "
		    "registry answers",
		    image->text);
}

/* Without a key of a Secret, kubelet asks as the node. */
static void
say_node(struct check *check, const struct check_image *image)
{
	const struct cluster *cluster = &check->place.cluster;

	if (check->has_cluster &&
	    (cluster->eks.name != NULL ||
		strstr(cluster->server, ".eks.") != NULL))
		findings_tell(&check->findings, FINDING_NOTE,
		    "{\"Effect\":\"Allow\",\"Action\":["
		    "\"ecr:GetAuthorizationToken\",\"" PULL_LOOK
		    "\",\"" PULL_LAYER "\",\"" PULL_MANIFEST
		    "\"],\"Resource\":\"*\"}, or the "
		    "managed policy AmazonEC2ContainerRegistryPullOnly",
		    "%s: without a key, the nodes of EKS pull as their node "
		    "role, which then needs these four actions",
		    image->text);
}

/* Which key kubelet uses, and what comes of it. */
static void
say_secret(struct check *check, struct check_image *image)
{
	const struct docker_held_entry *spoiler =
	    image_find_spoiler(&check->held);
	const char *secret = check->options->name;
	const char *remedy = host_remedy(check, image);

	/* Of the other formats no kubelet ever reads one. */
	if (!format_find(check->options->format)->is_docker)
		return;
	if (image->keys.n == 0)
		say_node(check, image);
	if (check->asked == NULL || check->asked->found.object == NULL)
		return;
	if (spoiler != NULL) {
		findings_fail(&check->findings, ERR_REFUSED,
		    check_entry_remedy(check, &check->held, spoiler),
		    "%s: kubelet uses no key of %s while it holds the entry "
		    "%.300s",
		    image->text, secret, spoiler->key);
		return;
	}
	if (image->keys.n == 0) {
		findings_fail(&check->findings, ERR_REFUSED,
		    remedy != NULL ? remedy :
				     check_missing_remedy(check, &check->held),
		    "%s: kubelet finds no key for it in %s", image->text,
		    secret);
		return;
	}
	findings_ok(&check->findings, "%s: kubelet uses the key %s of %s",
	    image->text, image->key, secret);
	if (image->auth != NULL) {
		say_secret_pull(check, image);
	} else {
		findings_fail(&check->findings, ERR_REFUSED,
		    CHECK_REFRESH(check_has_others(check, &check->held), ""),
		    "%s: the key %s has no password that can be used",
		    image->text, image->key);
	}
}

static bool
has_token(const struct check *check, const struct check_image *image)
{
	const struct docker_entry *entry = find_entry(check, image);

	return entry != NULL && entry->auth != NULL;
}

static void
finish(struct check *check, struct check_image *image)
{
	struct err ignored;

	if (has_token(check, image))
		say_new_pull(check, image);
	else
		say_no_token(check, image);
	say_secret(check, image);
	if (image->secret_pull != NULL)
		(void)pull_finish(image->secret_pull, &ignored);
	list_free(&image->keys);
	image_free(&image->parts);
}

/* The way to the registries, while their passwords are fetched. */
void
check_images_open(struct check *check)
{
	const struct list *texts = &check->options->arguments;

	if (texts->n == 0 || !check->has_aws)
		return;
	check->images = xcalloc(texts->n, sizeof(*check->images));
	for (size_t i = 0; i < texts->n; i++) {
		struct check_image *image = &check->images[i];

		image->text = texts->items[i];
		BUG_IF(image_parse(image->text, &image->parts) != NULL);
		image->new_pull =
		    image_start_pull(check, image->text, IMAGE_NEW, NULL);
		if (check->has_cluster)
			image->secret_pull = image_start_pull(check,
			    image->text, IMAGE_OLD, NULL);
	}
}

void
check_images_ask(struct check *check)
{
	size_t n = check->images != NULL ? check->options->arguments.n : 0;
	const char *refresh;

	if (n > 0)
		read_secret(check);
	refresh = CHECK_REFRESH(check_has_others(check, &check->held), "");
	for (size_t i = 0; i < n; i++) {
		struct check_image *image = &check->images[i];

		if (has_token(check, image))
			pull_go_on(image->new_pull,
			    find_entry(check, image)->auth, NULL);
		image_find_keys(image, &check->held);
		if (image->auth != NULL &&
		    image_find_spoiler(&check->held) == NULL)
			pull_go_on(image->secret_pull, image->auth, refresh);
	}
}

/* Each step of all of them at once. */
static void
wait_for_all(const struct check *check, size_t n)
{
	struct pull **pulls = xcalloc(2 * n, sizeof(struct pull *));

	for (size_t i = 0; i < n; i++) {
		pulls[2 * i] = check->images[i].new_pull;
		pulls[2 * i + 1] = check->images[i].secret_pull;
	}
	pull_wait(pulls, 2 * n, check->http);
	mem_free(pulls);
}

void
check_images(struct check *check)
{
	const struct list *texts = &check->options->arguments;

	if (texts->n == 0)
		return;
	findings_begin(&check->findings, "image");
	if (check->images != NULL)
		wait_for_all(check, texts->n);
	for (size_t i = 0; i < texts->n; i++)
		if (check->images != NULL)
			finish(check, &check->images[i]);
		else
			findings_tell(&check->findings, FINDING_NOTE,
			    "mend the configuration first",
			    "%s: not asked for, since there is no way to",
			    texts->items[i]);
	mem_free(check->images);
}
