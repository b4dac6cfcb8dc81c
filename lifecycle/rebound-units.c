/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers with units are exact: what a script writes is a whole number of microseconds or bytes, or
 * it is refused. So there is no floating point in here, and 0.1s is 100,000 us on every machine.
 * A fraction is reduced by the greatest common divisor of its denominator and the unit, which keeps
 * all of it within 64 bits. */

#include "rebound-units-private.h"

#include <string.h>

/* 10^18 is the greatest power of ten in 64 bits; a fraction with more digits than that, the last of
 * them not 0, is whole in none of our units anyway (a GiB has 2^30, a day 2^13 * 5^8). */
#define FRACTION_DIGITS_MAXIMUM 18

#define DIGITS "0123456789"

typedef struct
{
  const char *name;
  guint64 factor;
} Unit;

/* Smallest first. */
static const Unit duration_units[] = {
  { "us", 1 },
  { "ms", 1000 },
  { "s", 1000000 },
  { "min", G_GUINT64_CONSTANT (60) * 1000000 },
  { "h", G_GUINT64_CONSTANT (3600) * 1000000 },
  { "d", G_GUINT64_CONSTANT (86400) * 1000000 },
  { NULL, 0 },
};

static const Unit size_units[] = {
  { "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { NULL, 0 },
};

typedef struct
{
  const char *noun;
  const char *examples;
  const char *too_great; /* an adjective */
  const char *most;      /* G_MAXINT64 in the greatest unit, rounded down */
  const char *zero;
  const char *units_text;
  const Unit *units;
} Measure;

static const Measure duration_measure = {
  .noun = "duration",
  .examples = "a duration such as 200ms, 1.5s or 2min",
  .too_great = "long",
  .most = "106751991d",
  .zero = "0s",
  .units_text = "one of us, ms, s, min, h, d",
  .units = duration_units,
};

static const Measure size_measure = {
  .noun = "size",
  .examples = "a size such as 512B, 64KiB or 1.5MiB",
  .too_great = "great",
  .most = "8589934591GiB",
  .zero = "0B",
  .units_text = "one of B, KiB, MiB, GiB",
  .units = size_units,
};

static guint64
greatest_common_divisor (guint64 a, guint64 b)
{
  while (b != 0)
    {
      guint64 rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

static const Unit *
find_unit (const Measure *measure, const char *name)
{
  for (const Unit *unit = measure->units; unit->name != NULL; unit++)
    {
      if (g_str_equal (unit->name, name))
        return unit;
    }
  return NULL;
}

static char *
describe_unknown_unit (const Measure *measure, const char *text, const char *name)
{
  const char *names[G_N_ELEMENTS (duration_units)] = { NULL };
  g_autofree char *hint = NULL;

  for (guint i = 0; measure->units[i].name != NULL; i++)
    names[i] = measure->units[i].name;
  hint = rebound_did_you_mean (name, names);
  return g_strdup_printf ("“%s” has the unknown unit “%s”; expected %s%s", text, name,
                          measure->units_text, hint);
}

/* The decimal digits of @text as a number that fits into a gint64. */
static gboolean
parse_digits (const char *text, gsize length, guint64 *number)
{
  guint64 sum = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_uint64_checked_mul (&sum, sum, 10)
          || !g_uint64_checked_add (&sum, sum, (guint64) (text[i] - '0')))
        return FALSE;
    }
  *number = sum;
  return sum <= G_MAXINT64;
}

/* The fraction "0.DIGITS" of @unit; FALSE where that is not whole. */
static gboolean
scale_fraction (const char *digits, gsize length, const Unit *unit, guint64 *scaled)
{
  guint64 numerator = 0, denominator = 1, divisor;

  while (length > 0 && digits[length - 1] == '0')
    length--;
  if (length > FRACTION_DIGITS_MAXIMUM)
    return FALSE;
  parse_digits (digits, length, &numerator);
  for (gsize i = 0; i < length; i++)
    denominator *= 10;
  divisor = greatest_common_divisor (unit->factor, denominator);
  denominator /= divisor;
  if (numerator % denominator != 0)
    return FALSE;
  *scaled = numerator / denominator * (unit->factor / divisor);
  return TRUE;
}

static gboolean
measure_parse (const Measure *measure, const char *text, gint64 *number, char **problem)
{
  gsize n_whole = strspn (text, DIGITS);
  gboolean has_point = text[n_whole] == '.';
  const char *fraction = text + n_whole + (has_point ? 1 : 0);
  gsize n_fraction = has_point ? strspn (fraction, DIGITS) : 0;
  const char *name = fraction + n_fraction;
  guint64 whole = 0, part = 0;
  const Unit *unit;

  *problem = NULL;
  if (n_whole == 0 || (has_point && n_fraction == 0))
    *problem
        = g_strdup_printf ("“%s” is no %s; expected %s", text, measure->noun, measure->examples);
  else if (*name == '\0')
    *problem = g_strdup_printf ("“%s” has no unit; expected %s", text, measure->examples);
  else if ((unit = find_unit (measure, name)) == NULL)
    *problem = describe_unknown_unit (measure, text, name);
  else if (!scale_fraction (fraction, n_fraction, unit, &part))
    *problem = g_strdup_printf ("“%s” is finer than 1%s; expected a whole number of %s", text,
                                measure->units->name, measure->units->name);
  else if (!parse_digits (text, n_whole, &whole)
           || !g_uint64_checked_mul (&whole, whole, unit->factor)
           || !g_uint64_checked_add (&whole, whole, part) || whole > G_MAXINT64)
    *problem = g_strdup_printf ("“%s” is too %s; expected at most %s", text, measure->too_great,
                                measure->most);
  if (*problem != NULL)
    return FALSE;
  *number = (gint64) whole;
  return TRUE;
}

/* @number in @unit, or NULL where it has no exact form that could be the shortest. */
static char *
format_exactly (guint64 number, const Unit *unit, guint *n_digits)
{
  guint64 rest = number % unit->factor;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%" G_GUINT64_FORMAT, number / unit->factor);
  *n_digits = (guint) text->len;
  if (rest != 0)
    g_string_append_c (text, '.');
  for (; rest != 0; (*n_digits)++)
    {
      if (*n_digits > FRACTION_DIGITS_MAXIMUM)
        return NULL;
      rest *= 10;
      g_string_append_c (text, (char) ('0' + rest / unit->factor));
      rest %= unit->factor;
    }
  g_string_append (text, unit->name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
measure_to_string (const Measure *measure, gint64 number)
{
  guint64 magnitude = number < 0 ? -(guint64) number : (guint64) number;
  g_autofree char *best = NULL;
  guint best_digits = G_MAXUINT;

  if (number == 0)
    return g_strdup (measure->zero);
  for (const Unit *unit = measure->units; unit->name != NULL && unit->factor <= magnitude; unit++)
    {
      guint n_digits;
      g_autofree char *text = format_exactly (magnitude, unit, &n_digits);

      if (text == NULL || n_digits > best_digits)
        continue;
      g_free (best);
      best = g_steal_pointer (&text);
      best_digits = n_digits;
    }
  return g_strconcat (number < 0 ? "-" : "", best, NULL);
}

gboolean
rebound_duration_parse (const char *text, gint64 *usec, char **problem)
{
  return measure_parse (&duration_measure, text, usec, problem);
}

gboolean
rebound_size_parse (const char *text, gint64 *bytes, char **problem)
{
  return measure_parse (&size_measure, text, bytes, problem);
}

char *
rebound_duration_to_string (gint64 usec)
{
  return measure_to_string (&duration_measure, usec);
}

char *
rebound_size_to_string (gint64 bytes)
{
  return measure_to_string (&size_measure, bytes);
}

/* Three times as long as the longest name that there is. The distance of two words takes the
 * product of their lengths, and a variable's name may be as long as a line. */
#define WORD_BYTES_MAXIMUM 128

/* Insertions, deletions, replacements and swaps of neighbours that lead from @a to @b ("optimal
 * string alignment"), without regard to case: swaps are what fingers do most. Three rows of the
 * table are enough: a swap looks two back. */
static gsize
edit_distance (const char *a, gsize a_length, const char *b, gsize b_length)
{
  g_autofree gsize *rows = g_new0 (gsize, 3 * (b_length + 1));
  gsize *before = rows, *above = rows + b_length + 1, *row = above + b_length + 1;

  for (gsize j = 0; j <= b_length; j++)
    row[j] = j;
  for (gsize i = 1; i <= a_length; i++)
    {
      gsize *oldest = before;

      before = above;
      above = row;
      row = oldest;
      row[0] = i;
      for (gsize j = 1; j <= b_length; j++)
        {
          char left = g_ascii_tolower (a[i - 1]), right = g_ascii_tolower (b[j - 1]);

          row[j] = MIN (MIN (row[j - 1], above[j]) + 1, above[j - 1] + (left == right ? 0 : 1));
          if (i > 1 && j > 1 && left == g_ascii_tolower (b[j - 2])
              && right == g_ascii_tolower (a[i - 2]))
            row[j] = MIN (row[j], before[j - 2] + 1);
        }
    }
  return row[b_length];
}

const char *
rebound_nearest (const char *word, const char *const *words)
{
  gsize length = strlen (word), best_distance = G_MAXSIZE;
  const char *best = NULL;

  for (; *words != NULL; words++)
    {
      gsize other = strlen (*words), limit = MAX (length, other) / 3, distance;

      if (MAX (length, other) - MIN (length, other) > limit
          || MAX (length, other) > WORD_BYTES_MAXIMUM)
        continue;
      distance = edit_distance (word, length, *words, other);
      if (distance > limit || distance >= best_distance)
        continue;
      best = *words;
      best_distance = distance;
    }
  return best;
}

char *
rebound_did_you_mean (const char *word, const char *const *words)
{
  const char *nearest = rebound_nearest (word, words);

  return nearest == NULL ? g_strdup ("") : g_strdup_printf ("; did you mean “%s”?", nearest);
}
