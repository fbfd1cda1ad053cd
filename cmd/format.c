/* How a Secret hands on its registries' password. */
#include "cmd/format.h"

#include <string.h>

#include "aws/ecr.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "registry/host.h"

static const char user[] = "AWS";

/* Values that a field's key alone stands for. */
static const char host[] = "(host)";
static const char password[] = "(password)";

static const struct format formats[] = {
	{ "dockerconfigjson", "kubernetes.io/dockerconfigjson",
	    .is_docker = true, .fields = { { ".dockerconfigjson", NULL } } },
	{ "basic-auth", "kubernetes.io/basic-auth",
	    .fields = { { "username", user }, { "password", password } } },
	{ "argocd-repository", "Opaque", .label = "repository",
	    .fields = { { "url", host }, { "type", "helm" },
		{ "enableOCI", "true" }, { "username", user },
		{ "password", password } } },
	{ "argocd-repo-creds", "Opaque", .label = "repo-creds",
	    .fields = { { "url", host }, { "type", "helm" },
		{ "enableOCI", "true" }, { "username", user },
		{ "password", password } } },
	{ NULL },
};

const struct format *
format_find(const char *name)
{
	const struct format *format = formats;

	while (format->name != NULL && strcmp(format->name, name) != 0)
		format++;
	return format->name == NULL ? NULL : format;
}

static void
take_docker_config(struct docker_config *config, struct payload *payload)
{
	buf_move(&payload->fields[0].value, &config->text);
	payload->registries = config->registries;
	payload->expires_at = config->expires_at;
	payload->has_unknown_expiry = config->has_unknown_expiry;
	payload->spoiler = config->spoiler;
	config->spoiler = (struct docker_held_entry){ 0 };
}

static int
compose_docker(const struct docker_wish *wish, const struct kube_secret *now,
    const char *key, struct payload *payload, struct err *err)
{
	struct docker_wish docker = *wish;
	struct docker_config config = { 0 };
	struct buf old = { 0 };
	int rc = 0;

	if (now->object != NULL)
		rc = kube_secret_add_data(now, key, &old, err);
	docker.old = buf_str(&old);
	docker.old_len = old.len;
	if (rc == 0)
		rc = docker_config_compose(&docker, &config, err);
	if (rc == 0)
		take_docker_config(&config, payload);
	docker_config_free(&config);
	buf_free(&old);
	return rc;
}

/*
 * A Secret of another registry is somebody else's. One that we never wrote is,
 * too, if it has another user, or other data than these.
 */
static int
check_owner(const struct docker_wish *wish, const struct kube_secret *now,
    const struct k8s_field *field, const char *wanted, struct err *err)
{
	const struct cJSON *data = json_get(now->object, "data");
	struct buf old = { 0 };
	int rc = 0;

	if (wish->others == DOCKER_DROP || json_first(data) == NULL)
		return 0;
	rc = kube_secret_add_data(now, field->key, &old, err);
	if (rc == 0 && strcmp(buf_str(&old), wanted) != 0 &&
	    ((wanted != user && old.len > 0) ||
		kube_secret_applied_at(now) == 0))
		rc = err_set(err, ERR_REFUSED,
		    "its %s is %.300s, and would become %s; --force does it",
		    field->key, old.len > 0 ? old.data : "not there", wanted);
	buf_free(&old);
	return rc;
}

static int
compose_fields(const struct format *format, const struct docker_wish *wish,
    const struct kube_secret *now, struct payload *payload, struct err *err)
{
	const struct docker_entry *entry = &wish->entries[0];
	struct buf secret = { 0 };
	int rc = 0;

	BUG_IF(entry->auth == NULL || !ecr_add_password(entry->auth, &secret));
	for (size_t i = 0; i < payload->fields_n && rc == 0; i++) {
		const char *value = format->fields[i].value;

		if (value == host)
			value = entry->host;
		if (value == password)
			value = secret.data;
		if (value == entry->host || value == user)
			rc = check_owner(wish, now, &payload->fields[i], value,
			    err);
		buf_add_str(&payload->fields[i].value, value);
	}
	payload->registries = 1;
	payload->expires_at = entry->expires_at;
	buf_free(&secret);
	return rc;
}

