/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * ReboundPortAnswer:
 * @REBOUND_PORT_UNSEEN: it could not be seen
 * @REBOUND_PORT_NO: no
 * @REBOUND_PORT_YES: yes
 *
 * What is known of a socket that may be somebody else's. Since: 0.1
 */
typedef enum
{
  REBOUND_PORT_UNSEEN = -1,
  REBOUND_PORT_NO,
  REBOUND_PORT_YES,
} ReboundPortAnswer;

/**
 * ReboundPortOption:
 * @REBOUND_PORT_PLAIN: with neither option
 * @REBOUND_PORT_REUSE_ADDRESS: with SO_REUSEADDR
 * @REBOUND_PORT_REUSE_PORT: with SO_REUSEPORT
 *
 * With what a socket would be bound. Since: 0.1
 */
typedef enum
{
  REBOUND_PORT_PLAIN,
  REBOUND_PORT_REUSE_ADDRESS,
  REBOUND_PORT_REUSE_PORT,
} ReboundPortOption;

#define REBOUND_PORT_N_OPTIONS (REBOUND_PORT_REUSE_PORT + 1)

/* Those that are tried. A bind with SO_REUSEPORT leaves a trace in the kernel: the next one of the
 * same user may then be let in unexamined (fastreuseport). */
#define REBOUND_PORT_N_TRIED REBOUND_PORT_REUSE_PORT

/**
 * ReboundPortHold:
 * @REBOUND_PORT_HOLD_LISTENING: it listens
 * @REBOUND_PORT_HOLD_BOUND: it is bound and neither listens nor is connected
 * @REBOUND_PORT_HOLD_CONNECTION: a connection that somebody has open
 * @REBOUND_PORT_HOLD_BACKLOG: a connection that nobody has accepted yet
 * @REBOUND_PORT_HOLD_CLOSING: closed by its owner, what was sent is not acknowledged yet
 * @REBOUND_PORT_HOLD_FIN_WAIT2: closed by its owner, and not by its peer
 * @REBOUND_PORT_HOLD_TIME_WAIT: closed by both ends, this one first
 *
 * How a socket has a port, the one that is hardest to get rid of first. Since: 0.1
 */
typedef enum
{
  REBOUND_PORT_HOLD_LISTENING,
  REBOUND_PORT_HOLD_BOUND,
  REBOUND_PORT_HOLD_CONNECTION,
  REBOUND_PORT_HOLD_BACKLOG,
  REBOUND_PORT_HOLD_CLOSING,
  REBOUND_PORT_HOLD_FIN_WAIT2,
  REBOUND_PORT_HOLD_TIME_WAIT,
} ReboundPortHold;

/**
 * ReboundPortProcess:
 * @pid: its process id
 * @name: its name, as the kernel has it
 * @command: its command line, or its name where it has none
 *
 * A process with a descriptor of a socket. Since: 0.1
 */
typedef struct
{
  gint64 pid;
  char *name;
  char *command;
} ReboundPortProcess;

/**
 * ReboundPortHolder:
 * @hold: how it has the port
 * @state: its TCP state's number, see rebound_port_state_name()
 * @address: the address that it is bound to
 * @local: the same with the port, as text
 * @remote: (nullable): the other end, as text
 * @v6only: whether it leaves IPv4 alone (IPV6_V6ONLY); of IPv6 only
 * @reuse_address: whether it has SO_REUSEADDR
 * @reuse_port: whether it has SO_REUSEPORT
 * @time_left_usec: for how long the kernel will keep it, in microseconds, -1 where it has no end
 * @backlog: of a listener: how many connections wait to be accepted
 * @backlog_limit: of a listener: how many may
 * @uid: the user of the socket; 0 where nobody has it any more
 * @user: (nullable): that user's name
 * @inode: the socket's inode, 0 where nobody has it open
 * @processes: (element-type ReboundPortProcess): who has it open, as far as can be seen
 * @owner: (nullable): in a run: the actor whose it is; then @processes is empty
 * @in_the_way: for each #ReboundPortOption whether it keeps somebody with that option from the
 *   port; set by rebound_port_report_judge()
 * @rule: (nullable): the rule by which it is in the way; set by rebound_port_report_judge()
 *
 * A socket on the port. Since: 0.1
 */
