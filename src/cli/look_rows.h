/* SPDX-License-Identifier: MIT */
#ifndef CLI_LOOK_ROWS_H
#define CLI_LOOK_ROWS_H

/*
 * look_rows.h - what a lab says of its sockets and programs, read back
 *
 * The text is that of lab_look(), be it from a lab of our own or from another
 * process, which may send anything.
 */

#include <jansson.h>

#include "base/mem.h"
#include "base/strbuf.h"

/* Rows that are taken at most, and octets of the answer. */
enum { LOOK_ROWS_MAX = 1 << 20 };

/**
 * struct look_rows - the lines of an answer
 * @list:	JSON array of objects
 * @lab:	The one that says which lab it is, lent; never NULL
 */
struct look_rows {
	json_t *list;
	json_t *lab;
};

/* Read lines.  0, -EINVAL (that is no answer of a lab), -ENOMEM; goes with
 * look_rows_fini() in any case. */
int look_rows_read(struct look_rows *rows, const char *text);
void look_rows_fini(struct look_rows *rows);

/* Members of an object, whatever it is: "" and 0 if there are none such. */
const char *look_text(const json_t *row, const char *key);
long long look_num(const json_t *row, const char *key);
bool look_is(const json_t *row, const char *what);

/**
 * struct ss_style - what is to be shown
 * @host:	Only this host's, or NULL
 * @kind:	Only "tcp", "udp", or NULL
 * @state:	Only those in this state, or NULL
 * @port:	Only those with this port at either end, 0: any
 * @sport:	... at this end
 * @dport:	... at the other end
 * @is_listening: Only those that listen
 * @has_info:	Congestion and round trips, too
 * @has_options: Options, too
 */
struct ss_style {
	const char *host, *kind, *state;
	unsigned int port, sport, dport;
	bool is_listening, has_info, has_options;
};

/* A member, or "-"; and which lab it is, and when. */
const char *look_or_dash(const json_t *row, const char *key);
void look_put_head(const struct look_rows *rows, struct strbuf *out);

/* Is the socket one of those wanted? */
bool ss_is_wanted(const struct ss_style *style, const json_t *row);

/* Tables for people (ss_table.c, ps_table.c). */
void ss_print(const struct look_rows *rows, const struct ss_style *style,
	      struct mem *mem, struct strbuf *out);
void ss_print_epoll(const struct look_rows *rows, const char *host,
		    struct mem *mem, struct strbuf *out);
void ps_print(const struct look_rows *rows, const char *host, struct mem *mem,
	      struct strbuf *out);

/* Both, of the text of lab_look(), for the end of a run. */
void look_tables(const struct strbuf *text, struct mem *mem,
		 struct strbuf *out);

/* The same lines again, those that are wanted.  @what: "socket", ... */
void look_rows_json(const struct look_rows *rows, const char *what,
		    const struct ss_style *style, struct strbuf *out);

/* "12.3 ms", "59.8 s" */
void put_span(struct strbuf *out, double ns);

#endif /* CLI_LOOK_ROWS_H */
