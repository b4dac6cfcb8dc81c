/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net-test.h"

G_BEGIN_DECLS

/* What the tests of the HTTP client share. */

#define HTTP_TEST_GROUPS (REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_POOL)

#define SERVER  "peer http-server server port=30000"
#define REBOUND "\nhttp-client http "
#define ASI     "\nhttp-client http policy=asi "
#define CURL    "\nhttp-client http policy=curl "
#define GET     "http.get uri=\"http://server/\""
#define POST    "http.request uri=\"http://server/\" method=POST body=x"

/* What a client's log says, with the words of rebound-http-client-signals.c. */
#define USES(time, r, c) time " http: Request #" #r " will use connection #" #c "\n"
#define MADE(time, c)    time " http: Connection #" #c " is established\n"
#define KEEPS(time, s)                                                                             \
  time " http: Got no keep-alive header, will keep this connection open for " s " seconds\n"
#define KEEPS_TOLD(time, s)                                                                        \
  time " http: Got a keep-alive header, will keep this connection open for " s " seconds\n"
#define DONE(time, r, c)    time " http: Request #" #r " finished using connection #" #c "\n"
#define OK(time, r, c)      time " http: GET #" #r " is answered: 200 OK, 6 bytes, over #" #c "\n"
#define EXPIRED(time, c)    time " http: Closing connection #" #c " because it has expired\n"
#define DROPS(time, c, why) time " http: Connection #" #c " is not kept: " why "\n"
#define RETRIES(time, c)                                                                           \
  time " http: Request attempted to use connection #" #c                                           \
       ", but it has been closed - will retry with a new connection\n"
#define GIVES_UP(time, c)                                                                          \
  time " http: Request attempted to use connection #" #c                                           \
       ", but it has been closed - we have already retried with a new connection, so we must "     \
       "give up\n"
#define INVALIDATES(time, r, c)                                                                    \
  time " http: Request #" #r " failed and will invalidate connection #" #c "\n"
#define WAITS(time, r)                                                                             \
  time " http: Request #" #r " waits: max-per-host of http://server:80 are in use\n"
#define CLEARED(time, c)   time " http: Closing connection #" #c " manually\n"
#define GONE(time, c, how) time " http: Connection #" #c " is gone while idle: " how "\n"
#define DEAD(time, c)      time " http: Connection #" #c " was found dead before use\n"
#define RETIRED(time, c, why)                                                                      \
  time " http: Closing connection #" #c ", which is from before: " why "\n"
#define FAILED(time, r, why) time " http: GET #" #r " failed: " why "\n"

/* A GET's way: the end of it; on a connection that is made for it, until then or until its end; all
 * of it on one of the pool. */
#define GOT(time, r, c)   KEEPS (time, "60.000000") DONE (time, r, c) OK (time, r, c)
#define DIALS(time, r, c) USES (time, r, c) MADE (time, c)
#define FRESH(time, r, c) DIALS (time, r, c) GOT (time, r, c)
#define AGAIN(time, r, c) USES (time, r, c) GOT (time, r, c)

G_END_DECLS
