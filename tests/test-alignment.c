/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The alignment of two sequences: what it says is common is so, is in order, and is as long as it
 * can be; by the table of the textbook, on random sequences. */

#include "app/rebound-alignment.h"

#include <glib.h>

/* Enough for each shape of a small box; a seed takes microseconds. */
#define N_SEEDS 20000

static guint
count_common (const GArray *common)
{
  guint n = 0;

  for (guint i = 0; i < common->len; i++)
    n += g_array_index (common, ReboundCommon, i).length;
  return n;
}

/* Taking out of a and putting in of b gives b: each stretch is the same in both, behind the one
 * before it, and inside of both. */
static guint
check_holds (const guint *a, guint n_a, const guint *b, guint n_b, const GArray *common)
{
  guint a_end = 0;
  guint b_end = 0;

  for (guint i = 0; i < common->len; i++)
    {
      ReboundCommon one = g_array_index (common, ReboundCommon, i);

      g_assert_cmpuint (one.length, >, 0);
      g_assert_cmpuint (one.a, >=, a_end);
      g_assert_cmpuint (one.b, >=, b_end);
      g_assert_true (i == 0 || one.a > a_end || one.b > b_end);
      a_end = one.a + one.length;
      b_end = one.b + one.length;
      g_assert_cmpuint (a_end, <=, n_a);
      g_assert_cmpuint (b_end, <=, n_b);
      for (guint j = 0; j < one.length; j++)
        g_assert_cmpuint (a[one.a + j], ==, b[one.b + j]);
    }
  return count_common (common);
}

/* The length of the longest common subsequence, by the table. */
static guint
measure_longest (const guint *a, guint n_a, const guint *b, guint n_b)
{
  g_autofree guint *table = g_new0 (guint, (gsize) (n_a + 1) * (n_b + 1));

  for (guint i = 1; i <= n_a; i++)
    for (guint j = 1; j <= n_b; j++)
      {
        guint *here = &table[i * (n_b + 1) + j];

        *here = a[i - 1] == b[j - 1] ? here[-(gssize) n_b - 2] + 1
                                     : MAX (here[-1], here[-(gssize) n_b - 1]);
      }
  return table[n_a * (n_b + 1) + n_b];
}

static guint *
draw (GRand *rand, guint n, guint n_values)
{
  guint *values = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    values[i] = (guint) g_rand_int_range (rand, 0, (gint32) n_values);
  return values;
}

static void
test_random (void)
{
  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      guint n_a = (guint) g_rand_int_range (rand, 0, 24);
      guint n_b = (guint) g_rand_int_range (rand, 0, 24);
      guint n_values = (guint) g_rand_int_range (rand, 1, 12);
      g_autofree guint *a = draw (rand, n_a, n_values);
      g_autofree guint *b = draw (rand, n_b, n_values);
      gboolean is_rough = TRUE;
      g_autoptr (GArray) common = rebound_align (a, n_a, b, n_b, &is_rough);

      g_test_message ("seed %u", seed);
      g_assert_false (is_rough);
      g_assert_cmpuint (check_holds (a, n_a, b, n_b, common), ==, measure_longest (a, n_a, b, n_b));
    }
}

static void
test_identical (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree guint *a = draw (rand, 100000, 50);
  g_autoptr (GArray) common = rebound_align (a, 100000, a, 100000, NULL);

  g_assert_cmpuint (common->len, ==, 1);
  g_assert_cmpuint (count_common (common), ==, 100000);
}

static void
test_empty (void)
{
  const guint one[] = { 7, 8 };
  g_autoptr (GArray) none = rebound_align (one, 0, one, 0, NULL);
  g_autoptr (GArray) first = rebound_align (one, 2, one, 0, NULL);
  g_autoptr (GArray) second = rebound_align (one, 0, one, 2, NULL);
  g_autoptr (GArray) other = rebound_align (one, 1, one + 1, 1, NULL);

  g_assert_cmpuint (none->len + first->len + second->len + other->len, ==, 0);
}

/* Two long ones with little in common: the bound is met, and what is said holds all the same. */
static void
test_bound (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree guint *a = draw (rand, 20000, 100);
  g_autofree guint *b = draw (rand, 20000, 100);
  gboolean is_rough = FALSE;
  g_autoptr (GArray) common = rebound_align (a, 20000, b, 20000, &is_rough);

  g_assert_true (is_rough);
  g_assert_cmpuint (check_holds (a, 20000, b, 20000, common), >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alignment/random", test_random);
  g_test_add_func ("/alignment/identical", test_identical);
  g_test_add_func ("/alignment/empty", test_empty);
  g_test_add_func ("/alignment/bound", test_bound);
  return g_test_run ();
}
