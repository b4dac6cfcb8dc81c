/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* What the log is written on: it knows columns, colours and the terminal's width, and no script can
 * steer the terminal through it. */
typedef struct _ReboundTextPage ReboundTextPage;

/* Whatever @stream is, without @colour there is none. */
ReboundTextPage *rebound_text_page_new (FILE *stream, gboolean colour);
void rebound_text_page_free (ReboundTextPage *self);

/* Time, actor and text, with @suffix at the end of the first line. */
void rebound_text_page_put_event (ReboundTextPage *self, ReboundEvent *event, const char *suffix);

/* Between events, behind an ellipsis in the column of the times. */
void rebound_text_page_put_remark (ReboundTextPage *self, const char *text);

typedef enum
{
  REBOUND_TEXT_STYLE_PLAIN,
  REBOUND_TEXT_STYLE_DIM,
  REBOUND_TEXT_STYLE_BOLD,
  REBOUND_TEXT_STYLE_GOOD,
  REBOUND_TEXT_STYLE_BAD,
} ReboundTextStyle;

/* A paragraph: @label in its style, then @text. */
void rebound_text_page_put (ReboundTextPage *self,
                            ReboundTextStyle style,
                            const char *label,
                            const char *text);

/* Sentences, as an entry of a list: no wider than can be read, also where there is no terminal. */
void rebound_text_page_put_entry (ReboundTextPage *self, const char *text);

void rebound_text_page_put_blank (ReboundTextPage *self);

G_END_DECLS
