/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel answers about sockets: a letter for the question, and then datagrams, each behind
 * its length (two bytes, the lower one first). libmnl's four calls that talk are this file's; those
 * that read a message are its own. What lies in the buffer behind a datagram is not to be read. */

#include "net/rebound-socket-diag.c"

#include "fuzz.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ /* as gcc says it */
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size)   ((void) (start), (void) (size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void) (start), (void) (size))
#endif

static const uint8_t *rest; /* of the input */
static size_t rest_bytes;

struct mnl_socket *
mnl_socket_open2 (int bus, int flags)
{
  return (struct mnl_socket *) &rest;
}

int
mnl_socket_close (struct mnl_socket *netlink)
{
  return 0;
}

ssize_t
mnl_socket_sendto (const struct mnl_socket *netlink, const void *bytes, size_t n_bytes)
{
  return (ssize_t) n_bytes;
}

/* The next datagram; an empty queue is what the real socket, which never waits, calls EAGAIN. */
ssize_t
mnl_socket_recvfrom (const struct mnl_socket *netlink, void *buffer, size_t buffer_bytes)
{
  size_t n_bytes;

  if (rest_bytes < 2)
    {
      errno = EAGAIN;
      return -1;
    }
  n_bytes = MIN ((size_t) rest[0] | (size_t) rest[1] << 8, rest_bytes - 2);
  g_assert_cmpuint (buffer_bytes, ==, ANSWER_MAX_BYTES);
  ASAN_UNPOISON_MEMORY_REGION (buffer, buffer_bytes);
  n_bytes = MIN (n_bytes, buffer_bytes);
  memcpy (buffer, rest + 2, n_bytes);
  ASAN_POISON_MEMORY_REGION ((char *) buffer + n_bytes, buffer_bytes - n_bytes);
  rest += 2 + n_bytes;
  rest_bytes -= 2 + n_bytes;
  return (ssize_t) n_bytes;
}

static void
check_info (const ReboundSocketInfo *info)
{
  ReboundTuple tuple = rebound_tuple_unmap (&info->tuple);
  ReboundTuple twice = rebound_tuple_reverse (&tuple);

  twice = rebound_tuple_reverse (&twice);
  g_assert_true (rebound_tuple_equal (&tuple, &twice));
  g_assert_cmpuint (rebound_tuple_hash (&tuple), ==, rebound_tuple_hash (&twice));
  g_assert_nonnull (rebound_tcp_state_name (info->state));
  g_assert_cmpint (info->time_left_usec, >=, -1);
  g_assert_true (info->v6only >= -1 && info->v6only <= 1);
}

static void
dump (ReboundSocketDiag *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos = rebound_socket_diag_dump (self, AF_INET6, 0, G_MAXUINT32, &error);

  g_assert_true ((infos == NULL) == (error != NULL));
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    check_info (&g_array_index (infos, ReboundSocketInfo, i));
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
  static ReboundSocketDiag self; /* opened once in a run, too */
  const ReboundTuple tuple = { AF_INET, g_htons (30000), g_htons (40000), { 1 }, { 1 } };
  ReboundSocketInfo info;
  int result;

  if (size < 1)
    return -1;
  rest = data + 1;
  rest_bytes = size - 1;
  self.sequence = 0; /* so that it is 1 in the answers */
  if (data[0] == 'D')
    dump (&self);
  else if (data[0] == 'L')
    {
      result = rebound_socket_diag_look_up (&self, &tuple, 1, &info);
      if (result == 0)
        check_info (&info);
    }
  else
    result = rebound_socket_diag_destroy (&self, &tuple, 1);
  ASAN_UNPOISON_MEMORY_REGION (self.answer, sizeof self.answer);
  return 0;
}
