/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stand-in for an SQLite file, so that a script can have an application hold a lock when it is
 * suspended. The lock is a real one, on a file in memory (memfd_create), and so nothing of a run is
 * left on a disk.
 *
 * Record locks are a process's and not a descriptor's: two of one process on one file never
 * conflict, and closing any descriptor of the file drops them all. Several applications, which are
 * several processes on a phone, live in one process here. That does no harm: each database has a
 * file of its own, and one descriptor of it.
 *
 * The lock is the one of a transaction that is being written to the file. In WAL mode SQLite locks
 * bytes of the -shm file instead; to the kernel, and to iOS, that is the same. */

#include "rebound-database.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-application.h"
#include "rebound-error.h"
#include "rebound-event.h"
#include "rebound-member.h"

/* SQLite's src/os.h, "the first byte past the 1GB boundary": the bytes that stand for its locks.
 * None is ever read or written, and they lie beyond the end of most files. */
#define PENDING_BYTE  0x40000000
#define RESERVED_BYTE (PENDING_BYTE + 1)
#define SHARED_FIRST  (PENDING_BYTE + 2)
#define SHARED_SIZE   510 /* bytes */

/* Of <linux/memfd.h> since Linux 6.3: some machines insist on it (sysctl vm.memfd_noexec), and
 * others note in the kernel's log that it was not given. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

struct _ReboundDatabase
{
  GObject parent_instance;

  ReboundSite *site; /* NULL while it does not live */
  ReboundLockType lock_type;
  ReboundLockType held_type; /* what the lock is of, while there is one */
  ReboundDatabasePolicy background_policy;
  gboolean is_locked; /* reads as it last was after its life */
  int fd;
  int open_error; /* why there is no file */
};

enum
{
  PROP_LOCK_TYPE = 1,
  PROP_BACKGROUND_POLICY,
  PROP_LOCKED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint open_failed_signal;
static guint lock_taken_signal;
static guint lock_released_signal;

static void rebound_database_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundDatabase,
                               rebound_database,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_database_actor_init))

/* -- the file -- */

