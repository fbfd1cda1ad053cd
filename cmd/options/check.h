/*
 * Private to cmd/options/: what the texts of options may be. Each returns
 * NULL for one that is good, else what it should be, for "X is not ...".
 */
#ifndef CMD_OPTIONS_CHECK_H
#define CMD_OPTIONS_CHECK_H

#include <stdbool.h>

const char *option_check_secret_name(const char *text, bool any_host);
const char *option_check_namespace(const char *text, bool any_host);
const char *option_check_service_account(const char *text, bool any_host);
const char *option_check_format(const char *text, bool any_host);
const char *option_check_print_format(const char *text, bool any_host);
const char *option_check_region(const char *text, bool any_host);
const char *option_check_registry(const char *text, bool any_host);
const char *option_check_role(const char *text, bool any_host);
const char *option_check_external_id(const char *text, bool any_host);
const char *option_check_session_name(const char *text, bool any_host);
const char *option_check_eks_cluster(const char *text, bool any_host);
const char *option_check_image(const char *text, bool any_host);
const char *option_check_principal(const char *text, bool any_host);
const char *option_check_account_region(const char *text, bool any_host);
const char *option_check_target(const char *text, bool any_host);
const char *option_check_account(const char *text, bool any_host);
const char *option_check_prefix(const char *text, bool any_host);
const char *option_check_copied_image(const char *text, bool any_host);

#endif
