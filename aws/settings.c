/* The settings of AWS's tools, by the environment and the shared files. */
#include "aws/settings.h"

#include <string.h>
#include <strings.h>

#include "aws/config.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/mem.h"

int
settings_ask_variable(const char *variable, struct setting *setting,
    struct err *err)
{
	if (setting->value != NULL)
		return 0;
	if (env_get(variable, &setting->value, err) < 0)
		return -1;
	if (setting->value != NULL)
		setting->who = xstrdup(variable);
	return 0;
}

struct place {
	enum profile_section section;
	const char *name, *key;
};

static int
ask_files(const struct aws *aws, const struct place *place,
    struct setting *setting, struct err *err)
{
	static const char *const sections[] = {
		[PROFILE_PROFILE] = "profile",
		[PROFILE_SERVICES] = "services",
	};
	const char *text = profiles_get(&aws->profiles, place->section,
	    place->name, place->key);
	struct buf who = { 0 };

	if (setting->value != NULL || text == NULL || text[0] == '\0')
		return 0;
	buf_addf(&who, "%s \"%s\": %s", sections[place->section], place->name,
	    place->key);
	setting->who = buf_take(&who);
	setting->value = xstrdup(text);
	return env_clean(setting->who, setting->value, err);
}

int
settings_ask_profile(const struct aws *aws, const char *key,
    struct setting *setting, struct err *err)
{
	return ask_files(aws,
	    &(struct place){ PROFILE_PROFILE, aws->profile, key }, setting,
	    err);
}

int
settings_ask_services(const struct aws *aws, const char *key,
    struct setting *setting, struct err *err)
{
	struct setting name = { 0 };
	int rc;

	if (setting->value != NULL)
		return 0;
	rc = settings_ask_profile(aws, "services", &name, err);
	if (rc == 0 && name.value != NULL) {
		if (profiles_has(&aws->profiles, PROFILE_SERVICES, name.value))
			rc = ask_files(aws,
			    &(struct place){
				PROFILE_SERVICES, name.value, key },
			    setting, err);
		else
			rc = err_set(err, ERR_CONFIG,
			    "%s: the config file has no [services %s]",
			    name.who, name.value);
	}
	setting_free(&name);
	return rc;
}

int
settings_get(const struct aws *aws, const char *variable,
    struct setting *setting, struct err *err)
{
	struct buf key = { 0 };
	int rc = settings_ask_variable(variable, setting, err);

	buf_add_lower(&key, variable + strlen("AWS_"),
	    strlen(variable + strlen("AWS_")));
	if (rc == 0)
		rc = settings_ask_profile(aws, key.data, setting, err);
	buf_free(&key);
	return rc;
}

int
settings_get_bool(const struct aws *aws, const char *variable, bool *value,
    struct err *err)
{
	struct setting set = { 0 };
	int rc = settings_get(aws, variable, &set, err);

	if (rc == 0 && set.value != NULL)
		rc = env_parse_bool(set.who, set.value, value, err);
	setting_free(&set);
	return rc;
}

/* "not legacy, standard or adaptive" */
static int
refuse(const struct setting *set, const char *const *words, struct err *err)
{
	struct buf list = { 0 };

	for (size_t i = 0; words[i] != NULL; i++)
		buf_addf(&list, "%s%s",
		    i == 0                   ? "" :
			words[i + 1] == NULL ? " or " :
					       ", ",
		    words[i]);
	(void)err_set(err, ERR_CONFIG, "%s: not %s", set->who, list.data);
	buf_free(&list);
	return -1;
}

int
settings_get_word(const struct aws *aws, const char *variable,
    const char *const *words, size_t *at, struct err *err)
{
	struct setting set = { 0 };
	int rc = settings_get(aws, variable, &set, err);
	size_t i = 0;

	if (rc == 0 && set.value != NULL) {
		while (words[i] != NULL && strcasecmp(words[i], set.value) != 0)
			i++;
		if (words[i] == NULL)
			rc = refuse(&set, words, err);
		else
			*at = i;
	}
	setting_free(&set);
	return rc;
}

void
setting_free(struct setting *setting)
{
	mem_free(setting->value);
	mem_free(setting->who);
	*setting = (struct setting){ 0 };
}
