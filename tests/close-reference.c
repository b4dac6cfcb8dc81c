/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "close-reference.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of /proc/net/tcp (include/net/tcp_states.h). */
#define STATE_TIME_WAIT 6
#define STATE_CLOSE     7

#define SAID "hello"

static char zeros[1024 * 1024];

typedef struct
{
  int own_fd, peer_fd; /* -1 once they are closed */
  unsigned short own_port, peer_port;
  long queued_bytes; /* what TCP has not taken */
  int is_shut_down;
  long delivered_bytes;
  int peer_end; /* -1: not yet */
} Pair;

static int
check (int result, const char *what)
{
  if (result < 0)
    {
      perror (what);
      abort ();
    }
  return result;
}

/* -- the loopback -- */

static struct sockaddr_in
loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return address;
}

static struct sockaddr_in
name_of (int fd)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;

  check (getsockname (fd, (struct sockaddr *) &address, &length), "getsockname");
  return address;
}

/* Packets of one CPU are processed in order, and the process is pinned to one: when a datagram to
 * ourselves has come, so has all that was sent before it. */
static void
deliver (void)
{
  static int fd = -1;
  struct sockaddr_in address = loopback ();
  char byte = 0;

  if (fd < 0)
    {
      fd = check (socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
      check (bind (fd, (struct sockaddr *) &address, sizeof address), "bind");
      address = name_of (fd);
      check (connect (fd, (struct sockaddr *) &address, sizeof address), "connect");
    }
  check ((int) send (fd, &byte, 1, 0), "send");
  while (recv (fd, &byte, 1, 0) < 0)
    sched_yield ();
}

static int
listen_anywhere (struct sockaddr_in *address)
{
  int fd = check (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

  *address = loopback ();
  check (bind (fd, (struct sockaddr *) address, sizeof *address), "bind");
  check (listen (fd, 1), "listen");
  *address = name_of (fd);
  return fd;
}

static Pair
open_pair (int send_buffer_bytes)
{
  const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  Pair pair = { .peer_end = -1 };
  struct sockaddr_in address;
  int listener = listen_anywhere (&address);

  pair.peer_fd = check (socket (AF_INET, SOCK_STREAM | flags, 0), "socket");
  if (connect (pair.peer_fd, (struct sockaddr *) &address, sizeof address) < 0
      && errno != EINPROGRESS)
    check (-1, "connect");
  deliver ();
  pair.own_fd = check (accept4 (listener, NULL, NULL, flags), "accept");
  close (listener);
  if (send_buffer_bytes > 0)
    check (setsockopt (pair.own_fd, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes,
                       sizeof send_buffer_bytes),
           "SO_SNDBUF");
  pair.own_port = ntohs (address.sin_port);
  pair.peer_port = ntohs (name_of (pair.peer_fd).sin_port);
  return pair;
}

/* As /proc/net/tcp has it, whose addresses are hexadecimal: "0100007F:7530 0100007F:9C40 06". */
static int
look_up (unsigned short local_port, unsigned short remote_port)
{
  FILE *table = fopen ("/proc/self/net/tcp", "re");
  unsigned int local, remote, state;
  int found = STATE_CLOSE;
  char line[256];

  if (table == NULL)
    check (-1, "/proc/self/net/tcp");
  while (fgets (line, sizeof line, table) != NULL)
    if (sscanf (line, " %*d: %*8x:%4x %*8x:%4x %2x", &local, &remote, &state) == 3
        && local == local_port && remote == remote_port)
      found = (int) state;
  fclose (table);
  return found;
}

/* -- what happens to a connection -- */

static void
close_end (int *fd)
{
  if (*fd >= 0)
    check (close (*fd), "close");
  *fd = -1;
  deliver ();
}

static void
abort_end (int *fd)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (*fd >= 0)
    check (setsockopt (*fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), "SO_LINGER");
  close_end (fd);
}

static void
say (Pair *pair)
{
  check ((int) send (pair->peer_fd, SAID, strlen (SAID), MSG_NOSIGNAL), "send");
  deliver ();
}

static void
peer_acts (Pair *pair, ReferencePeer deed)
{
  switch (deed)
    {
    case REFERENCE_PEER_OPEN:
      break;
    case REFERENCE_PEER_HALF_CLOSED:
      check (shutdown (pair->peer_fd, SHUT_WR), "shutdown");
      deliver ();
      break;
    case REFERENCE_PEER_CLOSED:
    case REFERENCE_PEER_CLOSED_UNREAD:
      close_end (&pair->peer_fd);
      break;
    case REFERENCE_PEER_RESET:
    case REFERENCE_PEER_RESET_SEEN:
      abort_end (&pair->peer_fd);
      break;
    }
}

static int
peer_reads (Pair *pair)
{
  static char buffer[65536];
  ssize_t n;

  if (pair->peer_fd < 0 || pair->peer_end >= 0)
    return 0;
  n = recv (pair->peer_fd, buffer, sizeof buffer, 0);
  if (n < 0 && errno == EAGAIN)
    return 0;
  if (n <= 0)
    pair->peer_end = n < 0 ? errno : 0;
  else
    pair->delivered_bytes += n;
  deliver ();
  return 1;
}

/* -- what calls say -- */

static void
send_twice (Pair *pair, int results[2])
{
  for (int i = 0; i < 2; i++)
    {
      ssize_t n = send (pair->own_fd, "x", 1, MSG_NOSIGNAL);

      results[i] = n < 0 ? -errno : (int) n;
      deliver ();
    }
}

static long
read_on (int fd, int *result)
{
  char buffer[16];
  long bytes = 0;
  ssize_t n;

  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    bytes += n;
  *result = n < 0 ? -errno : 0;
  return bytes;
}

static Pair
open_pair_as_asked (ReferencePeer peer, int is_shut_down, int has_unread)
{
  Pair pair = open_pair (0);

  if (peer == REFERENCE_PEER_CLOSED_UNREAD)
    check ((int) send (pair.own_fd, SAID, strlen (SAID), MSG_NOSIGNAL), "send");
  if (is_shut_down)
    check (shutdown (pair.own_fd, SHUT_WR), "shutdown");
  deliver ();
  if (has_unread)
    say (&pair);
  peer_acts (&pair, peer);
  return pair;
}

static void
close_both (Pair *pair)
{
  abort_end (&pair->own_fd);
  abort_end (&pair->peer_fd);
}

ReferenceAnswers
reference_ask (ReferencePeer peer, int is_shut_down, int has_unread)
{
  Pair read_first = open_pair_as_asked (peer, is_shut_down, has_unread);
  Pair written_first = open_pair_as_asked (peer, is_shut_down, has_unread);
  ReferenceAnswers answers;

  answers.state = look_up (read_first.own_port, read_first.peer_port);
  answers.input_bytes = read_on (read_first.own_fd, &answers.recvs[0]);
  read_on (read_first.own_fd, &answers.recvs[1]);
  send_twice (&read_first, answers.sends_after);
  send_twice (&written_first, answers.sends);
  answers.input_bytes_after = read_on (written_first.own_fd, &answers.recv_after);
  close_both (&read_first);
  close_both (&written_first);
  return answers;
}

/* -- the ways out -- */

/* What TCP takes of it now. -1 where it takes nothing and never will. */
static int
hand_over (Pair *pair)
{
  while (pair->queued_bytes > 0)
    {
      ssize_t n = send (pair->own_fd, zeros, (size_t) pair->queued_bytes, MSG_NOSIGNAL);

      if (n < 0)
        return errno == EAGAIN ? 0 : -1;
      pair->queued_bytes -= n;
    }
  return 0;
}

/* Send what is queued, shut down, read to the end, close: as much of it as can be done now. 0 where
 * there was nothing to do. */
static int
finish_step (Pair *pair)
{
  static char buffer[65536];
  long before_bytes = pair->queued_bytes;
  ssize_t n;

  if (pair->own_fd < 0)
    return 0;
  if (hand_over (pair) < 0)
    {
      close_end (&pair->own_fd);
      return 1;
    }
  deliver ();
  if (pair->queued_bytes == 0 && !pair->is_shut_down)
    {
      pair->is_shut_down = 1;
      if (shutdown (pair->own_fd, SHUT_WR) < 0)
        close_end (&pair->own_fd);
      deliver ();
      return 1;
    }
  n = recv (pair->own_fd, buffer, sizeof buffer, 0);
  if (n > 0 || pair->queued_bytes < before_bytes)
    return 1;
  if ((n < 0 && errno == EAGAIN) || (n == 0 && !pair->is_shut_down))
    return 0;
  close_end (&pair->own_fd);
  return 1;
}

static void
leave (Pair *pair, ReferenceWay way)
{
  if (way == REFERENCE_WAY_SHUTDOWN_CLOSE && pair->queued_bytes == 0)
    {
      shutdown (pair->own_fd, SHUT_WR);
      deliver ();
    }
  if (way == REFERENCE_WAY_SHUTDOWN_CLOSE || way == REFERENCE_WAY_CLOSE)
    close_end (&pair->own_fd);
  else if (way == REFERENCE_WAY_ABORT)
    abort_end (&pair->own_fd);
}

static void
read_and_finish (Pair *pair)
{
  int is_busy;

  do
    {
      is_busy = peer_reads (pair);
      is_busy = finish_step (pair) || is_busy;
    }
  while (is_busy);
}

ReferenceOutcome
reference_leave (ReferencePeer peer,
                 ReferenceWay way,
                 int has_unread,
                 long given_bytes,
                 int is_read,
                 int send_buffer_bytes)
{
  Pair pair = open_pair (send_buffer_bytes);
  ReferenceOutcome outcome = { 0 };
  int error;

  pair.queued_bytes = given_bytes;
  check (hand_over (&pair), "send");
  deliver ();
  while (is_read && peer_reads (&pair))
    ;
  if (has_unread)
    say (&pair);
  peer_acts (&pair, peer);
  if (peer == REFERENCE_PEER_RESET_SEEN)
    read_on (pair.own_fd, &error);
  leave (&pair, way);
  read_and_finish (&pair);
  close_end (&pair.peer_fd);
  read_and_finish (&pair);
  if (pair.own_fd >= 0)
    {
      errno = EBUSY;
      check (-1, "the reference did not end");
    }
  outcome.delivered_bytes = pair.delivered_bytes;
  outcome.peer_end = pair.peer_end;
  outcome.is_our_time_wait = look_up (pair.own_port, pair.peer_port) == STATE_TIME_WAIT;
  outcome.is_peers_time_wait = look_up (pair.peer_port, pair.own_port) == STATE_TIME_WAIT;
  return outcome;
}
