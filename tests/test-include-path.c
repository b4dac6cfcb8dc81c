/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a script may include from: its own folder and those that were named, however its files'
 * names lead out of them. The script is played by whoever has rights that its author may not have:
 * of what is elsewhere it must not show a line, not even in what is said of its mistakes. */

#include "lifecycle/rebound-run.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script-test.h"

#define SECRET "not for this script's eyes"

/* Of each test: mine/ is the script's own folder, named/ may be one to include from, other/ is
 * neither. */
typedef struct
{
  char *path;
  char *before;
} Fixture;

static void
write_text (const char *name, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (name);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (name, text, -1, &error);
  g_assert_no_error (error);
}

static void
link_to (const char *target, const char *name)
{
  g_assert_cmpint (symlink (target, name), ==, 0);
}

static void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->before = g_get_current_dir ();
  self->path = g_dir_make_tmp ("rebound-include-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_cmpint (chdir (self->path), ==, 0);
  write_text ("mine/sub/part.life", "home\n");
  write_text ("mine/part.life", "home\n");
  write_text ("named/common.life", "launch\n");
  write_text ("named/part.life", "lock\n");
  write_text ("other/secret.life", SECRET "\n");
  write_text ("mineral/secret.life", SECRET "\n");
}

static void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->path);

  script_test_delete_tree (folder);
  g_assert_cmpint (chdir (self->before), ==, 0);
  g_free (self->before);
  g_free (self->path);
}

/* Reads mine/main.life, which is @text. NULL if nothing is wrong with it. (transfer full) */
static char *
read_mistakes (const char *text, const char *const *include_dirs, GString *texts)
{
  g_autoptr (GFile) file = g_file_new_for_path ("mine/main.life");
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run = NULL;

  write_text ("mine/main.life", text);
  run = rebound_run_new_from_file_full (file, "main.life", include_dirs, REBOUND_CLOCK_VIRTUAL,
                                        &error);
  for (guint i = 1; run != NULL && texts != NULL && i < rebound_run_get_n_texts (run); i++)
    {
      const char *name;

      rebound_run_get_text (run, i, &name);
      g_string_append_printf (texts, "%s ", name);
    }
  if (run == NULL)
    g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  return run == NULL ? g_strdup (error->message) : NULL;
}

static void
assert_refused (const char *path, const char *const *include_dirs, const char *expected)
{
  g_autofree char *text = g_strdup_printf ("launch\ninclude \"%s\"\n", path);
  g_autofree char *whole = g_strdup_printf ("main.life:2:9: %s", expected);
  g_autofree char *mistakes = read_mistakes (text, include_dirs, NULL);

  g_assert_cmpstr (mistakes, ==, whole);
}

#define LEADS_OUT                                                                                  \
  " leads out of the script's folder, by a symbolic link; expected a file in it, or in a folder "  \
  "that --include-dir names"

#define ELSEWHERE                                                                                  \
  "the file is elsewhere; expected one in the script's folder, or in one that --include-dir "      \
  "names, without “/” in front and without “..”"

static void
test_elsewhere (Fixture *self, gconstpointer data)
{
  g_autofree char *absolute = g_build_filename (self->path, "mine/part.life", NULL);
  g_autofree char *other = g_build_filename (self->path, "other", NULL);

  g_test_summary ("What is outside of the script's folder is a mistake, by whatever way it is");
  link_to ("../other/secret.life", "mine/relative.life");
  link_to ("../other", "mine/folder");
  link_to (other, "mine/absolute");
  link_to ("relative.life", "mine/twice.life");
  link_to ("../mineral/secret.life", "mine/alike.life");
  link_to ("/proc/self/environ", "mine/environment.life");
  link_to ("/dev/zero", "mine/device.life");
  assert_refused (absolute, NULL, ELSEWHERE);
  assert_refused ("../other/secret.life", NULL, ELSEWHERE);
  assert_refused ("sub/../../other/secret.life", NULL, ELSEWHERE);
  assert_refused ("relative.life", NULL, "“relative.life”" LEADS_OUT);
  assert_refused ("folder/secret.life", NULL, "“folder/secret.life”" LEADS_OUT);
  assert_refused ("absolute/secret.life", NULL, "“absolute/secret.life”" LEADS_OUT);
  assert_refused ("twice.life", NULL, "“twice.life”" LEADS_OUT);
  assert_refused ("alike.life", NULL, "“alike.life”" LEADS_OUT);
  assert_refused ("environment.life", NULL, "“environment.life”" LEADS_OUT);
  assert_refused ("device.life", NULL, "“device.life”" LEADS_OUT);
}

