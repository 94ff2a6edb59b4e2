// SPDX-License-Identifier: MIT
#include "hostile.h"
const struct row rows_ip6[] = {{0}};
