/* SPDX-License-Identifier: MIT */
#ifndef SOCK_COPIES_H
#define SOCK_COPIES_H

/*
 * copies.h - counting how octets move: copied, or passed on where they lie
 *
 * What it costs to send a file is told in copies and crossings.  Each place
 * that copies payload, or refers to it instead, says so here, for the file and
 * for its stack; so the well-known table (read and write four copies, mmap
 * three, sendfile and splice two) is counted and not drawn.
 */

#include <stdint.h>

struct file;
struct stack;

enum copy_kind {
	COPY_FROM_USER,	  /* from a program's memory: send, write */
	COPY_TO_USER,	  /* into a program's memory: receive, read */
	COPY_INSIDE,	  /* from one buffer of the stack to another */
	COPY_FROM_DEVICE, /* into a file's memory, from where it is stored */
	COPY_REFERRED,	  /* not copied: another reference to the same octets */
	COPY_LENT,	  /* not copied: the program reads where they lie */
	COPY_KINDS
};

/* The kinds before this one are all that most files know. */
#define COPY_ORDINARY COPY_INSIDE

/* Octets of each kind; and calls of a program that moved any. */
struct sk_copies {
	uint64_t octets[COPY_KINDS];
	uint64_t calls;
};

/* @file goes. */
void file_copies_free(struct file *file);

/* @octets were moved; <= 0: none were. */
void file_count(struct file *file, enum copy_kind kind, long octets);
void file_count_call(struct file *file);

/* Of one file, or (@fd negative) of all that the stack ever had.  0, -EBADF. */
int sk_get_copies(struct stack *stack, int fd, struct sk_copies *copies);

#endif /* SOCK_COPIES_H */
