/* check: who pulls with the Secret: ServiceAccounts, and pods by them. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cmd/check/steps.h"

bool
check_has_name(const struct cJSON *references, const char *name)
{
	const struct cJSON *item = json_first(references);

	for (; item != NULL; item = json_next(item)) {
		const char *text = json_get_text(item, "name");

		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

const char *
check_name_of(const struct cJSON *object, const char *member)
{
	const char *text = json_get_text(json_get(object, "metadata"), member);

	return text != NULL ? text : "?";
}

static bool
is_listed(const struct look *look, const char *name)
{
	const struct cJSON *account = look_first(look);

	while (account != NULL &&
	    strcmp(check_name_of(account, "name"), name) != 0)
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
		const char *name = check_name_of(account, "name");
		bool has = check_has_name(json_get(account, "imagePullSecrets"),
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
		check_pods_elsewhere(check, &pending);
	}
	look_free(&accounts);
	look_free(&pods);
	look_free(&pending);
}
