/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the kernel cuts what is more than the other end takes at once. That hangs on the windows that
 * the receiver announces, on how many of them the sender gets to see, and on how the bytes lie in
 * memory at either end; none of which may hang on the real clock. Nothing of it is a promise of the
 * kernel's, so the figures are compared with each other and not with ours. */

#include "kernel-test.h"

#include <errno.h>
#include <linux/tcp.h>
#include <sys/ioctl.h>

/* With time stamps one of 50 to 200 is cut otherwise. */
#define TRANSFERS 300

#define TRANSFER_BYTES (1024 * 1024)
#define READ_BYTES     (64 * 1024)

static struct tcp_info
get_info (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &length));
  return info;
}

static gsize
send_on (int fd, const char *data, gsize sent_bytes)
{
  while (sent_bytes < TRANSFER_BYTES)
    {
      ssize_t result = send (fd, data + sent_bytes, TRANSFER_BYTES - sent_bytes, MSG_NOSIGNAL);

      if (result < 0)
        {
          g_assert_cmpint (errno, ==, EAGAIN);
          break;
        }
      sent_bytes += (gsize) result;
    }
  kernel_test_settle ();
  return sent_bytes;
}

/* What waits there before anything is read, and the segments that it came in: as many as were sent,
 * and how long the longest of them may be. */
static void
describe_progress (GString *text, int client, int server)
{
  struct tcp_info info = get_info (client);
  int waiting_bytes = 0;

  g_assert_no_errno (ioctl (server, FIONREAD, &waiting_bytes));
  g_string_append_printf (text, "%d waiting, %u segments of up to %u; ", waiting_bytes,
                          info.tcpi_data_segs_out, info.tcpi_snd_mss);
}

static gsize
receive_some (int fd)
{
  char buffer[READ_BYTES];
  ssize_t result = recv (fd, buffer, sizeof buffer, 0);

  g_assert_cmpint (result, >, 0);
  kernel_test_settle ();
  return (gsize) result;
}

/* (transfer full) */
static char *
transfer_once (int listener, guint16 port, const char *data)
{
  GString *text = g_string_new (NULL);
  int client = raw_connect (AF_INET, port, 0);
  int server = raw_accept (listener);
  gsize sent_bytes = 0;
  gsize received_bytes = 0;

  while (received_bytes < TRANSFER_BYTES)
    {
      sent_bytes = send_on (client, data, sent_bytes);
      describe_progress (text, client, server);
      received_bytes += receive_some (server);
    }
  raw_close_abortively (client);
  raw_close (server);
  return g_string_free (text, FALSE);
}

static void
test_transfers_alike (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 1);
  g_autofree char *data = g_malloc0 (TRANSFER_BYTES);
  g_autofree char *first = transfer_once (listener, port, data);

  g_test_summary ("1 MiB over the loopback is cut into the same segments, 300 times of 300");
  g_test_message ("%s", first);
  for (guint i = 1; i < TRANSFERS; i++)
    {
      g_autofree char *other = transfer_once (listener, port, data);

      g_assert_cmpstr (other, ==, first);
    }
  raw_close (listener);
}

static void
test_no_time_stamps (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (family, port, TRUE, 1);
  int client = raw_connect (family, port, 0);
  int server = raw_accept (listener);

  g_test_summary ("no segment has a time stamp, so none differs from another by the real clock");
  g_assert_cmpuint (get_info (client).tcpi_options & TCPI_OPT_TIMESTAMPS, ==, 0);
  g_assert_cmpuint (get_info (server).tcpi_options & TCPI_OPT_TIMESTAMPS, ==, 0);
  raw_close_abortively (client);
  raw_close (server);
  raw_close (listener);
}

/* What the accounts of a connection go by. */
static void
test_acknowledged (void)
{
  const struct sockaddr none = { .sa_family = AF_UNSPEC };
  RawPair pair = raw_new_pair ();
  int unacknowledged_bytes = -1;

  g_test_summary ("acknowledged bytes are counted from 0 by the end that was connected to, and "
                  "from 1 by the other: its SYN; TIOCOUTQ is 0 when all are, and not any more when "
                  "the socket was disconnected");
  g_assert_cmpuint (get_info (pair.ours).tcpi_bytes_acked, ==, 0);
  g_assert_cmpuint (get_info (pair.peer).tcpi_bytes_acked, ==, 1);
  raw_send (pair.ours, "hello");
  raw_send (pair.peer, "hello");
  g_assert_cmpuint (get_info (pair.ours).tcpi_bytes_acked, ==, 5);
  g_assert_cmpuint (get_info (pair.peer).tcpi_bytes_acked, ==, 6);
  g_assert_no_errno (ioctl (pair.ours, TIOCOUTQ, &unacknowledged_bytes));
  g_assert_cmpint (unacknowledged_bytes, ==, 0);
  g_assert_no_errno (connect (pair.ours, &none, sizeof none));
  g_assert_no_errno (ioctl (pair.ours, TIOCOUTQ, &unacknowledged_bytes));
  g_assert_cmpint (unacknowledged_bytes, !=, 0);
  raw_close (pair.ours);
  raw_close (pair.peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/kernel/segments/acknowledged", test_acknowledged);
  g_test_add_func ("/kernel/segments/alike", test_transfers_alike);
  g_test_add_data_func ("/kernel/segments/no-time-stamps/ipv4", GINT_TO_POINTER (AF_INET),
                        test_no_time_stamps);
  g_test_add_data_func ("/kernel/segments/no-time-stamps/ipv6", GINT_TO_POINTER (AF_INET6),
                        test_no_time_stamps);
  return g_test_run ();
}
