/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The HTTP peer, by a client of plain system calls: what it answers, byte by byte, how long it
 * keeps a connection, and what it counts. */

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-http-server.h"

#define PHONE    "socket phone\nlaunch\nphone.socket\nphone.connect to=server\n"
#define SEND_GET "phone.send text=\"GET / HTTP/1.1\\x0d\\n\\x0d\\n\"\n"
#define RECEIVE  "phone.recv bytes=64KiB\nexpect phone.data == "
#define AT_END   "phone.recv\nexpect phone.result == 0\n"

static const NetTestStory stories[] = {
  { "length",
    "peer http-server server port=30000\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "length/empty",
    "peer http-server server port=30000 body=\"\"\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "length/repeated",
    "peer http-server server port=30000 body=ab body-size=5B\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 5\\x0d\\n\\x0d\\nababa\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "chunked",
    "peer http-server server port=30000 answer=chunked\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
    "chunked\\x0d\\n\\x0d\\n6\\x0d\\nhello\\n\\x0d\\n0\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "chunked/empty",
    "peer http-server server port=30000 answer=chunked body=\"\"\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: chunked\\x0d\\n\\x0d\\n0\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "chunked/hexadecimal",
    "peer http-server server port=30000 answer=chunked body=a body-size=26B\n" PHONE SEND_GET
        RECEIVE "\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
    "chunked\\x0d\\n\\x0d\\n1a\\x0d\\naaaaaaaaaaaaaaaaaaaaaaaaaa\\x0d\\n0\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "until-close",
    "peer http-server server port=30000 answer=until-close\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nConnection: close\\x0d\\n\\x0d\\nhello\\n\"\n" AT_END "phone.close\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: both ends in good order, 44 bytes sent: the peer has read all of "
    "it, if it has closed\n" },
  { "none",
    "peer http-server server port=30000 answer=none\n" PHONE SEND_GET
    "after 1h\nexpect server.open-count == 1\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "close", "peer http-server server port=30000 answer=close\n" PHONE SEND_GET AT_END, "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: it was closed without an answer\n" },
  { "reset",
    "peer http-server server port=30000 answer=reset\n" PHONE SEND_GET
    "phone.recv\nexpect phone.errno == ECONNRESET\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: it was reset without an answer\n" },
  { "half-then-close",
    "peer http-server server port=30000 answer=half-then-close\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhel\"\n" AT_END "phone.close\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: both ends in good order, 41 bytes sent: the peer has read all of "
    "it, if it has closed\n" },
  { "half-then-reset",
    "peer http-server server port=30000 answer=half-then-reset\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhel\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: it was reset within an answer\n" },
  { "head",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"HEAD / HTTP/1.1\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: HEAD / on phone#1\n" },
  { "head/chunked",
    "peer http-server server port=30000 answer=chunked\n" PHONE
    "phone.send text=\"HEAD / HTTP/1.1\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: chunked\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: HEAD / on phone#1\n" },
  { "status",
    "peer http-server server port=30000 status=404\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 404 Not Found\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "no-content",
    "peer http-server server port=30000 status=204\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 204 No Content\\x0d\\n\\x0d\\n\"\n" SEND_GET RECEIVE
    "\"HTTP/1.1 204 No Content\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: GET / on phone#1\n" },
  { "not-modified",
    "peer http-server server port=30000 status=304 answer=chunked\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 304 Not Modified\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "delay",
    "peer http-server server port=30000 delay=2s\n" PHONE SEND_GET
    "after 1.999s\nphone.poll\nexpect phone.revents == OUT\nafter 1ms\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "post",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"POST /a HTTP/1.1\\x0d\\nContent-Length: 5\\x0d\\n\\x0d\\nhel\"\nexpect "
    "server.request-count == 0\nphone.send text=\"lo\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: POST /a on phone#1\n" },
  { "continue",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"POST /a HTTP/1.1\\x0d\\nContent-Length: 5\\x0d\\nExpect: "
    "100-continue\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\n\"\nphone.send text=\"hello\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: POST /a on phone#1\n" },
  { "two-in-one",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET /a HTTP/1.1\\x0d\\n\\x0d\\nGET /b HTTP/1.1\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\nHTTP/1.1 200 "
    "OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET /a on phone#1\n"
    "0s server: GET /b on phone#1\n" },
  { "two-in-one/delay",
    "peer http-server server port=30000 delay=1s\n" PHONE
    "phone.send text=\"GET /a HTTP/1.1\\x0d\\n\\x0d\\nGET /b HTTP/1.1\\x0d\\n\\x0d\\n\"\nexpect "
    "server.request-count == 1\nafter 1s\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\nexpect "
    "server.request-count == 2\nafter 1s\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET /a on phone#1\n"
    "1s server: GET /b on phone#1\n" },
  { "two-in-one/close",
    "peer http-server server port=30000 close-after=1\n" PHONE
    "phone.send text=\"GET /a HTTP/1.1\\x0d\\n\\x0d\\nGET /b HTTP/1.1\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\nexpect "
    "server.request-count == 1\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET /a on phone#1\n" },
  { "in-pieces",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET / HT\"\nphone.send text=\"TP/1.1\\x0d\\nHost: x\\x0d\"\nphone.send "
    "text=\"\\n\\x0d\"\nexpect server.request-count == 0\nphone.send text=\"\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "wants-close",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET / HTTP/1.1\\x0d\\nConnection: close\\x0d\\n\\x0d\\n\"\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\nConnection: "
    "close\\x0d\\n\\x0d\\nhello\\n\"\n" AT_END "phone.close\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: both ends in good order, 63 bytes sent: the peer has read all of "
    "it, if it has closed\n" },
  { "keep-alive-timeout",
    "peer http-server server port=30000 keep-alive-timeout=5s keep-alive-header=yes\n" PHONE
        SEND_GET RECEIVE "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\nKeep-Alive: "
    "timeout=5\\x0d\\n\\x0d\\nhello\\n\"\nafter 4.999s " SEND_GET
    "phone.recv bytes=1KiB\nafter 4.999s\nexpect server.open-count == 1\nafter 1ms\nexpect "
    "server.open-count == 0\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "4.999s server: GET / on phone#1\n"
    "9.999s server: phone#1 ended: it was idle for too long\n" },
  { "keep-alive-timeout/never-a-request",
    "peer http-server server port=30000 keep-alive-timeout=5s\n" PHONE
    "after 1min\nexpect server.open-count == 0\n",
    "server",
    "0s server: listens on port 30000\n"
    "5s server: phone#1 ended: it was idle for too long\n" },
  { "keep-alive-timeout/half-a-request",
    "peer http-server server port=30000 keep-alive-timeout=5s\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\nphone.send text=\"GET "
    "/\"\nafter 10s\nexpect server.open-count == 1\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "keep-alive-max",
    "peer http-server server port=30000 keep-alive-max=2 keep-alive-header=yes\n" PHONE SEND_GET
        RECEIVE "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\nKeep-Alive: "
    "max=1\\x0d\\n\\x0d\\nhello\\n\"\n" SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\nConnection: "
    "close\\x0d\\n\\x0d\\nhello\\n\"\n" AT_END "phone.close\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: both ends in good order, 126 bytes sent: the peer has read all of "
    "it, if it has closed\n" },
  { "keep-alive-both",
    "peer http-server server port=30000 keep-alive-max=9 keep-alive-timeout=5s "
    "keep-alive-header=yes\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\nKeep-Alive: timeout=5, "
    "max=8\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "keep-alive-silent",
    "peer http-server server port=30000 keep-alive-max=9 keep-alive-timeout=5s\n" PHONE SEND_GET
        RECEIVE "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "close-after",
    "peer http-server server port=30000 close-after=2\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n" SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n" AT_END "phone.close\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: both ends in good order, 88 bytes sent: the peer has read all of "
    "it, if it has closed\n" },
  { "close-connections",
    "peer http-server server port=30000 delay=1s\n" PHONE SEND_GET
    "server.close-connections idle=yes\nexpect server.open-count == "
    "1\nserver.close-connections\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: the server closed it\n" },
  { "duplicates",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET /1 HTTP/1.1\\x0d\\nX-Request-Id: 1\\x0d\\n\\x0d\\n\"\nphone.send "
    "text=\"GET /2 HTTP/1.1\\x0d\\nX-Request-Id: 2\\x0d\\n\\x0d\\n\"\nphone.send text=\"GET /1 "
    "HTTP/1.1\\x0d\\nX-Request-Id: 1\\x0d\\n\\x0d\\n\"\n" SEND_GET SEND_GET
    "phone.send text=\"POST /1 HTTP/1.1\\x0d\\nX-Request-Id: 1\\x0d\\n\\x0d\\n\"\nexpect "
    "server.request-count == 6\nexpect server.duplicate-count == 2\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET /1 on phone#1\n"
    "0s server: GET /2 on phone#1\n"
    "0s server: GET /1 on phone#1: it has come before\n"
    "0s server: GET / on phone#1\n"
    "0s server: GET / on phone#1\n"
    "0s server: POST /1 on phone#1: it has come before\n" },
  { "no-request",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"hello\\x0d\\n\\x0d\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "control-in-request",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET / HTTP/1.1\\x0d\\nX-Request-Id: 7\\x1d\\x0d\\n\\x0d\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "lf-in-request",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET / HTTP/1.1\\nX-Request-Id: 7\\x0d\\n\\x0d\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "method-of-two-lines",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"X\\x0d\\nGET / HTTP/1.1\\x0d\\n\\x0d\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "body-in-pieces",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"POST / HTTP/1.1\\x0d\\nContent-Length: 4\\x0d\\n\\x0d\\nab\"\n"
    "after 1s\nphone.send text=\"c\"\nafter 1s\nphone.send text=\"dGET /2 \"\nafter 1s\n"
    "phone.send text=\"HTTP/1.1\\x0d\\n\\x0d\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "2s server: POST / on phone#1\n"
    "3s server: GET /2 on phone#1\n" },
  { "chunked-request",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"POST / HTTP/1.1\\x0d\\nTransfer-Encoding: "
    "chunked\\x0d\\n\\x0d\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "client-closes",
    "peer http-server server port=30000 delay=1s\n" PHONE SEND_GET
    "phone.close\nafter 2s\nexpect server.open-count == 0\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: the client closed first\n" },
  { "client-half-closes",
    "peer http-server server port=30000\n" PHONE SEND_GET "phone.shutdown\n" RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n" AT_END,
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n"
    "0s server: phone#1 ended: the client closed first\n" },
  { "head-too-long",
    "peer http-server server port=30000\n" PHONE
    "phone.send text=\"GET /\"\nphone.send bytes=70000B\nphone.recv\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: phone#1 ended: what came was no request\n" },
  { "port-taken", "peer listener other port=30000\npeer http-server server port=30000\n", "server",
    "0s server: cannot listen: EADDRINUSE\n" },
  { "ipv6",
    "peer http-server server port=30000 address=::1\nsocket phone\nlaunch\nphone.socket "
    "family=ipv6\nphone.connect to=server\n" SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 30000\n"
    "0s server: GET / on phone#1\n" },
  { "port-drawn",
    "peer http-server server port=0\n" PHONE SEND_GET RECEIVE
    "\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "server",
    "0s server: listens on port 40000\n"
    "0s server: GET / on phone#1\n" },
};

/* Ten thousand requests are there when the first is answered. */
static void
test_many_at_once (void)
{
  g_autoptr (GString) script = g_string_new ("peer http-server server port=30000 delay=1s\n" PHONE);

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (script, "%sGET / HTTP/1.1\\x0d\\n\\x0d\\n%s",
                            i % 2000 == 0 ? "phone.send text=\"" : "",
                            i % 2000 == 1999 ? "\"\n" : "");
  g_string_append (script, "set server delay=0s\nafter 1s\n"
                           "expect server.request-count == 10000\n");
  net_test_play_story (script->str, "nobody", "");
}

#define TWICE                                                                                      \
  "phone.send text=\"GET / HTTP/1.1\\x0d\\nX-Request-Id: 1\\x0d\\n\\x0d\\n"                        \
  "GET / HTTP/1.1\\x0d\\nX-Request-Id: 1\\x0d\\n\\x0d\\nHello!\\x0d\\n\\x0d\\n\"\n"

static const char *const signals[] = { "requested", "delivered-twice", "connection-closed" };

typedef struct
{
  ReboundActor *server;
  gboolean is_done;
} Abandonment;

static void
abandon (Abandonment *self)
{
  self->is_done = TRUE;
  rebound_actor_abandon (self->server);
}

/* A server whose life is ended by who hears of it. */
static void
test_abandoned (gconstpointer signal)
{
  g_autoptr (NetTest) test = net_test_new (
      "launch\nsocket phone\nphone.socket\nphone.connect to=127.0.0.1:30000\n" TWICE "after 1s\n");
  ReboundHttpServer *server = g_object_new (REBOUND_TYPE_HTTP_SERVER, "port", 30000, "answer",
                                            REBOUND_HTTP_ANSWER_KIND_LENGTH, NULL);
  Abandonment abandonment = { REBOUND_ACTOR (server), FALSE };

  g_signal_connect_swapped (server, signal, G_CALLBACK (abandon), &abandonment);
  net_test_add (test, "server", server);
  net_test_play (test);
  g_assert_true (abandonment.is_done);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  net_test_add_stories ("/http-server", NULL, stories, G_N_ELEMENTS (stories));
  g_test_add_func ("/http-server/many-at-once", test_many_at_once);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *path = g_strconcat ("/http-server/abandoned-at/", signals[i], NULL);

      g_test_add_data_func (path, signals[i], test_abandoned);
    }
  return g_test_run ();
}
