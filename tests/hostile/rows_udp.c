// SPDX-License-Identifier: MIT
#include "hostile.h"
const struct row rows_udp[] = {{0}};
