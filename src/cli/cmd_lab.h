/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_LAB_H
#define CLI_CMD_LAB_H

/*
 * cmd_lab.h - what the verbs of weft lab share
 */

#include "lab/lab.h"

/* Read a lab; complaints go to standard error.  CLI_OK or CLI_USAGE.  The lab
 * goes with lab_fini() in any case. */
int cmd_lab_load(struct lab *lab, struct mem *mem, const char *file);

/* Print what weft lab can do.  CLI_OK. */
int cmd_lab_help(void);

int cmd_lab_run(int argc, char **argv);

#endif /* CLI_CMD_LAB_H */
