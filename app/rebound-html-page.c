/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page is a template, a style sheet and scripts, readable files in app/report/ that the program
 * has with it, put together into one file that needs no other. Its policy allows the browser
 * nothing from the network, and to run nothing but this script and this style, by their digests:
 * whatever a run's data may be, it stays text. */

#include "rebound-html-page.h"

#include <gio/gio.h>
#include <string.h>

#include "rebound-html-data.h"

#define FOLDER "/org/rebound/report/"

/* In the order in which a later one overrules an earlier one. */
static const char *const styles[] = { "page.css",    "summary.css", "toolbar.css", "timeline.css",
                                      "reading.css", "screens.css", "paper.css" };

/* In the order in which they need each other; each says what it is. */
static const char *const scripts[]
    = { "text.js",       "search.js",     "guess.js",       "model.js",      "axis.js",
        "life.js",       "sockets.js",    "packets.js",     "lanes.js",      "palette.js",
        "brush.js",      "paint-bars.js", "paint-marks.js", "paint-axis.js", "paint-arrows.js",
        "paint-over.js", "app.js",        "view.js",        "labels.js",     "overview.js",
        "timeline.js",   "details.js",    "keys.js",        "pointer.js",    "filter.js",
        "table.js",      "source.js",     "statistics.js",  "summary.js",    "legend.js",
        "print.js",      "hook.js",       "main.js" };

static void
append_file (GString *out, const char *name)
{
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize size;
  const char *data;

  /* They are linked into the program. */
  g_assert (bytes != NULL);
  data = g_bytes_get_data (bytes, &size);
  g_string_append_len (out, data, (gssize) size);
}

static GString *
read_files (const char *const *names, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    append_file (text, names[i]);
  return text;
}

/* As a policy names what it allows. */
static char *
digest (const GString *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 bytes[32]; /* 256 bits */
  gsize size = sizeof bytes;
  g_autofree char *base64 = NULL;

  g_checksum_update (checksum, (const guchar *) text->str, (gssize) text->len);
  g_checksum_get_digest (checksum, bytes, &size);
  base64 = g_base64_encode (bytes, size);
  return g_strdup_printf ("'sha256-%s'", base64);
}

static char *
make_policy (const GString *style, const GString *script)
{
  g_autofree char *style_digest = digest (style);
  g_autofree char *script_digest = digest (script);

  return g_strdup_printf ("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; "
                          "form-action 'none'",
                          style_digest, script_digest);
}

/* The template up to the next "@NAME@"; the name is what is returned, up to the next "@". */
static const char *
write_up_to_mark (FILE *stream, const char **template)
{
  const char *mark = strchr (*template, '@');
  gsize length = mark != NULL ? (gsize) (mark - *template) : strlen (*template);

  fwrite (*template, 1, length, stream);
  *template = mark != NULL ? strchr (mark + 1, '@') + 1 : NULL;
  return mark != NULL ? mark + 1 : NULL;
}

void
rebound_html_page_write (FILE *stream,
                         ReboundRecording *const *recordings,
                         guint n_recordings,
                         const guint64 *parting)
{
  static const char *const template[] = { "report.html" };
  g_autoptr (GString) page = read_files (template, 1);
  g_autoptr (GString) style = read_files (styles, G_N_ELEMENTS (styles));
  g_autoptr (GString) script = read_files (scripts, G_N_ELEMENTS (scripts));
  g_autofree char *policy = make_policy (style, script);
  const char *rest = page->str;
  const char *name;

  while ((name = write_up_to_mark (stream, &rest)) != NULL)
    {
      if (g_str_has_prefix (name, "POLICY@"))
        fputs (policy, stream);
      else if (g_str_has_prefix (name, "STYLE@"))
        fputs (style->str, stream);
      else if (g_str_has_prefix (name, "SCRIPT@"))
        fputs (script->str, stream);
      else
        rebound_html_data_write (stream, recordings, n_recordings, parting);
    }
}