static void
test_within (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) texts = g_string_new (NULL);
  g_autofree char *mistakes = NULL;

  g_test_summary ("A link that stays in the script's folder is a file like another");
  link_to ("part.life", "mine/link.life");
  link_to ("sub", "mine/folder");
  link_to ("../part.life", "mine/sub/up.life");
  mistakes = read_mistakes ("launch\ninclude link.life\ninclude folder/part.life\n"
                            "include sub/up.life\ninclude ./sub/part.life\n",
                            NULL, texts);
  g_assert_cmpstr (mistakes, ==, NULL);
  g_assert_cmpstr (texts->str, ==, "link.life folder/part.life sub/up.life ./sub/part.life ");
}

static void
test_named (Fixture *self, gconstpointer data)
{
  const char *const dirs[] = { "named", NULL };
  g_autoptr (GString) texts = g_string_new (NULL);
  g_autofree char *mistakes = NULL;

  g_test_summary ("A folder that was named is looked in after the script's own, and no other is");
  link_to ("../named/common.life", "mine/link.life");
  link_to ("../other/secret.life", "named/out.life");
  write_text ("named/whole.life", "include common.life\n");
  mistakes = read_mistakes ("include common.life\ninclude part.life\ninclude link.life\n"
                            "include whole.life\n",
                            dirs, texts);
  g_assert_cmpstr (mistakes, ==, NULL);
  g_assert_cmpstr (texts->str, ==, "named/common.life part.life link.life named/whole.life ");
  assert_refused ("out.life", dirs, "“out.life”" LEADS_OUT);
  assert_refused ("../other/secret.life", dirs, ELSEWHERE);
  assert_refused ("none.life", dirs,
                  "“none.life” cannot be read: ENOENT; expected a script's file");
  assert_refused ("common.life", NULL,
                  "“common.life” cannot be read: ENOENT; expected a script's file");
}

static void
test_named_none (Fixture *self, gconstpointer data)
{
  const char *const dirs[] = { "nowhere", "named/part.life", NULL };
  g_autofree char *mistakes = read_mistakes ("launch\n", dirs, NULL);

  g_test_summary ("What was named to include from and is no folder is said to be so");
  g_assert_cmpstr (mistakes, ==,
                   "nowhere: nothing can be included from there: ENOENT; expected a folder\n"
                   "named/part.life: nothing can be included from there: ENOTDIR; expected a "
                   "folder");
}

static void
test_in_memory (Fixture *self, gconstpointer data)
{
  static const char text[] = "include common.life\n";
  const char *const dirs[] = { "named", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run = NULL;

  g_test_summary ("A script that is in no folder includes from those that were named, or nothing");
  run = rebound_run_new_from_bytes_full (bytes, "t", NULL, dirs, REBOUND_CLOCK_VIRTUAL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rebound_run_get_n_texts (run), ==, 2);
  g_assert_null (rebound_run_new_from_bytes (bytes, "t", NULL, REBOUND_CLOCK_VIRTUAL, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  g_assert_cmpstr (error->message, ==, "t:1:9: this script is in no folder; expected no include");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function)                                                                        \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/include-path/elsewhere", test_elsewhere);
  ADD ("/include-path/within", test_within);
  ADD ("/include-path/named", test_named);
  ADD ("/include-path/named-none", test_named_none);
  ADD ("/include-path/in-memory", test_in_memory);
  return g_test_run ();
}
