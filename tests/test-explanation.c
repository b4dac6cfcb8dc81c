/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a run says at its end of what was lost, refused or reset in it: each case is a small script,
 * and every word that is said of it. */

#include "net/rebound-explanation-private.h"

#include <errno.h>

#include "kernel/kernel-test.h"
#include "net-test.h"

typedef struct
{
  const char *name;
  const char *script;
  const char *said; /* a line each, with when it is said and by whom */
} Case;

#define PORT 30000

/* A server of the world, gate, that accepts into far; near is the application's. */
#define GATE "peer socket gate\ngate.socket\ngate.bind port=30000\ngate.listen\n"
#define NEAR "socket near\nlaunch\nnear.socket\n"
#define JOIN GATE "peer socket far\n" NEAR "near.connect to=gate\ngate.accept into=far\n"

#define WEB    "listener web port=30000 "
#define PHONE  "client phone connect=127.0.0.1:30000 count=1 retry-every=10s "
#define NAIVE  "peer socket phone\nlaunch\nphone.socket\nphone.connect to=web\n"
#define HTTP   "peer http-server server port=30000\n"
#define GET    "http.get uri=http://server/"
#define RETURN "home\nopen\n"
#define IGNORE WEB "reuse-address=no on-error=ignore "

/* As much as its TCP and ours take of it is the kernel's affair, but the same each time. */
#define LARGE WEB "on-accept=hello greeting-size=1MiB send-buffer=16KiB close-order=client-first "

/* What is said alike in many of them. */
#define BIND "kernel: web could not bind port 30000 (EADDRINUSE, "
#define WAITS                                                                                      \
  "it had closed phone#1 first (line 3), and whoever closes first keeps TIME_WAIT (RFC 9293 "      \
  "3.6.1)"
#define BOTH                                                                                       \
  ". Linux binds the port beside that only where both have SO_REUSEADDR "                          \
  "(inet_csk_bind_conflict() in net/ipv4/inet_connection_sock.c). "
#define NEITHER "Neither has it: set it on every socket of the port, before its bind().\n"
#define REFUSED                                                                                    \
  ": where nobody listens the kernel answers a SYN with RST (RFC 9293 3.5.2). Port 30000: "
#define HANDSHAKE                                                                                  \
  ", whose application was suspended: the kernel completes a handshake by itself, into the "       \
  "backlog, and the client cannot tell (listen(2)).\n"
#define DROPPED                                                                                    \
  ": the backlog of web, whose application was suspended, was full. The kernel does not tell the " \
  "client (tcp_conn_request() in net/ipv4/tcp_input.c), which sends it again after 1 s, 2 s, 4 s " \
  "and so on.\n"
#define IN_BACKLOG                                                                                 \
  ": with that the kernel resets who waits in the backlog (inet_csk_listen_stop() in "             \
  "net/ipv4/inet_connection_sock.c); "
#define RST                                                                                        \
  ": close() then sends RST instead of FIN (RFC 1122 4.2.2.13, RFC 2525 2.17, tcp_close() in "     \
  "net/ipv4/tcp.c)"
#define READ_ON ". Read to the end (recv() = 0) before close().\n"
#define LINGER                                                                                     \
  ": with SO_LINGER of 0 s close() sends RST instead of FIN (RFC 9293 3.10.5, tcp_close() in "     \
  "net/ipv4/tcp.c)"
#define TAKEN "0s kernel: the system took near's end of near#1 away, "
#define DEFUNCT                                                                                    \
  "by FIN and then RST: the other end reads the end, and its first send fails; its owner, which "  \
  "is not told, gets ENOTCONN or EPIPE (tcp_disconnect() in net/ipv4/tcp.c)"
#define FIN                                                                                        \
  "by shutdown() of both directions: the other end reads the end, its first send succeeds, and "   \
  "the next fails; its owner, which is not told, reads the end, too, and gets EPIPE from send() "  \
  "(shutdown(2))"
#define ALIKE                                                                                      \
  ": send() succeeds, for from afar that looks like shutdown() of one direction, a FIN, and a "    \
  "half-closed connection may be sent to (RFC 1122 4.2.2.13, RFC 9293 3.6.1); "
