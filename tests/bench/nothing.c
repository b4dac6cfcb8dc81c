/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program costs that does nothing: its libraries are found, mapped and relocated. NEEDED is
 * a function of the one without which the linker would leave it out. */

extern void NEEDED (void);

void (*volatile needed) (void) = NEEDED;

int
main (void)
{
  return 0;
}
