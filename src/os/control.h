/* SPDX-License-Identifier: MIT */
#ifndef OS_CONTROL_H
#define OS_CONTROL_H

/*
 * control.h - asking a running lab a question
 *
 *	the lab:	control_open(&c, &mem, pace, answer, arg);
 *	somebody else:	control_ask(0, "look", &out);
 *
 * A question is a line, the answer is text up to the end of the connection.
 */

#include "base/strbuf.h"

struct control;
struct mem;
struct pace;

/* Octets of a question, with the end of its line. */
#define CONTROL_LINE_MAX 128

/* Write the answer to @question, which has no end of line. */
typedef void control_fn(void *arg, const char *question, struct strbuf *out);

/**
 * control_open() - Take questions from now on
 * @out:	Set on success; goes with control_close()
 * @mem:	Where its memory comes from
 * @pace:	Whose loop it hangs in; @answer is called from there
 * @answer:	Is quick, and does not block
 *
 * The socket is PID.sock in a folder that only this user can enter:
 * $XDG_RUNTIME_DIR/weft, or /tmp/weft-UID.  Only this user and root are
 * answered.
 *
 * Return: 0, -EPERM (the folder is somebody else's), -ENOMEM, -errno
 */
int control_open(struct control **out, struct mem *mem, struct pace *pace,
		 control_fn *answer, void *arg);

/* Remove the socket; who waits for an answer gets none.  NULL is harmless. */
void control_close(struct control *c);

/**
 * control_ask() - Ask, and wait for the whole answer
 * @pid:	Whom: the process that holds the lab, or its parent, or one that runs
 *		in it; 0: the one that was started last
 * @question:	One line, without its end
 * @out:	The answer is appended
 *
 * May block, for CONTROL_WAIT_S seconds at most between two pieces.
 *
 * Return: 0, -ESRCH (nobody is there), -EPERM, -ETIMEDOUT, -errno
 */
int control_ask(int pid, const char *question, struct strbuf *out);

#define CONTROL_WAIT_S 10

#endif /* OS_CONTROL_H */
