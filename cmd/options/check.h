/* Private to cmd/options/: what the texts of options may be. */
#ifndef CMD_OPTIONS_CHECK_H
#define CMD_OPTIONS_CHECK_H

#include <stdbool.h>

bool option_is_service_account(const char *text);
bool option_is_format(const char *text);
bool option_is_eks_cluster(const char *text);
bool option_is_account(const char *text);
bool option_is_account_region(const char *text);
bool option_is_target(const char *text);

/* NULL, or what it should be, for "X is not ...". */
const char *option_find_copied_image_fault(const char *text);
const char *option_find_registry_fault(const char *text, bool any_host);

#endif
