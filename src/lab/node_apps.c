// SPDX-License-Identifier: MIT
/*
 * node_apps.c - the programs that run on a node
 */
#include <errno.h>

#include "lab/run_int.h"

int node_apps_start(struct run_node *n)
{
	(void)n;
	return 0;
}

void node_apps_stop(struct run_node *n)
{
	(void)n;
}

int node_visit(struct run_line *line)
{
	(void)line;
	return -EOPNOTSUPP;
}
