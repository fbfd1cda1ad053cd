/* What stands around a transfer: header lines, and answers. */
#include "base/http.h"

#include <string.h>

#include "base/mem.h"

int
http_add_header(struct list *headers, const char *name, const char *value,
    struct err *err)
{
	struct buf line = { 0 };

	if (value[strcspn(value, BUF_CONTROLS)] != '\0')
		return err_set(err, ERR_CONFIG,
		    "%s: has a control character, so it can't be a header",
		    name);
	buf_addf(&line, "%s: ", name);
	buf_add_str(&line, value);
	list_add(headers, line.data);
	buf_free(&line);
	return 0;
}

enum err_kind
http_kind_of_status(long status)
{
	if (status == 429 || status >= 500)
		return ERR_RETRY;
	if (status == 400 || status == 401 || status == 403)
		return ERR_DENIED;
	return status == 404 ? ERR_REFUSED : ERR_DATA;
}

void
http_response_free(struct http_response *response)
{
	buf_free(&response->body);
	mem_free(response->content_type);
	mem_free(response->location);
	mem_free(response->error_type);
	*response = (struct http_response){ 0 };
}
