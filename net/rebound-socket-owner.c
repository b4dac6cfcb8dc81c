/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose is a socket? The kernel tells its inode, and each process lists the inodes that it has open
 * as links in /proc/PID/fd. So all processes are gone through once, and those of other users say
 * nothing.
 *
 * SO_REUSEADDR and SO_REUSEPORT of a socket are told by no table at all. Its owner could ask; and
 * whoever may trace the owner (root, the same user, under Yama an ancestor alone) can have the
 * descriptor by pidfd_getfd(), ask, and close it again, which the owner does not notice. */

#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rebound-port-report-private.h"

typedef struct
{
  GHashTable *holders; /* inode → ReboundPortHolder */
  guint n_hidden;      /* processes whose descriptors may not be read */
} Search;

/* The process may have closed @number since, and have another file under it: the inode tells. */
static void
borrow_options (ReboundPortHolder *holder, pid_t pid, int number)
{
  struct stat status;
  int process, fd;

  process = (int) syscall (SYS_pidfd_open, pid, 0);
  if (process < 0)
    return;
  fd = (int) syscall (SYS_pidfd_getfd, process, number, 0);
  close (process);
  if (fd < 0)
    return;
  if (fstat (fd, &status) == 0 && status.st_ino == holder->inode)
    {
      rebound_port_ask_option (fd, SOL_SOCKET, SO_REUSEADDR, &holder->reuse_address);
      rebound_port_ask_option (fd, SOL_SOCKET, SO_REUSEPORT, &holder->reuse_port);
      if (g_inet_address_get_family (holder->address) == G_SOCKET_FAMILY_IPV6)
        rebound_port_ask_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, &holder->v6only);
    }
  close (fd);
}

/* A command line is the process's own to write: what is no text must not reach a terminal. */
static char *
make_printable (const char *text)
{
  char *valid = g_utf8_make_valid (text, -1);

  for (char *at = valid; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strstrip (valid);
}

/* The words end with NUL each. */
static char *
read_command (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "cmdline", NULL);
  g_autofree char *words = NULL;
  gsize length;

  if (!g_file_get_contents (path, &words, &length, NULL))
    return g_strdup ("");
  for (gsize i = 0; i + 1 < length; i++)
    if (words[i] == '\0')
      words[i] = ' ';
  return make_printable (words);
}

static ReboundPortProcess *
read_process (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *name = NULL;
  ReboundPortProcess *process = g_new0 (ReboundPortProcess, 1);

  process->pid = g_ascii_strtoll (pid, NULL, 10);
  process->name = g_file_get_contents (path, &name, NULL, NULL) ? make_printable (name)
                                                                : g_strdup ("a process");
  process->command = read_command (pid);
  if (*process->command == '\0')
    {
      g_free (process->command);
      process->command = g_strdup (process->name);
    }
  return process;
}

/* One socket may stand under several numbers in one process: that is one owner. */
static void
add_owner (ReboundPortHolder *holder, const char *pid, const char *number)
{
  gint64 id = g_ascii_strtoll (pid, NULL, 10);

  if (holder->reuse_address == REBOUND_PORT_UNSEEN)
    borrow_options (holder, (pid_t) id, (int) g_ascii_strtoll (number, NULL, 10));
  for (guint i = 0; i < holder->processes->len; i++)
    if (((ReboundPortProcess *) holder->processes->pdata[i])->pid == id)
      return;
  g_ptr_array_add (holder->processes, read_process (pid));
}

static void
search_process (Search *self, const char *pid)
{
  g_autofree char *folder = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) descriptors = g_dir_open (folder, 0, &error);
  const char *number;

  if (descriptors == NULL)
    {
      /* Any other error: the process has ended since. */
      self->n_hidden += g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES);
      return;
    }
  while ((number = g_dir_read_name (descriptors)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, number, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);
      guint64 inode;
      ReboundPortHolder *holder;

      if (target == NULL || sscanf (target, "socket:[%" G_GUINT64_FORMAT "]", &inode) != 1)
        continue;
      holder = g_hash_table_lookup (self->holders, &inode);
      if (holder != NULL)
        add_owner (holder, pid, number);
    }
}

static void
name_user (ReboundPortHolder *holder)
{
  const struct passwd *user = getpwuid (holder->uid);

  if (user != NULL)
    holder->user = g_strdup (user->pw_name);
}

static void
report_hidden (const Search *self, ReboundPortReport *report, guint n_unowned)
{
  if (n_unowned == 0)
    return;
  if (self->n_hidden > 0)
    g_ptr_array_add (report->unseen,
                     g_strdup_printf ("who has %u of the sockets open: the descriptors of %u "
                                      "processes of other users may not be read; root sees them",
                                      n_unowned, self->n_hidden));
  else
    g_ptr_array_add (report->unseen,
                     g_strdup_printf ("who has %u of the sockets open: no process that /proc shows "
                                      "here, so one in another PID namespace (a container), %s",
                                      n_unowned,
                                      report->uid != 0 ? "one that /proc hides (hidepid), or the "
                                                         "kernel itself"
                                                       : "or the kernel itself"));
}

void
rebound_socket_owner_find (ReboundPortReport *report)
{
  g_autoptr (GHashTable) holders = g_hash_table_new (g_int64_hash, g_int64_equal);
  Search search = { holders, 0 };
  g_autoptr (GDir) processes = NULL;
  guint n_unowned = 0;
  const char *pid;

  for (guint i = 0; i < report->holders->len; i++)
    {
      ReboundPortHolder *holder = report->holders->pdata[i];

      if (holder->inode == 0)
        continue;
      name_user (holder);
      g_hash_table_insert (holders, &holder->inode, holder);
    }
  if (g_hash_table_size (holders) == 0)
    return;
  processes = g_dir_open ("/proc", 0, NULL);
  while (processes != NULL && (pid = g_dir_read_name (processes)) != NULL)
    if (g_ascii_isdigit (*pid))
      search_process (&search, pid);
  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      n_unowned += holder->inode != 0 && holder->processes->len == 0;
    }
  report_hidden (&search, report, n_unowned);
}
