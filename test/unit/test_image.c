/* References to images: which are taken, and what they name. */
#include "registry/image.h"

#include "test/unit/unit.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define HEX8 "0123abcd"
#define HEX32 HEX8 HEX8 HEX8 HEX8
#define HEX64 HEX32 HEX32
#define LETTERS16 "aaaaaaaaaaaaaaaa"
#define LETTERS64 LETTERS16 LETTERS16 LETTERS16 LETTERS16
#define LETTERS128 LETTERS64 LETTERS64
#define LETTERS255 \
	LETTERS128 LETTERS64 LETTERS16 LETTERS16 LETTERS16 "aaaaaaaaaaaaaaa"

static const struct taken {
	const char *name, *text, *host, *repository, *tag, *digest;
	const char *reference;
} taken[] = {
	{ "a tag is taken", HOST "/app:1.2", HOST, "app", "1.2", NULL, "1.2" },
	{ "no tag and no digest mean latest", HOST "/app", HOST, "app",
	    "latest", NULL, "latest" },
	{ "a digest alone has no tag", HOST "/app@sha256:" HEX64, HOST, "app",
	    NULL, "sha256:" HEX64, "sha256:" HEX64 },
	{ "a digest beats the tag", HOST "/app:1@sha256:" HEX64, HOST, "app",
	    "1", "sha256:" HEX64, "sha256:" HEX64 },
	{ "another algorithm's digest is taken",
	    HOST "/app@sha512:" HEX64 HEX64, HOST, "app", NULL,
	    "sha512:" HEX64 HEX64, "sha512:" HEX64 HEX64 },
	{ "an algorithm that nobody knows is taken", HOST "/a@md6+b64u:" HEX32,
	    HOST, "a", NULL, "md6+b64u:" HEX32, "md6+b64u:" HEX32 },
	{ "a repository may have a path", HOST "/a/b-c/d.e/f__g:x", HOST,
	    "a/b-c/d.e/f__g", "x", NULL, "x" },
	{ "several hyphens separate, too", HOST "/a---b", HOST, "a---b",
	    "latest", NULL, "latest" },
	{ "a repository may have 255 characters", HOST "/" LETTERS255, HOST,
	    LETTERS255, "latest", NULL, "latest" },
	{ "a tag may have 128 characters", HOST "/a:" LETTERS128, HOST, "a",
	    LETTERS128, NULL, LETTERS128 },
	{ "a tag may begin with an underscore", HOST "/a:_X", HOST, "a", "_X",
	    NULL, "_X" },
	{ "a port is the host's", "localhost:4510/app:1", "localhost:4510",
	    "app", "1", NULL, "1" },
	{ "a name with a port needs no dot", "mirror:5000/app", "mirror:5000",
	    "app", "latest", NULL, "latest" },
	{ "localhost needs neither", "localhost/app", "localhost", "app",
	    "latest", NULL, "latest" },
	{ "an IPv6 address stands in brackets", "[::1]:5000/app:1",
	    "[::1]:5000", "app", "1", NULL, "1" },
	{ "an IPv6 address needs no port", "[fe80::1]/app", "[fe80::1]", "app",
	    "latest", NULL, "latest" },
	{ "a host's case does not matter", "Mirror.Example/app",
	    "mirror.example", "app", "latest", NULL, "latest" },
};

