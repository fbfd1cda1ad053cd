/* The example for kubelet: which images it hands over, by kubelet's rules. */
#include "cluster/yaml.h"
#include "registry/keyring.h"

#include "test/unit/vectors.h"

#define EXAMPLE "packaging/credential-provider.yaml"
#define ACCOUNT "111122223333"

enum {
	EXAMPLE_MAX = 64 * 1024,
	VALID = 21,
};

/* Patterns of the one provider. */
static struct list patterns;

static int
read_example(void)
{
	struct buf text = { 0 };
	struct cJSON *config = NULL;
	const struct cJSON *pattern;
	struct err err = { 0 };

	if (file_read(EXAMPLE, EXAMPLE_MAX, &text, &err) < 0 ||
	    yaml_parse(text.data, text.len, &config, &err) < 0)
		return -1;
	pattern = json_first(json_get(json_first(json_get(config, "providers")),
	    "matchImages"));
	for (; pattern != NULL; pattern = json_next(pattern))
		list_add(&patterns, json_text(pattern));
	json_free(config);
	buf_free(&text);
	return 0;
}

static bool
is_handed_over(const char *host)
{
	struct list found = { 0 };
	struct buf image = { 0 };
	bool is_found;

	buf_addf(&image, "%s/team/app", host);
	keyring_find(&patterns, image.data, &found);
	is_found = found.n > 0;
	list_free(&found);
	buf_free(&image);
	return is_found;
}

static const struct match {
	const char *name, *host;
	bool is_found;
} matches[] = {
	{ "the public registry", "public.ecr.aws", true },
	{ "the public registry by dual stack", "ecr-public.aws.com", true },
	{ "FIPS in GovCloud",
	    ACCOUNT ".dkr.ecr-fips.us-gov-west-1.amazonaws.com", true },
	{ "the sovereign cloud", ACCOUNT ".dkr.ecr.eusc-de-east-1.amazonaws.eu",
	    true },
	{ "a European isolated region",
	    ACCOUNT ".dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", true },
	{ "the newest isolated region",
	    ACCOUNT ".dkr.ecr-fips.us-isof-south-1.csp.hci.ic.gov", true },
	{ "not Docker Hub", "docker.io", false },
	{ "not another host of AWS", "s3.eu-west-1.amazonaws.com", false },
	{ "not a host below", "a." ACCOUNT ".dkr.ecr.eu-west-1.amazonaws.com",
	    false },
	{ "not a host that goes on",
	    ACCOUNT ".dkr.ecr.eu-west-1.amazonaws.com.example", false },
	{ "not with a port", ACCOUNT ".dkr.ecr.eu-west-1.amazonaws.com:443",
	    false },
};

static void
example_matches(void **state)
{
	const struct match *row = *state;

	assert_int_equal(is_handed_over(row->host), row->is_found);
}

static void
every_valid_host_is_handed_over(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("ecr/ecr-hosts.json");
	item = json_first(json_get(vectors, "valid"));
	for (; item != NULL; item = json_next(item), n++)
		if (!is_handed_over(vectors_text(item, "host")))
			fail_msg("%s: no pattern is for it",
			    vectors_text(item, "host"));
	assert_int_equal(n, VALID);
	json_free(vectors);
}

int
main(void)
{
	struct unit unit = { 0 };
	int rc;

	mem_init();
	if (read_example() < 0)
		return 1;
	UNIT_ADD_ROWS(&unit, matches, example_matches);
	unit_add(&unit, "every host that the official helpers take",
	    every_valid_host_is_handed_over, NULL);
	vectors_report(&unit, "21 registry hosts: VECTORS folder missing");
	rc = unit_run(&unit, "match images");
	list_free(&patterns);
	return rc;
}
