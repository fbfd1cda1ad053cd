/* What the texts of options may be; see check.h. */
#include "cmd/options/check.h"

#include <string.h>

#include "aws/endpoint.h"
#include "aws/replication.h"
#include "base/mem.h"
#include "cmd/eks_cluster.h"
#include "cmd/format.h"
#include "cmd/grant/wish.h"
#include "cmd/namespaces.h"
#include "cmd/print.h"
#include "cmd/registry_spec.h"
#include "cmd/replicate/target.h"
#include "cmd/verify.h"
#include "k8s.h"
#include "registry/host.h"

const char *
option_check_secret_name(const char *text, bool any_host)
{
	(void)any_host;
	return k8s_is_name(text) ? NULL : "a name that Kubernetes allows";
}

const char *
option_check_namespace(const char *text, bool any_host)
{
	(void)any_host;
	return namespaces_is_pattern(text) ?
	    NULL :
	    "a namespace's name, or a glob with * and ?";
}

const char *
option_check_service_account(const char *text, bool any_host)
{
	(void)any_host;
	return k8s_is_name(text) || strcmp(text, "*") == 0 ?
	    NULL :
	    "a ServiceAccount's name, or *";
}

const char *
option_check_format(const char *text, bool any_host)
{
	(void)any_host;
	return format_find(text) != NULL ?
	    NULL :
	    "dockerconfigjson, basic-auth, argocd-repository or "
	    "argocd-repo-creds";
}

const char *
option_check_print_format(const char *text, bool any_host)
{
	(void)any_host;
	return print_is_format(text) ?
	    NULL :
	    "docker-config, password, json, secret-yaml, dockerconfigjson, "
	    "basic-auth, argocd-repository or argocd-repo-creds";
}

const char *
option_check_region(const char *text, bool any_host)
{
	(void)any_host;
	return endpoint_is_region(text) ? NULL :
					  "a region such as eu-central-1";
}

const char *
option_check_registry(const char *text, bool any_host)
{
	struct registry_spec spec = { 0 };
	const char *fault = registry_spec_parse(text, any_host, &spec);

	registry_spec_free(&spec);
	return fault;
}

const char *
option_check_role(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_role(text) ?
	    NULL :
	    "a role's ARN, such as arn:aws:iam::111122223333:role/NAME";
}

const char *
option_check_external_id(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_external_id(text) ?
	    NULL :
	    "2 to 1224 letters, digits or any of _+=,.@:/-";
}

const char *
option_check_session_name(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_session_name(text) ?
	    NULL :
	    "2 to 64 letters, digits or any of _+=,.@-";
}

const char *
option_check_eks_cluster(const char *text, bool any_host)
{
	char *region = NULL;
	bool is_good = eks_cluster_parse(text, &region) != NULL;

	(void)any_host;
	mem_free(region);
	return is_good ? NULL : "[REGION/]NAME of an EKS cluster";
}

const char *
option_check_image(const char *text, bool any_host)
{
	(void)any_host;
	return verify_find_fault(text);
}

const char *
option_check_principal(const char *text, bool any_host)
{
	(void)any_host;
	return grant_wish_is_principal(text) ?
	    NULL :
	    "an account's 12 digits, an IAM ARN of a root, role or user (of a "
	    "session give the role), or org:o-...";
}

const char *
option_check_account_region(const char *text, bool any_host)
{
	size_t len = strcspn(text, ".");

	(void)any_host;
	return registry_is_account(text, len) && text[len] == '.' &&
		endpoint_is_region(text + len + 1) ?
	    NULL :
	    "ACCOUNT.REGION, such as 111122223333.eu-central-1";
}

const char *
option_check_target(const char *text, bool any_host)
{
	struct target target;

	(void)any_host;
	return target_parse(text, &target) ?
	    NULL :
	    "ACCOUNT or ACCOUNT/REGION, such as 111122223333/eu-central-1";
}

const char *
option_check_account(const char *text, bool any_host)
{
	(void)any_host;
	return registry_is_account(text, strlen(text)) ?
	    NULL :
	    "an account, 12 digits";
}

const char *
option_check_prefix(const char *text, bool any_host)
{
	(void)any_host;
	return replication_is_prefix(text) ?
	    NULL :
	    "how a repository's name begins, 2 to 256 characters";
}

const char *
option_check_copied_image(const char *text, bool any_host)
{
	struct copied_image image = { 0 };
	const char *fault = copied_image_parse(text, &image);

	(void)any_host;
	copied_image_free(&image);
	return fault;
}