int
payload_compose(const struct format *format, const struct docker_wish *wish,
    const struct kube_secret *now, struct payload *payload, struct err *err)
{
	struct payload made = { 0 };
	int rc;

	for (; format->fields[made.fields_n].key != NULL; made.fields_n++)
		made.fields[made.fields_n].key =
		    format->fields[made.fields_n].key;
	if (format->is_docker)
		rc = compose_docker(wish, now, made.fields[0].key, &made, err);
	else
		rc = compose_fields(format, wish, now, &made, err);
	for (size_t i = 0; i < made.fields_n && rc == 0; i++)
		digest_add_base64(&made.fields[i].base64,
		    made.fields[i].value.data, made.fields[i].value.len);
	if (rc == 0)
		*payload = made;
	else
		payload_free(&made);
	return rc;
}

/* Is a field as we write it? A host that isn't known is one of its region. */
static bool
is_as_written(const struct format_field *field, const char *value,
    const char *wanted_host, const char *own_region)
{
	struct registry_host found;

	if (field->value == password)
		return value[0] != '\0';
	if (field->value != host)
		return strcmp(value, field->value) == 0;
	if (wanted_host != NULL)
		return strcmp(value, wanted_host) == 0;
	return registry_host_parse(value, &found) &&
	    strcmp(found.region, own_region) == 0;
}

/* The label and fields that we know are there, and a password. */
static void
look_at_fields(const struct format *format, const struct docker_wish *wish,
    const char *own_region, const struct kube_secret *now,
    struct docker_held *held)
{
	const struct format_field *field = format->fields;
	const char *label = kube_secret_label(now, FORMAT_LABEL);
	bool is_good = format->label == NULL ||
	    (label != NULL && strcmp(label, format->label) == 0);

	for (; field->key != NULL && is_good; field++) {
		struct buf data = { 0 };
		struct err ignored;

		is_good = kube_secret_add_data(now, field->key, &data,
			      &ignored) == 0 &&
		    is_as_written(field, buf_str(&data), wish->entries[0].host,
			own_region);
		buf_free(&data);
	}
	held->is_as_wanted = is_good;
	held->has_others = true; /* look again before a write */
	held->has_unknown_expiry = true;
	held->registries = 1;
}

/* Is all of it as we have applied it? */
static bool
is_untouched(const struct format *format, const struct kube_secret *now)
{
	const struct format_field *field = format->fields;

	while (field->key != NULL && kube_secret_is_untouched(now, field->key))
		field++;
	return field->key == NULL;
}

void
format_look(const struct format *format, const struct docker_wish *wish,
    const char *own_region, const struct kube_secret *now,
    struct docker_held *held)
{
	const char *noted = kube_secret_annotation(now, SECRET_EXPIRES_AT);
	struct docker_wish docker = *wish;
	struct buf old = { 0 };
	struct err ignored;
	time_t at;

	if (!format->is_docker) {
		look_at_fields(format, wish, own_region, now, held);
	} else if (kube_secret_add_data(now, format->fields[0].key, &old,
		       &ignored) == 0) {
		docker.old = buf_str(&old);
		docker.old_len = old.len;
		docker_config_look(&docker, own_region, held);
	}
	buf_free(&old);
	if (!is_untouched(format, now)) {
		held->is_as_wanted &= wish->entries[0].host != NULL;
		return;
	}
	if (!held->has_unknown_expiry || noted == NULL ||
	    !clock_parse(noted, &at))
		return;
	if (held->expires_at == 0 || at < held->expires_at)
		held->expires_at = at;
	held->has_unknown_expiry = false;
}

bool
payload_is_held(const struct payload *payload, const struct kube_secret *now)
{
	bool is_same = payload->fields_n > 0;

	for (size_t i = 0; i < payload->fields_n && is_same; i++) {
		const struct k8s_field *field = &payload->fields[i];
		struct buf data = { 0 };
		struct err ignored;

		is_same = kube_secret_add_data(now, field->key, &data,
			      &ignored) == 0 &&
		    data.len == field->value.len &&
		    memcmp(buf_str(&data), buf_str(&field->value), data.len) ==
			0;
		buf_free(&data);
	}
	return is_same;
}

void
payload_free(struct payload *payload)
{
	for (size_t i = 0; i < payload->fields_n; i++) {
		buf_free(&payload->fields[i].value);
		buf_free(&payload->fields[i].base64);
	}
	docker_entry_free(&payload->spoiler);
	*payload = (struct payload){ 0 };
}
