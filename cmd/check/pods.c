/* check: pods that have the Secret, and those that wait for an image. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cmd/check/steps.h"
#include "registry/host.h"
#include "registry/image.h"

/* Is the image in a registry that is written, or at least in ECR? */
static bool
is_ours(const struct check *check, const char *text)
{
	struct image image = { 0 };
	struct registry_host host;
	bool is = false;

	if (image_parse(text, &image) == NULL)
		is = registry_host_parse(image.host, &host) ||
		    registries_find_entry(check->entries, check->entries_n,
			image.host) != NULL;
	image_free(&image);
	return is;
}

static bool
is_over(const struct cJSON *pod)
{
	const char *phase = json_get_text(json_get(pod, "status"), "phase");

	return phase != NULL &&
	    (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

/* The container that waits for an image of ours; NULL: none does. */
static const struct cJSON *
find_waiting(const struct check *check, const struct cJSON *pod)
{
	static const char *const lists[] = { "containerStatuses",
		"initContainerStatuses" };

	for (size_t i = 0;
	    i < sizeof(lists) / sizeof(lists[0]) && !is_over(pod); i++) {
		const struct cJSON *status =
		    json_first(json_get(json_get(pod, "status"), lists[i]));

		for (; status != NULL; status = json_next(status)) {
			const struct cJSON *waiting =
			    json_get(json_get(status, "state"), "waiting");
			const char *reason = json_get_text(waiting, "reason");
			const char *image = json_get_text(status, "image");

			if (reason != NULL && image != NULL &&
			    (strcmp(reason, "ImagePullBackOff") == 0 ||
				strcmp(reason, "ErrImagePull") == 0) &&
			    is_ours(check, image))
				return status;
		}
	}
	return NULL;
}

/* A pod that waits, and how many more do so alike: a Deployment's, say. */
struct waiter {
	const struct cJSON *pod, *status;
	unsigned others;
};

static const char *
account_of(const struct cJSON *pod)
{
	const char *account =
	    json_get_text(json_get(pod, "spec"), "serviceAccountName");

	return account != NULL ? account : "default";
}

static bool
has_secret(const struct check *check, const struct cJSON *pod)
{
	return check_has_name(json_get(json_get(pod, "spec"),
				  "imagePullSecrets"),
	    check->options->name);
}

static bool
is_alike(const struct check *check, const struct waiter *a,
    const struct waiter *b)
{
	return strcmp(json_get_text(a->status, "image"),
		   json_get_text(b->status, "image")) == 0 &&
	    strcmp(account_of(a->pod), account_of(b->pod)) == 0 &&
	    has_secret(check, a->pod) == has_secret(check, b->pod);
}

static void
say_waiting(struct check *check, const struct waiter *waiter)
{
	const struct cJSON *pod = waiter->pod, *status = waiter->status;
	const char *account = account_of(pod);
	const char *image = json_get_text(status, "image");
	const char *said =
	    json_get_text(json_get(json_get(status, "state"), "waiting"),
		"message");
	struct buf remedy = { 0 }, message = { 0 }, others = { 0 };

	buf_add_message(&message,
	    said != NULL ? said : "kubelet does not say why", NULL, 0);
	if (waiter->others > 0)
		buf_addf(&others, "; so do %u more", waiter->others);
	buf_addf(&remedy,
	    "run ecr-secret refresh --service-account %s, then delete the "
	    "pod: it gets its pull secrets when it is made",
	    account);
	if (!has_secret(check, pod))
		findings_fail(&check->findings, ERR_REFUSED, remedy.data,
		    "pod %s/%s waits for %.300s and does not have the Secret "
		    "%s: its ServiceAccount %s did not give it%s",
		    check_name_of(pod, "namespace"), check_name_of(pod, "name"),
		    image, check->options->name, account, buf_str(&others));
	else
		findings_tell(&check->findings, FINDING_WARNING,
		    "run ecr-secret check with that image",
		    "pod %s/%s waits for %.300s: %.500s%s",
		    check_name_of(pod, "namespace"), check_name_of(pod, "name"),
		    image, buf_str(&message), buf_str(&others));
	buf_free(&remedy);
	buf_free(&message);
	buf_free(&others);
}

/* Of those that wait alike one is told. */
static void
check_waiting(struct check *check, const struct look *look)
{
	const struct cJSON *pod;
	struct waiter *waiters;
	size_t n = 0, i;

	for (pod = look_first(look); pod != NULL; pod = json_next(pod))
		n++;
	waiters = xcalloc(n + 1, sizeof(*waiters));
	n = 0;
	for (pod = look_first(look); pod != NULL; pod = json_next(pod)) {
		struct waiter *next = &waiters[n];

		next->pod = pod;
		next->status = find_waiting(check, pod);
		if (next->status == NULL)
			continue;
		for (i = 0; i < n && !is_alike(check, &waiters[i], next);)
			i++;
		if (i < n)
			waiters[i].others++;
		else
			n++;
	}
	for (i = 0; i < n; i++)
		say_waiting(check, &waiters[i]);
	mem_free(waiters);
}

static bool
has_variable(const struct cJSON *spec, const char *name)
{
	const struct cJSON *container =
	    json_first(json_get(spec, "containers"));

	for (; container != NULL; container = json_next(container))
		if (check_has_name(json_get(container, "env"), name))
			return true;
	return false;
}

/* Our own pods: does the role of their ServiceAccount reach them (IRSA)? */
static void
check_roles(struct check *check, const struct look *accounts,
    const struct cJSON *pod)
{
	const struct cJSON *spec = json_get(pod, "spec");
	const char *wanted = json_get_text(spec, "serviceAccountName");
	const struct cJSON *account = look_first(accounts);

	if (wanted == NULL || is_over(pod) || !check_runs_us(spec) ||
	    has_variable(spec, "AWS_ROLE_ARN"))
		return;
	for (; account != NULL; account = json_next(account))
		if (strcmp(check_name_of(account, "name"), wanted) == 0 &&
		    check_role_of(account) != NULL)
			findings_tell(&check->findings, FINDING_WARNING,
			    CHECK_WEBHOOK,
			    "pod %s/%s has no AWS_ROLE_ARN, though its "
			    "ServiceAccount %s has the role %.300s",
			    check_name_of(pod, "namespace"),
			    check_name_of(pod, "name"), wanted,
			    check_role_of(account));
}

/* Of the other formats no kubelet ever reads one. */
static bool
is_for_pods(const struct check *check)
{
	return format_find(check->options->format)->is_docker;
}

void
check_pods(struct check *check, const char *namespace, struct look *look,
    const struct look *accounts, bool has_account)
{
	struct findings *findings = &check->findings;
	const char *name = check->options->name;
	const struct cJSON *pod = look_first(look);
	unsigned users = 0;

	if (look->err.kind != ERR_NONE) {
		findings_note_by(findings, &look->err,
		    "ask somebody who may list pods");
		return;
	}
	for (; pod != NULL; pod = json_next(pod)) {
		users += has_secret(check, pod);
		check_roles(check, accounts, pod);
	}
	if (is_for_pods(check))
		check_waiting(check, look);
	if (!is_for_pods(check))
		findings_ok(findings, "%s: a Secret of this format is no pod's",
		    namespace);
	else if (users > 0 || has_account)
		findings_ok(findings, "%s: pods with it: %u%s", namespace,
		    users, look->has_more ? ", of the first 500" : "");
	else
		findings_tell(findings, FINDING_WARNING,
		    "run ecr-secret refresh --service-account default, or name "
		    "it in the pods' imagePullSecrets",
		    "%s: no ServiceAccount and no pod has the Secret %s",
		    namespace, name);
}

/* A Secret is of use in its own namespace only. */
void
check_pods_elsewhere(struct check *check, struct look *look)
{
	const struct cJSON *pod = look_first(look);

	if (look->err.kind != ERR_NONE)
		findings_note_by(&check->findings, &look->err,
		    "ask somebody who may list all pods");
	for (; pod != NULL; pod = json_next(pod)) {
		const char *namespace = check_name_of(pod, "namespace");

		if (list_has(&check->place.namespaces, namespace) ||
		    !is_for_pods(check) || find_waiting(check, pod) == NULL)
			continue;
		findings_tell(&check->findings, FINDING_WARNING,
		    "name that namespace too by --namespace: a pod pulls with "
		    "Secrets of its own namespace only",
		    "pod %s/%s waits for an image of ECR, and %s is not "
		    "written to its namespace",
		    namespace, check_name_of(pod, "name"),
		    check->options->name);
	}
}
