/* SPDX-License-Identifier: MIT */
#ifndef LAB_RUN_GROUP_H
#define LAB_RUN_GROUP_H

/*
 * run_group.h - lines about groups: join, leave, send
 *
 * Private to lab/.
 */

#include <stdbool.h>

#include "wire/addr.h"

struct lab;
struct lab_expect;
struct lab_line;
struct expect;
struct run_line;
struct run_node;
struct strbuf;

#define GROUP_PORT 5004 /* unless the line has one: RTP's (RFC 3551, 8) */

/* How long what was sent last may be under way. */
#define GROUP_WAIT_NS (2 * NS_PER_S)

/* "239.1.1.1", "239.1.1.1:7000", "ff15::1", "[ff15::1]:7000"; false: it is no
 * group. */
bool group_parse(struct endpoint *to, const char *text);

/* Is it one of these lines? */
bool group_is_line(const struct lab_line *line);
void group_line_text(const struct lab_line *line, struct strbuf *out);

/* Do the line (group.c). */
void group_begin(struct run_line *line);

/* Let go of what it holds in a host that goes away. */
void group_forget(struct run_line *line, const struct run_node *n);

/* A router that serves groups.  0 or -errno. */
int boot_groups(struct run_node *n);

/* check_group.c */
void check_group_line(struct lab *lab, const struct lab_line *line);
void check_group_expect(struct lab *lab, const struct lab_expect *e);

/* expect_group.c */
void expect_send(struct expect *x, const struct lab_expect *e);
void expect_switch(struct expect *x, const struct lab_expect *e);
void expect_unwanted(struct expect *x, const struct lab_expect *e);

#endif /* LAB_RUN_GROUP_H */
