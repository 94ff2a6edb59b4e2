/* SPDX-License-Identifier: MIT */
#ifndef API_MSG_H
#define API_MSG_H

/*
 * msg.h - between the system's messages and ours
 */

struct msghdr;
struct sk_msg;

/* A message to be sent: 0, -EINVAL, -EAFNOSUPPORT (its address). */
int msg_in(const struct msghdr *h, struct sk_msg *msg);

/* A message to be filled in, and afterwards what came. */
void msg_to_fill(const struct msghdr *h, struct sk_msg *msg);
void msg_out(const struct sk_msg *msg, struct msghdr *h);

#endif /* API_MSG_H */
