/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nobody has settled what JUnit's XML is. Two schemas are held against it by tools in the field,
 * Ant's and that of Jenkins' xUnit plugin, and each refuses something that the other allows; what
 * is written here is valid under both: no attribute of <testsuites>, each of Ant's of <testsuite>
 * but "skipped", a fixed order, properties and both outputs even where they are empty, a
 * suite's time to the millisecond, a timestamp without a zone. The time of day would make two
 * reports of one run differ, and so would the host's name, so both are always the same.
 *
 * GLib escapes the texts. A library for writing XML would bring a dependency for five elements,
 * and what XML cannot have at all would still be to be seen to before.
 *
 * A suite's numbers stand before its cases, so it is kept until its end. */

#include "rebound-junit.h"

#include <string.h>

#include "rebound-visible.h"

/* libxml2, which reads it for many, refuses a text or an attribute of more than 10,000,000 bytes
 * (XML_MAX_TEXT_LENGTH). */
#define MOST_BYTES 9999000

struct _ReboundJunit
{
  GString *suites; /* that have ended */
  guint n_suites;

  /* The one that has not. */
  char *name;
  char *package;
  GString *properties;
  GString *cases;
  GString *output; /* as it was said */
  GString *error_output;
  guint n_cases;
  guint n_failures;
  guint n_errors;
};

ReboundJunit *
rebound_junit_new (void)
{
  ReboundJunit *self = g_new0 (ReboundJunit, 1);

  self->suites = g_string_new (NULL);
  self->properties = g_string_new (NULL);
  self->cases = g_string_new (NULL);
  self->output = g_string_new (NULL);
  self->error_output = g_string_new (NULL);
  return self;
}

void
rebound_junit_free (ReboundJunit *self)
{
  g_string_free (self->suites, TRUE);
  g_string_free (self->properties, TRUE);
  g_string_free (self->cases, TRUE);
  g_string_free (self->output, TRUE);
  g_string_free (self->error_output, TRUE);
  g_free (self->name);
  g_free (self->package);
  g_free (self);
}

/* @text as it can be shown, and no longer than it can be read. */
static char *
make_readable (const char *text, ReboundLines lines)
{
  g_autofree char *visible = rebound_visible_text (text, lines);
  gsize size_bytes = strlen (visible);
  char *end;

  if (size_bytes <= MOST_BYTES)
    return g_steal_pointer (&visible);
  end = g_utf8_find_prev_char (visible, visible + MOST_BYTES + 1);
  *end = '\0';
  return g_strdup_printf ("%s… (%" G_GSIZE_FORMAT " bytes more)", visible,
                          size_bytes - (gsize) (end - visible));
}

static void
append_attribute (GString *out, const char *key, const char *value)
{
  g_autofree char *visible = make_readable (value, REBOUND_LINES_SHOWN);
  g_autofree char *escaped = g_markup_escape_text (visible, -1);

  g_string_append_printf (out, " %s=\"%s\"", key, escaped);
}

/* One that the schemas call a token: a blank one is none, so something stands for it. */
static void
append_token (GString *out, const char *key, const char *value)
{
  g_autofree char *token = g_strstrip (g_strdup (value));

  append_attribute (out, key, *token != '\0' ? token : "-");
}

static void
append_text (GString *out, const char *text)
{
  g_autofree char *visible = make_readable (text, REBOUND_LINES_KEPT);
  g_autofree char *escaped = g_markup_escape_text (visible, -1);

  g_string_append (out, escaped);
}

static char *
format_seconds (gint64 time_usec, guint digits)
{
  gint64 fraction = time_usec % G_USEC_PER_SEC;

  if (digits == 3)
    fraction /= 1000;
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT, time_usec / G_USEC_PER_SEC,
                          (int) digits, fraction);
}

void
rebound_junit_begin_suite (ReboundJunit *self, const char *name, const char *package)
{
  g_return_if_fail (self->name == NULL);

  self->name = g_strdup (name);
  self->package = g_strdup (package);
}

