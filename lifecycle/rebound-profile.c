/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generations of iOS, and Linux beside them. A system is a row of figures and not a piece of
 * code, so that each can also be set by itself, and read and printed. So can where each figure
 * comes from: much of it no document of Apple's says, and whoever relies on a figure has to know
 * whose word it is. */

#include "rebound-profile-private.h"

#define SECONDS(n) ((n) * (gint64) G_USEC_PER_SEC)

/* clang-format off */
static const ReboundProfileData profiles[] = {
  /*                            lock means                      sockets are taken           how                            rebind                     TIME_WAIT     budget */
  [REBOUND_PROFILE_LINUX]  = { REBOUND_LOCK_MEANS_BACKGROUND, REBOUND_RECLAIM_NEVER,      REBOUND_RECLAIM_STYLE_DEFUNCT, REBOUND_REBIND_RULE_BOTH, SECONDS (60), SECONDS (30) },
  [REBOUND_PROFILE_IOS_4]  = { REBOUND_LOCK_MEANS_RESIGN,     REBOUND_RECLAIM_AT_LOCK,    REBOUND_RECLAIM_STYLE_FIN,     REBOUND_REBIND_RULE_NEW,  SECONDS (30), SECONDS (600) },
  [REBOUND_PROFILE_IOS_5]  = { REBOUND_LOCK_MEANS_BACKGROUND, REBOUND_RECLAIM_AT_LOCK,    REBOUND_RECLAIM_STYLE_FIN,     REBOUND_REBIND_RULE_NEW,  SECONDS (30), SECONDS (600) },
  [REBOUND_PROFILE_IOS_12] = { REBOUND_LOCK_MEANS_BACKGROUND, REBOUND_RECLAIM_AT_SUSPEND, REBOUND_RECLAIM_STYLE_DEFUNCT, REBOUND_REBIND_RULE_NEW,  SECONDS (30), SECONDS (180) },
  [REBOUND_PROFILE_IOS_13] = { REBOUND_LOCK_MEANS_BACKGROUND, REBOUND_RECLAIM_AT_SUSPEND, REBOUND_RECLAIM_STYLE_DEFUNCT, REBOUND_REBIND_RULE_NEW,  SECONDS (30), SECONDS (30) },
};
/* clang-format on */

static const ReboundFigure figures[] = {
  { "lock-means", "An application of iOS 4 resigned at the lock and went on with the screen off; "
                  "from iOS 5 on it enters the background. Reports of the time; Apple's documents "
                  "name no version." },
  { "reclaim", "Apple's Technical Note TN2277, “Networking and Multitasking”: the kernel may "
               "reclaim the sockets of a suspended application. At the screen lock up to iOS 11.3, "
               "at once on suspension since 11.4 and 12: release notes, and reports of those who "
               "found out. Linux does no such thing." },
  { "reclaim-style", "The packets captured in the report on ASIHTTPRequest's pool of connections "
                     "(iOS 5) show FIN and ACK at the lock; later systems mark sockets defunct: "
                     "sosetdefunct() in XNU's bsd/kern/uipc_socket.c." },
  { "rebind-rule", "in_pcbbind() of XNU and BSD asks the new socket alone; inet_csk_get_port() of "
                   "Linux, in net/ipv4/inet_connection_sock.c, asks both." },
  { "time-wait", "Twice XNU's TCPTV_MSL of 15 s; Linux's TCP_TIMEWAIT_LEN of 60 s, in "
                 "include/net/tcp.h." },
  { "background-budget", "Ten minutes with iOS 4 to 6, three with 7 to 12, thirty seconds since "
                         "13: backgroundTimeRemaining as developers read it. Apple promises no "
                         "figure. Linux has none; it gets that of iOS 13." },
};

const ReboundProfileData *
rebound_profile_get (ReboundProfile profile)
{
  return &profiles[profile];
}

const ReboundFigure *
rebound_profile_get_figures (guint *n_figures)
{
  *n_figures = G_N_ELEMENTS (figures);
  return figures;
}
