/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database as a script has it: each story is the whole of what happened to it. And what the
 * kernel says of it meanwhile: the lock is a real one. */

#include "lifecycle/rebound-database.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-file-locks-private.h"
#include "lifecycle/rebound-lifecycle.h"
#include "script-test.h"

#define DB "database contacts "

/* What happened to the database, and how the run ended. (transfer full) */
static char *
dup_story (ScriptTest *test)
{
  g_autofree char *text = recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_ACTORS);
  GString *story = g_string_new (text);

  g_string_append_printf (story, "%d", (int) test->status);
  if (test->error != NULL)
    g_string_append_printf (story, ": %s", test->error->message);
  return g_string_free (story, FALSE);
}

typedef struct
{
  const char *name;
  const char *script;
  const char *story;
} Story;

#define HOLDS "0s contacts: holds a lock on its file (fcntl)\n"

static const Story stories[] = {
  { "lock-and-unlock",
    DB "\nlaunch\nexpect contacts.locked == no\ncontacts.lock\nwait contacts.lock-taken\n"
       "expect contacts.locked == yes\ncontacts.unlock\nexpect contacts.locked == no\n",
    HOLDS "0s contacts: released the lock on its file (fcntl), at the script's word\n0" },
  { "flock", DB "lock-type=flock\nlaunch\ncontacts.lock\ncontacts.unlock\n",
    "0s contacts: holds a lock on its file (flock)\n"
    "0s contacts: released the lock on its file (flock), at the script's word\n0" },
  { "lock-type-changes-while-locked",
    DB "\nlaunch\ncontacts.lock\nset contacts lock-type=flock\ncontacts.unlock\ncontacts.lock\n",
    HOLDS "0s contacts: released the lock on its file (fcntl), at the script's word\n"
          "0s contacts: holds a lock on its file (flock)\n0" },
  { "background-policy/keep",
    DB "\nlaunch\ncontacts.lock\napp.resign-active\napp.enter-background\n"
       "expect contacts.locked == yes\n",
    HOLDS "0" },
  { "background-policy/unlock",
    DB "background-policy=unlock\nlaunch\ncontacts.lock\napp.resign-active\n"
       "expect contacts.locked == yes\napp.enter-background\nexpect contacts.locked == no\n",
    HOLDS "0s contacts: released the lock on its file (fcntl), at did-enter-background\n0" },
  { "background-policy/nothing-to-unlock", DB "background-policy=unlock\nlaunch\nhome\nopen\n",
    "0" },
  { "terminate",
    DB "\nlaunch\ncontacts.lock\napp.resign-active\napp.enter-background\napp.terminate\n"
       "expect contacts.locked == no\n",
    HOLDS "0s contacts: released the lock on its file (fcntl), at will-terminate\n0" },
  { "killed-and-launched",
    DB "\nlaunch\ncontacts.lock\napp.kill\nexpect contacts.locked == yes\nlaunch\n"
       "expect contacts.locked == no\ncontacts.lock\n",
    HOLDS HOLDS "0" },
  { "of-the-world", "peer " DB "\ncontacts.lock\nexpect contacts.locked == yes\n", HOLDS "0" },
  { "error/not-locked", DB "\nlaunch\ncontacts.unlock\n",
    "1: t.life:3:1: the database cannot be unlocked: it is not locked; expected a lock before" },
  { "error/locked", DB "\nlaunch\ncontacts.lock\ncontacts.lock\n",
    HOLDS "1: t.life:4:1: the database cannot be locked: it is locked already; expected an unlock "
          "before" },
  { "error/killed", DB "\nlaunch\napp.kill\ncontacts.lock\n",
    "1: t.life:4:1: the database cannot be locked: its application does not run; expected a launch "
    "before" },
  { "error/suspended",
    DB "\nlaunch\napp.resign-active\napp.enter-background\napp.suspend\ncontacts.lock\n",
    "1: t.life:6:1: the database cannot be locked: its application is suspended; expected an open "
    "before" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (ScriptTest) test = script_test_run (story->script);
  g_autofree char *seen = dup_story (test);

  g_assert_cmpstr (seen, ==, story->story);
}

/* -- the lock itself -- */

typedef struct
{
  ReboundClock *clock;
  ReboundSite *site;
  ReboundActor *database;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, NULL);
  self->database = g_object_new (REBOUND_TYPE_DATABASE, NULL);
  rebound_actor_set_name (self->database, "contacts");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->database);
  g_assert_finalize_object (self->site);
  g_assert_finalize_object (self->clock);
}

static void
act (Fixture *self, const char *action)
{
  g_autoptr (GError) error = NULL;

  g_signal_emit_by_name (self->database, action, &error);
  g_assert_no_error (error);
}

static void
assert_held (const char *expected)
{
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (NULL);
  g_autofree char *seen = rebound_file_locks_describe (locks);

  g_assert_cmpstr (seen, ==, expected);
}

static void
test_is_real (Fixture *self, gconstpointer data)
{
  const gboolean is_flock = GPOINTER_TO_INT (data) == REBOUND_LOCK_TYPE_FLOCK;
  const char *held = is_flock ? "contacts.db (flock, write)" : "contacts.db (fcntl, write)";

  g_test_summary ("the kernel has the lock, until it is released, or the file is closed");
  g_object_set (self->database, "lock-type", GPOINTER_TO_INT (data), NULL);
  rebound_actor_come_to_life (self->database, self->site);
  assert_held ("");
  act (self, "lock");
  assert_held (held);
  act (self, "unlock");
  assert_held ("");
  act (self, "lock");
  rebound_actor_tell (self->database, REBOUND_CALLBACK_WILL_TERMINATE);
  assert_held ("");
  rebound_actor_come_to_life (self->database, self->site);
  act (self, "lock");
  rebound_actor_abandon (self->database);
  assert_held ("");
  rebound_actor_come_to_life (self->database, self->site);
  act (self, "lock");
  rebound_actor_come_to_life (self->database, self->site);
  assert_held ("");
  act (self, "lock"); /* and is let go with it */
}

