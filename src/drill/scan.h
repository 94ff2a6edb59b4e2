/* SPDX-License-Identifier: MIT */
#ifndef DRILL_SCAN_H
#define DRILL_SCAN_H

/*
 * scan.h - walking over the text of a script
 *
 * What a character means depends on where it stands ("." is a flag, the
 * beginning of "..." or of a number), so there is no list of tokens: each
 * part of the reader asks for what may come next.  Blanks and comments before
 * it are skipped.
 *
 * Functions that return int give 0 or -EINVAL, and have then said in s->err
 * what was expected.
 */

#include "drill/drill_int.h"

struct scan {
	const char *text;
	size_t len, at;
	struct arena *arena;
	struct drill_error *err;
	const char *about; /* first comment, once it was met */
	int depth;
};

#define SCAN_DEPTH_MAX 16 /* lists in lists, parentheses */

/* Skip blanks and comments. */
void scan_skip(struct scan *s);
bool scan_is_over(struct scan *s);

/* Where the next thing stands. */
struct drill_pos scan_pos(struct scan *s);
struct drill_pos scan_pos_at(const struct scan *s, size_t at);

/* The next octet, @ahead octets further; '\0' behind the end. */
char scan_peek(const struct scan *s, size_t ahead);

/* Does @what come next?  scan_accept() takes it, too. */
bool scan_sees(struct scan *s, const char *what);
bool scan_accept(struct scan *s, const char *what);
int scan_expect(struct scan *s, const char *what);

/* "expected @what", and what stands there instead.  -EINVAL. */
int scan_expected(struct scan *s, const char *what);
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int scan_fail_at(struct scan *s, size_t at, const char *format, ...);

/* A name: letters, digits and "_".  Its length, 0: there is none; not taken. */
size_t scan_name_len(struct scan *s);
bool scan_sees_word(struct scan *s, const char *word);
bool scan_accept_word(struct scan *s, const char *word);

/* Numbers: 12, -3, 0x1f. */
bool scan_sees_digit(struct scan *s);
int scan_num(struct scan *s, int64_t *num);
int scan_u32(struct scan *s, uint32_t *num);
int scan_range(struct scan *s, const char *what, int64_t max, int64_t *num);

/* Seconds with at most nine decimals: microseconds. */
int scan_time(struct scan *s, int64_t *us);

/* parse_value.c */
int parse_value(struct scan *s, struct drill_value *v);
int parse_call(struct scan *s, struct drill_call **out);

/* parse_packet.c, parse_opt.c, parse_icmp.c */
int parse_packet(struct scan *s, struct drill_packet **out);
int parse_tcp_opts(struct scan *s, struct drill_packet *p);
int parse_icmp(struct scan *s, struct drill_packet *p);
int parse_seq(struct scan *s, struct drill_packet *p);

/* parse_code.c */
int parse_code(struct scan *s, struct drill_code **out);

/* parse_config.c */
int parse_config(struct scan *s, struct drill_config *cfg);

#endif /* DRILL_SCAN_H */
