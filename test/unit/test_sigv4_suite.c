/*
 * AWS's Signature Version 4 suite (aws-c-auth): 38 requests, each signed by
 * headers and by its query, stage by stage. A stage is given what the suite
 * says that the one before returned, so that a failure shows where it is. The
 * suite's paths are not encoded, as if they were double-encoded once less.
 */
#include "sigv4.h"

#include <dirent.h>

#include "base/clock.h"
#include "test/unit/vectors.h"

#define SUITE "sigv4/aws-c-auth-v4"

enum {
	FOLDERS = 38,
};

/* A request as the suite writes it; the strings lie in text. */
struct message {
	struct buf text;
	const char *method;
	const char *path;
	const char *query;
	struct list headers;
	const char *body;
};

struct vector {
	const char *folder;
	struct cJSON *context;
	struct message message;
	struct sigv4_params params;
	struct sigv4_request request;
};

static size_t headers_run, queries_run;

static void
read_file(const char *folder, const char *name, struct buf *text)
{
	struct buf path = { 0 };

	buf_addf(&path, SUITE "/%s/%s", folder, name);
	vectors_read(path.data, text);
	buf_free(&path);
}

/* A header's lines end before one that does not start with a space. */
static char *
find_header_end(char *line)
{
	char *end = line + strcspn(line, "\n");

	while (end[0] == '\n' && (end[1] == ' ' || end[1] == '\t'))
		end += 1 + strcspn(end + 1, "\n");
	return end;
}

static void
read_message(const char *folder, const char *name, struct message *message)
{
	static const char version[] = " HTTP/1.1\n";
	char *target, *query, *line;

	read_file(folder, name, &message->text);
	line = strstr(buf_str(&message->text), version);
	target = strchr(buf_str(&message->text), ' ');
	if (line == NULL || target == NULL || target >= line) {
		fail_msg("%s/%s: no request", folder, name);
		return;
	}
	*target++ = '\0';
	*line = '\0';
	line += sizeof(version) - 1;
	query = strchr(target, '?');
	if (query != NULL)
		*query++ = '\0';
	message->method = message->text.data;
	message->path = target;
	message->query = query == NULL ? "" : query;
	while (*line != '\0' && *line != '\n') {
		char *end = find_header_end(line);

		list_add_len(&message->headers, line, (size_t)(end - line));
		line = *end == '\0' ? end : end + 1;
	}
	message->body = *line == '\0' ? line : line + 1;
}

static void
free_message(struct message *message)
{
	buf_free(&message->text);
	list_free(&message->headers);
}

static void
read_context(struct vector *vector)
{
	struct cJSON *context;
	struct sigv4_params *params = &vector->params;
	struct buf path = { 0 };
	const struct cJSON *keys;
	double expires_s;

	buf_addf(&path, SUITE "/%s/context.json", vector->folder);
	context = vectors_parse(path.data);
	buf_free(&path);
	keys = json_get(context, "credentials");
	params->access_key_id = vectors_text(keys, "access_key_id");
	params->secret_access_key = vectors_text(keys, "secret_access_key");
	params->session_token = json_get_text(keys, "token");
	params->region = vectors_text(context, "region");
	params->service = vectors_text(context, "service");
	assert_true(clock_parse(vectors_text(context, "timestamp"),
	    &params->time));
	assert_true(json_get_number(context, "expiration_in_seconds",
	    &expires_s));
	params->expires_s = (unsigned)expires_s;
	params->keeps_path = !json_is_true(json_get(context, "normalize"));
	params->signs_body = json_is_true(json_get(context, "sign_body"));
	params->omits_token =
	    json_is_true(json_get(context, "omit_session_token"));
	vector->context = context;
}

static void
read_vector(const char *folder, struct vector *vector)
{
	struct message *message = &vector->message;

	vector->folder = folder;
	read_context(vector);
	read_message(folder, "request.txt", message);
	vector->request = (struct sigv4_request){
		.method = message->method,
		.path = message->path,
		.query = message->query,
		.headers = &message->headers,
		.body = message->body,
		.body_len = strlen(message->body),
	};
}

static void
free_vector(struct vector *vector)
{
	free_message(&vector->message);
	json_free(vector->context);
}

/* All three stages, for what kind, "header" or "query", made complete. */
static void
check_stages(const struct vector *vector, const struct sigv4_request *complete,
    const char *kind)
{
	static const char *const stages[] = {
		"canonical-request",
		"string-to-sign",
		"signature",
	};
	struct buf want[3] = { 0 }, got[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		struct buf name = { 0 };

		buf_addf(&name, "%s-%s.txt", kind, stages[i]);
		read_file(vector->folder, name.data, &want[i]);
		buf_free(&name);
	}
	sigv4_canonical_request(&vector->params, complete, &got[0]);
	sigv4_string_to_sign(&vector->params, &want[0], &got[1]);
	sigv4_signature(&vector->params, &want[1], &got[2]);
	for (size_t i = 0; i < 3; i++) {
		unit_check_text(&got[i], want[i].data);
		buf_free(&want[i]);
	}
}