static void
test_ranges (Fixture *self, gconstpointer data)
{
  /* What sqlite3 holds on its file in the middle of a commit, as /proc/locks shows it. */
  const char *ranges = " 1073741824 1073742335\n";
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) locks = NULL;

  g_test_summary ("PENDING, RESERVED and the SHARED bytes are locked, and nothing else");
  rebound_actor_come_to_life (self->database, self->site);
  act (self, "lock");
  locks = rebound_file_locks_list (NULL);
  g_assert_cmpuint (locks->len, ==, 1);
  path = g_strdup_printf ("/proc/self/fdinfo/%d", ((ReboundFileLock *) locks->pdata[0])->fd);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "lock:\t1: POSIX  ADVISORY  WRITE "));
  g_assert_nonnull (strstr (text, ranges));
  g_assert_null (strstr (text, "lock:\t2:"));
}

static void
test_owns (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) locks = NULL;
  g_autoptr (TestBell) bell = test_bell_new ();
  int fd;

  g_test_summary ("it owns its descriptor for as long as it is open, and no other");
  g_assert_false (rebound_actor_owns_descriptor (self->database, -1));
  rebound_actor_come_to_life (self->database, self->site);
  act (self, "lock");
  locks = rebound_file_locks_list (NULL);
  fd = ((ReboundFileLock *) locks->pdata[0])->fd;
  g_assert_true (rebound_actor_owns_descriptor (self->database, fd));
  g_assert_false (rebound_actor_owns_descriptor (self->database, fd + 1));
  g_assert_false (rebound_actor_owns_descriptor (REBOUND_ACTOR (bell), fd));
  rebound_actor_abandon (self->database);
  g_assert_false (rebound_actor_owns_descriptor (self->database, fd));
}

static void
count (ReboundDatabase *database, const char *error, gpointer user_data)
{
  g_assert_cmpstr (error, ==, "EMFILE");
  ++*(guint *) user_data;
}

static void
test_no_descriptor (Fixture *self, gconstpointer data)
{
  const struct rlimit none = { 0, 0 };
  struct rlimit before, soft;
  g_autoptr (GError) error = NULL;
  guint n_failed = 0;

  g_test_summary ("without a descriptor there is no file: it says so, and cannot be locked");
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  soft = before;
  soft.rlim_cur = none.rlim_cur;
  g_signal_connect (self->database, "open-failed", G_CALLBACK (count), &n_failed);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &soft));
  rebound_actor_come_to_life (self->database, self->site);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  g_assert_cmpuint (n_failed, ==, 1);
  g_signal_emit_by_name (self->database, "lock", &error);
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_cmpstr (error->message, ==, "the database cannot be opened: EMFILE");
}

static void
test_after_will_terminate (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("its file is closed at will-terminate, and cannot be locked any more");
  rebound_actor_come_to_life (self->database, self->site);
  rebound_actor_tell (self->database, REBOUND_CALLBACK_WILL_TERMINATE);
  g_signal_emit_by_name (self->database, "lock", &error);
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
}

static void
abandon (ReboundActor *database, const char *kind, const char *reason, gpointer user_data)
{
  rebound_actor_abandon (database);
}

static void
test_abandoned_in_handler (Fixture *self, gconstpointer data)
{
  g_test_summary ("a handler of what it tells may end its life");
  rebound_actor_come_to_life (self->database, self->site);
  g_signal_connect (self->database, "lock-released", G_CALLBACK (abandon), NULL);
  act (self, "lock");
  rebound_actor_tell (self->database, REBOUND_CALLBACK_WILL_TERMINATE);
  assert_held ("");
}

static void
test_two (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundActor) other = g_object_new (REBOUND_TYPE_DATABASE, NULL);
  g_autoptr (GPtrArray) locks = NULL;
  g_autofree char *rest = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "two databases of a process have a file each: closing one leaves the other's lock");
  rebound_actor_set_name (other, "notes");
  rebound_actor_come_to_life (self->database, self->site);
  rebound_actor_come_to_life (other, self->site);
  act (self, "lock");
  g_signal_emit_by_name (other, "lock", &error);
  g_assert_no_error (error);
  locks = rebound_file_locks_list (NULL);
  rebound_file_locks_leave_out (locks, other);
  rest = rebound_file_locks_describe (locks);
  g_assert_cmpstr (rest, ==, "contacts.db (fcntl, write)");
  rebound_actor_abandon (other);
  assert_held ("contacts.db (fcntl, write)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (rebound_lifecycle_init (NULL));
  g_assert_true (rebound_lifecycle_init (NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/database/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
#define ADD(name, data, test)                                                                      \
  g_test_add ("/database/" name, Fixture, GINT_TO_POINTER (data), set_up, test, tear_down)
  ADD ("is-real/fcntl", REBOUND_LOCK_TYPE_FCNTL, test_is_real);
  ADD ("is-real/flock", REBOUND_LOCK_TYPE_FLOCK, test_is_real);
  ADD ("ranges", 0, test_ranges);
  ADD ("owns", 0, test_owns);
  ADD ("no-descriptor", 0, test_no_descriptor);
  ADD ("after-will-terminate", 0, test_after_will_terminate);
  ADD ("abandoned-in-handler", 0, test_abandoned_in_handler);
  ADD ("two", 0, test_two);
  return g_test_run ();
}
