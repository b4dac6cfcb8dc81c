/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an HTTP server does with the bytes of a client that may mean no good: a letter for how it
 * answers, and then the stream. In one piece and in pieces of any size the same requests are seen
 * and the same is answered; what is kept of the stream has a limit; and each answer is one, by the
 * client's own reading, whatever was in the request that it repeats. The connection and the timers
 * are this file's: nothing here has a socket, and no time passes. */

#include "net/rebound-http-visit.c"

#include "fuzz.h"
#include "net/rebound-http-answer-private.h"

/* A head, and what one read brings along with it. */
#define KEPT_MAXIMUM_BYTES (HEAD_LIMIT_BYTES + 4096)

/* What was seen of a visit. */
typedef struct
{
  ReboundHttpAnswerKind kind;
  GString *sent;
  GString *log; /* requests, and the end */
  guint n_requests;
  gboolean is_ended;
  ReboundHttpVisit *visit;
} Seen;

static Seen *seen; /* of the visit that goes on */

/* -- a connection that takes note -- */

ReboundConnection *
rebound_connection_new_of_table (ReboundSite *site, int fd, ReboundSocket *socket)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

void
rebound_connection_set_observer (ReboundConnection *self,
                                 const ReboundConnectionObserver *observer,
                                 gpointer user_data)
{
}

gboolean
rebound_connection_send (ReboundConnection *self, gconstpointer bytes, gsize length_bytes)
{
  g_string_append_len (seen->sent, bytes, (gssize) length_bytes);
  return TRUE;
}

void
rebound_connection_start_reading (ReboundConnection *self)
{
}

ReboundConnectionState
rebound_connection_get_state (ReboundConnection *self)
{
  return REBOUND_CONNECTION_STATE_OPEN;
}

void
rebound_connection_finish (ReboundConnection *self, gint64 deadline_usec, gint64 drain_bytes)
{
  g_string_append (seen->log, "finished\n");
  seen->is_ended = TRUE;
}

void
rebound_connection_close (ReboundConnection *self)
{
}

void
rebound_connection_abort (ReboundConnection *self)
{
}

/* -- timers that never fire -- */

ReboundTimer *
rebound_site_new_timer (ReboundSite *self,
                        const char *name,
                        ReboundTimerFunc func,
                        gpointer user_data)
{
  return NULL;
}

void
rebound_timer_arm (ReboundTimer *self, gint64 delay_usec)
{
}

void
rebound_timer_disarm (ReboundTimer *self)
{
}

void
rebound_timer_free (ReboundTimer *self)
{
}

/* -- a server -- */

static void
fill (ReboundHttpService *service, gpointer user_data)
{
  *service = (ReboundHttpService){ .kind = seen->kind,
                                   .status = 200,
                                   .body = "hello",
                                   .keep_alive_usec = 5 * G_USEC_PER_SEC,
                                   .keep_alive_max = 4,
                                   .says_keep_alive = TRUE };
}

static void
requested (ReboundHttpVisit *visit,
           const char *method,
           const char *path,
           const char *id,
           gpointer user_data)
{
  seen->n_requests++;
  g_string_append_printf (seen->log, "%s %s %s\n", method, path, id != NULL ? id : "-");
}

static void
came_early (gpointer user_data)
{
}

static void
ended (ReboundHttpVisit *visit, const char *how, gpointer user_data)
{
  g_string_append_printf (seen->log, "%s\n", how);
  seen->is_ended = TRUE;
  seen->visit = NULL;
  rebound_http_visit_free (visit);
}

static const ReboundHttpVisitListener listener = { fill, requested, came_early, ended };

/* In pieces of @piece_bytes, or of any size where that is 0. */
static void
visit (Seen *into, const char *stream, gsize n_bytes, gsize piece_bytes, guint32 draw)
{
  seen = into;
  seen->visit = rebound_http_visit_new (NULL, -1, NULL, "visit#1", &listener, NULL);
  for (gsize at = 0; at < n_bytes && !seen->is_ended;)
    {
      gsize wanted = piece_bytes > 0 ? piece_bytes : 1 + fuzz_draw (&draw) % 100;
      gsize size = MIN (wanted, n_bytes - at);
      g_autoptr (GBytes) bytes = g_bytes_new (stream + at, size);
      ReboundHttpVisit *held = g_rc_box_acquire (seen->visit);

      on_received (held->connection, bytes, held);
      g_assert_cmpuint (held->input->len, <=, KEPT_MAXIMUM_BYTES);
      visit_unref (held);
      at += size;
    }
  if (seen->visit != NULL)
    rebound_http_visit_free (seen->visit);
}

/* What was sent, as the client reads it: as many answers as there were requests, and no more. */
static void
check_answers (const Seen *of)
{
  const ReboundHttpLimits limits = { 1 << 20, 1 << 20 };
  gsize at = 0;
  g_auto (GStrv) lines = g_strsplit (of->log->str, "\n", -1);

  for (guint i = 0; i < of->n_requests; i++)
    {
      g_autoptr (ReboundHttpAnswer) answer
          = rebound_http_answer_new (g_str_has_prefix (lines[i], "HEAD "), &limits);
      gssize taken_bytes
          = rebound_http_answer_take (answer, of->sent->str + at, of->sent->len - at, NULL);

      g_assert_cmpint (taken_bytes, >=, 0);
      at += (gsize) taken_bytes;
      g_assert_true (rebound_http_answer_end (answer, NULL));
      g_assert_cmpuint (rebound_http_answer_get_head (answer)->status, ==, 200);
    }
  g_assert_true (at == of->sent->len || g_str_has_prefix (of->sent->str + at, "HTTP/1.1 100"));
}

static void
seen_init (Seen *self, ReboundHttpAnswerKind kind)
{
  *self = (Seen){ .kind = kind, .sent = g_string_new (NULL), .log = g_string_new (NULL) };
}

static void
seen_clear (Seen *self)
{
  g_string_free (self->sent, TRUE);
  g_string_free (self->log, TRUE);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  g_assert_true (rebound_soup_load (NULL));
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const ReboundHttpAnswerKind kinds[]
      = { REBOUND_HTTP_ANSWER_KIND_LENGTH,      REBOUND_HTTP_ANSWER_KIND_CHUNKED,
          REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE, REBOUND_HTTP_ANSWER_KIND_NONE,
          REBOUND_HTTP_ANSWER_KIND_CLOSE,       REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET };
  const char *stream = (const char *) data + 1;
  Seen whole, pieces;
  guint kind;

  if (size < 1 || data[0] < 'A' || (kind = data[0] - 'A') >= G_N_ELEMENTS (kinds))
    return -1;
  seen_init (&whole, kinds[kind]);
  seen_init (&pieces, kinds[kind]);
  visit (&whole, stream, size - 1, size, 0);
  visit (&pieces, stream, size - 1, 0, fuzz_hash (data, size));
  g_assert_cmpstr (whole.log->str, ==, pieces.log->str);
  g_assert_cmpmem (whole.sent->str, whole.sent->len, pieces.sent->str, pieces.sent->len);
  if (kinds[kind] <= REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE)
    check_answers (&whole);
  seen_clear (&whole);
  seen_clear (&pieces);
  return 0;
}
