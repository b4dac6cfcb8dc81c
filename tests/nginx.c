/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An nginx that inherits its listening socket, as it does from an older nginx when it is upgraded
 * (the environment variable NGINX names the descriptors). So the port is the kernel's choice and
 * known before nginx runs, nobody has to wait until it is ready, and it survives a restart. */

#include "nginx.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where nginx gets it; above what GSubprocess uses for itself. */
#define INHERITED_FD 100

struct _Nginx
{
  char *program;
  char *folder;
  int listener;
  guint16 port;
  GSubprocess *process;
};

/* -- its folder -- */

static const char config_format[]
    = "daemon off;\n"
      "%s" /* who is root stays root: another user could not write into the folder */
      "worker_processes 1;\n"
      "worker_rlimit_nofile 16384;\n"
      "pid pid;\n"
      "error_log error.log;\n"
      "events { worker_connections 8192; }\n"
      "http {\n"
      "  log_format ids '$http_x_request_id';\n"
      "  access_log off;\n"
      "  client_body_temp_path body;\n"
      "  proxy_temp_path proxy;\n"
      "  fastcgi_temp_path fastcgi;\n"
      "  uwsgi_temp_path uwsgi;\n"
      "  scgi_temp_path scgi;\n"
      "  default_type text/plain;\n"
      "  server {\n"
      "    listen 127.0.0.1:%u backlog=4096;\n"
      "    root .;\n"
      "%s"
      "  }\n"
      "}\n";

static gboolean
write_config (Nginx *self, const char *locations, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "nginx.conf", NULL);
  FILE *file = fopen (path, "w");

  if (file == NULL
      || fprintf (file, config_format, geteuid () == 0 ? "user root;\n" : "", self->port, locations)
             < 0
      || fclose (file) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %m", path);
      return FALSE;
    }
  return TRUE;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_remove (path) < 0)
        remove_folder (path);
    }
  g_rmdir (folder);
}

/* -- its socket -- */

static gboolean
listen_somewhere (Nginx *self, GError **error)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->listener < 0 || bind (self->listener, (struct sockaddr *) &address, length) < 0
      || listen (self->listener, SOMAXCONN) < 0
      || getsockname (self->listener, (struct sockaddr *) &address, &length) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "no socket for nginx: %m");
      return FALSE;
    }
  self->port = ntohs (address.sin_port);
  return TRUE;
}

/* -- its processes -- */

/* Debian has it where only root looks. */
static char *
find_program (void)
{
  char *program = g_find_program_in_path ("nginx");

  if (program == NULL && g_file_test ("/usr/sbin/nginx", G_FILE_TEST_IS_EXECUTABLE))
    program = g_strdup ("/usr/sbin/nginx");
  return program;
}

/* It goes when the test goes, in whatever way that happens. */
static void
follow_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
launch (Nginx *self, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autofree char *prefix = g_strconcat (self->folder, "/", NULL);
  g_autofree char *config = g_build_filename (self->folder, "nginx.conf", NULL);
  g_autofree char *errors = g_build_filename (self->folder, "error.log", NULL);
  g_autofree char *inherited = g_strdup_printf ("%d;", INHERITED_FD);

  g_subprocess_launcher_set_child_setup (launcher, follow_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "NGINX", inherited, TRUE);
  g_subprocess_launcher_set_stderr_file_path (launcher, errors);
  g_subprocess_launcher_take_fd (launcher, fcntl (self->listener, F_DUPFD_CLOEXEC, 0),
                                 INHERITED_FD);
  self->process = g_subprocess_launcher_spawn (launcher, error, self->program, "-p", prefix, "-c",
                                               config, "-e", errors, NULL);
  return self->process != NULL;
}

void
nginx_start (Nginx *self)
{
  g_autoptr (GError) error = NULL;

  if (!launch (self, &error))
    g_error ("nginx does not start: %s", error->message);
  close (nginx_open_idle (self, "/"));
}

void
nginx_stop (Nginx *self)
{
  if (self->process == NULL)
    return;
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

void
nginx_reload (Nginx *self)
{
  int fd = nginx_open_idle (self, "/");

  g_subprocess_send_signal (self->process, SIGHUP);
  nginx_wait_for_end (fd);
}

/* -- the object -- */

Nginx *
nginx_new (const char *locations, GError **error)
{
  g_autoptr (Nginx) self = g_new0 (Nginx, 1);

  self->listener = -1;
  self->program = find_program ();
  if (self->program == NULL)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                           "there is no nginx here (Debian: nginx-light)");
      return NULL;
    }
  self->folder = g_dir_make_tmp ("rebound-nginx-XXXXXX", error);
  if (self->folder == NULL || !listen_somewhere (self, error)
      || !write_config (self, locations, error) || !launch (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
nginx_free (Nginx *self)
{
  nginx_stop (self);
  if (self->listener >= 0)
    close (self->listener);
  if (self->folder != NULL)
    remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->program);
  g_free (self);
}

guint16
nginx_get_port (Nginx *self)
{
  return self->port;
}

const char *
nginx_get_folder (Nginx *self)
{
  return self->folder;
}

char *
nginx_dup_uri (Nginx *self, const char *path)
{
  return g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path);
}

/* -- looking at it from outside -- */

int
nginx_open_idle (Nginx *self, const char *path)
{
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: nginx\r\n\r\n", path);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (self->port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  char answer[4096];
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) < 0
      || send (fd, request, strlen (request), MSG_NOSIGNAL) < 0
      || recv (fd, answer, sizeof answer, 0) <= 0)
    g_error ("nginx does not answer: %m");
  return fd;
}

void
nginx_wait_for_end (int fd)
{
  char bytes[4096];

  while (recv (fd, bytes, sizeof bytes, 0) > 0)
    ;
  close (fd);
}

/* It logs a request before it looks at the next. */
guint
nginx_count_deliveries (Nginx *self, const char *id)
{
  g_autofree char *path = g_build_filename (self->folder, "access.log", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint count = 0;

  close (nginx_open_idle (self, "/"));
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    count += g_str_equal (*line, id);
  return count;
}
