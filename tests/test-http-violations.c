/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client of ours, a server of plain system calls, and each row of the table between them: how the
 * request ends, whether the connection is used again, how much is kept of what has no end, and that
 * the next request gets the answer that was meant for it. The clock is virtual, so that what drips
 * for a minute takes none. With --table the rows are printed as Markdown. */

#include "http-violations.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-http-client.h"
#include "net/rebound-isolation.h"

#define PORT 30000
#define URI  "http://127.0.0.1:30000/"

/* The client's default for a head; less than its default for a body, for the test's sake. */
#define HEAD_LIMIT_BYTES (64 * 1024)
#define BODY_LIMIT_BYTES (1024 * 1024)

/* A buffer grows to the next power of two, and holds what one read brought besides; the copy that
 * is made on the way counts too. */
#define KEPT_MAXIMUM_BYTES (3 * (HEAD_LIMIT_BYTES + BODY_LIMIT_BYTES))

#define ENDLESS_BYTES ((gsize) 1 << 30)

/* What nobody can take for the answer to another request. */
#define OWN "HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\nConnection: close\r\n\r\nown"

typedef struct
{
  const HttpViolation *violation;
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundHttpClient *client;
  int listener_fd;
  int fd; /* the server's end */
  gboolean is_told;
  GError *error;
  gsize kept_bytes; /* at most, above what was there before; 0 where malloc does not tell */
} Fixture;

static void
turn (Fixture *self)
{
  while (g_main_context_iteration (self->context, FALSE))
    ;
}

static void
pass (Fixture *self, gint64 duration_usec)
{
  net_test_come_to (self->clock, self->context,
                    rebound_clock_get_time_usec (self->clock) + duration_usec);
  turn (self);
}

static void
on_sent (GObject *client, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_false (self->is_told);
  self->is_told = TRUE;
  g_clear_error (&self->error);
  rebound_http_client_send_finish (REBOUND_HTTP_CLIENT (client), result, &self->error);
}

/* (transfer full) */
static ReboundHttpRequest *
give (Fixture *self, const char *method)
{
  ReboundHttpRequest *request = rebound_http_request_new (method, URI, NULL);

  self->is_told = FALSE;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  turn (self);
  return request;
}

/* -- the server -- */

static void
set_up (Fixture *self, const HttpViolation *violation)
{
  *self = (Fixture){ .violation = violation, .context = g_main_context_new () };
  g_main_context_push_thread_default (self->context);
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, self->context);
  self->client = g_object_new (REBOUND_TYPE_HTTP_CLIENT, "body-limit", (gint64) BODY_LIMIT_BYTES,
                               "head-limit", (gint64) HEAD_LIMIT_BYTES, NULL);
  rebound_actor_set_name (REBOUND_ACTOR (self->client), "http");
  rebound_actor_come_to_life (REBOUND_ACTOR (self->client), self->site);
  self->listener_fd = raw_listen (AF_INET, PORT, TRUE, 8);
}

static void
tear_down (Fixture *self)
{
  rebound_actor_abandon (REBOUND_ACTOR (self->client));
  turn (self);
  g_assert_finalize_object (self->client);
  if (self->fd >= 0)
    raw_close_abortively (self->fd);
  raw_close (self->listener_fd);
  g_assert_finalize_object (self->site);
  g_assert_finalize_object (self->clock);
  g_clear_error (&self->error);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
}

static gsize
count_allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* FALSE when the client has had enough. */
static gboolean
send_some (Fixture *self, const char *bytes, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t sent = send (self->fd, bytes, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (sent < 0 && errno != EAGAIN)
        return FALSE;
      if (sent > 0)
        {
          bytes += sent;
          n_bytes -= (gsize) sent;
        }
      turn (self);
      if (self->is_told)
        return FALSE;
    }
  return TRUE;
}

static void
drip (Fixture *self)
{
  for (gsize i = 0; i < self->violation->start_bytes && !self->is_told; i++)
    {
      pass (self, G_USEC_PER_SEC);
      send_some (self, self->violation->start + i, 1);
    }
}

