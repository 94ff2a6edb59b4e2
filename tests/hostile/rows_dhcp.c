// SPDX-License-Identifier: MIT
/* rows_dhcp.c - lies about who has which address for how long */

#include "hostile.h"

const struct row rows_dhcp[] = {{0}};
