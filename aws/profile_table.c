/* The sections of AWS's shared files, in a hash table. */
#include "aws/profile_table.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

enum {
	FIRST_CAP = 64, /* a power of two, as each one is */
};

struct profile_entry {
	int section; /* an enum profile_section */
	char *name;  /* NULL: a free place */
	struct buf properties;
	size_t config_len; /* how much of them the config file said */
};

/* Where it is, or would be. FNV-1a, then the next place that is free. */
static struct profile_entry *
find(const struct profiles *profiles, int section, const char *name)
{
	struct profile_entry *entry;
	uint64_t hash = 0xcbf29ce484222325 + (uint64_t)section;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	do
		entry = &profiles->entries[hash++ & (profiles->cap - 1)];
	while (entry->name != NULL &&
	    (entry->section != section || strcmp(entry->name, name) != 0));
	return entry;
}

static void
grow(struct profiles *profiles)
{
	struct profiles bigger = *profiles;

	bigger.cap = profiles->cap == 0 ? FIRST_CAP : 2 * profiles->cap;
	bigger.entries = xcalloc(bigger.cap, sizeof(*bigger.entries));
	for (size_t i = 0; i < profiles->cap; i++) {
		const struct profile_entry *entry = &profiles->entries[i];

		if (entry->name != NULL)
			*find(&bigger, entry->section, entry->name) = *entry;
	}
	mem_free(profiles->entries);
	*profiles = bigger;
}

struct buf *
profile_table_add(struct profiles *profiles, int section, const char *name)
{
	struct profile_entry *entry;

	if (2 * profiles->n >= profiles->cap)
		grow(profiles);
	entry = find(profiles, section, name);
	if (entry->name == NULL) {
		entry->section = section;
		entry->name = xstrdup(name);
		profiles->n++;
	}
	return &entry->properties;
}

void
profile_table_end_config(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->cap; i++)
		profiles->entries[i].config_len =
		    profiles->entries[i].properties.len;
}

/* The last value of the key; a property that is defined anew forgets all. */
static const char *
find_value(const char *properties, size_t properties_len, const char *key)
{
	const char *value, *found = NULL, *nested = NULL;
	const char *end = properties + properties_len;
	size_t len = strcspn(key, ".");
	bool is_parent = false;

	for (const char *c = properties; c < end;
	    c = value + strlen(value) + 1) {
		value = c + strlen(c) + 1;
		if (c[0] == '=') {
			if (is_parent && strcmp(c + 1, key + len + 1) == 0)
				nested = value;
			continue;
		}
		if (strcmp(c, key) == 0)
			found = value;
		is_parent = key[len] == '.' && strlen(c) == len &&
		    memcmp(c, key, len) == 0;
		if (is_parent)
			nested = NULL;
	}
	return found != NULL ? found : nested;
}

bool
profiles_has(const struct profiles *profiles, enum profile_section section,
    const char *name)
{
	return profiles->cap > 0 &&
	    find(profiles, (int)section, name)->name != NULL;
}

const char *
profiles_get(const struct profiles *profiles, enum profile_section section,
    const char *name, const char *key)
{
	const struct profile_entry *entry;

	if (profiles->cap == 0)
		return NULL;
	entry = find(profiles, (int)section, name);
	return find_value(buf_str(&entry->properties), entry->properties.len,
	    key);
}

const char *
profiles_get_from(const struct profiles *profiles, enum profile_file file,
    const char *name, const char *key)
{
	const struct profile_entry *entry;
	const char *properties;

	if (profiles->cap == 0)
		return NULL;
	entry = find(profiles, PROFILE_PROFILE, name);
	properties = buf_str(&entry->properties);
	if (file == PROFILE_CONFIG)
		return find_value(properties, entry->config_len, key);
	return find_value(properties + entry->config_len,
	    entry->properties.len - entry->config_len, key);
}

void
profiles_free(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->cap; i++) {
		mem_free(profiles->entries[i].name);
		buf_free(&profiles->entries[i].properties);
	}
	mem_free(profiles->entries);
	*profiles = (struct profiles){ 0 };
}
