/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundListenerState:
 * @REBOUND_LISTENER_STATE_CLOSED: there is no socket
 * @REBOUND_LISTENER_STATE_LISTENING: clients can connect
 * @REBOUND_LISTENER_STATE_FAILED: the port could not be had, the application knows, and there is no
 * socket
 * @REBOUND_LISTENER_STATE_UNBOUND: the port could not be had, and the application believes that all
 * is well
 * @REBOUND_LISTENER_STATE_RETRYING: the port could not be had yet; it is tried again
 * @REBOUND_LISTENER_STATE_DEAD: the descriptor is open, but the socket listens no more
 *
 * Where a #ReboundListener stands. Since: 0.1
 */
typedef enum
{
  REBOUND_LISTENER_STATE_CLOSED,
  REBOUND_LISTENER_STATE_LISTENING,
  REBOUND_LISTENER_STATE_FAILED,
  REBOUND_LISTENER_STATE_UNBOUND,
  REBOUND_LISTENER_STATE_RETRYING,
  REBOUND_LISTENER_STATE_DEAD,
} ReboundListenerState;

/**
 * ReboundOnError:
 * @REBOUND_ON_ERROR_REPORT: close the socket and say so
 * @REBOUND_ON_ERROR_IGNORE: do not look, as the report's program: the socket stays, unbound, and
 * nothing is heard
 * @REBOUND_ON_ERROR_LISTEN_ANYWAY: do not look, and call listen(): it succeeds, on a port that
 * nobody knows
 * @REBOUND_ON_ERROR_RETRY: close the socket and try again every retry-every
 *
 * What a #ReboundListener does when its port cannot be bound. Since: 0.1
 */
typedef enum
{
  REBOUND_ON_ERROR_REPORT,
  REBOUND_ON_ERROR_IGNORE,
  REBOUND_ON_ERROR_LISTEN_ANYWAY,
  REBOUND_ON_ERROR_RETRY,
} ReboundOnError;

/**
 * ReboundBackgroundPolicy:
 * @REBOUND_BACKGROUND_POLICY_CLOSE_ON_RESIGN: close at will-resign-active
 * @REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND: close at did-enter-background
 * @REBOUND_BACKGROUND_POLICY_KEEP: stay open, whatever comes
 * @REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE: at did-enter-background hold a background task while
 * connections are being served, and close when the last one has gone or the task expires; with none
 * close at once
 *
 * When a #ReboundListener closes its socket. Since: 0.1
 */
typedef enum
{
  REBOUND_BACKGROUND_POLICY_CLOSE_ON_RESIGN,
  REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND,
  REBOUND_BACKGROUND_POLICY_KEEP,
  REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE,
} ReboundBackgroundPolicy;

/**
 * ReboundRebindAt:
 * @REBOUND_REBIND_AT_BECOME_ACTIVE: at did-become-active
 * @REBOUND_REBIND_AT_ENTER_FOREGROUND: at will-enter-foreground, and at did-become-active where
 * there was none: at launch, and after an interruption
 * @REBOUND_REBIND_AT_NEXT_RUN: not within a callback, but at the next turn of the application's
 * main loop after did-become-active
 *
 * When a #ReboundListener comes back. Since: 0.1
 */
typedef enum
{
  REBOUND_REBIND_AT_BECOME_ACTIVE,
  REBOUND_REBIND_AT_ENTER_FOREGROUND,
  REBOUND_REBIND_AT_NEXT_RUN,
} ReboundRebindAt;

/**
 * ReboundCheckOnReturn:
 * @REBOUND_CHECK_ON_RETURN_NONE: the socket is believed to be what it was
 * @REBOUND_CHECK_ON_RETURN_ASK: the descriptor is asked: SO_ERROR and SO_ACCEPTCONN
 * @REBOUND_CHECK_ON_RETURN_DIAL: the listener connects to itself, and has to accept that within a
 * second; it finds a socket that looks alive and is never ready, too
 *
 * How a #ReboundListener whose socket stayed open finds out on return whether it still listens.
 * Since: 0.1
 */
typedef enum
{
  REBOUND_CHECK_ON_RETURN_NONE,
  REBOUND_CHECK_ON_RETURN_ASK,
  REBOUND_CHECK_ON_RETURN_DIAL,
} ReboundCheckOnReturn;

