/* What --to and --status name. */
#include "cmd/replicate/target.h"

#include "test/unit/unit.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define HEX16 "0123456789abcdef"
#define DIGEST "sha256:" HEX16 HEX16 HEX16 HEX16

static const struct target_case {
	const char *name, *text;
	bool is_good;
	const char *region;
} targets[] = {
	{ "an account", "123456789012", true, NULL },
	{ "an account and a region", "123456789012/eu-west-1", true,
	    "eu-west-1" },
	{ "an account that is too short", "12345678901", false, NULL },
	{ "an account that is too long", "1234567890123", false, NULL },
	{ "a name", "production", false, NULL },
	{ "an empty region", "123456789012/", false, NULL },
	{ "a region with capitals", "123456789012/EU", false, NULL },
	{ "a region and more", "123456789012/eu-west-1/x", false, NULL },
	{ "nothing", "", false, NULL },
};

static void
target_is_read(void **state)
{
	const struct target_case *row = *state;
	struct target target;

	assert_int_equal(target_parse(row->text, &target), row->is_good);
	if (!row->is_good)
		return;
	assert_string_equal(target.account, "123456789012");
	if (row->region == NULL)
		assert_null(target.region);
	else
		assert_string_equal(target.region, row->region);
}

static const struct image_case {
	const char *name, *text;
	const char *repository, *reference; /* NULL: it is refused */
	const char *region;                 /* of its host, or NULL */
} images[] = {
	{ "a tag", "app:1", "app", "1", NULL },
	{ "a path and a tag", "team/app:1", "team/app", "1", NULL },
	{ "a digest", "team/app@" DIGEST, "team/app", DIGEST, NULL },
	{ "a tag and a digest", "app:1@" DIGEST, "app", DIGEST, NULL },
	{ "a host and a tag", HOST "/team/app:1", "team/app", "1",
	    "eu-west-1" },
	{ "no tag", "team/app", NULL, NULL, NULL },
	{ "a host and no tag", HOST "/app", NULL, NULL, NULL },
	{ "a repository in capitals", "App:1", NULL, NULL, NULL },
	{ "an empty tag", "app:", NULL, NULL, NULL },
	{ "half a digest", "app@sha256:01", NULL, NULL, NULL },
	{ "nothing", "", NULL, NULL, NULL },
};

static void
image_is_read(void **state)
{
	const struct image_case *row = *state;
	struct copied_image image = { 0 };
	const char *fault = copied_image_parse(row->text, &image);

	assert_int_equal(fault == NULL, row->repository != NULL);
	if (fault == NULL) {
		assert_string_equal(image.image.repository, row->repository);
		assert_string_equal(image_reference(&image.image),
		    row->reference);
		assert_int_equal(image.has_registry, row->region != NULL);
	}
	if (row->region != NULL) {
		assert_string_equal(image.registry.region, row->region);
		assert_string_equal(image.registry.account, "123456789012");
	}
	copied_image_free(&image);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	UNIT_ADD_ROWS(&unit, targets, target_is_read);
	UNIT_ADD_ROWS(&unit, images, image_is_read);
	return unit_run(&unit, "replicate_target");
}
