/* human.h - numbers as people read them: 12.3M, 7.75 GB. */
#ifndef SFLOWGET_HUMAN_H
#define SFLOWGET_HUMAN_H

#include "tools/sflowget/item.h"
#include "tools/number.h"

#define HUMAN_UNITS 64 /* bytes of units, with the NUL; longer ones are cut off */

/* Writes the value of an item that is a number, and its units. Bytes get steps of 1024,
 * as Ganglia's KB has; rates and other counts of things of 1000. Bytes/sec are told as
 * bit/s, too. Times, shares and what has a prefix already (MHz) stay as they are. */
void human(const struct item *item, char value[NUMBER_TEXT], char units[HUMAN_UNITS]);

#endif
