/* What a manifest names: the next thing that a pull asks for. */
#include "registry/manifest.h"

#include "test/unit/unit.h"

#define A "sha256:aaaaaaaa"
#define B "sha256:bbbbbbbb"
#define C "sha256:cccccccc"
#define FOR(digest, os, arch)                                         \
	"{\"digest\":\"" digest "\",\"platform\":{\"os\":\"" os "\"," \
	"\"architecture\":\"" arch "\"}}"
#define INDEX(items) "{\"manifests\":[" items "]}"

static const struct manifest {
	const char *name, *text, *digest; /* NULL: nothing */
	bool is_layer;
} manifests[] = {
	{ "an image's first layer",
	    "{\"config\":{\"digest\":\"" C "\"},\"layers\":[{\"digest\":\"" A
	    "\"},{\"digest\":\"" B "\"}]}",
	    A, true },
	{ "without a layer its config",
	    "{\"config\":{\"digest\":\"" C "\"},\"layers\":[]}", C, true },
	{ "a layer that is elsewhere is passed over",
	    "{\"layers\":[{\"digest\":\"" A "\",\"urls\":[\"https://x\"]},"
	    "{\"digest\":\"" B "\",\"urls\":[]}]}",
	    B, true },
	{ "where all are elsewhere its config",
	    "{\"config\":{\"digest\":\"" C "\"},\"layers\":[{\"digest\":\"" A
	    "\",\"urls\":[\"https://x\"]}]}",
	    C, true },
	{ "schema 1", "{\"fsLayers\":[{\"blobSum\":\"" B "\"}]}", B, true },
	{ "amd64 first",
	    INDEX(FOR(A, "linux", "arm64") "," FOR(B, "linux", "amd64")), B,
	    false },
	{ "then arm64",
	    INDEX(FOR(A, "linux", "s390x") "," FOR(B, "linux", "arm64")), B,
	    false },
	{ "windows is no linux",
	    INDEX(FOR(A, "windows", "amd64") "," FOR(B, "linux", "arm64")), B,
	    false },
	{ "else the first",
	    INDEX("{\"digest\":\"" A "\"},{\"digest\":\"" B "\"}"), A, false },
	{ "never an attestation",
	    INDEX(FOR(A, "unknown", "unknown") "," FOR(B, "linux", "s390x")), B,
	    false },
	{ "an empty index", INDEX(""), NULL, false },
	{ "attestations alone", INDEX(FOR(A, "unknown", "unknown")), NULL,
	    false },
	{ "nothing", "{}", NULL, true },
	{ "no JSON", "<html>", NULL, true },
	{ "a list", "[]", NULL, true },
	{ "a digest of another type", "{\"layers\":[{\"digest\":7}]}", NULL,
	    true },
	{ "a digest that would leave its place in the URL",
	    "{\"layers\":[{\"digest\":\"sha256:../../x?y\"}]}", NULL, true },
	{ "a digest without an algorithm",
	    "{\"layers\":[{\"digest\":\"aaaaaaaaaaaaaaaa\"}]}", NULL, true },
};

static void
is_found(void **state)
{
	const struct manifest *row = *state;
	struct manifest_next next = { 0 };
	struct buf text = { 0 };

	buf_add_str(&text, row->text);
	assert_int_equal(manifest_find_next(&text, &next), row->digest != NULL);
	assert_int_equal(next.is_layer, row->is_layer);
	if (row->digest == NULL)
		assert_null(next.digest);
	else
		assert_string_equal(next.digest, row->digest);
	manifest_next_free(&next);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, manifests, is_found);
	return unit_run(&unit, "manifest");
}