typedef struct
{
  ReboundPortHold hold;
  guint state;
  GInetAddress *address;
  char *local;
  char *remote;
  ReboundPortAnswer v6only;
  ReboundPortAnswer reuse_address;
  ReboundPortAnswer reuse_port;
  gint64 time_left_usec;
  guint backlog;
  guint backlog_limit;
  guint uid;
  char *user;
  guint64 inode;
  GPtrArray *processes;
  char *owner;
  ReboundPortAnswer in_the_way[REBOUND_PORT_N_OPTIONS];
  char *rule;
} ReboundPortHolder;

/**
 * ReboundPortTry:
 * @address: the address that was tried
 * @v6only: whether a socket on it leaves IPv4 alone
 * @errors: without an option and with SO_REUSEADDR: the errno of bind(), 0 where it succeeded
 *
 * What bind() said. Since: 0.1
 */
typedef struct
{
  GInetAddress *address;
  gboolean v6only;
  int errors[REBOUND_PORT_N_TRIED];
} ReboundPortTry;

/**
 * ReboundPortReport:
 * @port: the port
 * @name: what it is called, such as “port 80”
 * @option: with which option it is wanted
 * @uid: the user who wants it
 * @tries: (element-type ReboundPortTry): what bind() said, an entry for each address
 * @holders: (element-type ReboundPortHolder): the sockets on the port
 * @sees_bound: whether sockets that are bound and do not listen can be seen
 * @unseen: (element-type utf8): a sentence for each thing that could not be seen
 * @is_free: whether every bind with @option succeeds; set by rebound_port_report_judge()
 * @verdict: one line that says so, and why not; set by rebound_port_report_judge()
 * @fix: (nullable): the cheapest cure; set by rebound_port_report_judge()
 *
 * Why a port can be bound or cannot. Since: 0.1
 */
typedef struct
{
  guint16 port;
  char *name;
  ReboundPortOption option;
  guint uid;
  GPtrArray *tries;
  GPtrArray *holders;
  gboolean sees_bound;
  GPtrArray *unseen;
  gboolean is_free;
  char *verdict;
  char *fix;
} ReboundPortReport;

/**
 * rebound_port_report_new:
 * @port: the port, not 0
 * @address: (nullable): a numeric address; %NULL for the wildcard addresses of IPv4 and IPv6
 * @option: with which option the port is wanted: none or SO_REUSEADDR
 * @error: return location for a #GError
 *
 * Looks who has the port in the network of this process, and tries to bind it, with SO_REUSEADDR
 * and without, by sockets that never listen and are closed at once. The report is judged.
 *
 * Returns: (transfer full): the report, or %NULL with %G_IO_ERROR_INVALID_ARGUMENT where @address
 * is none
 * Since: 0.1
 */
REBOUND_API ReboundPortReport *rebound_port_report_new (guint16 port,
                                                        const char *address,
                                                        ReboundPortOption option,
                                                        GError **error);

/**
 * rebound_port_report_free:
 * @self: (transfer full): a report
 *
 * Frees it. Since: 0.1
 */
REBOUND_API void rebound_port_report_free (ReboundPortReport *self);

/**
 * rebound_port_report_judge:
 * @self: a report with its facts filled in
 *
 * Says what follows from the facts: what the tries tell of options that could not be seen, who is
 * in the way and by which rule, the verdict and the cure. Looks at nothing but @self. Since: 0.1
 */
REBOUND_API void rebound_port_report_judge (ReboundPortReport *self);

/**
 * rebound_port_parse:
 * @text: what somebody wrote
 * @port: (out): the port, 1 to 65535
 *
 * Digits alone: a name of /etc/services is another port on another machine.
 *
 * Returns: %FALSE where it is no port
 * Since: 0.1
 */
REBOUND_API gboolean rebound_port_parse (const char *text, guint16 *port);

/**
 * rebound_port_state_name:
 * @state: #ReboundPortHolder.state
 *
 * Returns: (transfer none): "LISTEN", "TIME_WAIT" …
 * Since: 0.1
 */
REBOUND_API const char *rebound_port_state_name (guint state);

/**
 * rebound_port_hold_nick:
 * @hold: how a socket has a port
 *
 * Returns: (transfer none): "listening", "time-wait" …
 * Since: 0.1
 */
REBOUND_API const char *rebound_port_hold_nick (ReboundPortHold hold);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundPortReport, rebound_port_report_free)

G_END_DECLS
