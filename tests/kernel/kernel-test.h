/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

#include "net/rebound-fence-private.h"
#include "net/rebound-socket-diag-private.h"

G_BEGIN_DECLS

/* What the tests of the kernel share: a way into a machine of their own, and sockets without GIO,
 * every one non-blocking, so that a kernel that behaves otherwise fails a test and hangs none.
 * Calls that are not what a test is about are asserted here. */

/* Enters isolation. Where the machine refuses, adds one test that is skipped with the reason and
 * returns FALSE: main() is to add no other and return g_test_run (). */
gboolean kernel_test_enter (void);

/* As g_test_add(), a test for each family: PATH/ipv4, whose data is GINT_TO_POINTER (AF_INET), and
 * PATH/ipv6. */
#define kernel_test_add_for_families(path, Fixture, set_up, test, tear_down)                       \
  kernel_test_add_vtable_for_families (path, sizeof (Fixture), (GTestFixtureFunc) set_up,          \
                                       (GTestFixtureFunc) test, (GTestFixtureFunc) tear_down)
void kernel_test_add_vtable_for_families (const char *path,
                                          gsize fixture_bytes,
                                          GTestFixtureFunc set_up,
                                          GTestFixtureFunc test,
                                          GTestFixtureFunc tear_down);

/* Runs @play in a child in the same namespaces, and asserts that it passes: for what a process does
 * once. A subprocess of GLib's would be another program, without our capabilities. */
void kernel_test_in_child (void (*play) (void));

/* A port that no earlier call returned, so that no test meets another one's remainders. */
guint16 kernel_test_new_port (void);

/* Everything that was sent before has been delivered. */
void kernel_test_settle (void);
ReboundSocketDiag *kernel_test_diag (void);

/* How many RSTs this namespace has sent so far. */
guint64 kernel_test_count_resets (void);

int raw_socket (sa_family_t family);
void raw_set_option (int fd, int level, int option, int value);
void raw_set_reuse (int fd, gboolean reuse);

/* 0 or the errno of bind() to @port of the loopback of @family. */
int raw_try_bind (int fd, sa_family_t family, guint16 port);

int raw_listen (sa_family_t family, guint16 port, gboolean reuse, int backlog);

/* What came of connect() to @port of the loopback of @family, settled: 0, its errno, or EINPROGRESS
 * where nobody has answered. */
int raw_try_connect (int fd, sa_family_t family, guint16 port);

/* Starts to connect from @local_port (0: any) and settles; whether that led anywhere is the test's
 * to see. */
int raw_start_connecting (sa_family_t family, guint16 port, guint16 local_port);

/* The same, and asserts that it is established. */
int raw_connect (sa_family_t family, guint16 port, guint16 local_port);

/* An accepted socket, or the negative errno. */
int raw_try_accept (int listener);
int raw_accept (int listener);

/* The two ends of a connection through a listener that is gone: ours was accepted there. */
typedef struct
{
  int ours;
  int peer;
} RawPair;

RawPair raw_new_pair (void);

/* close() and settle. The abortive one sets linger 0 first: a RST at once. */
void raw_close (int fd);
void raw_close_abortively (int fd);

/* The number of bytes, or the negative errno, of one call; settled after a send. */
int raw_send (int fd, const char *text);
int raw_receive (int fd);

/* What poll() says now, asked for @events. */
short raw_poll (int fd, short events);
guint16 raw_port (int fd);

/* A socket as diagnosis knows it: to be noted while the descriptor is open. */
typedef struct
{
  ReboundTuple tuple;
  guint64 cookie;
} RawIdentity;

RawIdentity raw_identify (int fd);

/* TCP_*, or the negative errno of the look-up. */
int raw_look_up (const RawIdentity *identity);

#define assert_state(state, expected)                                                              \
  g_assert_cmpstr (rebound_tcp_state_name (state), ==, rebound_tcp_state_name (expected))

#define assert_errno(result, expected)                                                             \
  g_assert_cmpstr (rebound_errno_name (-(result)), ==, rebound_errno_name (expected))

G_END_DECLS
