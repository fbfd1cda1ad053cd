/* URLs: their parts, the Host header, and who is loopback or link-local. */
#include "base/url.h"

#include "test/unit/unit.h"

static const struct part_case {
	const char *name, *in;
	const char *scheme, *host, *port, *path, *query;
	const char *host_header;
} part_cases[] = {
	{ "a host alone has the usual rest", "https://h.example", "https",
	    "h.example", "443", "/", "", "h.example" },
	{ "http has its own port", "http://h.example/", "http", "h.example",
	    "80", "/", "", "h.example" },
	{ "path and query are as written", "https://h.example/a%20b/?x=%2F&y",
	    "https", "h.example", "443", "/a%20b/", "x=%2F&y", "h.example" },
	{ "a query needs no path", "https://h.example?x=1", "https",
	    "h.example", "443", "/", "x=1", "h.example" },
	{ "capitals of scheme and host become small", "HTTPS://H.Example/A?B",
	    "https", "h.example", "443", "/A", "B", "h.example" },
	{ "the usual port is not in the Host header", "https://h.example:443/",
	    "https", "h.example", "443", "/", "", "h.example" },
	{ "nor is http's", "http://h.example:80/", "http", "h.example", "80",
	    "/", "", "h.example" },
	{ "another port is", "https://h.example:4566/", "https", "h.example",
	    "4566", "/", "", "h.example:4566" },
	{ "https's port is another one for http", "http://h.example:443/",
	    "http", "h.example", "443", "/", "", "h.example:443" },
	{ "an IPv6 address has brackets there", "https://[::1]/", "https",
	    "::1", "443", "/", "", "[::1]" },
	{ "brackets and a port go together", "http://[FD00:EC2::254]:8080/x",
	    "http", "fd00:ec2::254", "8080", "/x", "", "[fd00:ec2::254]:8080" },
	{ "an IPv4 address is a host", "http://169.254.169.254/latest", "http",
	    "169.254.169.254", "80", "/latest", "", "169.254.169.254" },
	{ "a fragment is not sent", "https://h.example/a#b", "https",
	    "h.example", "443", "/a", "", "h.example" },
};

static void
parts_are_found(void **state)
{
	const struct part_case *row = *state;
	struct buf header = { 0 };
	struct url url = { 0 };

	assert_true(url_parse(row->in, &url));
	assert_string_equal(url.scheme, row->scheme);
	assert_string_equal(url.host, row->host);
	assert_string_equal(url.port, row->port);
	assert_string_equal(url.path, row->path);
	assert_string_equal(url.query, row->query);
	url_add_host(&header, &url);
	unit_check_text(&header, row->host_header);
	url_free(&url);
	url_free(&url);
}

static const struct refusal {
	const char *name, *in;
} refusals[] = {
	{ "no text is no URL", "" },
	{ "a host alone is no URL", "h.example" },
	{ "a host and path are no URL", "h.example/path" },
	{ "a scheme alone is no URL", "https://" },
	{ "ftp is refused", "ftp://h.example/" },
	{ "file is refused", "file:///etc/passwd" },
	{ "gopher is refused", "gopher://h.example/" },
	{ "javascript is refused", "javascript:alert(1)" },
	{ "a user is refused", "https://user@h.example/" },
	{ "a user and password are refused", "https://u:p@h.example/" },
	{ "a password alone is refused", "https://:p@h.example/" },
	{ "a host that is hidden behind a user is refused",
	    "http://127.0.0.1@evil.example/" },
	{ "a port of letters is refused", "https://h.example:x/" },
	{ "a port beyond 65535 is refused", "https://h.example:65536/" },
	{ "a space in the host is refused", "https://h .example/" },
	{ "a newline is refused", "https://h.example/\nX: y" },
	{ "half a bracket is refused", "https://[::1/" },
	{ "a bad IPv6 address is refused", "https://[::g]/" },
};

static void
text_is_refused(void **state)
{
	const struct refusal *row = *state;
	struct url url = { 0 };

	assert_false(url_parse(row->in, &url));
	assert_null(url.host);
}

enum place {
	FAR,
	LOOPBACK,
	LINK_LOCAL,
};

