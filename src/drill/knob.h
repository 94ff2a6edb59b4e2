/* SPDX-License-Identifier: MIT */
#ifndef DRILL_KNOB_H
#define DRILL_KNOB_H

/*
 * knob.h - settings of a stack, by the names that Linux has for them
 */

struct stack;

/* Make a stack behave as one of Linux does by default.  0 or -errno. */
int drill_personality(struct stack *stack);

/**
 * drill_knob_set() - Set one
 * @name:	"net.ipv4.tcp_sack" or "tcp_sack"
 *
 * Return: 0, -ENOENT (weft has no such setting), -EINVAL, -ERANGE
 */
int drill_knob_set(struct stack *stack, const char *name, const char *value);

#endif /* DRILL_KNOB_H */
