/* check: would a pull of each image work? */
#include <string.h>

#include "base/mem.h"
#include "cmd/check.h"
#include "cmd/pull.h"
#include "registry/docker_entries.h"
#include "registry/image.h"
#include "registry/keyring.h"

enum {
	ATTEMPTS = 3,
};

/* An image, and both ways to ask for it. */
struct probe {
	const char *text;
	struct image image;
	struct list keys;         /* that kubelet finds in the Secret */
	const char *auth;         /* of the first of them, or NULL */
	struct pull *new_pull;    /* NULL: there is no new token for it */
	struct pull *secret_pull; /* NULL: the Secret has no password */
};

/* What the first namespace's Secret holds. */
static void
read_secret(const struct check *check, struct buf *text,
    struct docker_entries *held)
{
	const struct format *format = format_find(check->options->format);
	struct err ignored;

	if (check->secret.object != NULL && format->is_docker &&
	    kube_secret_add_data(&check->secret, format->fields[0].key, text,
		&ignored) == 0)
		(void)docker_entries_read(buf_str(text), text->len, held);
}

/* The keys that kubelet uses; the first one's password is tried here. */
static void
find_keys(struct probe *probe, const struct docker_entries *held)
{
	struct list keys = { 0 };
	struct buf name = { 0 };

	buf_addf(&name, "%s/%s", probe->image.host, probe->image.repository);
	for (size_t i = 0; i < held->n; i++)
		list_add(&keys, held->items[i].key);
	keyring_find(&keys, name.data, &probe->keys);
	for (size_t i = 0; i < held->n && probe->keys.n > 0; i++)
		if (strcmp(held->items[i].key, probe->keys.items[0]) == 0)
			probe->auth = held->items[i].auth;
	list_free(&keys);
	buf_free(&name);
}

static const struct docker_entry *
find_entry(const struct check *check, const char *host)
{
	for (size_t i = 0; i < check->entries_n; i++)
		if (check->entries[i].host != NULL &&
		    strcmp(check->entries[i].host, host) == 0)
			return &check->entries[i];
	return NULL;
}

static struct pull *
start_pull(const struct check *check, const struct probe *probe,
    const char *auth, bool is_old)
{
	if (auth == NULL)
		return NULL;
	return pull_start(&(struct pull_wish){
	    .what =
		is_old ? "with the Secret's password" : "with the new token",
	    .text = probe->text,
	    .auth = auth,
	    .aws = &check->source.aws,
	    .is_old = is_old,
	    .attempts_max = ATTEMPTS,
	});
}

static void
start(const struct check *check, const char *text,
    const struct docker_entries *held, struct probe *probe)
{
	const struct docker_entry *entry;

	probe->text = text;
	BUG_IF(image_parse(text, &probe->image) != NULL);
	find_keys(probe, held);
	entry = find_entry(check, probe->image.host);
	probe->new_pull =
	    start_pull(check, probe, entry != NULL ? entry->auth : NULL, false);
	probe->secret_pull = start_pull(check, probe, probe->auth, true);
}

static void
say_pull(struct check *check, const struct probe *probe, struct pull *pull,
    const char *with)
{
	struct err err = { 0 };

	if (pull_finish(pull, &err) == 0)
		findings_ok(&check->findings,
		    "%s: %s its manifest and first layer can be pulled",
		    probe->text, with);
	else
		findings_fail_by(&check->findings, &err,
		    "is the host right, and reached from here?");
}

static void
say_no_token(struct check *check, const struct probe *probe)
{
	if (find_entry(check, probe->image.host) == NULL)
		findings_fail(&check->findings, ERR_REFUSED,
		    "add --registry with its host, here and for the refresh",
		    "%s: its host is none of the registries", probe->text);
	else
		findings_tell(&check->findings, FINDING_NOTE,
		    "mend what failed above first",
		    "%s: not asked for, since there is no new token",
		    probe->text);
}

/* Without a key of a Secret, kubelet asks as the node. */
static void
say_node(struct check *check, const struct probe *probe)
{
	const struct cluster *cluster = &check->place.cluster;

	if (check->has_cluster &&
	    (cluster->eks.name != NULL ||
		strstr(cluster->server, ".eks.") != NULL))
		findings_tell(&check->findings, FINDING_NOTE,
		    "{\"Effect\":\"Allow\",\"Action\":["
		    "\"ecr:GetAuthorizationToken\","
		    "\"ecr:BatchCheckLayerAvailability\","
		    "\"ecr:GetDownloadUrlForLayer\","
		    "\"ecr:BatchGetImage\"],\"Resource\":\"*\"}, or the "
		    "managed policy AmazonEC2ContainerRegistryPullOnly",
		    "%s: without a key, the nodes of EKS pull as their node "
		    "role, which then needs these four actions",
		    probe->text);
}

/* Which key kubelet uses, and what comes of it. */
static void
say_secret(struct check *check, struct probe *probe)
{
	const char *secret = check->options->name;

	if (probe->keys.n == 0)
		say_node(check, probe);
	if (check->secret.object == NULL)
		return;
	if (probe->keys.n == 0) {
		findings_fail(&check->findings, ERR_REFUSED,
		    "run ecr-secret refresh with --registry for its host",
		    "%s: kubelet finds no key for it in %s", probe->text,
		    secret);
		return;
	}
	findings_ok(&check->findings, "%s: kubelet uses the key %s of %s",
	    probe->text, probe->keys.items[0], secret);
	if (probe->secret_pull != NULL)
		say_pull(check, probe, probe->secret_pull,
		    "with the Secret's password");
	else
		findings_fail(&check->findings, ERR_REFUSED,
		    "run ecr-secret refresh --force",
		    "%s: the key %s has no password that can be used",
		    probe->text, probe->keys.items[0]);
}

static void
finish(struct check *check, struct probe *probe)
{
	if (probe->new_pull != NULL)
		say_pull(check, probe, probe->new_pull, "with the new token");
	else
		say_no_token(check, probe);
	say_secret(check, probe);
	list_free(&probe->keys);
	image_free(&probe->image);
}

/* All are asked for at once. */
static void
ask_all(struct check *check, const struct docker_entries *held,
    struct probe *probes, size_t n)
{
	struct pull **pulls = xcalloc(2 * n, sizeof(struct pull *));

	for (size_t i = 0; i < n; i++) {
		start(check, check->options->arguments.items[i], held,
		    &probes[i]);
		pulls[2 * i] = probes[i].new_pull;
		pulls[2 * i + 1] = probes[i].secret_pull;
	}
	pull_wait(pulls, 2 * n, check->http);
	mem_free(pulls);
}

void
check_images(struct check *check)
{
	size_t n = check->options->arguments.n;
	struct docker_entries held = { 0 };
	struct probe *probes;
	struct buf text = { 0 };

	if (n == 0 || !check->has_aws)
		return;
	findings_begin(&check->findings, "image");
	probes = xcalloc(n, sizeof(*probes));
	read_secret(check, &text, &held);
	ask_all(check, &held, probes, n);
	for (size_t i = 0; i < n; i++)
		finish(check, &probes[i]);
	docker_entries_free(&held);
	mem_free(probes);
	buf_free(&text);
}
