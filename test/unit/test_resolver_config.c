/* What resolv.conf and the resolver's variables say of search and ndots. */
#include "base/resolver_config.h"

#include "test/unit/unit.h"

static const struct {
	const char *text, *options, *domains;
	unsigned ndots, search_n;
} cases[] = {
	{ "", NULL, NULL, 1, 0 },
	{ "nameserver 10.0.0.10\n", NULL, NULL, 1, 0 },
	/* what kubelet writes for a pod */
	{ "search apps.svc.cluster.local svc.cluster.local cluster.local\n"
	  "nameserver 10.96.0.10\noptions ndots:5\n",
	    NULL, NULL, 5, 3 },
	{ "options rotate ndots:2 edns0", NULL, NULL, 2, 0 },
	{ "options ndots:2\noptions ndots:3\n", NULL, NULL, 3, 0 },
	{ "options ndots:200\n", NULL, NULL, 15, 0 },
	{ "search a b c\nsearch d\n", NULL, NULL, 1, 1 },
	{ "search a b c\ndomain d\n", NULL, NULL, 1, 1 },
	{ "# search a b\n; options ndots:5\n", NULL, NULL, 1, 0 },
	{ "\tsearch\ta\tb\r\n", NULL, NULL, 1, 2 },
	{ "options ndots:5\nsearch a\n", "ndots:1", "x y", 1, 2 },
	{ "options ndots:5\nsearch a\n", "rotate", "", 5, 0 },
	{ "search\n", NULL, NULL, 1, 0 },
};

static void
test_it_is_read_as_the_resolver_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct resolver_config config = { 9, 9 };

		resolver_config_read(cases[i].text, cases[i].options,
		    cases[i].domains, &config);
		assert_int_equal(config.ndots, cases[i].ndots);
		assert_int_equal(config.search_n, cases[i].search_n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_read_as_the_resolver_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