/* RFC 1122 (127/8), RFC 3927 (169.254/16), RFC 4291, and AWS's fd00:ec2::/32. */
static const struct place_case {
	const char *name, *host;
	enum place want;
} place_cases[] = {
	{ "localhost is loopback", "localhost", LOOPBACK },
	{ "LOCALHOST is loopback", "LOCALHOST", LOOPBACK },
	{ "127.0.0.1 is loopback", "127.0.0.1", LOOPBACK },
	{ "127.255.255.254 is loopback", "127.255.255.254", LOOPBACK },
	{ "::1 is loopback", "[::1]", LOOPBACK },
	{ "::1 in full is loopback", "[0:0:0:0:0:0:0:1]", LOOPBACK },
	{ "ECS's address is link-local", "169.254.170.2", LINK_LOCAL },
	{ "EKS's address is link-local", "169.254.170.23", LINK_LOCAL },
	{ "EC2's address is link-local", "169.254.169.254", LINK_LOCAL },
	{ "the first of 169.254 is link-local", "169.254.0.0", LINK_LOCAL },
	{ "fe80 is link-local", "[fe80::1]", LINK_LOCAL },
	{ "febf is link-local", "[febf::1]", LINK_LOCAL },
	{ "EC2's IPv6 address is link-local", "[fd00:ec2::254]", LINK_LOCAL },
	{ "EKS's IPv6 address is link-local", "[fd00:ec2::23]", LINK_LOCAL },
	{ "EKS's IPv6 address in full is link-local",
	    "[fd00:0ec2:0:0:0:0:0:23]", LINK_LOCAL },
	{ "127.evil.example is far", "127.evil.example", FAR },
	{ "127.0.0.1.evil.example is far", "127.0.0.1.evil.example", FAR },
	{ "localhost.evil.example is far", "localhost.evil.example", FAR },
	{ "evil-localhost is far", "evil-localhost", FAR },
	{ "169.254.evil.example is far", "169.254.evil.example", FAR },
	{ "169.254.170.2.evil.example is far", "169.254.170.2.evil.example",
	    FAR },
	{ "128.0.0.1 is far", "128.0.0.1", FAR },
	{ "126.255.255.255 is far", "126.255.255.255", FAR },
	{ "169.253.170.2 is far", "169.253.170.2", FAR },
	{ "169.255.0.1 is far", "169.255.0.1", FAR },
	{ "10.0.0.1 is far", "10.0.0.1", FAR },
	{ "0.0.0.0 is far", "0.0.0.0", FAR },
	{ ":: is far", "[::]", FAR },
	{ "::2 is far", "[::2]", FAR },
	{ "fec0 is far", "[fec0::1]", FAR },
	{ "fd00:ec3 is far", "[fd00:ec3::23]", FAR },
	{ "fd00:ec20 is far", "[fd00:ec20::23]", FAR },
	{ "fd01:ec2 is far", "[fd01:ec2::23]", FAR },
	{ "2001:db8::1 is far", "[2001:db8::1]", FAR },
	{ "kubernetes.default.svc is far", "kubernetes.default.svc", FAR },
};

static void
place_is_known(void **state)
{
	const struct place_case *row = *state;
	struct buf text = { 0 };
	struct url url = { 0 };

	buf_addf(&text, "http://%s:8080/v1/credentials", row->host);
	assert_true(url_parse(text.data, &url));
	assert_int_equal(url_is_loopback(&url), row->want == LOOPBACK);
	assert_int_equal(url_is_link_local(&url), row->want == LINK_LOCAL);
	url_free(&url);
	buf_free(&text);
}

static const struct shown_case {
	const char *name, *in, *want;
} shown_cases[] = {
	{ "a URL without secrets is shown", "https://h.example:8/a/b",
	    "https://h.example:8/a/b" },
	{ "a query is not", "https://h.example/a?X-Amz-Signature=1#2",
	    "https://h.example/a" },
	{ "nor is a fragment", "https://h.example/a#b?c",
	    "https://h.example/a" },
	{ "nor are user and password", "https://u:p@h.example/a@b",
	    "https://h.example/a@b" },
	{ "nor a password with @", "https://u:p@q@h.example",
	    "https://h.example" },
	{ "without a scheme neither", "u:p@h.example/a", "h.example/a" },
	{ "nor with one in the query", "u:p@h.example?x=://y@z", "h.example" },
	{ "nor with a scheme only", "https://u:p@", "https://" },
	{ "nothing is shown as nothing", "", "" },
};

static void
no_secret_is_shown(void **state)
{
	const struct shown_case *row = *state;
	struct buf text = { 0 };

	url_add_shown(&text, row->in);
	assert_string_equal(buf_str(&text), row->want);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, part_cases, parts_are_found);
	UNIT_ADD_ROWS(&unit, refusals, text_is_refused);
	UNIT_ADD_ROWS(&unit, place_cases, place_is_known);
	UNIT_ADD_ROWS(&unit, shown_cases, no_secret_is_shown);
	return unit_run(&unit, "url");
}
