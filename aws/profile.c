/* The parser of AWS's shared files: lines are cut up where they stand. */
#include "aws/profile.h"

#include <ctype.h>
#include <string.h>

#include "aws/profile_table.h"
#include "base/mem.h"

#define COMMENTS "#;"
#define NAME                                                   \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-_/.%@:+"

enum {
	PLAIN_DEFAULT = PROFILE_SERVICES + 1, /* a config file's [default] */
};

enum place {
	NOWHERE,  /* before the first section */
	SKIPPED,  /* in a section that is not for us */
	SECTION,  /* behind a section's head */
	IGNORED,  /* behind a property that has no valid name */
	PROPERTY, /* behind one that has a value */
	NESTED,   /* behind one without: sub-properties may follow */
};

struct parser {
	struct profiles *profiles;
	enum profile_file file;
	const char *path;
	size_t line;
	enum place place;
	struct buf *properties; /* of the section */
	struct buf nested;      /* goes behind the property in the end */
	struct buf plain; /* of [default], until all of the file is read */
	bool has_plain_default, has_profile_default;
	struct err *err;
};

/* A line's end in Windows files is one, too. */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *
trim(char *text)
{
	size_t len;

	while (is_blank(text[0]))
		text++;
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* Cuts off what follows a comment sign; does that need a blank before it? */
static char *
cut_comment(char *text, bool needs_blank)
{
	char *c = text + strcspn(text, COMMENTS);

	while (needs_blank && *c != '\0' && (c == text || !is_blank(c[-1])))
		c += 1 + strcspn(c + 1, COMMENTS);
	*c = '\0';
	return trim(text);
}

static bool
is_name(const char *text)
{
	return text[0] != '\0' && text[strspn(text, NAME)] == '\0';
}

static int
refuse(const struct parser *parser, const char *why)
{
	(void)err_set(parser->err, ERR_CONFIG, "%s: line %zu: %s", parser->path,
	    parser->line, why);
	return -1;
}

/* The kind of section whose head this is, else -1; *name becomes its name. */
static int
parse_head(enum profile_file file, char *head, char **name)
{
	static const char *const kinds[] = {
		[PROFILE_PROFILE] = "profile",
		[PROFILE_SSO_SESSION] = "sso-session",
		[PROFILE_SERVICES] = "services",
	};

	*name = head;
	if (file == PROFILE_CREDENTIALS || strcmp(head, "default") == 0)
		return file == PROFILE_CONFIG ? PLAIN_DEFAULT : PROFILE_PROFILE;
	for (int i = PROFILE_PROFILE; i < PLAIN_DEFAULT; i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(head, kinds[i], len) == 0 && is_blank(head[len])) {
			*name = head + len + 1;
			return i;
		}
	}
	return -1;
}

static int
read_section(struct parser *parser, char *line)
{
	char *head = cut_comment(line, false), *name;
	size_t len = strlen(head);
	int section;

	if (head[len - 1] != ']')
		return refuse(parser, "Profile definition must end with ']'");
	head[len - 1] = '\0';
	section = parse_head(parser->file, trim(head + 1), &name);
	parser->place = SKIPPED;
	name = trim(name);
	if (section < 0 || !is_name(name))
		return 0;
	parser->place = SECTION;
	if (section == PLAIN_DEFAULT) {
		parser->has_plain_default = true;
		parser->properties = &parser->plain;
		return 0;
	}
	if (section == PROFILE_PROFILE && strcmp(name, "default") == 0)
		parser->has_profile_default = true;
	parser->properties = profile_table_add(parser->profiles, section, name);
	return 0;
}

/* "key = value"; the key's capitals become small. */
static int
split(const struct parser *parser, char *line, char **key, char **value)
{
	bool is_nested = parser->place == NESTED;
	char *equals = strchr(line, '=');

	if (equals == NULL)
		return refuse(parser,
		    is_nested ? "Expected an '=' sign defining a sub-property" :
				"Expected an '=' sign defining a property");
	*equals = '\0';
	*key = trim(line);
	*value = trim(equals + 1);
	if ((*key)[0] == '\0')
		return refuse(parser,
		    is_nested ? "Sub-property did not have a name" :
				"Property did not have a name");
	for (char *c = *key; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return 0;
}

static int
read_property(struct parser *parser, char *line)
{
	char *key, *value;

	if (split(parser, cut_comment(line, true), &key, &value) < 0)
		return -1;
	parser->place = IGNORED;
	if (!is_name(key))
		return 0;
	parser->place = value[0] == '\0' ? NESTED : PROPERTY;
	buf_add(parser->properties, key, strlen(key) + 1);
	buf_add_str(parser->properties, value);
	return 0;
}

/* The line goes to the value as it is, with what would be a comment. */
static int
read_continuation(struct parser *parser, char *line)
{
	char *key, *value;

	if (parser->place == IGNORED)
		return 0;
	if (parser->place == SECTION)
		return refuse(parser,
		    "Expected a property definition, found continuation");
	buf_add_str(parser->properties, "\n");
	buf_add_str(parser->properties, line);
	if (parser->place == PROPERTY)
		return 0;
	if (split(parser, line, &key, &value) < 0)
		return -1;
	buf_add_str(&parser->nested, "=");
	buf_add(&parser->nested, key, strlen(key) + 1);
	buf_add(&parser->nested, value, strlen(value) + 1);
	return 0;
}

/* Nothing more can continue the property at hand. */
static void
end_property(struct parser *parser)
{
	if (parser->place != PROPERTY && parser->place != NESTED)
		return;
	buf_add(parser->properties, "", 1);
	buf_add(parser->properties, buf_str(&parser->nested),
	    parser->nested.len);
	buf_clear(&parser->nested);
	parser->place = SECTION;
}

/* Nothing more can hide [default]. */
static void
end_file(struct parser *parser)
{
	end_property(parser);
	if (parser->has_plain_default && !parser->has_profile_default)
		buf_add(profile_table_add(parser->profiles, PROFILE_PROFILE,
			    "default"),
		    buf_str(&parser->plain), parser->plain.len);
	if (parser->file == PROFILE_CONFIG)
		profile_table_end_config(parser->profiles);
	buf_free(&parser->plain);
	buf_free(&parser->nested);
}

static int
read_line(struct parser *parser, char *line)
{
	bool is_indented = is_blank(line[0]);

	line = trim(line);
	/* Indented ones are comments for botocore, though not for all SDKs. */
	if (line[0] == '\0' || strchr(COMMENTS, line[0]) != NULL)
		return 0;
	if (!is_indented)
		end_property(parser);
	if (!is_indented && line[0] == '[')
		return read_section(parser, line);
	if (parser->place == NOWHERE)
		return refuse(parser, "Expected a profile definition");
	if (parser->place == SKIPPED)
		return 0;
	return is_indented ? read_continuation(parser, line) :
			     read_property(parser, line);
}

int
profiles_parse(struct profiles *profiles, enum profile_file file,
    const char *path, const struct buf *text, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* editors of Windows */
	struct parser parser = { profiles, file, path, .err = err };
	char *copy = xstrdup(buf_str(text)), *line, *next = copy;
	int rc = 0;

	if (strncmp(copy, mark, strlen(mark)) == 0)
		next += strlen(mark);
	if (strlen(copy) != text->len)
		rc = err_set(err, ERR_CONFIG, "%s: has a NUL", path);
	while (rc == 0 && (line = next) != NULL) {
		parser.line++;
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		rc = read_line(&parser, line);
	}
	end_file(&parser);
	mem_free(copy);
	return rc;
}
