/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Three HTTP clients behind one interface: ours, libsoup's SoupSession and libcurl's multi handle,
 * each used as its manual says, with the defaults that it has but for the number of connections. */
typedef struct _HttpClient HttpClient;

/* A request, and what became of it. The first five are the caller's to set. */
typedef struct _HttpTry HttpTry;
struct _HttpTry
{
  const char *method; /* GET or POST, which has a short body */
  const char *uri;
  const char *id;               /* its X-Request-Id; NULL: none */
  void (*over) (HttpTry *self); /* NULL: nobody is told */
  gpointer user_data;

  gboolean is_over;
  guint status; /* 0: it has failed */
  guint n_retries;
  gboolean is_maybe_delivered; /* the client says that the server may have acted on it */
  char *error;                 /* NULL: none */
  gpointer handle;             /* the client's */
};

typedef struct
{
  const char *name;
  HttpClient *(*open) (guint n_connections); /* to one host, idle ones included */
  void (*begin) (HttpClient *self, HttpTry *request);
  void (*iterate) (HttpClient *self);   /* waits until something happens, and lets it happen */
  void (*go_away) (HttpClient *self);   /* NULL: nobody tells it of the background */
  void (*come_back) (HttpClient *self); /* NULL: the same */
  void (*close) (HttpClient *self);
} HttpClientClass;

extern const HttpClientClass http_client_rebound;
extern const HttpClientClass http_client_soup;
extern const HttpClientClass http_client_curl;

void http_try_clear (HttpTry *self);

/* It is over. (transfer full) */
void http_try_end (HttpTry *self, guint status, char *error);

G_END_DECLS
