/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers that look random and are the same for the same seed, on every machine. */
typedef struct
{
  guint64 state;
  guint64 increment;
} ReboundDice;

void rebound_dice_init (ReboundDice *self, guint64 seed);

/* Evenly from 0 to @n - 1; @n is not 0. */
guint rebound_dice_below (ReboundDice *self, guint n);

/* TRUE in @part of @whole cases. */
gboolean rebound_dice_chance (ReboundDice *self, guint part, guint whole);

/* An index, the heavier the likelier; @weights is guint, not empty and not all 0. */
guint rebound_dice_weigh (ReboundDice *self, GArray *weights);

/* From @least to @most, which are positive, each order of magnitude as likely as another. */
gint64 rebound_dice_magnitude (ReboundDice *self, gint64 least, gint64 most);

G_END_DECLS