static void
open_file (ReboundDatabase *self)
{
  /* NAME_MAX less what the kernel puts before it: memfd_create (2). */
  const int longest_bytes = 249 - (int) strlen (".db");
  g_autofree char *name
      = g_strdup_printf ("%.*s.db", longest_bytes, rebound_actor_get_name (REBOUND_ACTOR (self)));

  self->fd = memfd_create (name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (self->fd < 0 && errno == EINVAL)
    self->fd = memfd_create (name, MFD_CLOEXEC); /* before Linux 6.3 */
  self->open_error = self->fd < 0 ? errno : 0;
}

static void
close_file (ReboundDatabase *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static int
lock_range (int fd, short type, off_t start, off_t length_bytes)
{
  struct flock range
      = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length_bytes };

  return fcntl (fd, F_SETLK, &range);
}

/* Readers share the SHARED bytes; a writer announces itself with RESERVED, keeps new readers out
 * with PENDING, and has the file to itself once it has the SHARED bytes: unixLock() in SQLite's
 * src/os_unix.c. */
static int
lock_as_sqlite (int fd)
{
  static const struct
  {
    short type;
    off_t start;
    off_t length_bytes;
  } steps[] = {
    { F_RDLCK, SHARED_FIRST, SHARED_SIZE },
    { F_WRLCK, RESERVED_BYTE, 1 },
    { F_WRLCK, PENDING_BYTE, 1 },
    { F_WRLCK, SHARED_FIRST, SHARED_SIZE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (lock_range (fd, steps[i].type, steps[i].start, steps[i].length_bytes) < 0)
      return -1;
  return 0;
}

static int
lock_file (ReboundDatabase *self)
{
  return self->lock_type == REBOUND_LOCK_TYPE_FLOCK ? flock (self->fd, LOCK_EX | LOCK_NB)
                                                    : lock_as_sqlite (self->fd);
}

/* SQLite gives up all of a file at once: a length of 0 is up to its end, wherever that is. */
static int
unlock_file (ReboundDatabase *self)
{
  return self->held_type == REBOUND_LOCK_TYPE_FLOCK ? flock (self->fd, LOCK_UN)
                                                    : lock_range (self->fd, F_UNLCK, 0, 0);
}

static const char *
lock_type_name (ReboundLockType type)
{
  return type == REBOUND_LOCK_TYPE_FLOCK ? "flock" : "fcntl";
}

static void
set_locked (ReboundDatabase *self, gboolean is_locked)
{
  self->is_locked = is_locked;
  rebound_site_note_progress (self->site);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
}

/* Tells last, for a handler may end the application. */
static gboolean
release (ReboundDatabase *self, const char *reason)
{
  if (unlock_file (self) < 0)
    return FALSE;
  set_locked (self, FALSE);
  g_signal_emit (self, lock_released_signal, 0, lock_type_name (self->held_type), reason);
  return TRUE;
}

/* -- actions -- */

static GError *
refuse (const char *what, const char *why)
{
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE, "the database cannot be %s: %s", what,
                      why);
}

static GError *
fail (const char *what, int error_number)
{
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION, "the database cannot be %s: %s", what,
                      strerrorname_np (error_number));
}

static gboolean
is_suspended (ReboundDatabase *self)
{
  ReboundApplication *application = rebound_application_of_site (self->site);

  return application != NULL
         && rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_SUSPENDED;
}

/* (transfer full) (nullable): why nothing can be done to it now. */
static GError *
check_alive (ReboundDatabase *self, const char *what)
{
  if (self->site == NULL)
    return refuse (what, "its application does not run; expected a launch before");
  if (is_suspended (self))
    return refuse (what, "its application is suspended; expected an open before");
  if (self->fd >= 0)
    return NULL;
  return self->open_error != 0
             ? fail ("opened", self->open_error)
             : refuse (what, "its file was closed at will-terminate; expected it earlier");
}

static GError *
action_lock (ReboundDatabase *self, gpointer data)
{
  GError *error = check_alive (self, "locked");

  if (error != NULL)
    return error;
  if (self->is_locked)
    return refuse ("locked", "it is locked already; expected an unlock before");
  self->held_type = self->lock_type;
  if (lock_file (self) < 0)
    {
      error = fail ("locked", errno);
      unlock_file (self); /* what SQLite's first steps took */
      return error;
    }
  set_locked (self, TRUE);
  g_signal_emit (self, lock_taken_signal, 0, lock_type_name (self->held_type));
  return NULL;
}

static GError *
action_unlock (ReboundDatabase *self, gpointer data)
{
  GError *error = check_alive (self, "unlocked");

  if (error != NULL)
    return error;
  if (!self->is_locked)
    return refuse ("unlocked", "it is not locked; expected a lock before");
  return release (self, "the script's word") ? NULL : fail ("unlocked", errno);
}

/* -- living -- */

static void
rebound_database_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundDatabase *self = REBOUND_DATABASE (actor);

  g_set_object (&self->site, site);
  self->is_locked = FALSE; /* it may have had another life before */
  close_file (self);
  open_file (self);
  if (self->fd < 0)
    g_signal_emit (self, open_failed_signal, 0, strerrorname_np (self->open_error));
}

static void
rebound_database_told (ReboundActor *actor, ReboundCallback callback)
{
  g_autoptr (ReboundDatabase) self = g_object_ref (REBOUND_DATABASE (actor));
  gboolean releases = callback == REBOUND_CALLBACK_WILL_TERMINATE
                      || (callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND
                          && self->background_policy == REBOUND_DATABASE_POLICY_UNLOCK);

  if (self->site == NULL)
    return;
  if (self->is_locked && releases)
    release (self, callback == REBOUND_CALLBACK_WILL_TERMINATE ? "will-terminate"
                                                               : "did-enter-background");
  if (callback == REBOUND_CALLBACK_WILL_TERMINATE)
    close_file (self);
}