/* "Name: value" and "name:value" are the same header. */
static void
add_plain_headers(const struct list *headers, struct list *plain)
{
	for (size_t i = 0; i < headers->n; i++) {
		const char *item = headers->items[i];
		size_t len = strcspn(item, ":");
		struct buf name = { 0 };

		buf_add_lower(&name, item, len);
		item += len + 1;
		list_addf(plain, "%s:%s", name.data, item + strspn(item, " "));
		buf_free(&name);
	}
	list_sort(plain);
}

static void
check_lists(const struct list *got, const struct list *want)
{
	assert_int_equal(got->n, want->n);
	for (size_t i = 0; i < want->n; i++)
		assert_string_equal(got->items[i], want->items[i]);
}

static void
signs_by_headers(void **state)
{
	struct vector vector = { 0 };
	struct message want = { 0 };
	struct list got_headers = { 0 }, want_headers = { 0 };
	struct list headers = { 0 };
	struct sigv4_request complete;

	vectors_need();
	read_vector(*state, &vector);
	for (size_t i = 0; i < vector.message.headers.n; i++)
		list_add(&headers, vector.message.headers.items[i]);
	sigv4_add_headers(&vector.params, &vector.request, &headers);
	complete = vector.request;
	complete.headers = &headers;
	check_stages(&vector, &complete, "header");

	read_message(*state, "header-signed-request.txt", &want);
	sigv4_sign_headers(&vector.params, &vector.request,
	    &vector.message.headers);
	add_plain_headers(&vector.message.headers, &got_headers);
	add_plain_headers(&want.headers, &want_headers);
	check_lists(&got_headers, &want_headers);

	list_free(&headers);
	list_free(&got_headers);
	list_free(&want_headers);
	free_message(&want);
	free_vector(&vector);
	headers_run++;
}

/* The suite's order is its signer's; a server reads the parameters in any. */
static void
signs_by_query(void **state)
{
	struct vector vector = { 0 };
	struct message want = { 0 };
	struct list got_query = { 0 }, want_query = { 0 };
	struct sigv4_request complete;
	struct buf query = { 0 };

	vectors_need();
	read_vector(*state, &vector);
	sigv4_add_query(&vector.params, &vector.request, &query);
	complete = vector.request;
	complete.query = query.data;
	check_stages(&vector, &complete, "query");

	buf_clear(&query);
	read_message(*state, "query-signed-request.txt", &want);
	sigv4_presign(&vector.params, &vector.request, &query);
	list_split(&got_query, query.data, "&");
	list_split(&want_query, want.query, "&");
	list_sort(&got_query);
	list_sort(&want_query);
	check_lists(&got_query, &want_query);

	list_free(&got_query);
	list_free(&want_query);
	buf_free(&query);
	free_message(&want);
	free_vector(&vector);
	queries_run++;
}

static void
all_are_there(void **state)
{
	(void)state;
	vectors_need();
	assert_int_equal(headers_run, FOLDERS);
	assert_int_equal(queries_run, FOLDERS);
}

static void
find_folders(struct list *folders)
{
	struct buf path = { 0 };
	struct dirent *entry;
	DIR *dir;

	buf_addf(&path, "%s/" SUITE, vectors_folder());
	dir = opendir(path.data);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			list_add(folders, entry->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	list_sort(folders);
	buf_free(&path);
}

int
main(void)
{
	struct unit unit = { 0 };
	struct list folders = { 0 }, names = { 0 };
	int rc;

	mem_init();
	find_folders(&folders);
	for (size_t i = 0; i < folders.n; i++) {
		const char *folder = folders.items[i];

		list_addf(&names, "%s is signed by its headers", folder);
		unit_add(&unit, names.items[names.n - 1], signs_by_headers,
		    folder);
		list_addf(&names, "%s is signed by its query", folder);
		unit_add(&unit, names.items[names.n - 1], signs_by_query,
		    folder);
	}
	unit_add(&unit, "the suite has 38 requests, each signed both ways",
	    all_are_there, NULL);
	vectors_report(&unit, "76 aws-c-auth-v4 cases: VECTORS folder missing");
	rc = unit_run(&unit, "sigv4: AWS's suite");
	list_free(&folders);
	list_free(&names);
	return rc;
}
