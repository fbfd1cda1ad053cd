/* The lines in which two texts differ: by their longest common subsequence. */
#include "base/diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

enum {
	CONTEXT = 3,             /* lines shown around a difference */
	CELLS_MAX = 1024 * 1024, /* of the table; beyond, all lines differ */
};

/* Lines of two texts, from where they begin to differ to where they end to. */
struct diff {
	struct list a, b;
	size_t from, a_to, b_to;
	struct buf marks; /* one a line that is shown: ' ', '-' or '+' */
};

static bool
is_same(const struct diff *diff, size_t i, size_t j)
{
	return strcmp(diff->a.items[i], diff->b.items[j]) == 0;
}

/* What is alike at both ends needs no table. */
static void
trim(struct diff *diff)
{
	while (diff->from < diff->a.n && diff->from < diff->b.n &&
	    is_same(diff, diff->from, diff->from))
		diff->from++;
	diff->a_to = diff->a.n;
	diff->b_to = diff->b.n;
	while (diff->a_to > diff->from && diff->b_to > diff->from &&
	    is_same(diff, diff->a_to - 1, diff->b_to - 1)) {
		diff->a_to--;
		diff->b_to--;
	}
}

static void
mark(struct diff *diff, char how, size_t n)
{
	while (n-- > 0)
		buf_add(&diff->marks, &how, 1);
}

/* A cell is how many lines the rests of both texts have in common. */
static void
mark_by_table(struct diff *diff, size_t n, size_t m)
{
	uint16_t *cells = xcalloc((n + 1) * (m + 1), sizeof(*cells));
	size_t i, j, width = m + 1;

	for (i = n; i-- > 0;)
		for (j = m; j-- > 0;) {
			uint16_t *cell = &cells[i * width + j];

			if (is_same(diff, diff->from + i, diff->from + j))
				*cell = (uint16_t)(cell[width + 1] + 1);
			else
				*cell = cell[width] > cell[1] ? cell[width] :
								cell[1];
		}
	for (i = j = 0; i < n && j < m;) {
		const uint16_t *cell = &cells[i * width + j];

		if (is_same(diff, diff->from + i, diff->from + j)) {
			mark(diff, ' ', 1);
			i++;
			j++;
		} else if (cell[width] >= cell[1]) {
			mark(diff, '-', 1);
			i++;
		} else {
			mark(diff, '+', 1);
			j++;
		}
	}
	mark(diff, '-', n - i);
	mark(diff, '+', m - j);
	mem_free(cells);
}

static void
mark_lines(struct diff *diff)
{
	size_t n = diff->a_to - diff->from, m = diff->b_to - diff->from;

	mark(diff, ' ', diff->from);
	if ((n + 1) * (m + 1) <= CELLS_MAX) {
		mark_by_table(diff, n, m);
	} else {
		mark(diff, '-', n);
		mark(diff, '+', m);
	}
	mark(diff, ' ', diff->a.n - diff->a_to);
}

/* Is there a difference in this line, or close to it? */
static bool
is_shown(const struct diff *diff, size_t at)
{
	size_t first = at < CONTEXT ? 0 : at - CONTEXT;

	for (size_t i = first; i <= at + CONTEXT && i < diff->marks.len; i++)
		if (diff->marks.data[i] != ' ')
			return true;
	return false;
}

void
diff_add(struct buf *out, const char *before, const char *after)
{
	struct diff diff = { 0 };
	size_t i = 0, j = 0;
	bool is_gap = false, has_lines = false;

	list_split(&diff.a, before, "\n");
	list_split(&diff.b, after, "\n");
	trim(&diff);
	mark_lines(&diff);
	for (size_t at = 0; at < diff.marks.len; at++) {
		char how = diff.marks.data[at];
		const char *line =
		    how == '+' ? diff.b.items[j] : diff.a.items[i];

		i += how != '+';
		j += how != '-';
		is_gap = is_gap || !is_shown(&diff, at);
		if (!is_shown(&diff, at))
			continue;
		buf_addf(out, "%s%c %s\n", is_gap && has_lines ? "...\n" : "",
		    how, line);
		is_gap = false;
		has_lines = true;
	}
	list_free(&diff.a);
	list_free(&diff.b);
	buf_free(&diff.marks);
}
