/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net-test.h"
#include "net/rebound-listener-private.h"

G_BEGIN_DECLS

/* Takes the sockets of an application away as soon as it is suspended, by raw means: every
 * descriptor on the port of the listener that is called web. */
#define THIEF_PORT 30000

typedef enum
{
  NOTHING,
  SHUT_DOWN,  /* FIN; the listener says what it is */
  DISCONNECT, /* RST */
  SILENCE,    /* the listener alone: it looks alive, and the port is nobody's */
} Theft;

typedef struct
{
  NetTest *test;
  Theft theft;
  guint16 port; /* THIEF_PORT, unless the test says otherwise */
  int fd;       /* the listener's, when it was suspended */
  guint64 cookie;
} Thief;

void thief_start (Thief *self, NetTest *test, Theft theft);

/* Whether an open descriptor of this process listens on @port of IPv4. */
gboolean thief_somebody_listens (guint16 port);

G_END_DECLS