#define LOOK ". Look for the end (recv() = 0, POLLRDHUP) before send().\n"

static const Case cases[] = {
  /* nothing to explain */
  { "nothing",
    WEB "on-accept=hello\n"
        "launch\n" PHONE "\nexpect phone.closed-count == 1\nhome\n",
    "" },
  { "closed-in-order",
    JOIN "near.send text=hi\nfar.recv\nnear.shutdown\nfar.recv\nfar.close\nnear.recv\nnear.close\n",
    "" },

  /* a port that is taken */
  { "time-wait", IGNORE "on-accept=close\nlaunch\n" PHONE "\n" RETURN,
    "0s " BIND "at 0.000): " WAITS BOTH NEITHER },
  { "time-wait-again",
    IGNORE "on-accept=close\nlaunch\n" PHONE "\n" RETURN RETURN "after 1s\n" RETURN,
    "1s " BIND "3 times, from 0.000 to 1.000): " WAITS BOTH NEITHER },
  { "fin-wait", IGNORE "on-accept=close\n" NAIVE RETURN,
    "0s " BIND
    "at 0.000): it had closed phone#1 first (line 5), and the other end has not closed it yet" BOTH
        NEITHER },
  { "close-wait", IGNORE "on-accept=keep connection-policy=keep\n" NAIVE "phone.close\n" RETURN,
    "0s " BIND "at 0.000): the other end had closed phone#1, and it had not" BOTH NEITHER },
  { "established", IGNORE "on-accept=keep connection-policy=keep\n" NAIVE RETURN,
    "0s " BIND "at 0.000): it had phone#1 in ESTABLISHED" BOTH NEITHER },
  { "option-too-late",
    IGNORE "on-accept=close\nlaunch\n" PHONE "\nset web reuse-address=yes\n" RETURN,
    "0s " BIND "at 0.000): " WAITS BOTH "The older one has it not, and on the new one alone it is "
    "too late: set it on both, before bind().\n" },
  { "option-left-out",
    WEB "on-error=ignore on-accept=close reuse-address=yes\nlaunch\n" PHONE
        "\nset web reuse-address=no\n" RETURN,
    "0s " BIND "at 0.000): " WAITS BOTH "The new one has it not: set it before bind().\n" },
  { "another-listens",
    WEB "\n"
        "listener mail port=30000\nlaunch\n",
    "0s kernel: mail could not bind port 30000 (EADDRINUSE, at 0.000): web has it open. Beside a "
    "socket that listens SO_REUSEADDR does not help (inet_csk_bind_conflict() in "
    "net/ipv4/inet_connection_sock.c): that one has to be closed first.\n" },
  { "another-is-bound",
    "socket one\nsocket two\nlaunch\none.socket\none.bind port=30000\ntwo.socket\ntwo.bind "
    "port=30000\n",
    "0s kernel: two could not bind port 30000 (EADDRINUSE, at 0.000): one has it open" BOTH
        NEITHER },
  { "earlier-process", IGNORE "on-accept=close\nlaunch\n" PHONE "\nkill\nlaunch\n",
    "0s " BIND "at 0.000): the process before this one had closed phone#1 first (line 3), and "
    "whoever closes first keeps TIME_WAIT (RFC 9293 3.6.1)" BOTH NEITHER },

  /* nobody listens */
  { "not-yet", PHONE "\nafter 25s\n",
    "25s kernel: phone was refused 3 times, from 0.000 to 20.000" REFUSED
    "nobody of the run had bound it yet.\n" },
  { "closed-at-home", WEB "\nlaunch\nhome\n" PHONE "\nclient post connect=web count=1\nafter 1s\n",
    "1s kernel: phone and post were refused 3 times, from 0.000 to 1.000" REFUSED
    "web had closed its socket at did-enter-background.\n" },
  { "process-ended", WEB "\nlaunch\nkill\n" PHONE "\nafter 1s\n",
    "1s kernel: phone was refused at 0.000" REFUSED "the process of web had ended.\n" },
  { "taken", WEB "background-policy=keep\nlaunch\nhome\nreclaim-sockets\n" PHONE "\nafter 1s\n",
    "1s kernel: phone was refused at 0.000" REFUSED
    "the system had taken the socket of web away.\n" },
  { "could-not-bind",
    IGNORE "on-accept=close\n" NAIVE "phone.close\n" RETURN "phone.socket\nphone.connect to=web\n",
    "0s " BIND "at 0.000): it had closed phone#1 first (line 5), and whoever closes first keeps "
    "TIME_WAIT (RFC 9293 3.6.1)" BOTH NEITHER "0s kernel: phone was refused at 0.000" REFUSED
    "web had not been able to bind it.\n" },
  { "bound-and-no-more",
    "socket one\nsocket near\nlaunch\none.socket\none.bind port=30000\nnear.socket\nnear.connect "
    "to=one\n",
    "0s kernel: near was refused at 0.000" REFUSED
    "one had the port, and did not listen there.\n" },
  { "many-reasons",
    PHONE "\n" WEB "\nlaunch\nhome\nafter 20s\nkill\nclient post connect=127.0.0.1:30001 count=1 "
          "retry-every=20s\nafter 1s\n",
    "21s kernel: phone and post were refused 4 times, from 0.000 to 20.000" REFUSED
    "web had closed its socket at did-enter-background (2); port 30000: nobody of the run had "
    "bound it yet (1); port 30001: nobody of the run had bound it yet (1).\n" },

  /* the backlog */
  { "not-accepted", WEB "background-policy=keep\nlaunch\nhome\n" PHONE "\nafter 5s\n",
    "5s kernel: phone#1 is connected since 0.000, and not accepted by web" HANDSHAKE },
  { "accepted-late",
    WEB "background-policy=keep on-accept=hello\nlaunch\nhome\n" PHONE "\nafter 5s\nopen\n",
    "5s kernel: phone#1 was connected for 5.000 s before it was accepted by web" HANDSHAKE },
  { "backlog-full",
    WEB "background-policy=keep on-accept=hello backlog=1\nlaunch\nhome\nclient crowd connect=web "
        "at-once=4 count=4\nafter 500ms\nopen\n",
    "500ms kernel: the SYN of crowd was dropped 2 times, at 0.000" DROPPED },
  { "no-answer",
    WEB "background-policy=keep backlog=0\nlaunch\nhome\nclient crowd connect=web at-once=2 "
        "count=2 connect-timeout=3s retry-every=1h\nafter 4s\n",
    "4s kernel: crowd#1 is connected since 0.000, and not accepted by web" HANDSHAKE
    "4s kernel: the SYN of crowd was dropped 2 times, from 0.000 to 1.000" DROPPED
    "4s kernel: crowd gave up connecting to port 30000 at 3.000 (ETIMEDOUT): its SYN was not "
    "answered, neither by SYN nor by RST.\n" },
  { "closed-with-backlog",
    "socket gate\n"
    "peer socket far\nlaunch\ngate.socket\ngate.bind "
    "port=30000\ngate.listen\nfar.socket\nfar.connect to=gate\ngate.close\nfar.recv\n",
    "0s kernel: far#1 was connected and not accepted yet when gate closed its listening "
    "socket" IN_BACKLOG "far got ECONNRESET.\n" },
  { "ended-with-backlog", WEB "background-policy=keep\nlaunch\nhome\n" PHONE "\nkill\n",
    "0s kernel: phone#1 was connected and not accepted yet when the process of web ended" IN_BACKLOG
    "phone got ECONNRESET.\n" },
  { "taken-with-backlog", WEB "background-policy=keep\nlaunch\nhome\n" PHONE "\nreclaim-sockets\n",
    "0s kernel: phone#1 was connected and not accepted yet when the system took the listening "
    "socket of web away" IN_BACKLOG "phone got ECONNRESET.\n" },

  /* resets */
  { "unread", JOIN "near.send text=unread\nfar.close\nnear.recv\n",
    "0s kernel: far closed near#1 (line 12) with 6 bytes of near's unread" RST
    "; near got ECONNRESET" READ_ON },
  { "unread-twice",
    JOIN "near.send text=one\nfar.close\nnear.recv\nnear.close\nnear.socket\n"
         "near.connect to=gate\ngate.accept into=far\nnear.send text=two\nfar.close\nnear.recv\n",
    "0s kernel: far closed near#1 (line 12; 1 more like it) with data of near's unread (6 bytes in "
    "all)" RST "; near got ECONNRESET" READ_ON },
  { "unread-with-loss", JOIN "far.send text=unread\nnear.send bytes=1MiB\nnear.close\nfar.drain\n",
    "0s kernel: near closed near#1 (line 13) with 6 bytes of far's unread" RST
    ", and what was still to be sent is thrown away (512 KiB and more); far got "
    "ECONNRESET" READ_ON },
  { "unread-nobody-told", JOIN "near.send text=unread\nfar.close\n",
    "0s kernel: far closed near#1 (line 12) with 6 bytes of near's unread" RST READ_ON },
  { "unread-at-exit", WEB "on-accept=keep\n" NAIVE "phone.send text=unread\nkill\nphone.recv\n",
    "0s kernel: the process of web ended with 6 bytes of phone's unread on phone#1 (line 7): the "
    "kernel closes what it had open, and where input is unread it sends RST instead of FIN (RFC "
    "1122 4.2.2.13, RFC 2525 2.17, tcp_close() in net/ipv4/tcp.c); phone got ECONNRESET.\n" },
  { "aborted", JOIN "far.set-option option=linger\nfar.close\nnear.recv\n",
    "0s kernel: far aborted near#1 (line 12)" LINGER "; near got ECONNRESET.\n" },
  { "aborted-twice",
    JOIN
    "far.set-option option=linger\nfar.close\nnear.recv\nnear.close\nnear.socket\nnear.connect "
    "to=gate\ngate.accept into=far\nfar.set-option option=linger\nfar.close\nnear.recv\n",
    "0s kernel: far aborted near#1 (line 12; 1 more like it)" LINGER "; near got ECONNRESET.\n" },
  { "given-up", LARGE "finish-within=2s\n" NAIVE "web.close-connections\nafter 3s\n",
    "3s kernel: web aborted phone#1 (line 7), for the peer had not taken everything after 2s" LINGER
    ", and 920960 of the 1048576 bytes that web was given to send are lost; no call of the other "
    "end has met it.\n" },
  { "queued", LARGE "\n" NAIVE "web.close-connections way=close\n",
    "0s kernel: web closed phone#1 (line 6) with 873536 of 1048576 bytes still queued in the "
    "process: they are lost, for after a close() the kernel goes on sending only what it was "
    "given. Wait until the queue is empty.\n" },
  { "unread-with-account", LARGE "\n" NAIVE "phone.set-option option=linger\nphone.close\n",
    "0s kernel: phone closed phone#1 (line 7) with 64 KiB and more of web's unread" RST
    ", and 920960 of the 1048576 bytes that web was given to send are lost; web got "
    "ECONNRESET" READ_ON },

  /* taken away */
  { "taken-fin",
    JOIN
    "set device reclaim-style=fin\nhome\nreclaim-sockets\nfar.send text=one\nfar.send text=two\n",
    TAKEN FIN ".\n" },
  { "taken-fin-owner",
    JOIN "set device reclaim-style=fin\nhome\nreclaim-sockets\nopen\nnear.send text=one\n",
    TAKEN FIN "; near got EPIPE.\n" },
  { "taken-defunct",
    JOIN "set device reclaim-style=defunct\nhome\nreclaim-sockets\nfar.send text=one\n",
    TAKEN DEFUNCT ".\n" },
  { "taken-destroy", JOIN "set device reclaim-style=destroy\nhome\nreclaim-sockets\nfar.recv\n",
    TAKEN "by RST: the other end gets ECONNRESET, and its owner, which is not told, ECONNABORTED "
          "(tcp_abort() in net/ipv4/tcp.c).\n" },
  { "taken-owner",
    JOIN "set device reclaim-style=defunct\nhome\nreclaim-sockets\nopen\nnear.recv\n",
    TAKEN DEFUNCT "; near got ENOTCONN.\n" },
  { "taken-unnoticed", JOIN "home\nreclaim-sockets\nfar.recv\n", TAKEN DEFUNCT ".\n" },

  /* written in vain */
  { "sent-to-closed", JOIN "far.close\nnear.send text=one\nnear.send text=two\n",
    "0s kernel: near sent on near#1 after far had closed it (line 11)" ALIKE
    "3 bytes went to nobody, RST came back, and a later send() got EPIPE" LOOK },
  { "sent-once", JOIN "far.close\nnear.send text=one\n",
    "0s kernel: near sent on near#1 after far had closed it (line 11)" ALIKE
    "3 bytes went to nobody" LOOK },
  { "sent-to-shut-down",
    JOIN "far.shutdown how=both\nnear.send text=one\nnear.send text=two\nfar.close\n",
    "0s kernel: near sent on near#1 after far had shut down both directions of it" ALIKE
    "3 bytes went to nobody, RST came back, and a later send() got EPIPE" LOOK },
  { "sent-to-half-closed", JOIN "far.shutdown\nnear.send text=one\nfar.recv\n", "" },
  { "sent-to-gone", WEB "on-accept=keep\n" NAIVE "kill\nphone.send text=one\nphone.send text=two\n",
    "0s kernel: phone sent on phone#1 after the process of web had ended (line 6)" ALIKE
    "3 bytes went to nobody, RST came back, and a later send() got EPIPE" LOOK },
  { "sent-by-child", JOIN "child server\nfar.close\nserver.run with=near steps=\"write write\"\n",
    "0s kernel: near sent on near#1 after far had closed it (line 12)" ALIKE
    "6 bytes went to nobody" LOOK },
  { "sent-before-the-fin",
    JOIN "near.send bytes=1MiB\nnear.shutdown\nnear.close\nfar.send text=thanks\nfar.drain\n",
    "0s kernel: far sent on near#1 after near had closed it (line 13): the kernel answers what "
    "comes for a closed socket with RST (RFC 1122 4.2.2.13, RFC 9293 3.6.1); 6 bytes went to "
    "nobody, RST came back, and a later recv() got ECONNRESET, and what the kernel still had to "
    "send for near (512 KiB and more) is lost. Shut down and read to the end before close().\n" },
  { "sent-after-shutdown", JOIN "near.shutdown\nnear.send text=one\n",
    "0s kernel: near sent on near#1 after its own shutdown(): that is EPIPE at once, and nothing "
    "is sent (tcp_sendmsg() in net/ipv4/tcp.c).\n" },
  { "pipe", "pipe tube\nlaunch\ntube.open\ntube.close-reader\ntube.write text=one\n",
    "0s kernel: tube got EPIPE from the first write() after the reader was closed (pipe(7)): a "
    "pipe has both ends in one kernel, which knows that nobody is left to read; TCP does not know "
    "it of the other end.\n" },
  { "socketpair", "socketpair pair\nlaunch\npair.open\npair.close-reader\npair.write text=one\n",
    "0s kernel: pair got EPIPE from the first write() after the reader was closed "
    "(unix_stream_sendmsg() in net/unix/af_unix.c): a socketpair has both ends in one kernel, "
    "which knows that nobody is left to read; TCP does not know it of the other end.\n" },

  /* a pool of kept connections */
  { "pool-taken",
    HTTP "http-client http policy=asi\nlaunch\n" GET
         " count=2\nset device profile=ios-5\nlock\nafter 10s unlock\n" GET "\n",
    "10s kernel: the system took http's end of http#1 (1 more like it) away, " FIN
    ", and 108 of the 216 bytes that http was given to send are lost; http got EPIPE.\n" },
  { "pool-retired", /* closed on the way down: there is nothing to take away */
    HTTP "http-client http\nlaunch\n" GET "\nset device profile=ios-5\nlock\nafter 10s unlock\n" GET
         "\n",
    "" },
  { "pool-of-the-dead",
    HTTP "http-client http policy=asi\nlaunch\n" GET "\nserver.close-connections\n" GET "\n",
    "0s kernel: http sent on http#1 after server had closed it (line 5)" ALIKE
    "54 bytes went to nobody" LOOK },
  { "pool-that-looks", /* as policy rebound does */
    HTTP "http-client http\nlaunch\n" GET "\nserver.close-connections\n" GET "\n", "" },
  { "post-reset",
    HTTP "http-client http\nlaunch\nset server answer=reset\n"
         "http.request method=POST uri=http://server/ body=x\n",
    "0s kernel: server aborted http#1 (line 5)" LINGER "; http got ECONNRESET.\n" },
  { "half-an-answer", HTTP "http-client http\nlaunch\nset server answer=half-then-reset\n" GET "\n",
    "0s kernel: server aborted http#1 (line 5)" LINGER "; http got ECONNRESET.\n" },

  /* no network */
  { "link-down", WEB "\nlaunch\nnetwork-down\n" PHONE "\nafter 1s\nnetwork-up\n",
    "1s kernel: phone could not connect at 0.000 (ENETUNREACH): the network's link was down, and "
    "without it is no route.\n" },
};

