/* The tag finder, on answers as STS sends them. */
#include "aws/xml.h"

#include "test/unit/unit.h"

/* The shape of the STS API reference's example. */
#define CREDENTIALS                                                      \
	"<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazona" \
	"ws.com/doc/2011-06-15/\">\n"                                    \
	"  <AssumeRoleWithWebIdentityResult>\n"                          \
	"    <Credentials>\n"                                            \
	"      <AccessKeyId>ASgeIAIOSFODNN7EXAMPLE</AccessKeyId>\n"      \
	"      <SecretAccessKey>wJal/K7MDENG</SecretAccessKey>\n"        \
	"      <SessionToken>AQoDYXdz+/==</SessionToken>\n"              \
	"      <Expiration>2014-10-24T23:00:23Z</Expiration>\n"          \
	"    </Credentials>\n"                                           \
	"  </AssumeRoleWithWebIdentityResult>\n"                         \
	"</AssumeRoleWithWebIdentityResponse>\n"

#define ERROR                                                              \
	"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/" \
	"\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>"  \
	"Not authorized to perform &lt;sts&gt; &amp; so on</Message>"      \
	"</Error><RequestId>1</RequestId></ErrorResponse>"

static const struct find_case {
	const char *name, *text, *element;
	const char *want; /* NULL: there is none */
} find_cases[] = {
	{ "an element inside others is found", CREDENTIALS, "AccessKeyId",
	    "ASgeIAIOSFODNN7EXAMPLE" },
	{ "another beside it too", CREDENTIALS, "SessionToken",
	    "AQoDYXdz+/==" },
	{ "the last one too", CREDENTIALS, "Expiration",
	    "2014-10-24T23:00:23Z" },
	{ "an error's code is found", ERROR, "Code", "AccessDenied" },
	{ "entities are resolved", ERROR, "Message",
	    "Not authorized to perform <sts> & so on" },
	{ "all five entities are", "<a>&lt;&gt;&amp;&quot;&apos;</a>", "a",
	    "<>&\"'" },
	{ "an entity is resolved once", "<a>&amp;lt;</a>", "a", "&lt;" },
	{ "character references of newlines are", "<a>&#10;&#13;&#xA;&#xD;</a>",
	    "a", "\n\r\n\r" },
	{ "a lone ampersand stays", "<a>b & c</a>", "a", "b & c" },
	{ "an open entity stays", "<a>b&am</a>", "a", "b&am" },
	{ "an unknown entity stays", "<a>&nbsp;</a>", "a", "&nbsp;" },
	{ "white space stays", "<a> b\n</a>", "a", " b\n" },
	{ "an empty element is found", "<a></a>", "a", "" },
	{ "the first of two is taken", "<a>1</a><a>2</a>", "a", "1" },
	{ "names go by case", "<code>x</code>", "Code", NULL },
	{ "a name's beginning is not the name", "<CodeX>x</CodeX>", "Code",
	    NULL },
	{ "a name's end is not the name", "<XCode>x</XCode>", "Code", NULL },
	{ "an element that never ends is not found", "<Code>x", "Code", NULL },
	{ "one that ends as another is not found", "<Code>x</CodeX>", "Code",
	    NULL },
	{ "one whose end is cut is not found", "<Code>x</Cod", "Code", NULL },
	{ "one cut at its end tag is not found", "<Code>x<", "Code", NULL },
	{ "one that holds others has no text", CREDENTIALS, "Credentials",
	    NULL },
	{ "an end tag alone is not found", "x</Code>", "Code", NULL },
	{ "no text holds nothing", "", "Code", NULL },
	{ "HTML without it holds nothing", "<html><p>502</p></html>", "Code",
	    NULL },
	{ "a tag that is cut holds nothing", "<Co", "Code", NULL },
	{ "a lone bracket holds nothing", "<", "Code", NULL },
};

static void
element_is_found(void **state)
{
	const struct find_case *row = *state;
	struct buf got = { 0 };

	assert_int_equal(xml_find(row->text, row->element, &got),
	    row->want != NULL);
	unit_check_text(&got, row->want == NULL ? "" : row->want);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, find_cases, element_is_found);
	return unit_run(&unit, "xml");
}
