/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCG-XSH-RR 64/32, of M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically
 * Good Algorithms for Random Number Generation" (2014): a linear congruence whose output is a part
 * of its state, chosen and rotated by another. A generator of our own, because a seed that was
 * written down is to give the same life with every GLib; and in whole numbers alone, because a
 * logarithm's last bit is the C library's affair. */

#include "rebound-dice.h"

/* Of the reference implementation, pcg_basic.c. */
#define MULTIPLIER G_GUINT64_CONSTANT (6364136223846793005)
#define STREAM     G_GUINT64_CONSTANT (1442695040888963407)

static guint32
draw (ReboundDice *self)
{
  guint64 state = self->state;
  guint32 chosen = (guint32) (((state >> 18) ^ state) >> 27);
  guint32 turns = (guint32) (state >> 59);

  self->state = state * MULTIPLIER + self->increment;
  return (chosen >> turns) | (chosen << ((32 - turns) & 31));
}

void
rebound_dice_init (ReboundDice *self, guint64 seed)
{
  self->state = 0;
  self->increment = STREAM;
  draw (self);
  self->state += seed;
  draw (self);
}

/* The numbers below the largest multiple of @n are shared out; those above it are drawn again. */
guint
rebound_dice_below (ReboundDice *self, guint n)
{
  guint32 rest = (guint32) (-n) % n;
  guint32 number;

  do
    number = draw (self);
  while (number < rest);
  return number % n;
}

gboolean
rebound_dice_chance (ReboundDice *self, guint part, guint whole)
{
  return rebound_dice_below (self, whole) < part;
}

guint
rebound_dice_weigh (ReboundDice *self, GArray *weights)
{
  guint sum = 0;
  guint at;

  for (guint i = 0; i < weights->len; i++)
    sum += g_array_index (weights, guint, i);
  at = rebound_dice_below (self, sum);
  for (guint i = 0; i < weights->len; i++)
    {
      guint weight = g_array_index (weights, guint, i);

      if (at < weight)
        return i;
      at -= weight;
    }
  return 0;
}

/* A number of doublings, and then one of the numbers between that and the next. */
gint64
rebound_dice_magnitude (ReboundDice *self, gint64 least, gint64 most)
{
  guint n_doublings = 0;
  guint64 high = draw (self); /* in this order: a C compiler may take operands in any */
  guint64 low = draw (self);
  gint64 from;
  guint64 span;

  while (n_doublings < 62 && least <= most >> (n_doublings + 1))
    n_doublings++;
  from = least << rebound_dice_below (self, n_doublings + 1);
  span = (guint64) MIN (from, most - from + 1);
  return from + (gint64) (((high << 32) | low) % span);
}