static void
send_without_end (Fixture *self)
{
  g_autoptr (GString) block = g_string_new (NULL);
  gsize before_bytes = count_allocated ();
  gsize sent_bytes;

  while (block->len < 16384)
    g_string_append (block, self->violation->more);
  for (sent_bytes = 0; sent_bytes < ENDLESS_BYTES && !self->is_told; sent_bytes += block->len)
    {
      gsize allocated_bytes;

      if (!send_some (self, block->str, block->len))
        break;
      allocated_bytes = count_allocated ();
      if (allocated_bytes > before_bytes)
        self->kept_bytes = MAX (self->kept_bytes, allocated_bytes - before_bytes);
    }
  g_assert_cmpuint (sent_bytes, <, 2 * 1024 * 1024 + 8 * (HEAD_LIMIT_BYTES + BODY_LIMIT_BYTES));
}

static void
end (Fixture *self)
{
  if (self->violation->end == HTTP_VIOLATION_STAYS)
    return;
  if (self->violation->end == HTTP_VIOLATION_FIN)
    raw_close (self->fd);
  else
    raw_close_abortively (self->fd);
  self->fd = -1;
  turn (self);
}

static void
serve (Fixture *self)
{
  const HttpViolation *violation = self->violation;

  self->fd = raw_accept (self->listener_fd);
  g_assert_cmpint (raw_receive (self->fd), >, 0);
  if (violation->pace == HTTP_VIOLATION_DRIPS)
    drip (self);
  else
    send_some (self, violation->start, violation->start_bytes);
  if (violation->more != NULL && violation->pace != HTTP_VIOLATION_LATER)
    send_without_end (self);
  end (self);
  if (!self->is_told)
    pass (self, G_TIME_SPAN_MINUTE + 1); /* the request's own time */
  g_assert_true (self->is_told);
  if (violation->pace == HTTP_VIOLATION_LATER)
    {
      g_assert_cmpint (raw_send (self->fd, violation->more), ==, (int) strlen (violation->more));
      turn (self);
    }
}

/* -- what became of it -- */

static void
check_outcome (Fixture *self, ReboundHttpRequest *request)
{
  g_autofree char *said = NULL;
  gsize body_bytes;
  const char *body;

  if (self->violation->outcome != HTTP_VIOLATION_ANSWERED)
    {
      g_assert_error (self->error, REBOUND_HTTP_ERROR, self->violation->outcome);
      g_assert_cmpuint (rebound_http_request_get_status (request), ==, 0);
      if (!g_pattern_match_simple (self->violation->says, self->error->message))
        g_assert_cmpstr (self->error->message, ==, self->violation->says);
      return;
    }
  g_assert_no_error (self->error);
  body = g_bytes_get_data (rebound_http_request_get_answer_body (request), &body_bytes);
  said = g_strdup_printf ("%u %.*s", rebound_http_request_get_status (request), (int) body_bytes,
                          body != NULL ? body : "");
  g_assert_cmpstr (said, ==, self->violation->says);
}

/* The next request is answered with what was meant for it, over the connection that it should be.
 */
static void
check_next (Fixture *self)
{
  g_autoptr (ReboundHttpRequest) next = NULL;
  gboolean keeps = self->violation->keeps;
  guint n_idle;
  int fd;

  g_object_get (self->client, "idle-count", &n_idle, NULL);
  g_assert_cmpuint (n_idle, ==, keeps ? 1 : 0);
  next = give (self, "GET");
  fd = raw_try_accept (self->listener_fd);
  g_assert_cmpint (fd < 0, ==, keeps);
  g_assert_cmpint (raw_receive (keeps ? self->fd : fd), >, 0);
  g_assert_cmpint (raw_send (keeps ? self->fd : fd, OWN), ==, (int) strlen (OWN));
  turn (self);
  g_assert_true (self->is_told);
  g_assert_no_error (self->error);
  g_assert_cmpuint (rebound_http_request_get_status (next), ==, 202);
  g_assert_cmpuint (rebound_http_request_get_connection (next), ==, keeps ? 1 : 2);
  if (fd >= 0)
    raw_close_abortively (fd);
}

