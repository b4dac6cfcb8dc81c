/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The difference of two texts, as diff -u of GNU diffutils 3.8 wrote it. */

#include "app/rebound-diff.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *before;
  const char *after;
  const char *difference; /* NULL: none */
} Case;

static const Case cases[] = {
  { "/diff/same", "a\nb\n", "a\nb\n", NULL },
  { "/diff/both-empty", "", "", NULL },
  { "/diff/from-nothing", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n" },
  { "/diff/to-nothing", "a\n", "", "@@ -1 +0,0 @@\n-a\n" },
  { "/diff/changed", "a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" },
  { "/diff/no-end-of-line", "a\nb", "a\nb\n",
    "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n" },
  { "/diff/context", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
    "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n" },
  { "/diff/one-hunk", "x\n1\n2\n3\n4\n5\n6\nx\n", "1\n2\n3\n4\n5\n6\n",
    "@@ -1,8 +1,6 @@\n-x\n 1\n 2\n 3\n 4\n 5\n 6\n-x\n" },
  { "/diff/two-hunks", "x\n1\n2\n3\n4\n5\n6\n7\nx\n", "1\n2\n3\n4\n5\n6\n7\n",
    "@@ -1,4 +1,3 @@\n-x\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-x\n" },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autoptr (GBytes) before = g_bytes_new_static (one->before, strlen (one->before));
  g_autoptr (GBytes) after = g_bytes_new_static (one->after, strlen (one->after));
  g_autofree char *difference = rebound_diff_describe (before, after);

  g_assert_cmpstr (difference, ==, one->difference);
}

/* A line is bytes, and a byte of zero does not end it. */
static void
test_zero (void)
{
  g_autoptr (GBytes) before = g_bytes_new_static ("a\0b\n", 4);
  g_autoptr (GBytes) after = g_bytes_new_static ("a\0c\n", 4);
  g_autofree char *difference = rebound_diff_describe (before, after);

  g_assert_true (g_str_has_prefix (difference, "@@ -1 +1 @@\n-a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  g_test_add_func ("/diff/zero", test_zero);
  return g_test_run ();
}