/* As the kernel does at exit: the lock goes with the descriptor. */
static void
rebound_database_abandon (ReboundActor *actor)
{
  ReboundDatabase *self = REBOUND_DATABASE (actor);

  close_file (self);
  g_clear_object (&self->site);
}

static gboolean
rebound_database_owns_descriptor (ReboundActor *actor, int fd)
{
  return fd >= 0 && REBOUND_DATABASE (actor)->fd == fd;
}

static void
rebound_database_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_database_come_to_life;
  iface->told = rebound_database_told;
  iface->abandon = rebound_database_abandon;
  iface->owns_descriptor = rebound_database_owns_descriptor;
}

/* -- the class -- */

static void
rebound_database_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundDatabase *self = REBOUND_DATABASE (object);

  switch (id)
    {
    case PROP_LOCK_TYPE:
      g_value_set_enum (value, (gint) self->lock_type);
      break;
    case PROP_BACKGROUND_POLICY:
      g_value_set_enum (value, (gint) self->background_policy);
      break;
    case PROP_LOCKED:
      g_value_set_boolean (value, self->is_locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_database_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ReboundDatabase *self = REBOUND_DATABASE (object);

  switch (id)
    {
    case PROP_LOCK_TYPE:
      self->lock_type = (ReboundLockType) g_value_get_enum (value);
      break;
    case PROP_BACKGROUND_POLICY:
      self->background_policy = (ReboundDatabasePolicy) g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_database_dispose (GObject *object)
{
  rebound_database_abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_database_parent_class)->dispose (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  properties[PROP_LOCK_TYPE] = g_param_spec_enum (
      "lock-type", NULL,
      "what the next lock is: fcntl, on the byte ranges that SQLite locks, or flock",
      REBOUND_TYPE_LOCK_TYPE, REBOUND_LOCK_TYPE_FCNTL, flags);
  properties[PROP_BACKGROUND_POLICY] = g_param_spec_enum (
      "background-policy", NULL,
      "what becomes of the lock at did-enter-background; whoever keeps it is killed when suspended",
      REBOUND_TYPE_DATABASE_POLICY, REBOUND_DATABASE_POLICY_KEEP, flags);
  properties[PROP_LOCKED]
      = g_param_spec_boolean ("locked", NULL, "whether it holds a lock on its file", FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static GParamSpec *
string_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_signals (GObjectClass *klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  open_failed_signal
      = rebound_class_install_signal (klass, "open-failed", group, "cannot open its file: {error}",
                                      "there is no file to lock",
                                      string_spec ("error", "the failing call's errno, by name"),
                                      NULL);
  lock_taken_signal = rebound_class_install_signal (klass, "lock-taken", group,
                                                    "holds a lock on its file ({lock})",
                                                    "the file is locked for writing",
                                                    string_spec ("lock", "fcntl or flock"), NULL);
  lock_released_signal
      = rebound_class_install_signal (klass, "lock-released", group,
                                      "released the lock on its file ({lock}), at {reason}",
                                      "the file is not locked any more",
                                      string_spec ("lock", "fcntl or flock"),
                                      string_spec ("reason", "what made it let go"), NULL);
}

static void
rebound_database_class_init (ReboundDatabaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_database_get_property;
  object_class->set_property = rebound_database_set_property;
  object_class->dispose = rebound_database_dispose;
  install_properties (object_class);
  install_signals (object_class);
  rebound_class_install_action (object_class, "lock", G_CALLBACK (action_lock), NULL,
                                "lock the file for writing, as a transaction does", NULL);
  rebound_class_install_action (object_class, "unlock", G_CALLBACK (action_unlock), NULL,
                                "release the lock", NULL);
}

static void
rebound_database_init (ReboundDatabase *self)
{
  self->fd = -1;
}