static void
play (Fixture *self, const HttpViolation *violation)
{
  g_autoptr (ReboundHttpRequest) request = NULL;

  set_up (self, violation);
  request = give (self, violation->method != NULL ? violation->method : "GET");
  serve (self);
  check_outcome (self, request);
  g_assert_cmpuint (self->kept_bytes, <=, KEPT_MAXIMUM_BYTES);
  check_next (self);
}

/* What a process opens once is open from then on. */
static void
warm_up (void)
{
  static gboolean is_warm;
  Fixture fixture;

  if (is_warm)
    return;
  is_warm = TRUE;
  play (&fixture, &http_violations[0]);
  tear_down (&fixture);
}

static void
test_violation (gconstpointer violation)
{
  guint n_descriptors;
  Fixture fixture;

  warm_up ();
  n_descriptors = count_descriptors ();
  play (&fixture, violation);
  tear_down (&fixture);
  g_assert_cmpuint (count_descriptors (), ==, n_descriptors);
}

/* -- the table -- */

static const char *
name_outcome (int outcome)
{
  static const char *const names[] = {
    [REBOUND_HTTP_ERROR_CONNECTION] = "`CONNECTION`",
    [REBOUND_HTTP_ERROR_TIMED_OUT] = "`TIMED_OUT`",
    [REBOUND_HTTP_ERROR_MALFORMED] = "`MALFORMED`",
    [REBOUND_HTTP_ERROR_TOO_LARGE] = "`TOO_LARGE`",
  };

  return outcome == HTTP_VIOLATION_ANSWERED ? "answered" : names[outcome];
}

/* Each row is played, and what it says is asserted: the program ends with 134 where it is not so.
 */
static void
print_table (void)
{
  gsize kept_bytes = 0;

  printf (
      "| | what the server sends | RFC 9112 | the request | its connection | the next request |\n"
      "|---|---|---|---|---|---|\n");
  for (guint i = 0; i < n_http_violations; i++)
    {
      const HttpViolation *row = &http_violations[i];
      Fixture fixture;

      play (&fixture, row);
      kept_bytes = MAX (kept_bytes, fixture.kept_bytes);
      printf ("| %s | %s | %s%s | %s | %s | answered, its own |\n",
              i == 0 || strcmp (row->group, row[-1].group) != 0 ? row->group : "", row->name,
              g_str_has_prefix (row->section, "91") ? "RFC " : "", row->section,
              name_outcome (row->outcome), row->keeps ? "used again" : "not used again");
      tear_down (&fixture);
    }
  printf (
      "\n%u rows. Of what has no end at most %" G_GSIZE_FORMAT
      " KiB were allocated at any time, with limits of %d KiB for a head and %d KiB for a body.\n",
      n_http_violations, (kept_bytes + 1023) / 1024, HEAD_LIMIT_BYTES / 1024,
      BODY_LIMIT_BYTES / 1024);
}

/* Nothing but the table may be printed, and so GLib's test framework has no part in it. */
static int
print (void)
{
  g_autoptr (GError) error = NULL;

  if (!rebound_isolation_enter (&error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 77;
    }
  print_table ();
  return fflush (stdout) == 0 ? 0 : 99;
}

int
main (int argc, char *argv[])
{
  if (argc == 2 && strcmp (argv[1], "--table") == 0)
    return print ();
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < n_http_violations; i++)
    {
      const HttpViolation *row = &http_violations[i];
      g_autofree char *name = g_strdelimit (g_strdup (row->name), "/", ' ');
      g_autofree char *path = g_strdup_printf ("/http-violations/%s/%s", row->group, name);

      g_test_add_data_func (path, row, test_violation);
    }
  return g_test_run ();
}
