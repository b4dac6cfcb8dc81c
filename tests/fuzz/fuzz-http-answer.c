/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An HTTP answer from a server that may mean no good, or two of them: G or H, for the method that
 * it answers, and then the stream.
 *
 * A stream has no edges: in one piece, byte by byte and in pieces of any size it is the same answer
 * or the same error. What is kept of it never exceeds the limits. And where an answer is accepted,
 * its end is where a second, simpler reading of RFC 9112, 6.3 has it, for whoever is led to another
 * place there takes the rest for the answer to somebody else's request. The class is included and
 * not linked, so that what it keeps can be looked at. */

#include "net/rebound-http-answer.c"

#include "fuzz.h"
#include "http-reference.h"

/* Small, so that inputs of a kilobyte get there. */
#define HEAD_LIMIT_BYTES 512
#define BODY_LIMIT_BYTES 256

/* How a stream ended. */
typedef struct
{
  ReboundHttpAnswer *answer;
  GError *error;
  gsize taken_bytes;
} Outcome;

static void
check_limits (const ReboundHttpAnswer *answer, gsize piece_bytes)
{
  /* What a head or a line is cut off at is seen once the piece has been added to it. */
  gsize over_bytes = answer->phase == FAILED ? piece_bytes : 0;

  g_assert_cmpuint (answer->text->len, <=, HEAD_LIMIT_BYTES + over_bytes);
  g_assert_cmpuint (answer->interim_bytes, <=, HEAD_LIMIT_BYTES);
  g_assert_cmpuint (answer->chunks.line->len, <=, HEAD_LIMIT_BYTES);
  g_assert_cmpuint (answer->chunks.extra_bytes, <=, HEAD_LIMIT_BYTES);
  g_assert_cmpuint (answer->body->len, <=, BODY_LIMIT_BYTES);
}

/* In pieces of @piece_bytes, or of any size where that is 0. */
static Outcome
feed (const char *stream, gsize n_bytes, gboolean is_to_head, gsize piece_bytes, guint32 draw)
{
  const ReboundHttpLimits limits = { HEAD_LIMIT_BYTES, BODY_LIMIT_BYTES };
  Outcome outcome = { rebound_http_answer_new (is_to_head, &limits) };

  while (outcome.taken_bytes < n_bytes && outcome.error == NULL
         && !rebound_http_answer_is_complete (outcome.answer))
    {
      gsize size = piece_bytes > 0 ? piece_bytes : 1 + fuzz_draw (&draw) % 40;
      gsize rest_bytes = MIN (size, n_bytes - outcome.taken_bytes);
      const char *rest = stream + outcome.taken_bytes;
      /* A block of its own, where the pieces are not too many: what is read behind it is seen. */
      g_autofree char *copy = piece_bytes != 1 ? g_memdup2 (rest, rest_bytes) : NULL;
      gssize taken_bytes = rebound_http_answer_take (outcome.answer, copy != NULL ? copy : rest,
                                                     rest_bytes, &outcome.error);

      check_limits (outcome.answer, rest_bytes);
      g_assert_true (taken_bytes >= 0 || outcome.error != NULL);
      g_assert_cmpint (taken_bytes, <=, (gssize) rest_bytes);
      outcome.taken_bytes += taken_bytes > 0 ? (gsize) taken_bytes : 0;
    }
  if (outcome.error == NULL)
    rebound_http_answer_end (outcome.answer, &outcome.error);
  return outcome;
}

static void
outcome_clear (Outcome *outcome)
{
  rebound_http_answer_free (outcome->answer);
  g_clear_error (&outcome->error);
}

static void
check_same (const Outcome *one, const Outcome *other)
{
  g_assert_cmpint (one->error != NULL, ==, other->error != NULL);
  if (one->error != NULL)
    {
      g_assert_cmpint (one->error->code, ==, other->error->code);
      g_assert_cmpstr (one->error->message, ==, other->error->message);
      return;
    }
  g_assert_cmpuint (one->taken_bytes, ==, other->taken_bytes);
  g_assert_cmpuint (one->answer->head->status, ==, other->answer->head->status);
  g_assert_cmpint (rebound_http_answer_keeps_alive (one->answer), ==,
                   rebound_http_answer_keeps_alive (other->answer));
  g_assert_cmpmem (one->answer->body->data, one->answer->body->len, other->answer->body->data,
                   other->answer->body->len);
}

static void
check_against_reference (const Outcome *outcome,
                         const char *stream,
                         gsize n_bytes,
                         gboolean to_head)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  gboolean is_until_close = FALSE;
  gssize end = http_reference_read (stream, n_bytes, to_head, body, &is_until_close);

  g_assert_cmpint (end, ==, (gssize) outcome->taken_bytes);
  g_assert_cmpmem (body->data, body->len, outcome->answer->body->data, outcome->answer->body->len);
  g_assert_false (is_until_close && rebound_http_answer_keeps_alive (outcome->answer));
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *stream = (const char *) data + 1;
  Outcome whole, bytes, pieces;
  gboolean is_to_head;

  if (size < 1 || (data[0] != 'G' && data[0] != 'H'))
    return -1;
  is_to_head = data[0] == 'H';
  whole = feed (stream, size - 1, is_to_head, size, 0);
  bytes = feed (stream, size - 1, is_to_head, 1, 0);
  pieces = feed (stream, size - 1, is_to_head, 0, fuzz_hash (data, size));
  check_same (&whole, &bytes);
  check_same (&whole, &pieces);
  if (whole.error == NULL)
    check_against_reference (&whole, stream, size - 1, is_to_head);
  outcome_clear (&whole);
  outcome_clear (&bytes);
  outcome_clear (&pieces);
  return 0;
}
