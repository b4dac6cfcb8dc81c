/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers in scripts are decimal and say nothing but their value: no "0x10", no "1e3", no blanks,
 * all of which strtoll and strtod would take. What is shown parses back to the same value, doubles
 * included. */

#include "rebound-value-kind-private.h"

#include "rebound-units-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* The smallest double, 4.9e-324, has its first digit at this place after the point. */
#define DECIMALS_MAXIMUM 324

/* Sign, 309 digits of the greatest double, the point, the decimals, NUL. */
#define DOUBLE_TEXT_BYTES (1 + 309 + 1 + DECIMALS_MAXIMUM + 1)

static gboolean
refuse_range (GParamSpec *pspec, const char *text, char **problem)
{
  g_autofree char *expected = rebound_value_describe (pspec);

  *problem = g_strdup_printf ("“%s” is out of range; expected %s", text, expected);
  return FALSE;
}

static gboolean
refuse_noun (GParamSpec *pspec, const char *text, const char *noun, char **problem)
{
  g_autofree char *expected = rebound_value_describe (pspec);

  *problem = g_strdup_printf ("“%s” is no %s; expected %s", text, noun, expected);
  return FALSE;
}

/* [-]DIGITS, and with @fraction also [-]DIGITS.DIGITS */
static gboolean
is_decimal (const char *text, gboolean fraction)
{
  const char *digits = text[0] == '-' ? text + 1 : text;
  gsize n_whole = strspn (digits, "0123456789");
  const char *rest = digits + n_whole;

  if (n_whole == 0)
    return FALSE;
  if (fraction && rest[0] == '.' && g_ascii_isdigit (rest[1]))
    rest += 1 + strspn (rest + 1, "0123456789");
  return *rest == '\0';
}

static void
signed_range (GParamSpec *pspec, gint64 *minimum, gint64 *maximum)
{
  if (G_IS_PARAM_SPEC_INT (pspec))
    {
      *minimum = G_PARAM_SPEC_INT (pspec)->minimum;
      *maximum = G_PARAM_SPEC_INT (pspec)->maximum;
    }
  else
    {
      *minimum = G_PARAM_SPEC_INT64 (pspec)->minimum;
      *maximum = G_PARAM_SPEC_INT64 (pspec)->maximum;
    }
}

static gboolean
signed_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  gint64 minimum, maximum, number;

  if (!is_decimal (text, FALSE))
    return refuse_noun (pspec, text, "integer", problem);
  signed_range (pspec, &minimum, &maximum);
  errno = 0;
  number = g_ascii_strtoll (text, NULL, 10);
  if (errno == ERANGE || number < minimum || number > maximum)
    return refuse_range (pspec, text, problem);
  if (G_IS_PARAM_SPEC_INT (pspec))
    g_value_set_int (value, (gint) number);
  else
    g_value_set_int64 (value, number);
  return TRUE;
}

static char *
signed_to_string (GParamSpec *pspec, const GValue *value)
{
  gint64 number = G_IS_PARAM_SPEC_INT (pspec) ? g_value_get_int (value) : g_value_get_int64 (value);

  return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static char *
signed_describe (GParamSpec *pspec)
{
  gint64 minimum, maximum;

  signed_range (pspec, &minimum, &maximum);
  return g_strdup_printf ("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, minimum,
                          maximum);
}

const ReboundValueKind rebound_value_kind_signed = {
  .parse = signed_parse,
  .to_string = signed_to_string,
  .describe = signed_describe,
  .is_ordered = TRUE,
};

static void
unsigned_range (GParamSpec *pspec, guint64 *minimum, guint64 *maximum)
{
  if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      *minimum = G_PARAM_SPEC_UINT (pspec)->minimum;
      *maximum = G_PARAM_SPEC_UINT (pspec)->maximum;
    }
  else
    {
      *minimum = G_PARAM_SPEC_UINT64 (pspec)->minimum;
      *maximum = G_PARAM_SPEC_UINT64 (pspec)->maximum;
    }
}

/* "-5" is an integer too, and strtoull would take it for 2^64 - 5. */
static gboolean
unsigned_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  guint64 minimum, maximum, number;

  if (!is_decimal (text, FALSE))
    return refuse_noun (pspec, text, "integer", problem);
  unsigned_range (pspec, &minimum, &maximum);
  errno = 0;
  number = g_ascii_strtoull (text, NULL, 10);
  if (text[0] == '-' || errno == ERANGE || number < minimum || number > maximum)
    return refuse_range (pspec, text, problem);
  if (G_IS_PARAM_SPEC_UINT (pspec))
    g_value_set_uint (value, (guint) number);
  else
    g_value_set_uint64 (value, number);
  return TRUE;
}

