/* A development build trusts what the system trusts, and has no roots. */
#include "base/roots.h"

const struct tls_root tls_roots[] = { { 0 } };
const size_t tls_roots_n = 0;
