/* Why replication has not brought an image that a registry lacks. */
#include "aws/replication_missing.h"

#include "base/clock.h"

/* A rule would have copied it, so it came too early. */
static void
explain_age(const struct replication_missing *missing, struct buf *out)
{
	char pushed[CLOCK_TEXT_MAX];

	buf_addf(out, "a rule of %s copies it to %s/%s, but ",
	    missing->source.account, missing->registry.account,
	    missing->registry.region);
	if (missing->pushed_at != 0) {
		clock_format(missing->pushed_at, pushed);
		buf_addf(out, "it was pushed at %s, before that rule was made",
		    pushed);
	} else {
		buf_add_str(out, "it was pushed before that rule was made");
	}
	buf_add_str(out,
	    ": only later pushes are copied. Push it under another tag, or "
	    "copy it once by yourself (skopeo copy)");
}

static void
explain_no_rule(const struct replication_missing *missing, struct buf *out)
{
	buf_addf(out,
	    "no rule of %s copies %s to %s/%s; this adds one for later pushes: "
	    "ecr-secret replicate --region %s --to %s/%s --prefix %s",
	    missing->source.account, missing->repository,
	    missing->registry.account, missing->registry.region,
	    missing->source.region, missing->registry.account,
	    missing->registry.region, missing->repository);
}

/* Seen from the side that lacks it: who could have copied it? */
static void
explain_allowed(const struct replication_missing *missing, struct buf *out)
{
	const struct list *allowed = missing->allowed;

	for (size_t i = 0; i < allowed->n; i++)
		buf_addf(out, "%s%s", i == 0 ? "" : ", ", allowed->items[i]);
	buf_addf(out,
	    " may copy it here, which happens to what is pushed after the "
	    "rule there was made; as that account, see: ecr-secret replicate "
	    "--status %s:TAG",
	    missing->repository);
}

void
replication_explain_missing(const struct replication_missing *missing,
    struct buf *out)
{
	struct list targets = { 0 };
	struct buf wanted = { 0 };

	if (missing->configuration != NULL) {
		replication_find_targets(missing->configuration,
		    missing->repository, &targets);
		buf_addf(&wanted, "%s/%s", missing->registry.account,
		    missing->registry.region);
		if (list_has(&targets, wanted.data))
			explain_age(missing, out);
		else
			explain_no_rule(missing, out);
	} else if (missing->allowed != NULL && missing->allowed->n > 0) {
		explain_allowed(missing, out);
	}
	list_free(&targets);
	buf_free(&wanted);
}