void
rebound_junit_add_property (ReboundJunit *self, const char *name, const char *value)
{
  g_string_append (self->properties, "      <property");
  append_token (self->properties, "name", name);
  append_attribute (self->properties, "value", value);
  g_string_append (self->properties, "/>\n");
}

static void
append_outcome (GString *out, const char *element, const ReboundJunitCase *test_case)
{
  g_string_append_printf (out, "      <%s", element);
  append_attribute (out, "message", test_case->message);
  if (test_case->outcome != REBOUND_JUNIT_SKIPPED)
    append_attribute (out, "type", test_case->type);
  if (test_case->text == NULL)
    g_string_append (out, "/>\n");
  else
    {
      g_string_append_c (out, '>');
      append_text (out, test_case->text);
      g_string_append_printf (out, "</%s>\n", element);
    }
}

void
rebound_junit_add_case (ReboundJunit *self, const ReboundJunitCase *test_case)
{
  static const char *const elements[] = { NULL, "failure", "error", "skipped" };
  g_autofree char *time = format_seconds (test_case->time_usec, 6);

  self->n_cases++;
  self->n_failures += test_case->outcome == REBOUND_JUNIT_FAILED ? 1 : 0;
  self->n_errors += test_case->outcome == REBOUND_JUNIT_ERROR ? 1 : 0;
  g_string_append (self->cases, "    <testcase");
  append_token (self->cases, "name", test_case->name);
  append_token (self->cases, "classname", test_case->class_name);
  append_attribute (self->cases, "time", time);
  if (test_case->outcome == REBOUND_JUNIT_PASSED)
    {
      g_string_append (self->cases, "/>\n");
      return;
    }
  g_string_append (self->cases, ">\n");
  append_outcome (self->cases, elements[test_case->outcome], test_case);
  g_string_append (self->cases, "    </testcase>\n");
}

void
rebound_junit_add_output (ReboundJunit *self, const char *text)
{
  g_string_append (self->output, text);
}

void
rebound_junit_add_error_output (ReboundJunit *self, const char *text)
{
  g_string_append (self->error_output, text);
}

static void
append_suite_tag (ReboundJunit *self, gint64 time_usec)
{
  GString *out = self->suites;
  g_autofree char *time = format_seconds (time_usec, 3);

  g_string_append (out, "  <testsuite");
  append_token (out, "name", self->name);
  append_token (out, "package", self->package);
  g_string_append_printf (out,
                          " id=\"%u\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\""
                          " tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%s\">\n",
                          self->n_suites, self->n_cases, self->n_failures, self->n_errors, time);
}

static void
append_output (GString *out, const char *element, const char *text)
{
  g_string_append_printf (out, "    <%s>", element);
  append_text (out, text);
  g_string_append_printf (out, "</%s>\n", element);
}

void
rebound_junit_end_suite (ReboundJunit *self, gint64 time_usec)
{
  g_return_if_fail (self->name != NULL);

  append_suite_tag (self, time_usec);
  g_string_append_printf (self->suites, "    <properties>%s%s%s</properties>\n",
                          self->properties->len > 0 ? "\n" : "", self->properties->str,
                          self->properties->len > 0 ? "    " : "");
  g_string_append (self->suites, self->cases->str);
  append_output (self->suites, "system-out", self->output->str);
  append_output (self->suites, "system-err", self->error_output->str);
  g_string_append (self->suites, "  </testsuite>\n");
  self->n_suites++;
  self->n_cases = self->n_failures = self->n_errors = 0;
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->package, g_free);
  g_string_truncate (self->properties, 0);
  g_string_truncate (self->cases, 0);
  g_string_truncate (self->output, 0);
  g_string_truncate (self->error_output, 0);
}

void
rebound_junit_write (ReboundJunit *self, FILE *stream)
{
  fprintf (stream, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n%s</testsuites>\n",
           self->suites->str);
}