static char *
dup_said (NetTest *test)
{
  return recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_EXPLANATIONS);
}

static void
test_case (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (NetTest) test = net_test_new (self->script);
  g_autofree char *said = NULL;

  net_test_play (test);
  said = dup_said (test);
  g_assert_cmpstr (said, ==, self->said);
}

/* Nothing is guessed of who is none of the run's. */
static void
test_somebody_else (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("socket near\nlaunch\nnear.socket\nnear.bind port=30000\n");
  g_autofree char *said = NULL;
  int fd = raw_listen (AF_INET, PORT, FALSE, 1);

  net_test_play (test);
  raw_close (fd);
  said = dup_said (test);
  g_assert_cmpstr (said, ==,
                   "0s kernel: near could not bind port 30000 (EADDRINUSE, at 0.000): none of the "
                   "run's sockets has that port, so somebody else has.\n");
}

static void
abort_first (ReboundApplication *application, gpointer data)
{
  raw_close_abortively (raw_accept (GPOINTER_TO_INT (data)));
}

static void
test_unseen (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("socket near\nlaunch\nnear.socket\n"
                      "near.connect to=127.0.0.1:30000\nhome\nopen\nnear.recv\n");
  g_autofree char *said = NULL;
  int fd = raw_listen (AF_INET, PORT, FALSE, 1);

  g_signal_connect (rebound_run_get_application (test->run), "did-enter-background",
                    G_CALLBACK (abort_first), GINT_TO_POINTER (fd));
  net_test_play (test);
  raw_close (fd);
  said = dup_said (test);
  g_assert_cmpstr (
      said, ==,
      "0s kernel: near got ECONNRESET from recv() on near#1; what the other end did is "
      "not known, it is none of the run's.\n");
}

/* The event has the parts of the sentence that a program looks for. */
static void
test_fields (void)
{
  g_autoptr (NetTest) test = net_test_new (PHONE "\nafter 25s\n");
  g_autofree char *log = NULL;

  net_test_play (test);
  log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_EXPLANATIONS);
  g_assert_true (g_str_has_prefix (log, "25s kernel explanation cause=nobody-listens text="));
  g_assert_nonnull (g_strstr_len (log, -1, " count=3 first=0s last=20s\n"));
  g_assert_nonnull (g_strstr_len (log, -1, "rule="));
}

/* A run of the same process has nothing of the one before. */
static void
test_next_run (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NetTest) test = net_test_new (PHONE "\nafter 5s\n");

      net_test_play (test);
      g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "explanation"), ==, 1);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/explanation/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/explanation/somebody-else", test_somebody_else);
  g_test_add_func ("/explanation/unseen", test_unseen);
  g_test_add_func ("/explanation/fields", test_fields);
  g_test_add_func ("/explanation/next-run", test_next_run);
  return g_test_run ();
}