static char *
unsigned_to_string (GParamSpec *pspec, const GValue *value)
{
  guint64 number
      = G_IS_PARAM_SPEC_UINT (pspec) ? g_value_get_uint (value) : g_value_get_uint64 (value);

  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static char *
unsigned_describe (GParamSpec *pspec)
{
  guint64 minimum, maximum;

  unsigned_range (pspec, &minimum, &maximum);
  return g_strdup_printf ("an integer from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, minimum,
                          maximum);
}

const ReboundValueKind rebound_value_kind_unsigned = {
  .parse = unsigned_parse,
  .to_string = unsigned_to_string,
  .describe = unsigned_describe,
  .is_ordered = TRUE,
};

/* The shortest decimal form, without an exponent, that is this very double again. */
static char *
format_double (double number)
{
  char text[DOUBLE_TEXT_BYTES];

  if (!isfinite (number))
    return g_strdup (g_ascii_dtostr (text, sizeof text, number));
  for (int decimals = 0; decimals <= DECIMALS_MAXIMUM; decimals++)
    {
      g_autofree char *format = g_strdup_printf ("%%.%df", decimals);

      g_ascii_formatd (text, sizeof text, format, number);
      if (g_ascii_strtod (text, NULL) == number)
        break;
    }
  return g_strdup (text);
}

static gboolean
double_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  GParamSpecDouble *spec = G_PARAM_SPEC_DOUBLE (pspec);
  double number;

  if (!is_decimal (text, TRUE))
    return refuse_noun (pspec, text, "number", problem);
  number = g_ascii_strtod (text, NULL);
  if (number < spec->minimum || number > spec->maximum)
    return refuse_range (pspec, text, problem);
  g_value_set_double (value, number);
  return TRUE;
}

static char *
double_to_string (GParamSpec *pspec, const GValue *value)
{
  return format_double (g_value_get_double (value));
}

static char *
double_describe (GParamSpec *pspec)
{
  GParamSpecDouble *spec = G_PARAM_SPEC_DOUBLE (pspec);
  g_autofree char *minimum = NULL, *maximum = NULL;

  if (spec->minimum == -G_MAXDOUBLE && spec->maximum == G_MAXDOUBLE)
    return g_strdup ("a number such as 0.5");
  minimum = format_double (spec->minimum);
  if (spec->maximum == G_MAXDOUBLE)
    return g_strdup_printf ("a number from %s", minimum);
  maximum = format_double (spec->maximum);
  return g_strdup_printf ("a number from %s to %s", minimum, maximum);
}

const ReboundValueKind rebound_value_kind_double = {
  .parse = double_parse,
  .to_string = double_to_string,
  .describe = double_describe,
  .is_ordered = TRUE,
};

static gboolean
measured_parse (GParamSpec *pspec,
                const char *text,
                gboolean (*parse) (const char *text, gint64 *number, char **problem),
                GValue *value,
                char **problem)
{
  GParamSpecInt64 *spec = G_PARAM_SPEC_INT64 (pspec);
  gint64 number;

  if (!parse (text, &number, problem))
    return FALSE;
  if (number < spec->minimum || number > spec->maximum)
    return refuse_range (pspec, text, problem);
  g_value_set_int64 (value, number);
  return TRUE;
}

static char *
measured_describe (GParamSpec *pspec,
                   const char *noun,
                   const char *examples,
                   char *(*to_string) (gint64 number))
{
  GParamSpecInt64 *spec = G_PARAM_SPEC_INT64 (pspec);
  g_autofree char *minimum = to_string (spec->minimum);
  g_autofree char *maximum = to_string (spec->maximum);

  if (spec->maximum < G_MAXINT64)
    return g_strdup_printf ("a %s from %s to %s", noun, minimum, maximum);
  if (spec->minimum > 0)
    return g_strdup_printf ("a %s of at least %s", noun, minimum);
  return g_strdup_printf ("a %s such as %s", noun, examples);
}

static gboolean
duration_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  return measured_parse (pspec, text, rebound_duration_parse, value, problem);
}

static char *
duration_to_string (GParamSpec *pspec, const GValue *value)
{
  return rebound_duration_to_string (g_value_get_int64 (value));
}

static char *
duration_describe (GParamSpec *pspec)
{
  return measured_describe (pspec, "duration", "200ms, 1.5s or 2min", rebound_duration_to_string);
}

const ReboundValueKind rebound_value_kind_duration = {
  .parse = duration_parse,
  .to_string = duration_to_string,
  .describe = duration_describe,
  .is_ordered = TRUE,
};

static gboolean
size_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  return measured_parse (pspec, text, rebound_size_parse, value, problem);
}

static char *
size_to_string (GParamSpec *pspec, const GValue *value)
{
  return rebound_size_to_string (g_value_get_int64 (value));
}

static char *
size_describe (GParamSpec *pspec)
{
  return measured_describe (pspec, "size", "512B, 64KiB or 1.5MiB", rebound_size_to_string);
}

const ReboundValueKind rebound_value_kind_size = {
  .parse = size_parse,
  .to_string = size_to_string,
  .describe = size_describe,
  .is_ordered = TRUE,
};
