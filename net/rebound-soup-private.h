/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What is used of libsoup, without soup_. */
#define REBOUND_SOUP_FUNCTIONS(FUNCTION)                                                           \
  FUNCTION (header_free_param_list)                                                                \
  FUNCTION (header_parse_param_list)                                                               \
  FUNCTION (headers_parse_request)                                                                 \
  FUNCTION (headers_parse_response)                                                                \
  FUNCTION (message_headers_foreach)                                                               \
  FUNCTION (message_headers_get_content_length)                                                    \
  FUNCTION (message_headers_get_encoding)                                                          \
  FUNCTION (message_headers_get_expectations)                                                      \
  FUNCTION (message_headers_get_list)                                                              \
  FUNCTION (message_headers_get_one)                                                               \
  FUNCTION (message_headers_header_contains)                                                       \
  FUNCTION (message_headers_new)                                                                   \
  FUNCTION (message_headers_replace)                                                               \
  FUNCTION (message_headers_unref)                                                                 \
  FUNCTION (status_get_phrase)

/* The functions, with the types that <libsoup/soup.h> gives them. */
typedef struct
{
#define FUNCTION(name) __typeof__ (&soup_##name) name;
  REBOUND_SOUP_FUNCTIONS (FUNCTION)
#undef FUNCTION
} ReboundSoup;

/* All of them NULL before rebound_soup_load(), and none of them after it. */
extern ReboundSoup rebound_soup;

/* Loads libsoup, the first time. Called before a head is read or made: of a run while nothing of it
 * is played, else when an actor or a request is made. FALSE with REBOUND_ERROR_LACKING, then and
 * from then on. May be called in any thread. */
gboolean rebound_soup_load (GError **error);

G_END_DECLS