/* And the part that has to be named. */
static const struct refused {
	const char *name, *text, *part;
} refused[] = {
	{ "nothing is refused", "", "host" },
	{ "a repository alone is refused", "app", "host" },
	{ "a repository's path is no host", "library/app:1", "host" },
	{ "a tag without a host is refused", "app:1", "host" },
	{ "a URL is refused", "https://" HOST "/app", "host" },
	{ "a host alone is refused", HOST, "host" },
	{ "an empty host is refused", "/app", "host" },
	{ "an empty port is refused", "localhost:/app", "host" },
	{ "a port with letters is refused", "localhost:a/app", "host" },
	{ "two dots in a host are refused", "a..b/app", "host" },
	{ "a dot at a host's end is refused", "a.b./app", "host" },
	{ "a hyphen before a dot is refused", "a-.b/app", "host" },
	{ "an underscore in a host is refused", "a_b.c/app", "host" },
	{ "a user is refused", "user@a.b/app", "host" },
	{ "an open bracket is refused", "[::1/app", "host" },
	{ "a bracket without an address is refused", "[]/app", "host" },
	{ "text behind a bracket is refused", "[::1]a/app", "host" },
	{ "an empty repository is refused", HOST "/", "repository" },
	{ "capitals are refused", HOST "/App", "repository" },
	{ "two slashes are refused", HOST "/a//b", "repository" },
	{ "a slash at the end is refused", HOST "/a/", "repository" },
	{ "dots that climb are refused", HOST "/a/../b", "repository" },
	{ "two dots are refused", HOST "/a..b", "repository" },
	{ "three underscores are refused", HOST "/a___b", "repository" },
	{ "a separator at the end is refused", HOST "/a-", "repository" },
	{ "a separator at the start is refused", HOST "/-a", "repository" },
	{ "a space is refused", HOST "/a b", "repository" },
	{ "a question mark is refused", HOST "/a?b", "repository" },
	{ "256 characters are refused", HOST "/a" LETTERS255, "repository" },
	{ "an empty tag is refused", HOST "/a:", "tag" },
	{ "a tag's dot comes later", HOST "/a:.b", "tag" },
	{ "a tag's hyphen comes later", HOST "/a:-b", "tag" },
	{ "a slash in a tag is refused", HOST "/a:b/c", "tag" },
	{ "a tag of 129 characters is refused", HOST "/a:b" LETTERS128, "tag" },
	{ "two tags are refused", HOST "/a:b:c", "tag" },
	{ "an empty digest is refused", HOST "/a@", "digest" },
	{ "a digest without digits is refused", HOST "/a@sha256:", "digest" },
	{ "a digest without its algorithm is refused", HOST "/a@" HEX64,
	    "digest" },
	{ "a short digest is refused", HOST "/a@sha256:" HEX32, "digest" },
	{ "a long digest is refused", HOST "/a@sha256:" HEX64 "0", "digest" },
	{ "capitals in SHA-256 are refused",
	    HOST "/a@sha256:" HEX32 HEX8 HEX8 HEX8 "0123ABCD", "digest" },
	{ "a digest with other letters is refused",
	    HOST "/a@sha256:" HEX32 HEX8 HEX8 HEX8 "0123abcg", "digest" },
	{ "31 digits are refused whatever the algorithm",
	    HOST "/a@md6:" HEX8 HEX8 HEX8 "0123abc", "digest" },
	{ "an algorithm begins with a letter", HOST "/a@6md:" HEX32, "digest" },
	{ "an algorithm has no empty part", HOST "/a@md6+:" HEX32, "digest" },
	{ "two digests are refused", HOST "/a@md6:" HEX32 "@md6:" HEX32,
	    "digest" },
};

static void
check_part(const char *got, const char *want)
{
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
is_taken(void **state)
{
	const struct taken *row = *state;
	struct image image = { 0 };
	const char *fault = image_parse(row->text, &image);

	if (fault != NULL)
		fail_msg("%s: not %s", row->text, fault);
	check_part(image.host, row->host);
	check_part(image.repository, row->repository);
	check_part(image.tag, row->tag);
	check_part(image.digest, row->digest);
	check_part(image_reference(&image), row->reference);
	image_free(&image);
}

static void
is_refused(void **state)
{
	const struct refused *row = *state;
	struct image image = { 0 };
	const char *fault = image_parse(row->text, &image);

	if (fault == NULL || strstr(fault, row->part) == NULL)
		fail_msg("%s: %s", row->text, fault == NULL ? "taken" : fault);
	image_free(&image);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, taken, is_taken);
	UNIT_ADD_ROWS(&unit, refused, is_refused);
	return unit_run(&unit, "image");
}
