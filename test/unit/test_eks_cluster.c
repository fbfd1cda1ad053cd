/*
 * A cluster of EKS whose server is known, as from a kubeconfig: who asks, and
 * when a new token is made. No test here reaches the network.
 */
#include "cmd/eks_cluster.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/http.h"
#include "test/unit/unit.h"

enum {
	NOW = 1767323045,
	FRESH_S = 600,
};

static char server[] = "https://abc.eks.example";
static char key_of_run[] = "AKIDRUN";
static char run_profile[] = "run", region[] = "eu-west-1";

/* A wish for cluster "c", and all that it needs. */
struct scene {
	struct aws aws;
	struct creds identity;
	struct eks_wish wish;
	struct eks_cluster eks;
	struct cluster cluster;
};

static void
set_scene(struct scene *scene)
{
	*scene = (struct scene){
		.aws = { .http = http_new(1000, 1),
		    .profile = run_profile,
		    .region = region },
		.identity = { .access_key_id = key_of_run,
		    .secret_access_key = key_of_run,
		    .source = key_of_run },
		.wish = { .name = "c" },
		.cluster = { .server = server },
	};
	scene->wish.aws = &scene->aws;
	scene->wish.identity = &scene->identity;
}

static void
clear(struct scene *scene)
{
	http_free(scene->aws.http);
	eks_cluster_free(&scene->eks);
}

static void
find(struct scene *scene)
{
	struct err err = { 0 };

	if (eks_cluster_find(&scene->wish, &scene->eks, &scene->cluster, &err) <
	    0)
		fail_msg("%s", err.text);
	assert_string_equal(scene->cluster.server, server);
	assert_false(scene->cluster.is_in_cluster);
	assert_null(scene->cluster.token_maker.unreached);
}

/* The presigned URL in the token of this moment. */
static void
read_url(const struct scene *scene, time_t now, struct buf *url)
{
	const struct cluster_token_maker *maker = &scene->cluster.token_maker;
	struct buf text = { 0 };
	struct err err = { 0 };

	BUG_IF(maker->add == NULL);
	assert_int_equal(maker->add(maker->arg, now, &text, &err), 0);
	assert_int_equal(digest_add_decoded(url, text.data + 11, text.len - 11),
	    0);
	buf_free(&text);
}

static void
check_url(const struct scene *scene, time_t now, const char *part)
{
	struct buf url = { 0 };

	read_url(scene, now, &url);
	if (strstr(buf_str(&url), part) == NULL)
		fail_msg("no %s in %s", part, url.data);
	buf_free(&url);
}

/* From the moment of the first one on. */
static const struct age_case {
	const char *name;
	int later_s;
	const char *want;
} age_cases[] = {
	{ "a token serves for less than ten minutes", FRESH_S - 1,
	    "X-Amz-Date=20260102T030405Z" },
	{ "after ten there is a new one", FRESH_S,
	    "X-Amz-Date=20260102T031405Z" },
	{ "and one for a clock that was put back", -1,
	    "X-Amz-Date=20260102T030404Z" },
};

static void
is_made_afresh(void **state)
{
	const struct age_case *row = *state;
	struct scene scene;

	set_scene(&scene);
	find(&scene);
	/* The first is of the machine's clock: later than NOW. */
	check_url(&scene, NOW, "X-Amz-Date=20260102T030405Z");
	check_url(&scene, NOW + row->later_s, row->want);
	clear(&scene);
}

/* Who a token is of, by what the kubeconfig and the environment say. */
static const struct who_case {
	const char *name, *profile, *region, *env_key, *want;
	bool is_profile_explicit;
} who_cases[] = {
	{ "without a profile it is the run's identity", NULL, NULL, NULL,
	    "Credential=AKIDRUN%2F" },
	{ "with the run's profile, too", "run", NULL, "AKIDENV",
	    "Credential=AKIDRUN%2F" },
	{ "another profile has other keys", "other", NULL, NULL,
	    "Credential=AKIDOTHER%2F" },
	{ "which keys of the environment beat", "other", NULL, "AKIDENV",
	    "Credential=AKIDENV%2F" },
	{ "but not if an option names the profile", "other", NULL, "AKIDENV",
	    "Credential=AKIDOTHER%2F", true },
	{ "the region is the run's", NULL, NULL, NULL,
	    "https://sts.eu-west-1.amazonaws.com/?" },
	{ "or the other profile's", "other", NULL, NULL,
	    "https://sts.us-west-2.amazonaws.com/?" },
	{ "or what was said", "other", "cn-north-1", NULL,
	    "https://sts.cn-north-1.amazonaws.com.cn/?" },
};

static void
write_profile(char *path)
{
	static const char text[] = "[other]\nregion = us-west-2\n"
				   "aws_access_key_id = AKIDOTHER\n"
				   "aws_secret_access_key = s\n";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1), 0);
	assert_int_equal(setenv("AWS_CONFIG_FILE", "/nowhere", 1), 0);
}

static void
is_of(void **state)
{
	const struct who_case *row = *state;
	char path[] = "/tmp/test_eks_cluster.XXXXXX";
	struct scene scene;

	write_profile(path);
	if (row->env_key != NULL) {
		(void)setenv("AWS_ACCESS_KEY_ID", row->env_key, 1);
		(void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	}
	set_scene(&scene);
	scene.wish.profile = row->profile;
	scene.wish.is_profile_explicit = row->is_profile_explicit;
	scene.wish.region = row->region;
	find(&scene);
	check_url(&scene, NOW, row->want);
	clear(&scene);
	(void)unsetenv("AWS_ACCESS_KEY_ID");
	(void)unsetenv("AWS_SECRET_ACCESS_KEY");
	assert_int_equal(unlink(path), 0);
}

/* What a kubeconfig may hold, and can't be. */
static const struct fault_case {
	const char *name, *cluster, *region, *profile, *want;
} fault_cases[] = {
	{ "a region that is a host", "c", "evil.example/", NULL,
	    "can't be a cluster" },
	{ "a name with a line's end", "c\nd", NULL, NULL,
	    "can't be a cluster" },
	{ "a profile that is not there", "c", NULL, "gone",
	    "no profile \"gone\"" },
};

static void
is_refused(void **state)
{
	const struct fault_case *row = *state;
	char path[] = "/tmp/test_eks_cluster.XXXXXX";
	struct scene scene;
	struct err err = { 0 };

	write_profile(path);
	set_scene(&scene);
	scene.wish.name = row->cluster;
	scene.wish.region = row->region;
	scene.wish.profile = row->profile;
	assert_int_equal(eks_cluster_find(&scene.wish, &scene.eks,
			     &scene.cluster, &err),
	    -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, row->want));
	assert_null(scene.cluster.token_maker.add);
	clear(&scene);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, age_cases, is_made_afresh);
	UNIT_ADD_ROWS(&unit, who_cases, is_of);
	UNIT_ADD_ROWS(&unit, fault_cases, is_refused);
	return unit_run(&unit, "eks_cluster");
}