/**
 * ReboundReopen:
 * @REBOUND_REOPEN_CLOSE_FIRST: the old descriptor is closed, then a new socket is bound
 * @REBOUND_REOPEN_DUP2: a new socket is bound and takes over the old descriptor's number, so that
 * whoever watches the number goes on; the port is only to be had where the old socket is dead and
 * both have SO_REUSEADDR
 *
 * How a #ReboundListener replaces a socket that it still has. Since: 0.1
 */
typedef enum
{
  REBOUND_REOPEN_CLOSE_FIRST,
  REBOUND_REOPEN_DUP2,
} ReboundReopen;

/**
 * ReboundOnAcceptError:
 * @REBOUND_ON_ACCEPT_ERROR_GO_ON: an error of one connection is passed over; where descriptors or
 * memory have run out the listener rests for a moment, and comes back by itself
 * @REBOUND_ON_ACCEPT_ERROR_DISARM: as CFSocket: the source is gone for good, and nobody is told
 *
 * What a #ReboundListener does when accept() fails. Since: 0.1
 */
typedef enum
{
  REBOUND_ON_ACCEPT_ERROR_GO_ON,
  REBOUND_ON_ACCEPT_ERROR_DISARM,
} ReboundOnAcceptError;

/**
 * ReboundOnAccept:
 * @REBOUND_ON_ACCEPT_CLOSE: nothing is said
 * @REBOUND_ON_ACCEPT_ECHO: what comes is sent back
 * @REBOUND_ON_ACCEPT_HELLO: the greeting is sent
 * @REBOUND_ON_ACCEPT_KEEP: it is kept open and not even read
 *
 * What a #ReboundListener does with a connection. Since: 0.1
 */
typedef enum
{
  REBOUND_ON_ACCEPT_CLOSE,
  REBOUND_ON_ACCEPT_ECHO,
  REBOUND_ON_ACCEPT_HELLO,
  REBOUND_ON_ACCEPT_KEEP,
} ReboundOnAccept;

/**
 * ReboundCloseOrder:
 * @REBOUND_CLOSE_ORDER_SERVER_FIRST: the server closes as soon as it has served: TIME_WAIT is on
 * its side
 * @REBOUND_CLOSE_ORDER_CLIENT_FIRST: the server waits for the client's end: TIME_WAIT is on the
 * client's side
 *
 * Who is the active closer. Since: 0.1
 */
typedef enum
{
  REBOUND_CLOSE_ORDER_SERVER_FIRST,
  REBOUND_CLOSE_ORDER_CLIENT_FIRST,
} ReboundCloseOrder;

/**
 * ReboundConnectionPolicy:
 * @REBOUND_CONNECTION_POLICY_CLOSE: the connections are closed with the listener
 * @REBOUND_CONNECTION_POLICY_KEEP: they stay open, and stand in the way of the next bind
 * @REBOUND_CONNECTION_POLICY_FINISH: each is finished (rebound_connection_finish()), in the
 * background under a background task; before the process ends, closed
 * @REBOUND_CONNECTION_POLICY_ABORT: each is aborted
 *
 * What becomes of accepted connections when their listener closes. Since: 0.1
 */
typedef enum
{
  REBOUND_CONNECTION_POLICY_CLOSE,
  REBOUND_CONNECTION_POLICY_KEEP,
  REBOUND_CONNECTION_POLICY_FINISH,
  REBOUND_CONNECTION_POLICY_ABORT,
} ReboundConnectionPolicy;

/**
 * ReboundListener:
 *
 * A listening TCP socket that comes and goes with its application. Since: 0.1
 */
#define REBOUND_TYPE_LISTENER (rebound_listener_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundListener, rebound_listener, REBOUND, LISTENER, GObject)

/**
 * rebound_listener_open:
 *
 * Opens the socket, if it is closed: in an application when it comes back (#ReboundRebindAt), in
 * the world when it comes to life; and by whoever calls this. Since: 0.1
 */
REBOUND_API void rebound_listener_open (ReboundListener *self);

/**
 * rebound_listener_close:
 * @why: what made it close, for the log; static
 *
 * Destroys the source, closes the accepted connections as the policy says, closes the descriptor,
 * and tells. Since: 0.1
 */
REBOUND_API void rebound_listener_close (ReboundListener *self, const char *why);

G_END_DECLS
