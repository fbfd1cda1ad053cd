/* check: who pulls with the Secret: ServiceAccounts and pods. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cmd/check/check.h"
#include "registry/host.h"
#include "registry/image.h"

/* Does a list of {name} have it? */
static bool
has_name(const struct cJSON *references, const char *name)
{
	const struct cJSON *item = json_first(references);

	for (; item != NULL; item = json_next(item)) {
		const char *text = json_get_text(item, "name");

		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static const char *
name_of(const struct cJSON *object, const char *member)
{
	const char *text = json_get_text(json_get(object, "metadata"), member);

	return text != NULL ? text : "?";
}

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
	return has_name(json_get(json_get(pod, "spec"), "imagePullSecrets"),
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
		    name_of(pod, "namespace"), name_of(pod, "name"), image,
		    check->options->name, account, buf_str(&others));
	else
		findings_tell(&check->findings, FINDING_WARNING,
		    "run ecr-secret check with that image",
		    "pod %s/%s waits for %.300s: %.500s%s",
		    name_of(pod, "namespace"), name_of(pod, "name"), image,
		    buf_str(&message), buf_str(&others));
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
		if (has_name(json_get(container, "env"), name))
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
		if (strcmp(name_of(account, "name"), wanted) == 0 &&
		    check_role_of(account) != NULL)
			findings_tell(&check->findings, FINDING_WARNING,
			    "delete the pod, so that the EKS webhook sees the "
			    "next one; if that changes nothing, the webhook "
			    "is missing",
			    "pod %s/%s has no AWS_ROLE_ARN, though its "
			    "ServiceAccount %s has the role %.300s",
			    name_of(pod, "namespace"), name_of(pod, "name"),
			    wanted, check_role_of(account));
}

/* Of the other formats no kubelet ever reads one. */
static bool
is_for_pods(const struct check *check)
{
	return format_find(check->options->format)->is_docker;
}

static void
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
		findings_ok(findings, "%s: pods with it: %u%s",
		    namespace, users,
		    look->has_more ? ", of the first 500" : "");
	else
		findings_tell(findings, FINDING_WARNING,
		    "run ecr-secret refresh --service-account default, or name "
		    "it in the pods' imagePullSecrets",
		    "%s: no ServiceAccount and no pod has the Secret %s",
		    namespace, name);
}

static bool
is_listed(const struct look *look, const char *name)
{
	const struct cJSON *account = look_first(look);

	while (account != NULL && strcmp(name_of(account, "name"), name) != 0)
		account = json_next(account);
	return account != NULL;
}

/* A refresh makes none. */
static void
say_absent(struct check *check, const char *namespace, const struct look *look)
{
	const struct list *wanted = &check->options->service_accounts;

	for (size_t i = 0; i < wanted->n; i++) {
		const char *name = wanted->items[i];
		struct buf remedy = { 0 };

		if (strcmp(name, "*") == 0 || is_listed(look, name))
			continue;
		buf_addf(&remedy,
		    "leave it out of --service-account, or make it: kubectl "
		    "-n %s create serviceaccount %s",
		    namespace, name);
		findings_fail(&check->findings, ERR_REFUSED, remedy.data,
		    "%s: there is no ServiceAccount %s", namespace, name);
		buf_free(&remedy);
	}
}

/* Returns whether any has it. */
static bool
check_accounts(struct check *check, const char *namespace, struct look *look)
{
	struct findings *findings = &check->findings;
	const struct list *wanted = &check->options->service_accounts;
	const struct cJSON *account = look_first(look);
	struct buf with = { 0 };
	bool has_any;

	if (look->err.kind != ERR_NONE)
		findings_note_by(findings, &look->err,
		    "ask somebody who may list ServiceAccounts");
	for (; account != NULL; account = json_next(account)) {
		const char *name = name_of(account, "name");
		bool has = has_name(json_get(account, "imagePullSecrets"),
		    check->options->name);

		if (has)
			buf_addf(&with, "%s%s", with.len > 0 ? ", " : "", name);
		else if (list_has(wanted, name) || list_has(wanted, "*"))
			findings_fail(findings, ERR_REFUSED,
			    "run ecr-secret refresh, which adds it",
			    "%s: ServiceAccount %s lacks the Secret %s in its "
			    "imagePullSecrets",
			    namespace, name, check->options->name);
	}
	if (look->json != NULL && !look->has_more)
		say_absent(check, namespace, look);
	has_any = with.len > 0;
	if (has_any)
		findings_ok(findings, "%s: ServiceAccounts with it: %s",
		    namespace, with.data);
	buf_free(&with);
	return has_any;
}

/* A Secret is of use in its own namespace only. */
static void
check_elsewhere(struct check *check, struct look *look)
{
	const struct cJSON *pod = look_first(look);

	if (look->err.kind != ERR_NONE)
		findings_note_by(&check->findings, &look->err,
		    "ask somebody who may list all pods");
	for (; pod != NULL; pod = json_next(pod)) {
		const char *namespace = name_of(pod, "namespace");

		if (list_has(&check->place.namespaces, namespace) ||
		    !is_for_pods(check) || find_waiting(check, pod) == NULL)
			continue;
		findings_tell(&check->findings, FINDING_WARNING,
		    "name that namespace too by --namespace: a pod pulls with "
		    "Secrets of its own namespace only",
		    "pod %s/%s waits for an image of ECR, and %s is not "
		    "written to its namespace",
		    namespace, name_of(pod, "name"), check->options->name);
	}
}

void
check_users(struct check *check, struct check_namespace *asked)
{
	struct look accounts = { 0 }, pods = { 0 }, pending = { 0 };
	bool has_account;

	findings_begin(&check->findings, "users");
	look_finish(asked->accounts, &accounts);
	look_finish(asked->pods, &pods);
	/* Where they can't be seen there may be one. */
	has_account = check_accounts(check, asked->name, &accounts) ||
	    accounts.err.kind != ERR_NONE;
	check_pods(check, asked->name, &pods, &accounts, has_account);
	if (asked == check->asked) {
		look_finish(check->pending, &pending);
		check_elsewhere(check, &pending);
	}
	look_free(&accounts);
	look_free(&pods);
	look_free(&pending);
}
