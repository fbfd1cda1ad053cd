/* What the texts of options may be; see check.h. */
#include "cmd/options/check.h"

#include <string.h>

#include "aws/endpoint.h"
#include "base/mem.h"
#include "cmd/eks_cluster.h"
#include "cmd/format.h"
#include "cmd/registry_spec.h"
#include "cmd/replicate/target.h"
#include "k8s.h"
#include "registry/host.h"

bool
option_is_service_account(const char *text)
{
	return k8s_is_name(text) || strcmp(text, "*") == 0;
}

bool
option_is_format(const char *text)
{
	return format_find(text) != NULL;
}

bool
option_is_eks_cluster(const char *text)
{
	char *region = NULL;
	bool is_good = eks_cluster_parse(text, &region) != NULL;

	mem_free(region);
	return is_good;
}

bool
option_is_account(const char *text)
{
	return registry_is_account(text, strlen(text));
}

bool
option_is_account_region(const char *text)
{
	size_t len = strcspn(text, ".");

	return registry_is_account(text, len) && text[len] == '.' &&
	    endpoint_is_region(text + len + 1);
}

bool
option_is_target(const char *text)
{
	struct target target;

	return target_parse(text, &target);
}

const char *
option_find_copied_image_fault(const char *text)
{
	struct copied_image image = { 0 };
	const char *fault = copied_image_parse(text, &image);

	copied_image_free(&image);
	return fault;
}

const char *
option_find_registry_fault(const char *text, bool any_host)
{
	struct registry_spec spec = { 0 };
	const char *fault = registry_spec_parse(text, any_host, &spec);

	registry_spec_free(&spec);
	return fault;
}
