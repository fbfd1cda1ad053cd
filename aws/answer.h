/*
 * What AWS's answers mean: error codes in JSON (ECR), XML and JSON (STS), and
 * which of them are worth another try.
 */
#ifndef AWS_ANSWER_H
#define AWS_ANSWER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/http.h"

/*
 * For http_request.judge: throttling comes with status 400 and a code; a
 * signature or date that was refused is made once more if our clock turned out
 * to be off.
 */
enum http_verdict answer_judge(const struct http_response *response);

/* AWS's own words for a failure; both are empty if the answer has none. */
struct answer_error {
	struct buf code; /* "AccessDenied", without its namespace */
	struct buf message;
};

/* Reads an answer that is not a success; free it with answer_error_free. */
void answer_read_error(const struct http_response *response,
    struct answer_error *error);

/* Is code the pattern, or, if that ends in "*", has it that beginning? */
bool answer_has_code(const char *pattern, const char *code);

/*
 * Sets err from an answer that is not a success: AWS's own code and sentence,
 * in which secrets[0..n) are masked. Answers that are no AWS error are
 * ERR_DATA. Returns -1.
 */
int answer_set_error(const struct http_response *response, const char *what,
    const char *const *secrets, size_t secrets_n, struct err *err);

void answer_error_free(struct answer_error *error);

#endif
