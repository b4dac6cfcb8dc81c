/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The weights of a random life. They are what a person might do with a phone in a bad week, not in
 * an average one: what brings an application back to the front is likelier than what takes it away,
 * or it would be away most of the time; what ends it is rare, or nothing would grow old enough to
 * go wrong; and networks, servers and the system are at their worst.
 *
 * A row that is missing is no accident: what an application's own code does on purpose (close its
 * listener, say) is the script's affair, and a sysctl is nobody's on a phone. */

#include "rebound-life-grammar.h"

#include <string.h>

/* What a peer does that no row speaks of. */
#define PEER_WEIGHT 2

typedef struct
{
  const char *word;
  guint weight;
} Word;

static const Word words[] = {
  { "launch", 12 },
  { "launch background=yes", 2 },
  { "home", 8 },
  { "open", 14 },
  { "open-other", 2 },
  { "lock", 8 },
  { "unlock", 14 },
  { "interrupt", 4 },
  { "end-interrupt", 6 },
  { "accept-call", 3 },
  { "app-switcher", 3 },
  { "pick-same", 4 },
  { "pick-other", 2 },
  { "swipe-kill", 2 },
  { "memory-warning", 1 },
  { "reboot", 1 },
  { "reclaim-sockets", 5 },
  { "network-down", 3 },
  { "network-up", 9 },
  { "resign-active", 1 },
  { "become-active", 3 },
  { "enter-background", 2 },
  { "enter-foreground", 3 },
  { "suspend", 2 },
  { "resume", 1 },
  { "wake", 3 },
  { "terminate", 1 },
  { "kill", 2 },
  { "crash", 1 },
};

typedef struct
{
  const char *type;
  const char *action;
  guint weight;
} Action;

static const Action actions[] = {
  { "client", "hang-up", 3 },
  { "client", "send", 3 },
  { "client", "abort", 3 },
  { "http-server", "close-connections", 4 },
  { "http-client", "get", 10 },
  { "http-client", "request", 6 },
  { "http-client", "clear", 1 },
  { "http-client", "network-changed", 1 },
  { "database", "lock", 1 },
  { "database", "unlock", 3 },
  { "application", "begin-task", 3 },
  { "application", "end-task", 4 },
  { "application", "work", 1 },
  { "kernel", "limit-descriptors", 1 },
  { "kernel", "unlimit-descriptors", 4 },
};

/* Types whose actions are system calls, one after another in an order that makes sense: the
 * script's. */
static const char *const left_alone[] = { "socket", "pipe", "child", "device", NULL };

static const ReboundLifeSetting settings[] = {
  { "http-server", "answer",
    "length length chunked until-close none close reset half-then-close half-then-reset" },
  { "http-server", "delay", "0s 0s 20ms 1s 20s 70s" },
  { "http-server", "keep-alive-timeout", "0s 1s 5s 30s 60s" },
  { "http-server", "keep-alive-max", "0 1 3" },
  { "http-server", "keep-alive-header", "yes no" },
  { "http-server", "close-after", "0 1 2 5" },
  { "http-server", "body-size", "0B 1KiB 64KiB" },
  { "http-server", "status", "200 204 404 503" },
  { "client", "way-out", "finish shutdown-send close abort" },
  { "client", "close-first", "yes no" },
};

typedef struct
{
  const char *type;
  const char *argument;
  const char *texts;
} Texts;

static const Texts texts[] = {
  { "http-client", "method", "GET POST PUT HEAD DELETE" },
  { "http-client", "body", "once" },
  { "client", "text", "more" },
  { "application", "name", "upload sync" },
  { "application", "in",
    "did-finish-launching did-become-active will-resign-active did-enter-background "
    "will-enter-foreground" },
};

guint
rebound_life_grammar_weigh_word (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].word, word) == 0)
      return words[i].weight;
  return 0;
}

guint
rebound_life_grammar_weigh_action (const char *type, const char *action, gboolean is_peer)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (strcmp (actions[i].type, type) == 0 && strcmp (actions[i].action, action) == 0)
      return actions[i].weight;
  return is_peer && !g_strv_contains (left_alone, type) ? PEER_WEIGHT : 0;
}

const ReboundLifeSetting *
rebound_life_grammar_list_settings (guint *n_settings)
{
  *n_settings = G_N_ELEMENTS (settings);
  return settings;
}

const char *
rebound_life_grammar_get_texts (const char *type, const char *argument)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (texts[i].type, type) == 0 && strcmp (texts[i].argument, argument) == 0)
      return texts[i].texts;
  return NULL;
}
